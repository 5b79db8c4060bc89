//! Decides by its keys (id, link, title) whether an arriving article is a stored one, a copy or a
//! new story. The store looks the keys up; nothing here does input or output. Whether its text is
//! a copy is decided in `novelty.rs`.

use crate::domain::{Article, ArticleId, Key, KeyKind, Verdict};

use super::identity;
use super::judgement::Relation;
use super::search::Found;

/// With fewer known titles than this a feed is never taken for one that changes all its ids.
const CHURN_KNOWN_TITLES_MIN: usize = 4;

/// A number with fewer digits in an address may be a year or a page, not the number of an article.
const ARTICLE_NUMBER_DIGITS_MIN: usize = 5;

/// Two titles of one story, of which an editor changed one, share at least this part of the
/// shorter one.
const EDITED_TITLE_OVERLAP_MIN: f64 = 0.25;

/// A stored article with a key of the arriving one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenArticle {
    /// The stored article.
    pub article: ArticleId,
    /// Its plain title, as last seen.
    pub title: String,
    /// Its canonical link, as last seen.
    pub canonical: Option<String>,
    /// Its revision, as last seen.
    pub revision: u64,
    /// How many stories *of the same feed* were opened by articles carrying this key (copies do
    /// not count, so that a page edited five times counts once). For a URL seen in another feed:
    /// the stories opened by articles of any feed carrying it.
    pub stories: u32,
    /// The arriving article was published at another time than this one, and says something that
    /// this one does not.
    pub says_new: bool,
}

/// What the store knows when an article with an unknown id arrives. Each key is searched among the
/// articles of the same feed (`same_url`: of the other feeds), and the oldest article that opened
/// a story is given.
#[derive(Clone, Debug, Default)]
pub struct FeedFacts {
    /// An article of this feed with the same link.
    pub same_link: Option<SeenArticle>,
    /// An article of this feed with the same title on the same day.
    pub same_title_day: Option<SeenArticle>,
    /// An article of another feed with the same link.
    pub same_url: Option<SeenArticle>,
    /// The feed has changed all its ids (see [`ids_churned`]), so any known key counts.
    pub churned: bool,
}

/// How the keys of an article compare with the others of the same document. A link or a title that
/// several items have identifies none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedKeys {
    /// Another item of the document has this link and another title.
    pub link_shared: bool,
    /// Another item of the document has this title on this day and another link.
    pub title_shared: bool,
    /// Another item of the document has this id and is another article (see [`drop_ambiguous_keys`]).
    pub id_shared: bool,
}

/// Decides what the article is. A link of a front page, a link that several items share, and a
/// title that says little ("Morning briefing") do not make a copy: in doubt the article is told,
/// because a wrong silence is a missed alert.
pub fn verdict_by_keys(article: &Article, setting: SharedKeys, known: &FeedFacts) -> Verdict {
    // An item with an id, a time and a text of its own is told, under whatever link and title.
    let own = |seen: &SeenArticle| {
        seen.says_new && article.keys.first().is_some_and(|key| key.kind == KeyKind::Id)
    };
    if let Some(seen) = &known.same_link
        && (known.churned || !own(seen) && link_is_identity(article, setting, seen))
    {
        return Verdict::SameLink(seen.article);
    }
    if let Some(seen) = &known.same_title_day
        && (known.churned || !own(seen) && title_is_identity(article, setting, seen))
    {
        return Verdict::SameTitleDay(seen.article);
    }
    if let Some(seen) = &known.same_url
        && link_is_identity(article, setting, seen)
    {
        return Verdict::SameUrl(seen.article);
    }
    Verdict::New
}

/// The verdict on an article whose story was found by its text.
pub fn verdict_by_text(found: &Found) -> Verdict {
    let &Found { of, similarity, .. } = found;
    match found.relation {
        Relation::Copy(_) => Verdict::SameText { of, similarity },
        Relation::FollowUp => Verdict::FollowUp { of, similarity },
        Relation::Other => Verdict::New,
    }
}

/// Whether having the same link means being the same article.
fn link_is_identity(article: &Article, setting: SharedKeys, seen: &SeenArticle) -> bool {
    if same_title(&article.title, &seen.title) {
        return true;
    }
    if setting.link_shared || seen.stories > 1 {
        return false;
    }
    article.canonical.as_deref().is_some_and(identity::is_specific_link)
}

