//! Compares the items a feed lists now with those it listed at the last poll.
use std::collections::HashSet;

use crate::schedule::Overlap;
use crate::store::{Batch, Recognised, WindowItem};

/// So many items must have left, and as many come back, before the server is said to serve an older
/// batch: fewer may be an
/// editor who took something down.
const STALE_ITEMS_MIN: usize = 3;

/// The items of two polls, compared.
#[derive(Debug)]
pub(super) struct Compared {
    /// Items in both.
    common: usize,
    before: usize,
    now: usize,
    /// The keys of each item the earlier window did not list, identity first.
    pub(super) unlisted: Vec<Vec<u64>>,
    /// Which of those are known from still earlier.
    pub(super) recognised: Recognised,
}

impl Compared {
    pub(super) fn of(before: &[WindowItem], batch: &Batch) -> Self {
        let listed: HashSet<u64> = before.iter().map(|item| item.key).collect();
        let keys = batch.candidates.iter().map(|candidate| &candidate.article.keys);
        let unlisted = keys
            .filter(|keys| keys.first().is_some_and(|identity| !listed.contains(&identity.hash)))
            .map(|keys| keys.iter().map(|key| key.hash).collect())
            .collect();
        Self {
            common: batch.window.iter().filter(|item| listed.contains(&item.key)).count(),
            before: before.len(),
            now: batch.window.len(),
            unlisted,
            recognised: Recognised::default(),
        }
    }

    /// Whether it matters which of the unlisted items are known from earlier: most polls bring a few
    /// new items and are not worth the look.
    pub(super) fn is_odd(&self) -> bool {
        let left = self.before.saturating_sub(self.common);
        let disjoint = self.before > 0 && self.common == 0;
        disjoint || (left >= STALE_ITEMS_MIN && self.unlisted.len() >= STALE_ITEMS_MIN)
    }

    /// Items that came since.
    pub(super) fn arrived(&self) -> usize {
        let known = self.recognised.returned + self.recognised.rekeyed;
        self.unlisted.len().saturating_sub(known)
    }

    /// Nothing came, newer items left, and older ones are back.
    pub(super) fn is_stale(&self) -> bool {
        let left = self.before.saturating_sub(self.common);
        let returned = self.recognised.returned;
        left >= STALE_ITEMS_MIN && returned >= STALE_ITEMS_MIN && returned == self.unlisted.len()
    }

    pub(super) fn overlap(&self) -> Overlap {
        let known = self.common + self.recognised.returned + self.recognised.rekeyed;
        Overlap::of(known, self.before, self.now)
    }
}
