//! The elements that are told apart when an article is read, and the properties of each.

/// Declares [`Element`] and finds an element by its name: one table for both.
macro_rules! elements {
    ($($(#[$doc:meta])* $element:ident: $($name:literal)*;)*) => {
        /// The name of an element, reduced to what is needed here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Element {
            $($(#[$doc])* $element,)*
        }

        /// The element with this name in lower case, if it has one of its own.
        fn named(name: &[u8]) -> Option<Element> {
            match name {
                $($($name => Some(Element::$element),)*)*
                _ => None,
            }
        }
    };
}

elements! {
    /// A text node, not an element.
    Text: ;
    A: b"a"; Address: b"address"; Article: b"article"; Aside: b"aside"; Base: b"base";
    Blockquote: b"blockquote"; Body: b"body"; Br: b"br"; Button: b"button"; Caption: b"caption";
    Code: b"code"; Dd: b"dd"; Details: b"details"; Dialog: b"dialog"; Div: b"div"; Dl: b"dl";
    Dt: b"dt"; Figcaption: b"figcaption"; Figure: b"figure"; Footer: b"footer"; Form: b"form";
    H1: b"h1"; H2: b"h2"; H3: b"h3"; H4: b"h4"; H5: b"h5"; H6: b"h6"; Head: b"head";
    Header: b"header"; Hr: b"hr"; Html: b"html";
    Iframe: b"iframe" b"object" b"applet" b"noembed" b"noframes"; Img: b"img";
    Input: b"input" b"embed" b"source" b"track" b"wbr" b"area" b"col" b"param"; Label: b"label";
    Li: b"li"; Link: b"link"; Main: b"main"; Menu: b"menu"; Meta: b"meta"; Nav: b"nav";
    Noscript: b"noscript"; Ol: b"ol"; Optgroup: b"optgroup"; Option: b"option"; P: b"p";
    Picture: b"picture"; Pre: b"pre"; Rt: b"rt" b"rp"; Script: b"script"; Section: b"section";
    Select: b"select" b"datalist"; Style: b"style"; Summary: b"summary";
    Svg: b"svg" b"canvas" b"math"; Table: b"table"; Tbody: b"tbody" b"thead" b"tfoot"; Td: b"td";
    Template: b"template"; Textarea: b"textarea"; Th: b"th"; Time: b"time"; Title: b"title";
    Tr: b"tr"; Ul: b"ul"; Video: b"video" b"audio";
    /// Any other element on lines of its own, also custom elements.
    Block: b"center" b"dir" b"fieldset" b"hgroup" b"legend";
    /// Any other element inside a line. It must be the last: it is counted by.
    Inline: ;
}

/// The number of elements.
pub(super) const ELEMENTS: usize = Element::Inline as usize + 1;

/// Longest element name that is read, in bytes.
const NAME_BYTES_MAX: usize = 40;

impl Element {
    /// The element with this name, in any case.
    pub(super) fn of(name: &[u8]) -> Self {
        let mut lower = [0_u8; NAME_BYTES_MAX];
        let Some(lower) = lower.get_mut(..name.len()) else { return Self::Block };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        named(lower).unwrap_or({
            // Pages are built of custom elements now, and nearly all of them are blocks.
            if name.contains(&b'-') { Self::Block } else { Self::Inline }
        })
    }

    /// Elements that never have content.
    pub(super) fn is_void(self) -> bool {
        matches!(
            self,
            Self::Base | Self::Br | Self::Hr | Self::Img | Self::Input | Self::Link | Self::Meta
        )
    }

    /// Elements whose content is not markup of this page or is never shown.
    pub(super) fn is_raw(self) -> bool {
        matches!(
            self,
            Self::Script
                | Self::Style
                | Self::Title
                | Self::Textarea
                | Self::Noscript
                | Self::Template
                | Self::Iframe
                | Self::Svg
        )
    }

    /// Elements inside a line of text.
    pub(super) fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::A
                | Self::Br
                | Self::Button
                | Self::Code
                | Self::Img
                | Self::Input
                | Self::Inline
                | Self::Label
                | Self::Picture
                | Self::Rt
                | Self::Time
        )
    }

    /// `h1` to `h6` as 1 to 6.
    pub(super) fn heading(self) -> Option<u8> {
        let levels = [Self::H1, Self::H2, Self::H3, Self::H4, Self::H5, Self::H6];
        levels.into_iter().zip(1..).find(|(element, _)| *element == self).map(|(_, level)| level)
    }

    /// An end tag of another element does not close elements outside these.
    pub(super) fn is_wall(self) -> bool {
        matches!(self, Self::Table | Self::Td | Self::Th | Self::Caption | Self::Html)
    }

    /// Elements of tables. Their end tags do close each other.
    pub(super) fn is_of_table(self) -> bool {
        matches!(
            self,
            Self::Table | Self::Tbody | Self::Tr | Self::Td | Self::Th | Self::Caption | Self::Html
        )
    }
}