/// Whether having the same title on the same day means being the same article.
fn title_is_identity(article: &Article, setting: SharedKeys, seen: &SeenArticle) -> bool {
    if article.revision == seen.revision {
        return true;
    }
    !setting.title_shared && seen.stories <= 1 && identity::is_specific_title(&article.title)
}

fn same_title(a: &str, b: &str) -> bool {
    let (a, b) = (identity::normalise_title(a), identity::normalise_title(b));
    !a.is_empty() && a == b
}

/// Whether a known id now belongs to another story: it has another link, and a title with next to
/// nothing of the old one. An edited headline, even with a new address, is a revision.
pub fn is_reused_link(article: &Article, seen: &SeenArticle) -> bool {
    if article.revision == seen.revision || same_title(&article.title, &seen.title) {
        return false;
    }
    let moved = match (article.canonical.as_deref(), seen.canonical.as_deref()) {
        // A developing story often keeps its number while headline and address change.
        (Some(now), Some(then)) => {
            now != then
                && (article_number(now).is_none() || article_number(now) != article_number(then))
        }
        (None, None) => true,
        _ => false,
    };
    let titled = !article.title.is_empty() && !seen.title.is_empty();
    moved
        && titled
        && identity::title_overlap(&article.title, &seen.title) < EDITED_TITLE_OVERLAP_MIN
}

/// The longest run of digits in an address, if it is long enough to number an article.
fn article_number(url: &str) -> Option<&str> {
    let runs = url.split(|c: char| !c.is_ascii_digit());
    runs.max_by_key(|run| run.len()).filter(|run| run.len() >= ARTICLE_NUMBER_DIGITS_MIN)
}

/// A summary of one poll after all items were looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PollSummary {
    /// Items in the document.
    pub items: usize,
    /// *Distinct* stored articles of this feed that items with unknown ids were recognised by, be
    /// it by link or by title and day. Distinct, because a feed whose every item has one link or
    /// one title would otherwise seem to echo itself.
    pub known_titles: usize,
}

/// Whether a feed changed all its ids: more than half of the items are known, but not by id. Its
/// items are then judged with `FeedFacts::churned`, and its copies alert nobody.
pub fn ids_churned(poll: PollSummary) -> bool {
    poll.known_titles >= CHURN_KNOWN_TITLES_MIN && poll.known_titles.saturating_mul(2) > poll.items
}

/// For each article of one document, in order: which of its keys it shares with others.
pub fn shared_keys(articles: &[Article]) -> Vec<SharedKeys> {
    let keys = articles.iter().map(|article| article.keys.iter());
    let mut carriers: Vec<(KeyKind, u64, usize)> = keys
        .enumerate()
        .flat_map(|(index, keys)| keys.map(move |key| (key.kind, key.hash, index)))
        .collect();
    carriers.sort_unstable();
    let mut settings = vec![SharedKeys::default(); articles.len()];
    // Nearly every key has one carrier: titles are only normalised where there are several.
    let title = |index: usize| articles.get(index).map(|a| identity::normalise_title(&a.title));
    let link = |index: usize| articles.get(index).and_then(|a| a.canonical.as_deref());
    for same in carriers.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let [(kind, _, first), others @ ..] = same else { continue };
        if others.is_empty() {
            continue;
        }
        // Each is compared with the first. If all agree with that, they agree with one another.
        let first_title = title(*first);
        let titles_differ = others.iter().any(|(_, _, other)| title(*other) != first_title);
        let links_differ = others.iter().any(|(_, _, other)| link(*other) != link(*first));
        for (_, _, index) in same {
            let Some(setting) = settings.get_mut(*index) else { continue };
            match kind {
                KeyKind::Link => setting.link_shared |= titles_differ,
                KeyKind::TitleDay => setting.title_shared |= links_differ,
                KeyKind::Id => {
                    let general = !link(*first).is_some_and(identity::is_specific_link);
                    setting.id_shared |= titles_differ && (links_differ || general);
                }
            }
        }
    }
    settings
}

