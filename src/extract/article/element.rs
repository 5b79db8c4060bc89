//! The elements that are told apart when an article is read, and the properties of each.

/// The name of an element, reduced to what is needed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Element {
    /// A text node, not an element.
    Text,
    A,
    Address,
    Article,
    Aside,
    Base,
    Blockquote,
    Body,
    Br,
    Button,
    Caption,
    Code,
    Dd,
    Details,
    Dialog,
    Div,
    Dl,
    Dt,
    Figcaption,
    Figure,
    Footer,
    Form,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    Head,
    Header,
    Hr,
    Html,
    Iframe,
    Img,
    Input,
    Label,
    Li,
    Link,
    Main,
    Menu,
    Meta,
    Nav,
    Noscript,
    Ol,
    Optgroup,
    Option,
    P,
    Picture,
    Pre,
    Rt,
    Script,
    Section,
    Select,
    Style,
    Summary,
    Svg,
    Table,
    Tbody,
    Td,
    Template,
    Textarea,
    Th,
    Time,
    Title,
    Tr,
    Ul,
    Video,
    /// Any other element on lines of its own, also custom elements.
    Block,
    /// Any other element inside a line.
    Inline,
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
        Self::flow(lower).or_else(|| Self::other(lower)).unwrap_or({
            // Pages are built of custom elements now, and nearly all of them are blocks.
            if name.contains(&b'-') { Self::Block } else { Self::Inline }
        })
    }

    /// Elements that hold text.
    fn flow(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"a" => Self::A,
            b"address" => Self::Address,
            b"article" => Self::Article,
            b"aside" => Self::Aside,
            b"blockquote" => Self::Blockquote,
            b"body" => Self::Body,
            b"br" => Self::Br,
            b"caption" => Self::Caption,
            b"code" => Self::Code,
            b"dd" => Self::Dd,
            b"details" => Self::Details,
            b"div" => Self::Div,
            b"dl" => Self::Dl,
            b"dt" => Self::Dt,
            b"figcaption" => Self::Figcaption,
            b"figure" => Self::Figure,
            b"footer" => Self::Footer,
            b"h1" => Self::H1,
            b"h2" => Self::H2,
            b"h3" => Self::H3,
            b"h4" => Self::H4,
            b"h5" => Self::H5,
            b"h6" => Self::H6,
            b"header" => Self::Header,
            b"li" => Self::Li,
            b"main" => Self::Main,
            b"menu" => Self::Menu,
            b"nav" => Self::Nav,
            b"ol" => Self::Ol,
            b"p" => Self::P,
            b"pre" => Self::Pre,
            b"section" => Self::Section,
            b"summary" => Self::Summary,
            b"table" => Self::Table,
            b"tbody" | b"thead" | b"tfoot" => Self::Tbody,
            b"td" => Self::Td,
            b"th" => Self::Th,
            b"time" => Self::Time,
            b"tr" => Self::Tr,
            b"ul" => Self::Ul,
            b"center" | b"dir" | b"fieldset" | b"hgroup" | b"legend" => Self::Block,
            _ => return None,
        })
    }

    /// Elements that hold no text, or none that is read.
    fn other(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"base" => Self::Base,
            b"button" => Self::Button,
            b"dialog" => Self::Dialog,
            b"form" => Self::Form,
            b"head" => Self::Head,
            b"hr" => Self::Hr,
            b"html" => Self::Html,
            b"iframe" | b"object" | b"applet" | b"noembed" | b"noframes" => Self::Iframe,
            b"img" => Self::Img,
            b"input" | b"embed" | b"source" | b"track" | b"wbr" | b"area" | b"col" | b"param" => {
                Self::Input
            }
            b"label" => Self::Label,
            b"link" => Self::Link,
            b"meta" => Self::Meta,
            b"noscript" => Self::Noscript,
            b"optgroup" => Self::Optgroup,
            b"option" => Self::Option,
            b"picture" => Self::Picture,
            b"rt" | b"rp" => Self::Rt,
            b"script" => Self::Script,
            b"select" | b"datalist" => Self::Select,
            b"style" => Self::Style,
            b"svg" | b"canvas" | b"math" => Self::Svg,
            b"template" => Self::Template,
            b"textarea" => Self::Textarea,
            b"title" => Self::Title,
            b"video" | b"audio" => Self::Video,
            _ => return None,
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
