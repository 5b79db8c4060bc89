//! A feed whose address is a list of sitemaps: the news sitemaps it names are read in its place.
use std::cmp::Reverse;

use super::context::{PollContext, Shared};
use crate::domain::{Feed, Validators};
use crate::fetch::{Answer, Fetched, Request, RequestKind};
use crate::parse::{ResponseContext, sitemap};

/// Sitemaps read of one list, the latest first; news sitemaps hold two days, so few are enough.
const SITEMAPS_MAX: usize = 3;

/// Bytes within which a list of sitemaps says that it is one: every answer is looked at for it, so
/// that look must cost nothing.
const HEAD_BYTES: usize = 4 << 10;

/// The answer itself, or, if it is a list of sitemaps with news among them, what these hold
/// together. Each is asked through the gate, one after another, in its host's turn.
///
/// One that cannot be read costs its own pages: they are there at the next poll, or the poll after.
pub(super) async fn read_listed(
    shared: &Shared,
    feed: &Feed,
    fresh: Fetched,
    context: PollContext,
) -> Fetched {
    let head = fresh.body.get(..HEAD_BYTES.min(fresh.body.len())).unwrap_or_default();
    if memchr::memmem::find(head, b"sitemapindex").is_none() {
        return fresh;
    }
    let hints =
        ResponseContext { content_type: fresh.content_type.as_deref(), base: Some(&fresh.url) };
    let mut list = sitemap::sitemaps_of_index(&fresh.body, &hints);
    list.retain(|child| sitemap::lists_news(&child.url));
    list.sort_by_key(|child| Reverse(child.modified));
    list.truncate(SITEMAPS_MAX);
    let mut read = Vec::new();
    for child in &list {
        let request = Request::linked_from(feed, &child.url, RequestKind::Feed);
        match shared.gate.fetch_in_turn(request, shared.turns(None, context), context.now).await {
            Answer::Fetched(part) => read.push(*part),
            Answer::Unchanged(_) => (),
            Answer::Failed(failure) => {
                let (feed, why) = (&feed.name, failure.why);
                tracing::warn!(feed = %feed, "a sitemap of `{feed}` could not be read: {why}");
            }
        }
    }
    if read.is_empty() {
        return fresh;
    }
    let parts = read.iter().map(|part| {
        let hints =
            ResponseContext { content_type: part.content_type.as_deref(), base: Some(&part.url) };
        (part.body.as_slice(), hints)
    });
    Fetched {
        body: sitemap::merge_sitemaps(parts).into_bytes(),
        content_type: Some("application/xml; charset=utf-8".to_owned()),
        // The list may stay as it is while what it names changes.
        validators: Validators::default(),
        incomplete: read.into_iter().find_map(|part| part.incomplete),
        ..fresh
    }
}
