//! The words by which the makers of pages name the parts of them, in classes and ids, and what each
//! says about the part.
use super::clue_set::Clues;

/// What a word says by itself.
pub(super) fn clue_of_word(word: &str) -> Clues {
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
        "byline" => Clues::BYLINE.or(Clues::AUTHOR),
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
pub(super) fn clue_of_pair(before: &str, word: &str) -> Clues {
    if before.is_empty() {
        Clues::default()
    } else if before == "social" || away_after(before).contains(&word) {
        Clues::ASIDE
    } else if (before, word) == ("author", "name") {
        Clues::BYLINE.or(Clues::AUTHOR)
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

/// The words that, after this one, name a part that is not text or leads away.
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

/// The words that, after this one, name the byline.
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

/// The words that, after this one, name the text.
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

/// What a name says as a whole.
pub(super) fn clue_of_name(name: &str) -> Clues {
    match name {
        "widget" | "widgets" => Clues::UNLIKELY,
        "hidden" | "is-hidden" | "d-none" | "u-hidden" | "hide" => Clues::HIDING,
        "content" | "article" | "main" | "post" | "hentry" | "story" | "article-body" => {
            Clues::ARTICLE
        }
        _ => Clues::default(),
    }
}
