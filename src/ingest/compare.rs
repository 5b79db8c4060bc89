//! Compares the items a feed lists now with those it listed at the last poll.
use std::collections::{HashMap, HashSet};

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
    /// Those of them that newer items pushed to another place.
    moved: usize,
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
            moved: moved(before, &batch.window),
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

    /// What the two polls have in common, as far as it proves that nothing came and went between
    /// them. One old item that is listed again, or one that stands at its place for ever, proves
    /// nothing.
    pub(super) fn overlap(&self) -> Overlap {
        let known = self.recognised.returned + self.recognised.rekeyed;
        let all = Overlap::of(self.common + known, self.before, self.now);
        let unproven = match self.common {
            0 => self.before > 0 && known < self.arrived(),
            _ => all == Overlap::Thin && self.moved == 0 && self.arrived() > 0,
        };
        if unproven { Overlap::None } else { all }
    }
}

/// Items of both windows that stand at another place in the second.
fn moved(before: &[WindowItem], now: &[WindowItem]) -> usize {
    let place: HashMap<u64, usize> =
        before.iter().enumerate().map(|(place, item)| (item.key, place)).collect();
    let moved = |(now, item): &(usize, &WindowItem)| {
        place.get(&item.key).is_some_and(|before| before != now)
    };
    now.iter().enumerate().filter(moved).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two windows of items with these numbers, compared; so many of the second are known of old.
    fn overlap(before: &[u64], now: &[u64], returned: usize) -> Overlap {
        let window = |keys: &[u64]| -> Vec<WindowItem> {
            keys.iter().map(|key| WindowItem { key: *key, revision: *key }).collect()
        };
        let (before, now) = (window(before), window(now));
        let in_both = |item: &&WindowItem| before.iter().any(|other| other.key == item.key);
        let common = now.iter().filter(in_both).count();
        let compared = Compared {
            common,
            moved: moved(&before, &now),
            before: before.len(),
            now: now.len(),
            unlisted: vec![Vec::new(); now.len() - common],
            recognised: Recognised { returned, rekeyed: 0 },
        };
        compared.overlap()
    }

    #[test]
    fn an_old_item_listed_again_hides_no_gap() {
        let before: Vec<u64> = (100..110).collect();
        let mut now: Vec<u64> = (200..209).collect();
        now.push(7);
        assert_eq!(overlap(&before, &now, 1), Overlap::None);
        assert_eq!(overlap(&before, &now, 10), Overlap::Good, "an older batch is no gap");
    }

    #[test]
    fn an_item_that_never_leaves_its_place_hides_no_gap() {
        let with_pinned =
            |from: u64| -> Vec<u64> { std::iter::once(1).chain(from..from + 9).collect() };
        assert_eq!(overlap(&with_pinned(100), &with_pinned(200), 0), Overlap::None);
        assert_eq!(overlap(&with_pinned(100), &with_pinned(105), 0), Overlap::Good);
        assert_eq!(overlap(&with_pinned(100), &with_pinned(100), 0), Overlap::Good);
        let last_left: Vec<u64> = (200..209).chain([100]).collect();
        let before: Vec<u64> = (100..110).collect();
        assert_eq!(overlap(&before, &last_left, 0), Overlap::Thin);
    }
}
