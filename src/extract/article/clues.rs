//! What the names on an element (class, id, role, item property) say about its content.
use std::collections::HashMap;

use super::attributes::Attributes;
use super::element::Element;

/// Bytes of an element's names that are read. Generated lists of classes can have several
/// kilobytes.
const NAMES_BYTES_MAX: usize = 512;

/// Different values of `class` that are remembered on one page.
const CLASSES_MAX: usize = 4_096;

/// Most words of an id that names a part.
const ID_WORDS_MAX: usize = 3;

/// Longest word compared, in bytes.
const WORD_BYTES_MAX: usize = 24;

/// A set of clues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clues(u16);

impl Clues {
    /// Readers do not see it.
    pub(super) const HIDDEN: Self = Self(1);
    /// The name of a part that is about the text or beside it.
    pub(super) const ASIDE: Self = Self(1 << 1);
    /// Like [`ASIDE`](Self::ASIDE), but the word has other meanings too.
    pub(super) const UNLIKELY: Self = Self(1 << 2);
    /// The name of a part that holds the text.
    pub(super) const BODY: Self = Self(1 << 3);
    /// Declared to be the text (`articleBody` of schema.org).
    pub(super) const DECLARED: Self = Self(1 << 4);
    /// The text under a picture.
    pub(super) const CAPTION: Self = Self(1 << 5);
    /// Who wrote it and when.
    pub(super) const BYLINE: Self = Self(1 << 6);
    /// Comments of readers.
    pub(super) const COMMENTS: Self = Self(1 << 7);
    /// The name of a whole article or of the main part of the page.
    pub(super) const ARTICLE: Self = Self(1 << 8);
    /// The name of the author.
    pub(super) const AUTHOR: Self = Self(1 << 9);
    /// A question whether the reader consents to be tracked.
    pub(super) const CONSENT: Self = Self(1 << 10);
    /// One of its names says that it holds the text, and nothing else.
    pub(super) const CLEAR_BODY: Self = Self(1 << 11);
    /// The name of a part about other stories, which is no name for anything else.
    pub(super) const OTHERS: Self = Self(1 << 12);
    /// A class that hides the part, if no other shows it again.
    const HIDING: Self = Self(1 << 13);
    /// The name of a part that holds the text, or declared to be it.
    pub(super) const BODY_OR_DECLARED: Self = Self::BODY.or(Self::DECLARED);

    /// Both sets together.
    pub(super) const fn or(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Whether any of these clues is in the set.
    pub(super) fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Adds clues to the set.
    fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }
}

/// What is known of the classes that were read: most classes of a page come many times.
#[derive(Debug, Default)]
pub(super) struct KnownClasses<'a>(HashMap<&'a str, Class>);

/// The value of an attribute `class`.
#[derive(Clone, Copy, Debug, Default)]
struct Class {
    clues: Clues,
    /// Its place among the classes of the page, from 1 on; 0 if there are too many.
    number: u32,
}

impl<'a> KnownClasses<'a> {
    fn get(&mut self, class: &'a str) -> Class {
        if class.is_empty() {
            return Class::default();
        }
        if let Some(known) = self.0.get(class) {
            return *known;
        }
        let mut found = Class::default();
        names_of(class, &mut found.clues);
        if found.clues.has(Clues::HIDING) && is_hidden_by_class(class) {
            found.clues.add(Clues::HIDDEN);
        }
        if self.0.len() < CLASSES_MAX {
            found.number = u32::try_from(self.0.len() + 1).unwrap_or_default();
            self.0.insert(class, found);
        }
        found
    }
}

/// The number of all hidden parts: they are of one kind.
const HIDDEN_KIND: u32 = u32::MAX;

/// What a start tag says about its element.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) clues: Clues,
    /// A number that is equal for parts of one kind: those with the same classes.
    pub(super) kind: u32,
}

/// The clues of a start tag.
pub(super) fn of<'a>(
    element: Element,
    attributes: &Attributes<'a>,
    classes: &mut KnownClasses<'a>,
) -> Said {
    let mut clues = Clues::default();
    if attributes.hidden || hides(attributes.style) {
        clues.add(Clues::HIDDEN);
    }
    role(attributes.role, &mut clues);
    if attributes.rel == "author" || attributes.itemprop == "author" {
        clues.add(Clues::AUTHOR);
    }
    property(attributes.itemprop, &mut clues);
    if matches!(element, Element::Article | Element::Main) {
        clues.add(Clues::ARTICLE);
    }
    let class = classes.get(attributes.class);
    clues.add(class.clues);
    names_of(attributes.part, &mut clues);
    // Longer ids are made from headings so that links can lead there.
    if (Words { bytes: attributes.id.as_bytes() }).count() <= ID_WORDS_MAX {
        names_of(attributes.id, &mut clues);
    }
    let kind = if clues.has(Clues::HIDDEN) { HIDDEN_KIND } else { class.number };
    Said { clues, kind }
}

/// Whether an inline style hides the element from readers.
fn hides(style: &str) -> bool {
    if style.is_empty() {
        return false;
    }
    let bare: String = style
        .bytes()
        .take(NAMES_BYTES_MAX)
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    bare.contains("display:none") || bare.contains("visibility:hidden")
}

