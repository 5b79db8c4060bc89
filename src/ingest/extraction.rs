//! From bytes to candidates: parse → extract → match, one pure synchronous function. Tests and
//! benches call it directly.
use std::collections::HashMap;
use std::hash::Hasher;
use std::sync::Arc;
use std::time::Duration;

use siphasher::sip::SipHasher13;
use url::Url;

use super::{more_texts, plan::Plan};
use crate::domain::{Article, Document, Entry, Feed, Finding, FullText};
use crate::extract;
use crate::fetch::{Failure, Fetched};
use crate::matcher::{self, ArticleText};
use crate::parse::feed_links::{self, Evidence};
use crate::parse::{self, ResponseContext};
use crate::schedule::PublishingHabit;
use crate::store::{Batch, Candidate, FeedState, Fired, HubOffer, WindowItem};
use crate::stories::decide::{self, SharedKeys};
use crate::stories::identity::{self, ItemKeys};

/// Bytes of one article's text that are matched and stored; what is longer is cut, and said.
const TEXT_BYTES_MAX: usize = 256 << 10;

/// Bytes of a hub's address and of a topic; what is longer is no address.
const OFFER_BYTES_MAX: usize = 2 << 10;

/// What a document brought.
#[derive(Debug)]
pub struct FeedContent {
    pub batch: Batch,
    /// Entries in the document, known ones included.
    pub entries: u64,
    /// The body broke off: items may be absent that are in the feed.
    pub incomplete: bool,
    /// How long the exchange says the document stays as it is, and how long the document does.
    pub freshness: Option<Duration>,
    pub ttl: Option<Duration>,
    pub took: Duration,
}

/// Reads a fetched body. A body that is no feed changes no state: it is a failure.
pub fn extract_feed(
    plan: &Plan,
    feed: &Feed,
    fetched: &mut Fetched,
    state: &FeedState,
) -> Result<FeedContent, Failure> {
    let hints =
        ResponseContext { content_type: fetched.content_type.as_deref(), base: Some(&fetched.url) };
    let mut document =
        parse::document(&fetched.body, &hints).map_err(|error| unreadable(fetched, &error))?;
    if let Some(cut) = &fetched.incomplete {
        if document.entries.is_empty() {
            return Err(cut.clone());
        }
        document.mended.insert(0, cut.why.clone());
    }
    let ttl = parse::update_interval(&fetched.body);
    // All that counts was copied out of it: a large body must not stay beside its articles.
    drop(std::mem::take(&mut fetched.body));
    let fetched = &*fetched;
    let entries = u64::try_from(document.entries.len()).unwrap_or(u64::MAX);
    let sorted = split_known_and_new(feed, &mut document, state);
    let candidates = sorted
        .fresh
        .into_iter()
        .map(|(article, setting)| {
            let fired = fired(plan, feed, &article);
            let page = wanted_page(feed, &article, !fired.is_empty());
            Candidate { article, setting, fired, page }
        })
        .collect();
    let batch = Batch {
        validators: fetched.validators.clone(),
        window: sorted.window,
        candidates,
        backlog: feed.backlog,
        update_triggers: Arc::clone(&plan.occasions),
        moved_to: fetched.moved_to.as_ref().map(ToString::to_string),
        repaired: document.mended.join("; "),
        hub_offer: hub_offer(&document, fetched),
        // These are judged beside what is remembered of the feed, where the poll is settled.
        stale: false,
        gaps: Vec::new(),
        trust: state.trust,
        habit: PublishingHabit::default(),
    };
    Ok(FeedContent {
        batch,
        entries,
        incomplete: fetched.incomplete.is_some(),
        freshness: fetched.freshness,
        ttl,
        took: fetched.took,
    })
}

/// Why a body is no feed: if it broke off, that comes first. A page that names one feed says where
/// the `url` should lead.
fn unreadable(fetched: &Fetched, error: &parse::Error) -> Failure {
    if let Some(cut) = &fetched.incomplete {
        return cut.clone();
    }
    let is_page = matches!(error, parse::Error::NotAFeed { .. });
    let advice = is_page.then(|| only_alternate(fetched)).flatten();
    let advice = advice.map(|url| format!("; it names the feed {url}: make that its `url`"));
    Failure::unreadable(format!("{error}{}", advice.unwrap_or_default()))
}

