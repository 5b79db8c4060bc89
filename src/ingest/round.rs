//! Counts of what polling brought.
use crate::store;

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub polled: u64,
    /// Polls that brought something new or revised.
    pub changed: u64,
    pub failed: u64,
    /// Entries in the documents read.
    pub entries: u64,
    pub committed: store::CommitCounts,
}

impl Round {
    pub(super) fn add(&mut self, entries: u64, failed: bool, committed: store::CommitCounts) {
        self.polled += 1;
        self.failed += u64::from(failed);
        self.entries += entries;
        let brought = committed.new + committed.copies + committed.revised;
        self.changed += u64::from(brought > 0);
        self.committed.new += committed.new;
        self.committed.copies += committed.copies;
        self.committed.revised += committed.revised;
        self.committed.alerts += committed.alerts;
        self.committed.updates += committed.updates;
        self.committed.follow_ups += committed.follow_ups;
        self.committed.suppressed += committed.suppressed;
    }

    /// What was added since `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            polled: self.polled - before.polled,
            changed: self.changed - before.changed,
            failed: self.failed - before.failed,
            entries: self.entries - before.entries,
            committed: store::CommitCounts {
                new: self.committed.new - before.committed.new,
                copies: self.committed.copies - before.committed.copies,
                revised: self.committed.revised - before.committed.revised,
                alerts: self.committed.alerts - before.committed.alerts,
                updates: self.committed.updates - before.committed.updates,
                follow_ups: self.committed.follow_ups - before.committed.follow_ups,
                suppressed: self.committed.suppressed - before.committed.suppressed,
            },
        }
    }
}