/// Whether a class hides the element from all readers. Frameworks have classes that hide a part on
/// small screens, beside one that shows it on wide ones (`hidden md:block`, `d-none d-md-block`).
/// Parts that readers open by a click are read: their names say so.
fn is_hidden_by_class(class: &str) -> bool {
    let shows = ["block", "flex", "grid", "inline", "table", "contents", "visible", "show"];
    let opens = ["accordion", "collaps", "expand", "toggle", "panel", "tab", "answer"];
    let mut hidden = false;
    let end = class.floor_char_boundary(NAMES_BYTES_MAX);
    for name in class.get(..end).unwrap_or_default().split_ascii_whitespace() {
        let last = name.rsplit([':', '-']).next().unwrap_or(name);
        if shows.contains(&last) || opens.iter().any(|word| name.contains(word)) {
            return false;
        }
        hidden |= clue_of_name(name).has(Clues::HIDING);
    }
    hidden
}

/// Reads an ARIA role.
fn role(role: &str, clues: &mut Clues) {
    match role.trim() {
        "navigation" | "banner" | "contentinfo" | "complementary" | "search" | "dialog"
        | "alertdialog" | "menu" | "menubar" | "toolbar" | "tooltip" | "tablist" | "alert"
        | "doc-footnote" => clues.add(Clues::ASIDE),
        "main" | "article" => clues.add(Clues::ARTICLE),
        _ => {}
    }
}

/// Reads an `itemprop` of schema.org. It is declared by the publisher, so it is stronger than a
/// class name.
fn property(property: &str, clues: &mut Clues) {
    match property.trim() {
        "articleBody" | "text" => clues.add(Clues::DECLARED),
        "author" | "datePublished" | "dateModified" | "publisher" => clues.add(Clues::BYLINE),
        "caption" | "copyrightHolder" => clues.add(Clues::CAPTION),
        "comment" => clues.add(Clues::COMMENTS),
        _ => {}
    }
}

/// Reads a list of names: each whole name, then its words, then pairs of words.
fn names_of(names: &str, clues: &mut Clues) {
    let end = names.floor_char_boundary(NAMES_BYTES_MAX);
    for name in names.get(..end).unwrap_or_default().split_ascii_whitespace() {
        // CSS frameworks write variants (`md:hidden`, `w-[10px]`). They are about the layout.
        if name.contains([':', '[', '/', '(']) {
            continue;
        }
        let mut own = Clues::default();
        let mut before = Word::default();
        for word in (Words { bytes: name.as_bytes() }) {
            // `has-sidebar`, `page-with-comments`: these are about the page, not about this part.
            if matches!(word.as_str(), "has" | "no" | "with" | "without") {
                break;
            }
            own.add(clue_of_word(word.as_str()));
            own.add(clue_of_pair(before.as_str(), word.as_str()));
            before = word;
        }
        own.add(clue_of_name(name));
        if own == Clues::BODY {
            own.add(Clues::CLEAR_BODY);
        }
        clues.add(own);
    }
}

/// A word in lower case.
#[derive(Clone, Copy, Default)]
struct Word {
    bytes: [u8; WORD_BYTES_MAX],
    length: usize,
}

impl Word {
    /// The letters; a longer word is cut, which only makes it match nothing.
    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }
}

/// The words of a name. It is split at signs, at digits, and where a capital follows a small
/// letter.
struct Words<'a> {
    bytes: &'a [u8],
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let start = self.bytes.iter().position(u8::is_ascii_alphabetic)?;
        let bytes = self.bytes.get(start..)?;
        let mut word = Word::default();
        let mut small = false;
        let mut end = 0;
        for byte in bytes {
            if !byte.is_ascii_alphabetic() || (small && byte.is_ascii_uppercase()) {
                break;
            }
            small = byte.is_ascii_lowercase();
            if let Some(place) = word.bytes.get_mut(end) {
                *place = byte.to_ascii_lowercase();
                word.length = end + 1;
            }
            end += 1;
        }
        self.bytes = bytes.get(end..)?;
        Some(word)
    }
}

