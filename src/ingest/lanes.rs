//! Which feeds may be polled at one time: healthy feeds first, untried ones beside them, and slow ones
//! in a lane of their own,
//! so that any number of tarpits delays nobody else.
use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::Timestamp;
use crate::store::FeedState;

/// A poll under way for longer than this gives its place up and goes on in the slow lane.
const FAST_LANE_MAX: Duration = Duration::from_secs(2);
/// An exchange that took longer marks its feed as slow; one of half that clears it.
pub(super) const SLOW_EXCHANGE: Duration = Duration::from_secs(5);
/// Places in the slow lane for each in the fast one: waiting costs a socket and some 20 KB, no more.
const SLOW_PLACES: usize = 6;
/// And at most so many, for the sake of file descriptors.
const SLOW_PLACES_MAX: usize = 512;
/// One place in so many is kept for feeds that are known to answer.
const PROVEN_SHARE: usize = 8;

/// The lane of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It answered the last time, and in time.
    Proven,
    /// It failed, or nobody knows.
    Unproven,
    Slow,
}

impl Class {
    pub(super) fn of(state: &FeedState) -> Self {
        if state.slow {
            Self::Slow
        } else if state.failures == 0 && state.succeeded_at.is_some() {
            Self::Proven
        } else {
            Self::Unproven
        }
    }
}

/// The places for polls, the feeds that have one and those that wait for one.
#[derive(Debug)]
pub(super) struct Lanes {
    places: usize,
    slow_places: usize,
    /// Of the fast lane's places, those an unproven feed may have.
    unproven_places: usize,
    proven: VecDeque<usize>,
    unproven: VecDeque<usize>,
    slow: VecDeque<usize>,
    /// Each feed's class while its poll is under way.
    running: Vec<Option<Class>>,
    running_proven: usize,
    running_unproven: usize,
    running_slow: usize,
    /// Polls of the fast lane by when they began.
    started: VecDeque<(Timestamp, usize)>,
}

impl Lanes {
    pub(super) fn new(feeds: usize, places: usize) -> Self {
        Self {
            places,
            slow_places: places.saturating_mul(SLOW_PLACES).min(SLOW_PLACES_MAX),
            unproven_places: places - places / PROVEN_SHARE,
            proven: VecDeque::new(),
            unproven: VecDeque::new(),
            slow: VecDeque::new(),
            running: vec![None; feeds],
            running_proven: 0,
            running_unproven: 0,
            running_slow: 0,
            started: VecDeque::new(),
        }
    }

    /// The feed is due.
    pub(super) fn enqueue(&mut self, feed: usize, class: Class) {
        self.line(class).push_back(feed);
    }

    /// The feed is due and holds its host's turn.
    pub(super) fn enqueue_first(&mut self, feed: usize, class: Class) {
        self.line(class).push_front(feed);
    }

    fn line(&mut self, class: Class) -> &mut VecDeque<usize> {
        match class {
            Class::Proven => &mut self.proven,
            Class::Unproven => &mut self.unproven,
            Class::Slow => &mut self.slow,
        }
    }

    /// The next feed there is a place for; [`start`](Self::start) takes it.
    pub(super) fn next(&mut self) -> Option<(usize, Class)> {
        if self.running_proven + self.running_unproven < self.places {
            if let Some(feed) = self.proven.pop_front() {
                return Some((feed, Class::Proven));
            }
            if self.running_unproven < self.unproven_places
                && let Some(feed) = self.unproven.pop_front()
            {
                return Some((feed, Class::Unproven));
            }
        }
        if self.running_slow < self.slow_places {
            return Some((self.slow.pop_front()?, Class::Slow));
        }
        None
    }

    pub(super) fn start(&mut self, feed: usize, class: Class, now: Timestamp) {
        *self.running_of(class) += 1;
        if let Some(slot) = self.running.get_mut(feed) {
            *slot = Some(class);
        }
        if class != Class::Slow {
            self.started.push_back((now, feed));
        }
    }

    /// How the feed is being polled now, if it is.
    pub(super) fn class_of(&self, feed: usize) -> Option<Class> {
        self.running.get(feed).copied().flatten()
    }

