//! What feeds do to their ids, and what becomes of it: the ways a feed re-issues what it already
//! said, each with the number of stories that must be told anew.
use std::collections::HashMap;

use wirewatch::domain::{Article, ArticleId, Key, KeyKind, Timestamp, Verdict};
use wirewatch::extract;
use wirewatch::stories::decide::{self, FeedFacts, PollSummary, SeenArticle};
use wirewatch::stories::identity::{self, ItemKeys};

#[derive(Clone)]
struct Entry {
    id: String,
    link: String,
    title: String,
}

fn article(entry: &Entry) -> Article {
    let canonical = extract::canonical(&entry.link);
    let marks = ItemKeys {
        id: Some(&entry.id),
        link: canonical.as_deref(),
        title: &entry.title,
        published: Some(Timestamp(1_700_000_000_000)),
        ..ItemKeys::default()
    };
    Article {
        keys: identity::keys(&marks),
        revision: identity::revision(&entry.title, "", ""),
        canonical,
        title: entry.title.clone(),
        ..Article::default()
    }
}

/// A store of one feed, as small as it can be.
#[derive(Default)]
struct KnownArticles {
    articles: Vec<Article>,
    opened: Vec<bool>,
    carriers: HashMap<Key, Vec<usize>>,
}

impl KnownArticles {
    fn sighting(&self, article: &Article, kind: KeyKind) -> Option<SeenArticle> {
        let key = article.keys.iter().find(|key| key.kind == kind)?;
        let carriers = self.carriers.get(key)?;
        let first = *carriers.first()?;
        let stories = carriers.iter().filter(|at| self.opened[**at]).count();
        Some(SeenArticle {
            article: ArticleId(i64::try_from(first).unwrap_or(0)),
            title: self.articles[first].title.clone(),
            canonical: self.articles[first].canonical.clone(),
            revision: self.articles[first].revision,
            stories: u32::try_from(stories).unwrap_or(u32::MAX),
            says_new: false,
        })
    }

    /// Takes a document in; returns how many stories it told that were not told before.
    fn poll(&mut self, entries: &[Entry]) -> usize {
        let mut articles: Vec<Article> = entries.iter().map(article).collect();
        decide::drop_ambiguous_keys(&mut articles);
        let settings = decide::shared_keys(&articles);
        let looked: Vec<(Option<SeenArticle>, FeedFacts)> = articles
            .iter()
            .map(|article| {
                let known = FeedFacts {
                    same_link: self.sighting(article, KeyKind::Link),
                    same_title_day: self.sighting(article, KeyKind::TitleDay),
                    ..FeedFacts::default()
                };
                (self.sighting(article, article.keys[0].kind), known)
            })
            .collect();
        let mut echoed: Vec<ArticleId> = looked
            .iter()
            .filter(|(id, _)| id.is_none())
            .filter_map(|(_, known)| known.same_link.as_ref().or(known.same_title_day.as_ref()))
            .map(|seen| seen.article)
            .collect();
        echoed.sort_unstable();
        echoed.dedup();
        let churned =
            decide::ids_churned(PollSummary { items: articles.len(), known_titles: echoed.len() });
        let mut told = 0;
        for ((article, setting), (id, known)) in articles.into_iter().zip(settings).zip(looked) {
            let verdict = match &id {
                Some(seen) if decide::is_reused_link(&article, seen) => Verdict::New,
                Some(_) => continue,
                None => decide::verdict_by_keys(&article, setting, &FeedFacts { churned, ..known }),
            };
            told += usize::from(verdict == Verdict::New);
            for key in &article.keys {
                self.carriers.entry(*key).or_default().push(self.articles.len());
            }
            self.articles.push(article);
            self.opened.push(verdict == Verdict::New);
        }
        told
    }
}

const PLACES: [&str; 20] = [
    "Busan", "Daegu", "Incheon", "Gwangju", "Daejeon", "Ulsan", "Suwon", "Jeju", "Pohang", "Mokpo",
    "Osaka", "Nagoya", "Sapporo", "Fukuoka", "Kobe", "Kyoto", "Sendai", "Nagano", "Niigata",
    "Oita",
];
const MATTERS: [&str; 25] = [
    "harbour", "school", "airport", "bridge", "museum", "stadium", "market", "railway", "hospital",
    "river", "library", "theatre", "factory", "tunnel", "castle", "forest", "island", "temple",
    "beach", "brewery", "dam", "prison", "zoo", "court", "shipyard",
];

fn feed() -> Vec<Entry> {
    let matters = MATTERS.iter().flat_map(|matter| PLACES.iter().map(move |place| (matter, place)));
    matters
        .enumerate()
        .map(|(at, (matter, place))| Entry {
            id: format!("tag:example.org,2026:{at}"),
            link: format!("http://example.org/news/{place}-{matter}-{at}"),
            title: format!("{place} decides at last about the future of its {matter}"),
        })
        .collect()
}

fn changed(change: impl Fn(&mut Entry)) -> Vec<Entry> {
    let mut entries = feed();
    entries.iter_mut().for_each(change);
    entries
}

#[test]
fn a_feed_that_says_again_what_it_said_tells_nothing_new() {
    let edited = |entry: &mut Entry| entry.title = entry.title.replace("at last", "after all");
    let mut reused = feed();
    reused[7].title = "Earthquake shakes northern Chile".to_owned();
    reused[7].link = "http://example.org/news/quake-chile-9001".to_owned();
    let mut shuffled = feed();
    shuffled.reverse();
    shuffled.rotate_left(123);
    let ways = [
        ("new ids", changed(|entry| entry.id = format!("urn:{}", entry.id)), 0),
        (
            "https",
            changed(|entry| {
                entry.link = entry.link.replace("http:", "https:");
                entry.id.clone_from(&entry.link);
            }),
            0,
        ),
        (
            "tracking",
            changed(|entry| {
                entry.link.push_str("?utm_source=rss&UTM_Medium=feed");
                entry.id.clone_from(&entry.link);
            }),
            0,
        ),
        ("an id used again", reused, 1),
        ("titles edited", changed(edited), 0),
        (
            "ids and titles",
            changed(|entry| {
                edited(entry);
                entry.id = format!("urn:{}", entry.id);
            }),
            0,
        ),
        ("another order", shuffled, 0),
    ];
    for (way, entries, expected) in ways {
        let mut shelf = KnownArticles::default();
        assert_eq!(shelf.poll(&feed()), 500);
        assert_eq!(shelf.poll(&feed()), 0);
        assert_eq!(shelf.poll(&entries), expected, "{way}");
    }
}

#[test]
fn a_feed_with_one_id_or_one_link_for_every_item_still_tells_every_story() {
    let one_id = changed(|entry| entry.id = "http://example.org/".to_owned());
    assert_eq!(KnownArticles::default().poll(&one_id), 500, "one id");
    let one_link = changed(|entry| entry.link = "http://example.org/".to_owned());
    let mut shelf = KnownArticles::default();
    assert_eq!(shelf.poll(&one_link[..250]), 250, "one link");
    assert_eq!(shelf.poll(&one_link), 250, "one link, the next poll");
}
