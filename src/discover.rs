//! Finds the feeds of a site: what it names, what it links to, and where feeds usually lie.
//!
//! Every address is asked through the gate, one after another and a bounded number of them, and
//! nothing is believed to be a feed before it was read as one.
use url::Url;

use crate::domain::{Document, Format, Network, Timestamp};
use crate::fetch::{Answer, Failure, FailureKind, Fetched, Gate, Request, RequestKind};
use crate::parse::feed_links::{self, Evidence};
use crate::parse::{self, ResponseContext, sitemap};
use crate::stories::identity;

/// Addresses that are asked on behalf of one site.
const PROBES_MAX: usize = 24;
/// Of those, how many may be what the page names; the rest is for the places nobody names.
const NAMED_MAX: usize = 12;
/// Links in a page's text that are tried.
const LINKED_MAX: usize = 6;
/// Sitemaps that are tried, those of a list included.
const SITEMAPS_MAX: usize = 6;
/// Where publishing systems put their feeds, the commonest first.
const WELL_KNOWN: [&str; 8] = [
    "feed",
    "rss",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "index.xml",
    "feed.json",
    "feeds/posts/default",
];
/// Of two feeds, the share of titles in common by which they are one feed in two formats.
const SAME_SHARE: f64 = 0.8;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub site: &'a Url,
    /// Private networks the site itself may be in, by the operator's word.
    pub allow_private: &'a [Network],
    /// Look at the usual places and the news sitemaps even if the page names feeds.
    pub everywhere: bool,
}

/// What was found, the best first, and what was tried in vain.
#[derive(Debug, Default)]
pub struct Discovery {
    pub feeds: Vec<Candidate>,
    pub tried: Vec<FailedProbe>,
    /// Addresses that were not asked because the cap was reached.
    pub unasked: usize,
}

/// A feed that was read.
#[derive(Debug)]
pub struct Candidate {
    pub url: Url,
    pub title: Option<String>,
    pub format: Format,
    pub language: Option<String>,
    pub entries: usize,
    /// The latest date any entry has.
    pub newest: Option<Timestamp>,
    pub how: FoundBy,
    /// What readers said, not what the site says.
    pub comments: bool,
    /// The same entries as this feed, found before it, in another format.
    pub same_as: Option<Url>,
    titles: Vec<String>,
}

/// How an address was come by; the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundBy {
    /// The address asked about is a feed.
    Itself,
    /// The page names it, or its server does.
    Named,
    /// The page links to it.
    Linked,
    /// It lies where feeds usually lie.
    WellKnown,
    /// The site's robots.txt or a list of sitemaps names it.
    Sitemap,
}

impl FoundBy {
    /// The word `feeds discover --json` prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Named => "named",
            Self::Linked => "linked",
            Self::WellKnown => "well-known",
            Self::Sitemap => "sitemap",
        }
    }
}

/// An address that turned out to be no feed.
#[derive(Debug)]
pub struct FailedProbe {
    pub url: Url,
    pub why: String,
}

/// Looks for the feeds of a site. Fails only if the site itself cannot be asked.
pub async fn discover(
    gate: &Gate,
    wanted: Query<'_>,
    now: Timestamp,
) -> Result<Discovery, Failure> {
    let mut search = Search { gate, wanted, now, asked: Vec::new(), found: Discovery::default() };
    let page = match search.ask(wanted.site).await {
        Ok(fresh) => fresh,
        // A server that answers may refuse its front page and serve its feeds.
        Err(failure) if matches!(failure.kind, FailureKind::Status(_)) => {
            search.record_failure(wanted.site, failure.why);
            search.usual_places(wanted.site).await;
            return Ok(search.finish());
        }
        Err(failure) => return Err(failure),
    };
    let read = parse_document(&page);
    if let Ok(document) = read {
        search.keep(page.url, FoundBy::Itself, false, document);
        return Ok(search.finish());
    }
    search.page(&page).await;
    let own = search.found.feeds.iter().any(|found| !found.comments);
    if !own || wanted.everywhere {
        search.usual_places(&page.url).await;
    }
    Ok(search.finish())
}

/// One search and what it found so far.
struct Search<'a> {
    gate: &'a Gate,
    wanted: Query<'a>,
    now: Timestamp,
    asked: Vec<Url>,
    found: Discovery,
}

