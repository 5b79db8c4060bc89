//! Which alerts had to come: from the articles that were published and the watches there were.
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use rusqlite::Connection;

use crate::harness::delivery_check::AlertKey;
use crate::harness::feed_formats::Item;
use crate::harness::news_generator::{WatchTerms, expected_alerts};
use crate::harness::unix_ms;

/// How long after a change of the watchlist the old one may still be in use: a file that has just
/// changed is left to settle, and the machine may be busy.
pub(super) const RELOAD_MS_MAX: u64 = 5_000;
/// How long before it is stored an article was matched.
const MATCHED_TO_STORED_MS_MAX: u64 = 5_000;

/// The watches that stay, then the ones that edits take away and bring back.
const WATCHES: [(&str, &[&str]); 5] = [
    ("gsomia", &["GSOMIA", "지소미아"]),
    ("export-controls", &["export control", "輸出規制", "出口管制"]),
    ("cobra-gold", &["Cobra Gold", "코브라골드"]),
    ("far-scripts", &["экспортный контроль", "ضوابط التصدير"]),
    ("trade-talks", &["trade talks", "무역 협상"]),
];
const WATCHES_KEPT: usize = 2;

/// Every term of every watch, for the articles to mention.
pub(super) fn terms() -> Vec<String> {
    WATCHES.iter().flat_map(|(_, any)| any.iter().map(|term| (*term).to_owned())).collect()
}

/// The watchlist from one edit to the next.
#[derive(Clone)]
pub(super) struct Edition {
    from_unix_ms: u64,
    watches: BTreeSet<&'static str>,
}

impl Edition {
    /// All watches but the last.
    pub(super) fn first() -> Self {
        let watches = WATCHES.iter().rev().skip(1).map(|(name, _)| *name).collect();
        Self { from_unix_ms: unix_ms(), watches }
    }

    /// The same with one watch more, or one less.
    pub(super) fn changed(&self, rng: &mut fastrand::Rng) -> Self {
        let (name, _) = WATCHES[rng.usize(WATCHES_KEPT..WATCHES.len())];
        let mut watches = self.watches.clone();
        if !watches.remove(name) {
            watches.insert(name);
        }
        Self { from_unix_ms: unix_ms(), watches }
    }

    /// As it is written in `watchlist.toml`.
    pub(super) fn config(&self) -> String {
        let mut text = String::new();
        for (name, any) in WATCHES.iter().filter(|(name, _)| self.watches.contains(name)) {
            write!(
                text,
                "[[watch]]\nname = \"{name}\"\nany = {any:?}\nnotify = [\"hook\", \"mail\"]\n\n"
            )
            .unwrap();
        }
        text
    }
}

/// An article and the alerts it gives where it is watched for.
pub(super) struct Published {
    at_unix_ms: u64,
    link: String,
    alerts: BTreeSet<AlertKey>,
}

impl Published {
    pub(super) fn now(item: &Item) -> Self {
        let watches = WATCHES.map(|(name, any)| WatchTerms {
            name: name.to_owned(),
            any: any.iter().map(|term| (*term).to_owned()).collect(),
        });
        let alerts = expected_alerts(&watches, [item]);
        Self { at_unix_ms: unix_ms(), link: item.link.clone(), alerts }
    }
}

#[derive(Default)]
pub(super) struct Oracle {
    pub(super) editions: Vec<Edition>,
    pub(super) published: Vec<Published>,
}

impl Oracle {
    pub(super) fn latest(&self) -> &Edition {
        self.editions.last().unwrap()
    }

    /// The alerts every receiver must get. Where an edit and an article fell so close together that
    /// either watchlist may have judged it, what any receiver got is what all must get.
    pub(super) fn expected(
        &self,
        first_seen: &HashMap<String, u64>,
        received: &BTreeSet<AlertKey>,
    ) -> BTreeSet<AlertKey> {
        let mut expected = BTreeSet::new();
        for published in &self.published {
            let seen = first_seen.get(&published.link).copied();
            for alert in &published.alerts {
                let is_expected = self
                    .is_watched(&alert.0, published.at_unix_ms, seen)
                    .unwrap_or_else(|| received.contains(alert));
                if is_expected {
                    expected.insert(alert.clone());
                }
            }
        }
        expected
    }

    /// Whether the watch was there while an article could be judged; `None` when it was for a part
    /// of that time.
    fn is_watched(&self, watch: &str, published: u64, seen: Option<u64>) -> Option<bool> {
        let until = seen.map_or(u64::MAX, |seen| seen + MATCHED_TO_STORED_MS_MAX);
        let ends = self.editions.iter().skip(1).map(|next| next.from_unix_ms + RELOAD_MS_MAX);
        let mut answers = self
            .editions
            .iter()
            .zip(ends.chain([u64::MAX]))
            .filter(|(edition, end)| edition.from_unix_ms <= until && published <= *end)
            .map(|(edition, _)| edition.watches.contains(watch));
        let first = answers.next()?;
        answers.all(|answer| answer == first).then_some(first)
    }
}

/// When the daemon stored each article, by its link.
pub(super) fn first_seen(store: &Connection) -> HashMap<String, u64> {
    let mut rows = store.prepare("SELECT url, first_seen FROM article").unwrap();
    let rows = rows.query_map([], |row| {
        let link: Option<String> = row.get(0)?;
        let seen: i64 = row.get(1)?;
        Ok((link.unwrap_or_default(), seen.unsigned_abs()))
    });
    rows.unwrap().map(Result::unwrap).collect()
}