/// Removes the keys that several different items of one document have: such an id, and after it
/// such a link, identifies none of them. A weaker key takes its place. The last key always stays.
pub fn drop_ambiguous_keys(articles: &mut [Article]) -> Vec<SharedKeys> {
    let settings = shared_keys(articles);
    if !settings.iter().any(|setting| setting.id_shared || setting.link_shared) {
        return settings;
    }
    for (article, setting) in articles.iter_mut().zip(settings) {
        if setting.id_shared {
            drop_first(&mut article.keys, KeyKind::Id);
        }
        if setting.link_shared {
            drop_first(&mut article.keys, KeyKind::Link);
        }
    }
    shared_keys(articles)
}

fn drop_first(keys: &mut Vec<Key>, kind: KeyKind) {
    if keys.len() > 1 && keys.first().is_some_and(|key| key.kind == kind) {
        keys.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn article(id: &str, link: &str, title: &str) -> Article {
        let marks = identity::ItemKeys {
            id: Some(id),
            link: Some(link),
            title,
            published: Some(Timestamp(1_700_000_000_000)),
            ..identity::ItemKeys::default()
        };
        Article {
            keys: identity::keys(&marks),
            revision: identity::revision(title, id, ""),
            canonical: Some(link.to_owned()),
            title: title.to_owned(),
            ..Article::default()
        }
    }

    fn seen(link: &str, title: &str) -> SeenArticle {
        SeenArticle {
            article: ArticleId(7),
            title: title.to_owned(),
            canonical: Some(link.to_owned()),
            revision: 0,
            stories: 1,
            says_new: false,
        }
    }

    const PAGE: &str = "https://example.org/news/seoul-and-tokyo-talk";
    const HOME: &str = "https://example.org/";

    #[test]
    fn an_article_nobody_knows_is_new() {
        let verdict =
            verdict_by_keys(&article("1", PAGE, "A"), SharedKeys::default(), &FeedFacts::default());
        assert_eq!(verdict, Verdict::New);
    }

    #[test]
    fn a_new_id_for_a_known_page_is_a_copy_even_with_an_edited_title() {
        let known = FeedFacts { same_link: Some(seen(PAGE, "Six ways")), ..FeedFacts::default() };
        let verdict =
            verdict_by_keys(&article("2", PAGE, "Eight ways"), SharedKeys::default(), &known);
        assert_eq!(verdict, Verdict::SameLink(ArticleId(7)));
    }

    #[test]
    fn a_link_to_the_front_page_swallows_no_other_story() {
        let known =
            FeedFacts { same_link: Some(seen(HOME, "Quake in Chile")), ..FeedFacts::default() };
        let other = article("2", HOME, "Budget passes");
        assert_eq!(verdict_by_keys(&other, SharedKeys::default(), &known), Verdict::New);
        let again = article("3", HOME, "Quake in Chile");
        assert_eq!(
            verdict_by_keys(&again, SharedKeys::default(), &known),
            Verdict::SameLink(ArticleId(7)),
            "the same title under the same link is the same"
        );
    }

    #[test]
    fn a_link_that_several_items_share_swallows_no_other_story() {
        let known =
            FeedFacts { same_link: Some(seen(PAGE, "Quake in Chile")), ..FeedFacts::default() };
        let other = article("2", PAGE, "Budget passes");
        let shared = SharedKeys { link_shared: true, ..SharedKeys::default() };
        assert_eq!(verdict_by_keys(&other, shared, &known), Verdict::New);
        let twice = SeenArticle { stories: 2, ..seen(PAGE, "Quake in Chile") };
        let known = FeedFacts { same_link: Some(twice), ..FeedFacts::default() };
        assert_eq!(verdict_by_keys(&other, SharedKeys::default(), &known), Verdict::New);
    }

    #[test]
    fn a_recurring_title_swallows_no_other_story() {
        let title = "Morning briefing";
        let known = FeedFacts { same_title_day: Some(seen(PAGE, title)), ..FeedFacts::default() };
        let other = article("2", "https://example.org/other-page-2", title);
        assert_eq!(verdict_by_keys(&other, SharedKeys::default(), &known), Verdict::New);
        let telling = "Seoul and Tokyo resume talks on export controls";
        let known = FeedFacts { same_title_day: Some(seen(PAGE, telling)), ..FeedFacts::default() };
        let moved = article("2", "https://example.org/other-page-2", telling);
        assert_eq!(
            verdict_by_keys(&moved, SharedKeys::default(), &known),
            Verdict::SameTitleDay(ArticleId(7))
        );
        let both = SharedKeys { title_shared: true, ..SharedKeys::default() };
        assert_eq!(verdict_by_keys(&moved, both, &known), Verdict::New, "one document lists both");
    }

    #[test]
    fn another_feed_with_the_same_page_carries_a_copy_and_with_the_same_front_page_does_not() {
        let known = FeedFacts {
            same_url: Some(seen(PAGE, "As the agency had it")),
            ..FeedFacts::default()
        };
        let verdict =
            verdict_by_keys(&article("2", PAGE, "Our headline"), SharedKeys::default(), &known);
        assert_eq!(verdict, Verdict::SameUrl(ArticleId(7)));
        let known = FeedFacts {
            same_url: Some(seen(HOME, "As the agency had it")),
            ..FeedFacts::default()
        };
        let verdict =
            verdict_by_keys(&article("2", HOME, "Our headline"), SharedKeys::default(), &known);
        assert_eq!(verdict, Verdict::New);
    }

    #[test]
    fn an_id_with_another_story_is_reused_and_an_edited_headline_is_not() {
        let then = seen("https://example.org/a/six-ways-to-save", "Six ways to save water");
        let moved = "https://example.org/a/eight-ways-to-save";
        assert!(!is_reused_link(&article("1", moved, "Eight ways to save water"), &then));
        assert!(!is_reused_link(&article("1", PAGE, "Six ways to save water"), &then));
        assert!(is_reused_link(&article("1", PAGE, "Quake hits northern Chile"), &then));
        let there = article("1", "https://example.org/a/six-ways-to-save", "Drought: what to do");
        assert!(!is_reused_link(&there, &then), "one page is one story");
    }

    #[test]
    fn a_feed_that_rekeys_itself_is_recognised_and_one_that_publishes_is_not() {
        assert!(ids_churned(PollSummary { items: 500, known_titles: 500 }));
        assert!(ids_churned(PollSummary { items: 20, known_titles: 11 }));
        assert!(!ids_churned(PollSummary { items: 20, known_titles: 10 }));
        assert!(!ids_churned(PollSummary { items: 3, known_titles: 3 }), "too few to tell");
        assert!(
            !ids_churned(PollSummary { items: 20, known_titles: 1 }),
            "every item echoes one: a shared link"
        );
        assert!(!ids_churned(PollSummary::default()));
    }

    #[test]
    fn in_a_rekeyed_feed_every_sighting_counts() {
        let known = FeedFacts {
            same_title_day: Some(seen(PAGE, "Morning briefing")),
            churned: true,
            ..FeedFacts::default()
        };
        let again = article("2", "https://example.org/new/path", "Morning briefing");
        assert_eq!(
            verdict_by_keys(&again, SharedKeys::default(), &known),
            Verdict::SameTitleDay(ArticleId(7))
        );
    }

    #[test]
    fn an_id_that_every_item_carries_is_nobodys_identity() {
        let mut articles = [
            article("feed", "https://example.org/a-1", "One"),
            article("feed", "https://example.org/a-2", "Two"),
            article("own", "https://example.org/a-3", "Three"),
        ];
        drop_ambiguous_keys(&mut articles);
        let first = articles.map(|article| article.keys.first().map(|key| key.kind));
        assert_eq!(first, [Some(KeyKind::Link), Some(KeyKind::Link), Some(KeyKind::Id)]);
        let mut home = [article("feed", HOME, "One"), article("feed", HOME, "Two")];
        drop_ambiguous_keys(&mut home);
        assert_ne!(home[0].keys, home[1].keys, "title and day are left");
        let mut listed_twice = [article("x", PAGE, "One"), article("x", PAGE, "One, edited")];
        drop_ambiguous_keys(&mut listed_twice);
        assert_eq!(listed_twice[0].keys[0], listed_twice[1].keys[0], "a revision, listed too");
    }
}
