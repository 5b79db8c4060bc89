//! A feed whose address is a list of sitemaps: the news sitemaps it names are read in its place.
use std::cmp::Reverse;

use super::flight::Shared;
use crate::domain::{Feed, Moment, Validators};
use crate::fetch::{Answer, Ask, Fresh, Request};
use crate::parse::{Hints, sitemap};

/// Sitemaps read of one list, the latest first; news sitemaps hold two days, so few are enough.
const SITEMAPS_MAX: usize = 3;

/// Bytes within which a list of sitemaps says that it is one: every answer is looked at for it, so
/// that look must cost nothing.
const HEAD_BYTES: usize = 4 << 10;

/// The answer itself, or, if it is a list of sitemaps with news among them, what these hold
/// together. Each is asked through the gate, one after another, with the host's pause between.
///
/// One that cannot be read costs its own pages: they are there at the next poll, or the poll after.
pub(super) async fn gathered(shared: &Shared, feed: &Feed, fresh: Fresh, now: Moment) -> Fresh {
    let head = fresh.body.get(..HEAD_BYTES.min(fresh.body.len())).unwrap_or_default();
    if memchr::memmem::find(head, b"sitemapindex").is_none() {
        return fresh;
    }
    let hints = Hints { content_type: fresh.content_type.as_deref(), base: Some(&fresh.url) };
    let mut list = sitemap::list(&fresh.body, &hints);
    list.retain(|child| sitemap::speaks_of_news(&child.url));
    list.sort_by_key(|child| Reverse(child.modified));
    list.truncate(SITEMAPS_MAX);
    let mut read = Vec::new();
    for child in &list {
        if feed.allow_private.is_empty() {
            tokio::time::sleep(shared.plan.host_gap).await;
        }
        let request = Request::beside(feed, &child.url, Ask::Feed);
        match shared.gate.fetch(request, now).await {
            Answer::Fresh(part) => read.push(*part),
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
        let hints = Hints { content_type: part.content_type.as_deref(), base: Some(&part.url) };
        (part.body.as_slice(), hints)
    });
    Fresh {
        body: sitemap::joined(parts).into_bytes(),
        content_type: Some("application/xml; charset=utf-8".to_owned()),
        // The list may stay as it is while what it names changes.
        validators: Validators::default(),
        incomplete: read.into_iter().find_map(|part| part.incomplete),
        ..fresh
    }
}