/// The one feed a page names for itself.
fn only_alternate(fetched: &Fetched) -> Option<Url> {
    let hints =
        ResponseContext { content_type: fetched.content_type.as_deref(), base: Some(&fetched.url) };
    let mut named = feed_links::feeds_of_page(&fetched.body, &hints);
    named.retain(|found| found.evidence == Evidence::Declared && !found.comments);
    match named.as_slice() {
        [only] if only.url != fetched.url => Some(only.url.clone()),
        _ => None,
    }
}

/// The hub a feed may be subscribed at. What the server says goes before what the document says
/// (WebSub, section 4); a hub that hears us over TLS before one that does not.
fn hub_offer(document: &Document, fetched: &Fetched) -> Option<HubOffer> {
    let absolute = |link: &str| fetched.url.join(link).ok();
    let said = |rel: &str| -> Vec<Url> {
        let links = fetched.links.iter().filter(|link| link.is(rel));
        links.filter_map(|link| absolute(&link.target)).collect()
    };
    let mut hubs = said("hub");
    hubs.extend(document.hubs.iter().filter_map(|hub| absolute(hub)));
    hubs.retain(|hub| {
        matches!(hub.scheme(), "http" | "https") && hub.as_str().len() <= OFFER_BYTES_MAX
    });
    let hub = hubs.iter().find(|hub| hub.scheme() == "https").or_else(|| hubs.first())?;
    let own = said("self").into_iter().next();
    let own = own.or_else(|| document.own_link.as_deref().and_then(absolute));
    let topic = own.unwrap_or_else(|| fetched.url.clone());
    let fits = topic.as_str().len() <= OFFER_BYTES_MAX;
    fits.then(|| HubOffer { hub: hub.to_string(), topic: topic.into() })
}

/// The items of a document: those that were known, and those that are new or changed.
struct SplitItems {
    window: Vec<WindowItem>,
    /// Items new or rewritten, in document order.
    fresh: Vec<(Article, SharedKeys)>,
}

/// Tells known items from new ones. An unchanged item costs one hash; only the others become
/// articles, because most items of most polls are unchanged.
fn split_known_and_new(feed: &Feed, document: &mut Document, state: &FeedState) -> SplitItems {
    let by_revision: HashMap<u64, u64> =
        state.window.items().iter().map(|item| (item.revision, item.key)).collect();
    let revisions: Vec<u64> = document.entries.iter().map(revision).collect();
    // Where items share an id or a link, what each is depends on all of them.
    let entangled = share_keys(document);
    let mut articles = Vec::new();
    let mut cut = 0_usize;
    // Each entry is gone when its article is made: the texts of a large document are in memory once.
    for (entry, revision) in std::mem::take(&mut document.entries).into_iter().zip(&revisions) {
        if entangled || !by_revision.contains_key(revision) {
            let (article, was_cut) = article(feed, document, entry);
            cut = cut.saturating_add(usize::from(was_cut));
            articles.push(article);
        }
    }
    let settings = decide::drop_ambiguous_keys(&mut articles);
    let mut made = articles.into_iter().zip(settings);
    let mut sorted = SplitItems { window: Vec::with_capacity(revisions.len()), fresh: Vec::new() };
    let mut here = std::collections::HashSet::with_capacity(revisions.len());
    for revision in revisions {
        let stands = by_revision.get(&revision).copied();
        let made = if entangled || stands.is_none() { made.next() } else { None };
        let key = match (&made, stands) {
            (_, Some(key)) => key,
            (Some((article, _)), None) => article.keys.first().map_or(0, |key| key.hash),
            (None, None) => continue,
        };
        if !here.insert(key) {
            continue;
        }
        sorted.window.push(WindowItem { key, revision });
        if let (Some(made), None) = (made, stands) {
            sorted.fresh.push(made);
        }
    }
    if cut > 0 {
        document.mended.push(format!("{cut} texts cut at {} KiB", TEXT_BYTES_MAX >> 10));
    }
    sorted
}

/// A hash over all the publisher wrote of an item.
fn revision(entry: &Entry) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(0x7769_7265_7761_7463, 0x6820_726f_7773_2076);
    let parts = [&entry.id, &entry.link, &entry.title, &entry.summary, &entry.content];
    for part in parts {
        hasher.write(part.as_deref().unwrap_or("").as_bytes());
        hasher.write_u8(0xff);
    }
    for more in &entry.more_texts {
        hasher.write(more.text.as_bytes());
        hasher.write_u8(0xff);
    }
    if entry.id.is_none() && entry.link.is_none() {
        let raw = entry.published.as_ref().map_or("", |dated| dated.raw.as_str());
        hasher.write(raw.as_bytes());
    }
    hasher.finish()
}

