//! What the names on an element (class, id, role, item property) say of what is in it.
use super::tag::Tag;
use super::token::Attributes;

/// Bytes of an element's names that are looked at: generated class lists run to kilobytes.
const NAMES_BYTES_MAX: usize = 512;

/// Words of an id that names a part.
const ID_WORDS_MAX: usize = 3;

/// Longest word compared, in bytes.
const WORD_BYTES_MAX: usize = 24;

/// A set of hints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clues(u16);

impl Clues {
    /// Not shown to readers.
    pub(super) const HIDDEN: Self = Self(1);
    /// Named like a part that is about the text or beside it, not of it.
    pub(super) const ASIDE: Self = Self(1 << 1);
    /// Named like such a part, by a word that also means other things.
    pub(super) const UNLIKELY: Self = Self(1 << 2);
    /// Named like the text itself.
    pub(super) const BODY: Self = Self(1 << 3);
    /// Declared to be the text itself (schema.org's `articleBody`).
    pub(super) const DECLARED: Self = Self(1 << 4);
    /// Words under a picture.
    pub(super) const CAPTION: Self = Self(1 << 5);
    /// Who wrote it and when.
    pub(super) const BYLINE: Self = Self(1 << 6);
    /// What readers wrote.
    pub(super) const COMMENTS: Self = Self(1 << 7);
    /// Named like a whole article or the page's main part.
    pub(super) const LOCATION: Self = Self(1 << 8);
    /// The name of who wrote it.
    pub(super) const AUTHOR: Self = Self(1 << 9);

    pub(super) fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    fn add(&mut self, more: Self) {
        self.0 |= more.0;
    }
}

/// What tells parts of one kind from parts of another: parts that repeat under one name are of one
/// kind, and all parts that are not shown are.
pub(super) fn kind(hints: Clues, attributes: &Attributes<'_>) -> u32 {
    if hints.has(Clues::HIDDEN) {
        return 1;
    }
    let mut hash = 0x811c_9dc5_u32;
    for byte in attributes.class.bytes().take(NAMES_BYTES_MAX) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

/// The hints of a start tag.
pub(super) fn of(tag: Tag, attributes: &Attributes<'_>) -> Clues {
    let mut hints = Clues::default();
    if attributes.hidden || hides(attributes.style) {
        hints.add(Clues::HIDDEN);
    }
    role(attributes.role, &mut hints);
    if attributes.rel == "author" || attributes.itemprop == "author" {
        hints.add(Clues::AUTHOR);
    }
    property(attributes.itemprop, &mut hints);
    if matches!(tag, Tag::Article | Tag::Main) {
        hints.add(Clues::LOCATION);
    }
    for names in [attributes.class, attributes.part] {
        names_of(names, &mut hints);
    }
    // Longer ones are made of headings, to be linked to.
    if (Words { bytes: attributes.id.as_bytes() }).count() <= ID_WORDS_MAX {
        names_of(attributes.id, &mut hints);
    }
    hints
}

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

fn role(role: &str, hints: &mut Clues) {
    match role.trim() {
        "navigation" | "banner" | "contentinfo" | "complementary" | "search" | "dialog"
        | "alertdialog" | "menu" | "menubar" | "toolbar" | "tooltip" | "tablist" | "alert"
        | "doc-footnote" => hints.add(Clues::ASIDE),
        "main" | "article" => hints.add(Clues::LOCATION),
        _ => {}
    }
}

fn property(property: &str, hints: &mut Clues) {
    match property.trim() {
        "articleBody" | "text" => hints.add(Clues::DECLARED),
        "author" | "datePublished" | "dateModified" | "publisher" => hints.add(Clues::BYLINE),
        "caption" | "copyrightHolder" => hints.add(Clues::CAPTION),
        "comment" => hints.add(Clues::COMMENTS),
        _ => {}
    }
}

/// Reads a list of names: each name whole, then its words, then its neighbouring words.
fn names_of(names: &str, hints: &mut Clues) {
    let end = names.floor_char_boundary(NAMES_BYTES_MAX);
    for name in names.get(..end).unwrap_or_default().split_ascii_whitespace() {
        // Layout languages write variants (`md:hidden`, `w-[10px]`): they speak of looks.
        if name.contains([':', '[', '/', '(']) {
            continue;
        }
        let mut before = Word::default();
        for word in (Words { bytes: name.as_bytes() }) {
            // `has-sidebar`, `no-comments`: of the page, not of the part.
            if before.length == 0 && matches!(word.as_str(), "has" | "no" | "with" | "without") {
                break;
            }
            hints.add(alone(word.as_str()));
            hints.add(together(before.as_str(), word.as_str()));
            before = word;
        }
        hints.add(whole(name));
    }
}

/// A word in lower case.
#[derive(Clone, Copy, Default)]
struct Word {
    bytes: [u8; WORD_BYTES_MAX],
    length: usize,
}

impl Word {
    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }
}

/// The words of a name: cut at signs, digits and where a capital follows a small letter.
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

