//! A feed whose address is a list of sitemaps: the news sitemaps it names are read in its place.
use std::cmp::Reverse;

use super::context::{PollContext, Shared};
use crate::domain::{Feed, Validators};
use crate::fetch::{Answer, Fetched, ReadingShare, Request, RequestKind};
use crate::parse::{ResponseContext, sitemap};

/// Sitemaps read of one list, the latest first; news sitemaps hold two days, so few are enough.
const SITEMAPS_MAX: usize = 3;

/// Bytes of all sitemaps of one list; those that come after are read at another poll.
const SITEMAPS_BYTES_MAX: usize = 10 << 20;
/// Lists whose sitemaps are fetched at once: each holds several bodies that no budget counts, because
/// a poll that waited for memory while it holds some could wait for itself.
pub(super) const LISTS_MAX: usize = 2;

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
    fetched: Fetched,
    context: PollContext,
) -> Fetched {
    let head = fetched.body.get(..HEAD_BYTES.min(fetched.body.len())).unwrap_or_default();
    if memchr::memmem::find(head, b"sitemapindex").is_none() {
        return fetched;
    }
    let hints =
        ResponseContext { content_type: fetched.content_type.as_deref(), base: Some(&fetched.url) };
    let mut list = sitemap::sitemaps_of_index(&fetched.body, &hints);
    list.retain(|child| sitemap::lists_news(&child.url));
    list.sort_by_key(|child| Reverse(child.modified));
    list.truncate(SITEMAPS_MAX);
    if list.is_empty() {
        return fetched;
    }
    let list_only = Fetched { memory: ReadingShare::default(), ..fetched };
    // The semaphore is never closed; if it were, a list would be read without a permit.
    let permit = shared.sitemap_lists.acquire().await.ok();
    let (mut read, mut bytes) = (Vec::new(), 0_usize);
    for child in &list {
        if bytes >= SITEMAPS_BYTES_MAX {
            tracing::info!(feed = %feed.name, "the sitemaps of `{}` are too large to be read together", feed.name);
            break;
        }
        let request = Request::linked_from(feed, &child.url, RequestKind::Feed);
        match shared.gate.fetch_in_turn(request, shared.turns(None, context), context.now).await {
            Answer::Fetched(part) => {
                bytes = bytes.saturating_add(part.body.len());
                read.push(Fetched { memory: ReadingShare::default(), ..*part });
            }
            Answer::Unchanged(_) => (),
            Answer::Failed(failure) => {
                let (feed, why) = (&feed.name, failure.why);
                tracing::warn!(feed = %feed, "a sitemap of `{feed}` could not be read: {why}");
            }
        }
    }
    let merged = if read.is_empty() { list_only } else { merge(list_only, read) };
    drop(permit);
    let memory = shared.gate.memory(merged.body.len()).await;
    Fetched { memory, ..merged }
}

/// The sitemaps as one document, in the place of their list.
fn merge(list: Fetched, read: Vec<Fetched>) -> Fetched {
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
        ..list
    }
}