/// Whether different items claim one id or one link.
fn share_keys(document: &Document) -> bool {
    let mut claims: HashMap<&str, Option<&str>> = HashMap::with_capacity(document.entries.len());
    document.entries.iter().any(|entry| {
        let title = entry.title.as_deref();
        let link = entry.link.as_deref().filter(|link| Some(*link) != entry.id.as_deref());
        [entry.id.as_deref(), link]
            .into_iter()
            .flatten()
            .any(|claimed| claims.insert(claimed, title).is_some_and(|other| other != title))
    })
}

/// An entry made canonical, and whether its text had to be cut.
fn article(feed: &Feed, document: &Document, entry: Entry) -> (Article, bool) {
    let title = entry.title.as_deref().map(extract::title).unwrap_or_default();
    let mut cut = false;
    let mut plain = |text: &Option<String>| {
        let plain = extract::plain_within(text.as_deref().unwrap_or(""), TEXT_BYTES_MAX);
        cut |= plain.cut;
        plain.text.into_owned()
    };
    let (summary, content) = (plain(&entry.summary), plain(&entry.content));
    let canonical = entry.link.as_deref().and_then(|link| match &feed.canonical {
        Some(rules) => extract::canonical_by(link, rules),
        None => extract::verbatim(link),
    });
    let dated = entry.published.as_ref().or(entry.updated.as_ref());
    let published = dated.and_then(|dated| dated.at);
    let published_raw = dated.filter(|dated| dated.at.is_none()).map(|dated| dated.raw.clone());
    let text = if content.is_empty() { &summary } else { &content };
    let keys = identity::keys(&ItemKeys {
        id: entry.id.as_deref(),
        link: canonical.as_deref().or(entry.link.as_deref()),
        title: &title,
        published,
        published_raw: published_raw.as_deref(),
        text,
    });
    let language = entry.language.or_else(|| document.language.clone());
    let mut article = Article {
        keys,
        revision: 0,
        url: entry.link,
        canonical,
        title,
        summary,
        content,
        added_texts: Vec::new(),
        published,
        published_raw,
        authors: entry.authors,
        tags: entry.tags,
        language: language.or_else(|| feed.language.clone()),
    };
    cut |= more_texts::append(&mut article, &entry.more_texts, TEXT_BYTES_MAX);
    article.revision = identity::revision(&article.title, &article.summary, &article.content);
    (article, cut)
}

/// The page to be read as well, if the feed's text is not enough.
fn wanted_page(feed: &Feed, article: &Article, matched: bool) -> Option<String> {
    let wanted = match feed.full_text {
        FullText::Never => false,
        FullText::WhenUnmatched => !matched,
        FullText::Always => true,
    };
    let http = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    article.url.as_ref().filter(|_| wanted).filter(http).cloned()
}

/// The watches that fire on an article, each with its passage and where its alert is sent.
pub fn fired(plan: &Plan, feed: &Feed, article: &Article) -> Vec<Fired> {
    let text = ArticleText {
        title: &article.title,
        summary: &article.summary,
        content: &article.content,
        url: article.url.as_deref().unwrap_or(""),
        authors: &article.authors,
        tags: &article.tags,
        source: feed.name.as_str(),
        language: article.language.as_deref(),
    };
    let mut findings = plan.matcher.find(&text);
    for finding in &mut findings {
        more_texts::name_elements(&mut finding.hits, &article.added_texts);
    }
    findings.into_iter().map(|finding| to_fired(plan, &text, finding)).collect()
}

fn to_fired(plan: &Plan, text: &ArticleText<'_>, finding: Finding) -> Fired {
    let snippet = matcher::snippet(text, &finding);
    let watch = plan.watches.get(&finding.watch);
    Fired {
        snippet,
        watch_title: watch
            .map_or_else(|| finding.watch.as_str().to_owned(), |watch| watch.title.clone()),
        severity: watch.map(|watch| watch.severity).unwrap_or_default(),
        share_group: watch.and_then(|watch| watch.shares.clone()),
        routes: watch.map(|watch| watch.routes.clone()).unwrap_or_default(),
        finding,
    }
}