impl Search<'_> {
    /// Counts the request: a site is asked a bounded number of times.
    async fn ask(&mut self, url: &Url) -> Result<Fetched, Failure> {
        self.asked.push(url.clone());
        let allow_private = self.wanted.allow_private;
        let request = Request::found(self.wanted.site, url, RequestKind::Page);
        match self.gate.fetch(Request { allow_private, ..request }, self.now).await {
            Answer::Fetched(fresh) => Ok(*fresh),
            Answer::Failed(failure) => Err(failure),
            Answer::Unchanged(_) => Err(Failure::unreadable("the server answered 304 unasked")),
        }
    }

    /// Follows what a page and its server name, then what the page links to.
    async fn page(&mut self, fresh: &Fetched) {
        let hints =
            ResponseContext { content_type: fresh.content_type.as_deref(), base: Some(&fresh.url) };
        let (mut named, mut linked) = (0, 0);
        for url in named_by_server(fresh).iter().take(LINKED_MAX) {
            named += 1;
            self.probe(url, FoundBy::Named, false).await;
        }
        for alternate in feed_links::feeds_of_page(&fresh.body, &hints) {
            let how = match alternate.evidence {
                Evidence::Declared if named < NAMED_MAX => {
                    named += 1;
                    FoundBy::Named
                }
                Evidence::Linked if linked < LINKED_MAX => {
                    linked += 1;
                    FoundBy::Linked
                }
                Evidence::Declared | Evidence::Linked => {
                    self.found.unasked += 1;
                    continue;
                }
            };
            self.probe(&alternate.url, how, alternate.comments).await;
        }
    }

    /// The places feeds usually lie, under the page and at the root; then the news sitemaps.
    async fn usual_places(&mut self, page: &Url) {
        let Ok(root) = page.join("/") else { return };
        let mut bases = vec![root.clone()];
        let mut folder = page.clone();
        folder.set_query(None);
        folder.set_fragment(None);
        if folder.path().len() > 1 {
            if !folder.path().ends_with('/') {
                let path = format!("{}/", folder.path());
                folder.set_path(&path);
            }
            bases.insert(0, folder);
        }
        'places: for base in bases {
            for path in WELL_KNOWN {
                let Ok(url) = base.join(path) else { continue };
                // One is enough: the others would be the same under another name.
                if self.probe(&url, FoundBy::WellKnown, false).await {
                    break 'places;
                }
            }
        }
        self.sitemaps(&root).await;
    }

    /// News sitemaps serve as feeds where a site has none.
    async fn sitemaps(&mut self, root: &Url) {
        let Ok(robots) = root.join("/robots.txt") else { return };
        if !self.may_ask(&robots) {
            return;
        }
        let Ok(fresh) = self.ask(&robots).await else { return };
        let mut left = SITEMAPS_MAX;
        for url in sitemap::sitemaps_of_robots(&fresh.body, &fresh.url) {
            let Some(fewer) = left.checked_sub(1) else { return };
            left = fewer;
            let Some(list) = self.sitemap(&url).await else { continue };
            // Of a list only what says that it is news: the rest is the site's whole archive.
            for child in list.into_iter().filter(|child| sitemap::lists_news(&child.url)) {
                let Some(fewer) = left.checked_sub(1) else { return };
                left = fewer;
                self.probe(&child.url, FoundBy::Sitemap, false).await;
            }
        }
    }

    /// Asks a sitemap: keeps it if it is one of news, gives back its children if it is a list.
    async fn sitemap(&mut self, url: &Url) -> Option<Vec<sitemap::IndexEntry>> {
        if !self.may_ask(url) {
            return None;
        }
        let fresh = match self.ask(url).await {
            Ok(fresh) => fresh,
            Err(failure) => {
                self.record_failure(url, failure.why);
                return None;
            }
        };
        let hints =
            ResponseContext { content_type: fresh.content_type.as_deref(), base: Some(&fresh.url) };
        let mut list = sitemap::sitemaps_of_index(&fresh.body, &hints);
        if list.is_empty() {
            self.judge(fresh, FoundBy::Sitemap, false);
            return None;
        }
        list.sort_by_key(|child| std::cmp::Reverse(child.modified));
        Some(list)
    }

    /// Asks an address and keeps it if it is a feed.
    async fn probe(&mut self, url: &Url, how: FoundBy, comments: bool) -> bool {
        if !self.may_ask(url) {
            return false;
        }
        match self.ask(url).await {
            Ok(fresh) => self.judge(fresh, how, comments),
            Err(failure) => {
                self.record_failure(url, failure.why);
                false
            }
        }
    }

    /// Each address once, and no more than the cap in all.
    fn may_ask(&mut self, url: &Url) -> bool {
        if self.asked.contains(url) {
            return false;
        }
        let room = self.asked.len() < PROBES_MAX;
        self.found.unasked += usize::from(!room);
        room
    }

    /// What is no feed is recorded with the reason, for `feeds discover` to show.
    fn judge(&mut self, fresh: Fetched, how: FoundBy, comments: bool) -> bool {
        match parse_document(&fresh) {
            Ok(document) => {
                self.keep(fresh.url, how, comments, document);
                true
            }
            Err(error) => {
                self.record_failure(&fresh.url, error.to_string());
                false
            }
        }
    }

    /// Kept to be shown: why an address is no feed is what people ask first.
    fn record_failure(&mut self, url: &Url, why: String) {
        self.found.tried.push(FailedProbe { url: url.clone(), why });
    }

    /// Two addresses with the same items are one feed.
    fn keep(&mut self, url: Url, how: FoundBy, comments: bool, document: Document) {
        if self.found.feeds.iter().any(|known| known.url == url) {
            return;
        }
        let dates = document.entries.iter().flat_map(|entry| {
            [&entry.published, &entry.updated].into_iter().flatten().filter_map(|dated| dated.at)
        });
        let titles = document.entries.iter().filter_map(|entry| entry.title.as_deref());
        let mut titles: Vec<String> = titles.map(identity::normalise_title).collect();
        titles.sort_unstable();
        titles.dedup();
        let same = self
            .found
            .feeds
            .iter()
            .find(|known| is_same(&known.titles, &titles, known.format == document.format));
        self.found.feeds.push(Candidate {
            same_as: same.map(|known| known.same_as.clone().unwrap_or_else(|| known.url.clone())),
            newest: dates.max().filter(|_| !document.entries.is_empty()),
            entries: document.entries.len(),
            title: document.title,
            format: document.format,
            language: document.language,
            url,
            how,
            comments,
            titles,
        });
    }

    /// Ranks: what the site says before what its readers say, one of each feed before its other
    /// formats, then how it was come by, then how fresh and how full it is.
    fn finish(mut self) -> Discovery {
        self.found.feeds.sort_by_key(|found| {
            let fresh = std::cmp::Reverse((found.newest, found.entries));
            (found.comments, found.same_as.is_some(), found.how, found.entries == 0, fresh)
        });
        self.found
    }
}

