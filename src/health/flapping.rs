//! Feeds that work and fail by turns. Each turn would be two notices; instead the operator is told
//! once that the feed flaps, and that it is well only when it has been for a day.
use std::time::Duration;

use super::trouble_level::TroubleLevel;
use super::{FeedStatus, Name, Review, SentNotice, Subject};

/// A feed that failed again so often within a day flaps.
const RETURNS_MIN: u32 = 4;
/// Returns are counted within this time, and so long a feed must hold its state to be steady again.
const FLAPPING_SPAN: Duration = Duration::from_hours(24);

/// What is remembered of a feed that was in trouble lately. It is stored as a [`SentNotice`]: `first`
/// is when counting began, `last` when the state last changed, `word` is "ok 3" or "trouble 3".
struct Stability {
    in_trouble: bool,
    /// How often trouble came back since counting began.
    returns: u32,
}

impl Stability {
    fn of(sent: &SentNotice) -> Self {
        let (state, returns) = sent.word.split_once(' ').unwrap_or_default();
        Self { in_trouble: state == "trouble", returns: returns.parse().unwrap_or(0) }
    }

    fn word(&self) -> String {
        format!("{} {}", if self.in_trouble { "trouble" } else { "ok" }, self.returns)
    }
}

/// Whether a feed is one that flaps, by all that was told.
pub fn is_flapping(sent: &[SentNotice], feed: &Name) -> bool {
    let subject = Subject::Stability(feed.clone());
    let stability = sent.iter().find(|sent| sent.subject == subject).map(Stability::of);
    stability.is_some_and(|stability| stability.returns >= RETURNS_MIN)
}

impl Review<'_> {
    fn stability(&self, feed: &Name) -> Option<(&SentNotice, Stability)> {
        let sent = self.sent(&Subject::Stability(feed.clone()))?;
        Some((sent, Stability::of(sent)))
    }

    pub(super) fn is_flapping(&self, feed: &Name) -> bool {
        self.stability(feed).is_some_and(|(sent, stability)| {
            stability.returns >= RETURNS_MIN && !self.is_past(sent.last, FLAPPING_SPAN)
        })
    }

    /// Whether a feed that works has worked for so long.
    pub(super) fn is_steady_for(&self, feed: &Name, span: Duration) -> bool {
        self.stability(feed)
            .is_none_or(|(sent, stability)| !stability.in_trouble && self.is_past(sent.last, span))
    }

    /// Whether nothing of the feed's past counts any more.
    pub(super) fn is_settled(&self, feed: &Name) -> bool {
        let told = self.sent(&Subject::Feed(feed.clone())).is_some();
        !told && self.is_steady_for(feed, FLAPPING_SPAN)
    }

    /// After the notice that a feed is well again, the next trouble is one too many.
    pub(super) fn told_recovered(&self, feed: &Name) -> SentNotice {
        let word = Stability { in_trouble: false, returns: RETURNS_MIN - 1 }.word();
        self.sent_notice(Subject::Stability(feed.clone()), &word)
    }

    /// The feeds whose state changed between good and bad since the last look.
    pub(super) fn stability_changes(&self) -> Vec<SentNotice> {
        let feeds = self.observations.feeds.iter();
        feeds
            .filter(|feed| self.is_known_apart_from_network(feed))
            .filter_map(|feed| self.stability_change(feed))
            .collect()
    }

    fn stability_change(&self, feed: &FeedStatus) -> Option<SentNotice> {
        let in_trouble = TroubleLevel::of(feed.word) != TroubleLevel::None;
        let now = self.observations.now;
        let subject = Subject::Stability(feed.name.clone());
        let Some((sent, before)) = self.stability(&feed.name) else {
            // Only trouble is worth remembering.
            let word = Stability { in_trouble, returns: 0 }.word();
            return in_trouble.then_some(SentNotice { subject, word, first: now, last: now });
        };
        if in_trouble == before.in_trouble {
            return None;
        }
        let old = self.is_past(sent.first, FLAPPING_SPAN);
        let lapsed = old && (before.returns < RETURNS_MIN || !self.is_flapping(&feed.name));
        let (first, counted) = if lapsed { (now, 0) } else { (sent.first, before.returns) };
        let returns = counted.saturating_add(u32::from(in_trouble));
        let word = Stability { in_trouble, returns }.word();
        Some(SentNotice { subject, word, first, last: now })
    }
}