    pub(super) fn finish(&mut self, feed: usize) {
        if let Some(class) = self.running.get_mut(feed).and_then(Option::take) {
            *self.running_of(class) -= 1;
        }
    }

    /// Moves polls that take too long into the slow lane, while that has places: a server that answers
    /// slowly must not keep the place of a healthy feed.
    pub(super) fn move_slow_polls(&mut self, now: Timestamp) {
        while let Some((begun, feed)) = self.started.front().copied() {
            let under_way = self.running.get(feed).copied().flatten();
            let fast = under_way.filter(|class| *class != Class::Slow);
            if let Some(class) = fast {
                if now.since(begun) < FAST_LANE_MAX || self.running_slow >= self.slow_places {
                    return;
                }
                *self.running_of(class) -= 1;
                self.running_slow += 1;
                if let Some(slot) = self.running.get_mut(feed) {
                    *slot = Some(Class::Slow);
                }
            }
            self.started.pop_front();
        }
    }

    /// When a place will be made for one who waits, if somebody waits.
    pub(super) fn next_move_at(&self) -> Option<Timestamp> {
        let waits = !self.proven.is_empty() || !self.unproven.is_empty();
        let (begun, _) = self.started.front().filter(|_| waits)?;
        Some(begun.after(FAST_LANE_MAX))
    }

    fn running_of(&mut self, class: Class) -> &mut usize {
        match class {
            Class::Proven => &mut self.running_proven,
            Class::Unproven => &mut self.running_unproven,
            Class::Slow => &mut self.running_slow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn launch(lanes: &mut Lanes, now: Timestamp) -> Vec<usize> {
        let mut launched = Vec::new();
        while let Some((feed, class)) = lanes.next() {
            lanes.start(feed, class, now);
            launched.push(feed);
        }
        launched
    }

    #[test]
    fn tarpits_never_hold_a_healthy_feed_up() {
        let mut lanes = Lanes::new(1_000, 8);
        (0..500).for_each(|feed| lanes.enqueue(feed, Class::Unproven));
        assert_eq!(launch(&mut lanes, NOW).len(), 7, "one place is kept");
        lanes.enqueue(900, Class::Proven);
        assert_eq!(launch(&mut lanes, NOW), [900]);
        lanes.finish(900);
        assert_eq!(lanes.next_move_at(), Some(NOW.after(FAST_LANE_MAX)));
        // Nobody lands; they make way until the slow lane is full, and even then one place is left.
        let mut now = NOW;
        for _ in 0..20 {
            now = now.after(FAST_LANE_MAX);
            lanes.move_slow_polls(now);
            launch(&mut lanes, now);
        }
        assert_eq!(lanes.running_slow, 48);
        lanes.enqueue(901, Class::Proven);
        assert_eq!(launch(&mut lanes, now), [901]);
        // Known tarpits wait for their own lane alone.
        lanes.enqueue(902, Class::Slow);
        assert!(launch(&mut lanes, now).is_empty());
        lanes.finish(0);
        assert_eq!(launch(&mut lanes, now), [902]);
    }

    #[test]
    fn who_lands_in_time_is_not_moved() {
        let mut lanes = Lanes::new(4, 2);
        (0..4).for_each(|feed| lanes.enqueue(feed, Class::Proven));
        assert_eq!(launch(&mut lanes, NOW), [0, 1]);
        lanes.finish(0);
        assert_eq!(launch(&mut lanes, NOW.after(FAST_LANE_MAX / 2)), [2]);
        lanes.move_slow_polls(NOW.after(FAST_LANE_MAX));
        assert_eq!((lanes.running_proven, lanes.running_slow), (1, 1));
        lanes.finish(1);
        lanes.finish(2);
        assert_eq!((lanes.running_proven, lanes.running_slow), (0, 0));
    }

    #[test]
    fn a_single_place_serves_everyone() {
        let mut lanes = Lanes::new(2, 1);
        lanes.enqueue(0, Class::Unproven);
        assert_eq!(launch(&mut lanes, NOW), [0]);
    }
}
