//! Notices about feeds: that they fail, that they are well again, that they moved.
use std::collections::BTreeSet;
use std::time::Duration;

use super::service::BACK;
use super::trouble_level::{FLAPPING, TroubleLevel};
use super::{
    Decision, FeedCondition, FeedStatus, MINOR_REMIND_FACTOR, Name, Review, SentNotice, Subject,
    Timestamp, tell, wording,
};

/// Between two notices about failing feeds, so that feeds of one bad host are told together.
const FEED_NOTICE_GAP: Duration = Duration::from_mins(30);
/// A feed that works again is told of after so long: some only work by turns.
const RECOVERED_AFTER: Duration = Duration::from_hours(3);

impl Review<'_> {
    pub(super) fn decide_feeds(&self) -> Option<Decision> {
        self.decide_failing().or_else(|| self.decide_recovered()).or_else(|| self.decide_moved())
    }

    /// Whether the feed was asked since the network came back: before that, its state is the
    /// network's.
    pub(super) fn is_known_apart_from_network(&self, feed: &FeedStatus) -> bool {
        let back = self.sent(&Subject::Network).filter(|sent| sent.word == BACK);
        self.is_asked_since(feed)
            && back.is_none_or(|back| feed.polled_at.is_some_and(|polled| polled > back.last))
    }

    fn level(&self, feed: &FeedStatus) -> TroubleLevel {
        if self.is_flapping(&feed.name) {
            TroubleLevel::Flapping
        } else {
            TroubleLevel::of(feed.word)
        }
    }

    /// How far a feed's trouble is on the way to its notice: told at 1, and from a half on taken
    /// along with others.
    fn notice_progress(&self, feed: &FeedStatus) -> f64 {
        if self.level(feed) != TroubleLevel::Failing {
            return 1.0;
        }
        let now = self.observations.now;
        let lasted = feed.since.map_or(Duration::ZERO, |since| now.since(since));
        let by_time = lasted.as_secs_f64() / self.thresholds.fail_after.as_secs_f64().max(1.0);
        let by_count = f64::from(feed.failures) / f64::from(self.thresholds.fail_times.max(1));
        by_time.max(by_count)
    }

    fn remind_every(&self, level: TroubleLevel) -> Duration {
        let every = self.thresholds.remind_every;
        if level == TroubleLevel::Minor { every.saturating_mul(MINOR_REMIND_FACTOR) } else { every }
    }

    fn decide_failing(&self) -> Option<Decision> {
        if !self.is_due(&Subject::Feeds, FEED_NOTICE_GAP) {
            return None;
        }
        let (mut fresh, mut again, mut due) = (Vec::new(), Vec::new(), false);
        let feeds = self.observations.feeds.iter();
        for feed in feeds.filter(|feed| self.is_known_apart_from_network(feed)) {
            let level = self.level(feed);
            if level == TroubleLevel::None {
                continue;
            }
            let told = self.sent(&Subject::Feed(feed.name.clone()));
            if let Some(told) = told.filter(|told| TroubleLevel::of_sent(told) == level) {
                let every = self.remind_every(level);
                due |= self.is_past(told.last, every);
                if self.is_past(told.last, every / 2) {
                    again.push(feed);
                }
                continue;
            }
            let progress = self.notice_progress(feed);
            due |= progress >= 1.0;
            if progress >= 0.5 {
                fresh.push(feed);
            }
        }
        if !due {
            return None;
        }
        let mut sent: Vec<SentNotice> = fresh
            .iter()
            .chain(&again)
            .map(|feed| self.sent_notice(Subject::Feed(feed.name.clone()), self.word(feed)))
            .collect();
        sent.push(self.sent_notice(Subject::Feeds, "failing"));
        let is_flapping = |feed: &FeedStatus| self.is_flapping(&feed.name);
        let draft = wording::failing(&fresh, &again, self.observations.now, is_flapping);
        Some(tell(draft, sent))
    }

    fn word(&self, feed: &FeedStatus) -> &'static str {
        if self.is_flapping(&feed.name) { FLAPPING } else { feed.word.as_str() }
    }

    fn decide_recovered(&self) -> Option<Decision> {
        let feeds = self.observations.feeds.iter();
        let back: Vec<(&FeedStatus, Timestamp)> = feeds
            .filter(|feed| feed.word == FeedCondition::Ok && !self.is_flapping(&feed.name))
            .filter(|feed| self.is_steady_for(&feed.name, RECOVERED_AFTER))
            .filter_map(|feed| {
                let told = self.sent(&Subject::Feed(feed.name.clone()))?;
                Some((feed, told.first))
            })
            .collect();
        if back.is_empty() {
            return None;
        }
        let forget = back.iter().map(|(feed, _)| Subject::Feed(feed.name.clone())).collect();
        // A feed that fails again soon after this is told of as one that flaps.
        let sent = back.iter().map(|(feed, _)| self.told_recovered(&feed.name)).collect();
        let draft = Some(wording::recovered(&back, self.observations.now));
        Some(Decision { draft, sent, forget })
    }

    fn decide_moved(&self) -> Option<Decision> {
        let every = self.remind_every(TroubleLevel::Minor);
        let feeds = self.observations.feeds.iter();
        let moved: Vec<(&FeedStatus, &str)> = feeds
            .filter_map(|feed| Some((feed, feed.moved_to.as_deref()?)))
            .filter(|(feed, to)| {
                self.sent(&Subject::Address(feed.name.clone()))
                    .is_none_or(|told| told.word != *to || self.is_past(told.last, every))
            })
            .collect();
        if moved.is_empty() {
            return None;
        }
        let sent = moved
            .iter()
            .map(|(feed, to)| self.sent_notice(Subject::Address(feed.name.clone()), to))
            .collect();
        Some(tell(wording::moved(&moved), sent))
    }

    /// What left the configuration, or ended and needs no notice of its end.
    pub(super) fn forgotten_subjects(&self) -> Vec<Subject> {
        let feeds = &self.observations.feeds;
        let known: BTreeSet<&Name> = feeds.iter().map(|feed| &feed.name).collect();
        let moved = feeds.iter().filter(|feed| feed.moved_to.is_some());
        let moved: BTreeSet<&Name> = moved.map(|feed| &feed.name).collect();
        let hubs: BTreeSet<&Name> = self.observations.hubs.iter().map(|hub| &hub.feed).collect();
        let is_over = |subject: &Subject| match subject {
            Subject::Feed(name) => !known.contains(name),
            Subject::Stability(name) => !known.contains(name) || self.is_settled(name),
            Subject::Address(name) => !moved.contains(name),
            Subject::Hub(name) => !hubs.contains(name),
            Subject::Channel(_)
            | Subject::Fault(_)
            | Subject::Network
            | Subject::Feeds
            | Subject::Dead
            | Subject::Clock
            | Subject::Account => false,
        };
        self.sent.keys().filter(|subject| is_over(subject)).map(|s| (*s).clone()).collect()
    }
}
