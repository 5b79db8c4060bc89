//! What ends a trouble: a feed that is back, one that moved, what left the configuration.
use std::collections::BTreeSet;

use super::wording;
use super::{Decision, FeedStatus, Review, Subject, TroubleLevel};
use crate::domain::{FeedCondition, Name, Timestamp};

impl Review<'_> {
    pub(super) fn decide_recovered(&self) -> Option<Decision> {
        let back: Vec<(&FeedStatus, Timestamp)> = self
            .world
            .feeds
            .iter()
            .filter(|feed| feed.word == FeedCondition::Ok)
            .filter_map(|feed| {
                let told = self.told(&Subject::Feed(feed.name.clone()))?;
                Some((feed, told.first))
            })
            .collect();
        if back.is_empty() {
            return None;
        }
        let forget = back.iter().map(|(feed, _)| Subject::Feed(feed.name.clone())).collect();
        let draft = Some(wording::recovered(&back, self.world.now));
        Some(Decision { draft, sent: Vec::new(), forget })
    }

    pub(super) fn decide_moved(&self) -> Option<Decision> {
        let every = self.remind_every(TroubleLevel::Minor);
        let moved: Vec<(&FeedStatus, &str)> = self
            .world
            .feeds
            .iter()
            .filter_map(|feed| Some((feed, feed.moved_to.as_deref()?)))
            .filter(|(feed, to)| {
                self.told(&Subject::Address(feed.name.clone()))
                    .is_none_or(|told| told.word != *to || self.is_past(told.last, every))
            })
            .collect();
        if moved.is_empty() {
            return None;
        }
        let entry = |(feed, to): &(&FeedStatus, &str)| {
            self.sent_notice(Subject::Address(feed.name.clone()), to)
        };
        let told = moved.iter().map(entry).collect();
        Some(Decision { draft: Some(wording::moved(&moved)), sent: told, forget: Vec::new() })
    }

    /// What left the configuration, or stopped mattering without a word.
    pub(super) fn forgotten_subjects(&self) -> Vec<Subject> {
        let known: BTreeSet<&Name> = self.world.feeds.iter().map(|feed| &feed.name).collect();
        let moved: BTreeSet<&Name> = self
            .world
            .feeds
            .iter()
            .filter(|feed| feed.moved_to.is_some())
            .map(|feed| &feed.name)
            .collect();
        let is_left = |subject: &Subject| match subject {
            Subject::Feed(name) => !known.contains(name),
            Subject::Address(name) => !moved.contains(name),
            Subject::Channel(_) | Subject::Network | Subject::Feeds | Subject::Account => false,
        };
        self.told
            .keys()
            .filter(|subject| is_left(subject))
            .map(|subject| (*subject).clone())
            .collect()
    }
}