/// What a word says by itself.
fn clue_of_word(word: &str) -> Clues {
    match word {
        "nav" | "navbar" | "navigation" | "menu" | "submenu" | "megamenu" | "breadcrumb"
        | "breadcrumbs" | "sidebar" | "rightrail" | "leftrail" | "foot" | "newsletter"
        | "newsletters" | "subscribe" | "subscription" | "signup" | "share" | "shares"
        | "sharing" | "sharedaddy" | "addtoany" | "addthis" | "sharethis" | "social"
        | "socials" | "popular" | "promo" | "promos" | "promotion" | "sponsor" | "sponsored"
        | "advert" | "adverts" | "advertisement" | "advertising" | "ads" | "adsbygoogle"
        | "dfp" | "teaser" | "teasers" | "popup" | "modal" | "tooltip" | "toolbar"
        | "pagination" | "pager" | "readmore" | "cta" | "toc" | "login" | "signin" | "masthead"
        | "jumplinks" | "printfriendly" | "skiplink" | "topbar" | "upsell" | "livechat"
        | "lightbox" | "donate" | "donation" | "werbung" | "anzeige" | "kommentare" | "teilen"
        | "publicite" | "publicidad" | "compartir" | "partage" => Clues::ASIDE,
        "related" | "recommended" | "recommendation" | "recommendations" | "recirc"
        | "recirculation" | "trending" | "mostread" | "mostpopular" | "taboola" | "outbrain"
        | "zergnet" | "relacionados" | "footer" => Clues::ASIDE.or(Clues::OTHERS),
        "cookie" | "cookies" | "cookiebanner" | "consent" | "gdpr" | "ccpa" | "onetrust"
        | "cmp" | "didomi" | "usercentrics" | "cookiebot" => Clues::ASIDE.or(Clues::CONSENT),
        "comment" | "comments" | "commentlist" | "disqus" | "respond" | "replies" => {
            Clues::COMMENTS
        }
        "caption" | "captions" | "figcaption" | "credit" | "credits" | "imagecredit"
        | "photocredit" => Clues::CAPTION,
        "byline" => Clues(Clues::BYLINE.0 | Clues::AUTHOR.0),
        "dateline" | "timestamp" | "pubdate" | "postmeta" | "entrymeta" | "readtime" | "bio"
        | "authorbox" | "biography" => Clues::BYLINE,
        "paywall" | "regwall" | "banner" | "tags" | "tag" | "author" | "authors"
        | "contributor" | "contributors" | "meta" | "disclaimer" | "disclosure" | "copyright"
        | "print" | "download" | "aside" | "carousel" | "slider" | "cards" | "topics"
        | "rating" | "ratings" | "form" | "search" | "header" | "overlay" | "contents"
        | "headerbar" | "subnav" | "links" | "skip" | "ad" => Clues::UNLIKELY,
        "articlebody" | "articletext" | "articlecontent" | "storybody" | "storytext"
        | "storycontent" | "postbody" | "postcontent" | "entrycontent" | "newsbody"
        | "newstext" | "bodytext" | "artikeltext" | "maincontent" | "blogpost" => Clues::BODY,
        _ => Clues::default(),
    }
}

/// What two adjacent words say.
fn clue_of_pair(before: &str, word: &str) -> Clues {
    if before.is_empty() {
        Clues::default()
    } else if before == "social" || has_word(away_after(before), word) {
        Clues::ASIDE
    } else if (before, word) == ("author", "name") {
        Clues(Clues::BYLINE.0 | Clues::AUTHOR.0)
    } else if has_word(byline_after(before), word) {
        Clues::BYLINE
    } else if has_word(body_after(before), word) {
        Clues::BODY
    } else if matches!(before, "image" | "photo" | "media" | "img")
        && matches!(word, "caption" | "credit")
    {
        Clues::CAPTION
    } else {
        Clues::default()
    }
}

/// Whether a list separated by spaces has a word.
fn has_word(list: &str, word: &str) -> bool {
    list.split(' ').any(|each| each == word)
}

/// The words that, after this one, name a part that is not text or leads away.
fn away_after(word: &str) -> &'static str {
    match word {
        "you" => "may might",
        "also" => "like",
        "more" => "from on stories articles news",
        "read" => "next more also",
        "up" | "next" | "prev" | "previous" => "next post article story",
        "most" => "read viewed shared commented",
        "see" => "also",
        "top" => "stories news",
        "latest" => "news posts articles stories",
        "table" | "of" => "contents",
        "sign" => "up in",
        "log" | "opt" => "in",
        "call" | "to" | "back" => "action top",
        "jump" => "to links",
        "site" | "page" => "header footer",
        "follow" => "us",
        "lead" | "contact" => "form magnet",
        "screen" | "sr" | "visually" => "reader only hidden",
        "ad" => "container wrapper slot unit block banner label",
        "side" => "bar",
        "skip" => "link links to nav",
        _ => "",
    }
}

/// The words that, after this one, name the byline.
fn byline_after(word: &str) -> &'static str {
    match word {
        "author" => "bio box info card block profile description about image avatar",
        "about" | "the" => "author",
        "post" | "entry" | "article" => "meta date time",
        "published" | "publish" | "updated" => "date time",
        "reading" | "read" => "time",
        _ => "",
    }
}

/// The words that, after this one, name the text.
fn body_after(word: &str) -> &'static str {
    match word {
        "article" | "story" | "post" | "entry" | "blog" | "news" | "artikel" | "content"
        | "single" | "page" | "rich" | "articulo" | "cuerpo" | "noticia" | "texte" | "main" => {
            "body content text copy inhalt contenido contenu richtext article main"
        }
        _ => "",
    }
}

/// What a name says as a whole.
fn clue_of_name(name: &str) -> Clues {
    match name {
        "widget" | "widgets" => Clues::UNLIKELY,
        "hidden" | "is-hidden" | "d-none" | "u-hidden" | "hide" => Clues::HIDING,
        "content" | "article" | "main" | "post" | "hentry" | "story" | "article-body" => {
            Clues::ARTICLE
        }
        _ => Clues::default(),
    }
}