/// The same reading as of a poll.
fn parse_document(fresh: &Fetched) -> Result<Document, parse::Error> {
    let hints =
        ResponseContext { content_type: fresh.content_type.as_deref(), base: Some(&fresh.url) };
    parse::document(&fresh.body, &hints)
}

/// What `HeaderLink` headers name: `rel="alternate"` with a feed's type or name.
fn named_by_server(fresh: &Fetched) -> Vec<Url> {
    let named = fresh.links.iter().filter(|link| link.is("alternate") || link.is("feed"));
    named
        .filter_map(|link| {
            let url = fresh.url.join(&link.target).ok()?;
            let kind = link.kind.as_deref().unwrap_or_default();
            let plain = ["rss", "atom", "rdf", "feed+json"].iter().any(|word| kind.contains(word));
            let web = matches!(url.scheme(), "http" | "https");
            (web && (plain || link.is("feed"))).then_some(url)
        })
        .collect()
}

/// Whether two feeds carry the same entries. Another format may list fewer of them; in the same
/// format fewer are a section of the whole.
fn is_same(a: &[String], b: &[String], same_format: bool) -> bool {
    let of = if same_format { a.len().max(b.len()) } else { a.len().min(b.len()) };
    if of == 0 {
        return false;
    }
    let common = a.iter().filter(|title| b.binary_search(title).is_ok()).count();
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    count(common) >= count(of) * SAME_SHARE
}