/// What a word says wherever it stands.
fn alone(word: &str) -> Clues {
    match word {
        "nav" | "navbar" | "navigation" | "menu" | "submenu" | "megamenu" | "breadcrumb"
        | "breadcrumbs" | "sidebar" | "rightrail" | "leftrail" | "footer" | "foot" | "cookie"
        | "cookies" | "consent" | "gdpr" | "onetrust" | "newsletter" | "newsletters"
        | "subscribe" | "subscription" | "signup" | "share" | "shares" | "sharing"
        | "sharedaddy" | "addtoany" | "addthis" | "sharethis" | "social" | "socials"
        | "related" | "recommended" | "recommendation" | "recommendations" | "recirc"
        | "recirculation" | "trending" | "popular" | "mostread" | "mostpopular" | "promo"
        | "promos" | "promotion" | "sponsor" | "sponsored" | "advert" | "adverts"
        | "advertisement" | "advertising" | "ads" | "adsbygoogle" | "dfp" | "teaser"
        | "teasers" | "popup" | "modal" | "tooltip" | "toolbar" | "pagination" | "pager"
        | "taboola" | "outbrain" | "zergnet" | "paywall" | "regwall" | "readmore" | "cta"
        | "toc" | "login" | "signin" | "masthead" | "jumplinks" | "printfriendly" | "skiplink"
        | "topbar" | "upsell" | "livechat" | "lightbox" | "donate" | "donation" | "werbung"
        | "anzeige" | "kommentare" | "teilen" | "publicite" | "publicidad" | "relacionados"
        | "compartir" | "partage" => Clues::ASIDE,
        "comment" | "comments" | "commentlist" | "disqus" | "respond" | "replies" => {
            Clues::COMMENTS
        }
        "caption" | "captions" | "figcaption" | "credit" | "credits" | "imagecredit"
        | "photocredit" => Clues::CAPTION,
        "byline" => Clues(Clues::BYLINE.0 | Clues::AUTHOR.0),
        "dateline" | "timestamp" | "pubdate" | "postmeta" | "entrymeta" | "readtime" | "bio"
        | "authorbox" | "biography" => Clues::BYLINE,
        "banner" | "tags" | "tag" | "author" | "authors" | "contributor" | "contributors"
        | "meta" | "disclaimer" | "disclosure" | "copyright" | "print" | "download" | "aside"
        | "carousel" | "slider" | "cards" | "topics" | "rating" | "ratings" | "form" | "search"
        | "header" | "overlay" | "contents" | "headerbar" | "subnav" | "links" | "skip" | "ad" => {
            Clues::UNLIKELY
        }
        "articlebody" | "articletext" | "articlecontent" | "storybody" | "storytext"
        | "storycontent" | "postbody" | "postcontent" | "entrycontent" | "newsbody"
        | "newstext" | "bodytext" | "artikeltext" | "maincontent" | "blogpost" => Clues::BODY,
        _ => Clues::default(),
    }
}

/// What two neighbouring words say.
fn together(before: &str, word: &str) -> Clues {
    if before.is_empty() {
        Clues::default()
    } else if before == "social" || away_after(before).contains(&word) {
        Clues::ASIDE
    } else if (before, word) == ("author", "name") {
        Clues(Clues::BYLINE.0 | Clues::AUTHOR.0)
    } else if byline_after(before).contains(&word) {
        Clues::BYLINE
    } else if body_after(before).contains(&word) {
        Clues::BODY
    } else if matches!(before, "image" | "photo" | "media" | "img")
        && matches!(word, "caption" | "credit")
    {
        Clues::CAPTION
    } else {
        Clues::default()
    }
}

/// The words that, after this one, name a part that leads away or is no text.
fn away_after(word: &str) -> &'static [&'static str] {
    match word {
        "you" => &["may", "might"],
        "also" => &["like"],
        "more" => &["from", "on", "stories", "articles", "news"],
        "read" => &["next", "more", "also"],
        "up" | "next" | "prev" | "previous" => &["next", "post", "article", "story"],
        "most" => &["read", "viewed", "shared", "commented"],
        "see" => &["also"],
        "top" => &["stories", "news"],
        "latest" => &["news", "posts", "articles", "stories"],
        "table" | "of" => &["contents"],
        "sign" => &["up", "in"],
        "log" | "opt" => &["in"],
        "call" | "to" | "back" => &["action", "top"],
        "jump" => &["to", "links"],
        "site" | "page" => &["header", "footer"],
        "follow" => &["us"],
        "lead" | "contact" => &["form", "magnet"],
        "screen" | "sr" | "visually" => &["reader", "only", "hidden"],
        "ad" => &["container", "wrapper", "slot", "unit", "block", "banner", "label"],
        "side" => &["bar"],
        "skip" => &["link", "links", "to", "nav"],
        _ => &[],
    }
}

/// The words that, after this one, name what tells who wrote it and when.
fn byline_after(word: &str) -> &'static [&'static str] {
    match word {
        "author" => &[
            "bio",
            "box",
            "info",
            "card",
            "block",
            "profile",
            "description",
            "about",
            "image",
            "avatar",
        ],
        "about" | "the" => &["author"],
        "post" | "entry" | "article" => &["meta", "date", "time"],
        "published" | "publish" | "updated" => &["date", "time"],
        "reading" | "read" => &["time"],
        _ => &[],
    }
}

/// The words that, after this one, name the text itself.
fn body_after(word: &str) -> &'static [&'static str] {
    match word {
        "article" | "story" | "post" | "entry" | "blog" | "news" | "artikel" | "content"
        | "single" | "page" | "rich" | "articulo" | "cuerpo" | "noticia" | "texte" | "main" => &[
            "body",
            "content",
            "text",
            "copy",
            "inhalt",
            "contenido",
            "contenu",
            "richtext",
            "article",
            "main",
        ],
        _ => &[],
    }
}

/// What a name says that is just this.
fn whole(name: &str) -> Clues {
    match name {
        "widget" | "widgets" => Clues::UNLIKELY,
        "content" | "article" | "main" | "post" | "hentry" | "story" | "article-body" => {
            Clues::LOCATION
        }
        _ => Clues::default(),
    }
}
