//! Feeds that hubs pushed: at most one poll a feed in ten seconds, and no push forgotten.
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::domain::{Name, Timestamp};

/// Between two polls of one feed. Pushes that come sooner are answered by one poll later on.
const POLL_GAP: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct PushedFeeds {
    due: mpsc::Sender<Name>,
    sent_by_feed: Mutex<HashMap<Name, LastPoll>>,
}

#[derive(Clone, Copy, Debug)]
struct LastPoll {
    at: Timestamp,
    /// A push came since.
    again: bool,
}

impl PushedFeeds {
    pub(super) fn new(due: mpsc::Sender<Name>) -> Self {
        Self { due, sent_by_feed: Mutex::default() }
    }

    /// A push for this feed came.
    pub(super) fn pushed(&self, feed: &Name, now: Timestamp) {
        let mut sent = self.sent_by_feed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match sent.get_mut(feed) {
            // A poll in the future was asked for before the clock was set back: it holds up nothing.
            Some(last) if now.since(last.at) < POLL_GAP && last.at <= now => last.again = true,
            Some(_) | None => {
                let again = self.due.try_send(feed.clone()).is_err();
                sent.insert(feed.clone(), LastPoll { at: now, again });
            }
        }
    }

    /// Sends what had to wait.
    pub(super) fn send_waiting(&self, now: Timestamp) {
        let mut sent = self.sent_by_feed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (feed, last) in sent.iter_mut() {
            let rested = now.since(last.at) >= POLL_GAP || last.at > now;
            if last.again && rested && self.due.try_send(feed.clone()).is_ok() {
                *last = LastPoll { at: now, again: false };
            }
        }
        // The map holds only feeds of the last seconds: it cannot grow without bound.
        sent.retain(|_, last| last.again || now.since(last.at) < POLL_GAP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_pushes_is_one_poll_now_and_one_when_it_is_over() {
        let (send, mut due) = mpsc::channel(2);
        let hints = PushedFeeds::new(send);
        let (feed, start) = (Name::new("wire"), Timestamp(1_000_000));
        for n in 0..1_000 {
            hints.pushed(&feed, start.after(Duration::from_millis(n)));
        }
        assert_eq!(due.try_recv().ok(), Some(feed.clone()));
        hints.send_waiting(start.after(Duration::from_secs(9)));
        assert!(due.try_recv().is_err(), "too soon");
        hints.send_waiting(start.after(POLL_GAP));
        assert_eq!(due.try_recv().ok(), Some(feed));
        hints.send_waiting(start.after(POLL_GAP * 2));
        assert!(due.try_recv().is_err(), "nothing came since");
        assert!(
            hints.sent_by_feed.lock().unwrap().is_empty(),
            "and nothing is remembered for ever"
        );
    }

    #[test]
    fn a_hint_that_finds_no_room_is_sent_later() {
        let (send, mut due) = mpsc::channel(1);
        let hints = PushedFeeds::new(send);
        let start = Timestamp(1_000_000);
        hints.pushed(&Name::new("a"), start);
        hints.pushed(&Name::new("b"), start);
        assert_eq!(due.try_recv().ok(), Some(Name::new("a")));
        hints.send_waiting(start.after(POLL_GAP));
        assert_eq!(due.try_recv().ok(), Some(Name::new("b")));
    }
}
