//! Where "now" comes from, handed down from `app`.
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::Timestamp;

/// A wall clock that differs by less is only being adjusted (NTP slews it): not worth a step.
const STEP_MIN_MS: i64 = 1_000;
/// The process was interrupted between two readings if they lie further apart: no comparison then.
const READING_TIME_MAX: Duration = Duration::from_millis(100);

/// Tells the time.
///
/// The wall clock can be set by a person or by NTP at any time; the steady clock only ever goes
/// forward. `now` is wall time that advances as the steady clock does, so every wait keeps its
/// length. When the wall clock is set, `now` goes on undisturbed until [`Clock::shift`] takes the
/// new time over: at that one moment the stored times are moved along.
#[derive(Clone)]
pub struct Clock(Arc<Sources>);

struct Sources {
    wall: Box<dyn Fn() -> Timestamp + Send + Sync>,
    steady: Box<dyn Fn() -> Duration + Send + Sync>,
    /// What the steady clock lacks to be wall time: as it is now, and as it was at the start.
    offset_ms: AtomicI64,
    first_offset_ms: i64,
}

impl Clock {
    /// A clock for tests and for single commands: nobody sets it while it is in use.
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let read = Arc::new(read);
        let steady = Arc::clone(&read);
        // Wall time is steady time here, so both differ by nothing, always.
        let steady = move || Duration::from_millis(u64::try_from(steady().0).unwrap_or(0));
        Self::with_steady(move || read(), steady)
    }

    /// A wall clock and a steady one. `steady` counts from any instant it likes, and should go on
    /// while the machine is suspended.
    pub fn with_steady(
        wall: impl Fn() -> Timestamp + Send + Sync + 'static,
        steady: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        let offset = wall().0.saturating_sub(Timestamp(0).after(steady()).0);
        Self(Arc::new(Sources {
            wall: Box::new(wall),
            steady: Box::new(steady),
            offset_ms: AtomicI64::new(offset),
            first_offset_ms: offset,
        }))
    }

    /// Wall time, for what is stored and shown.
    pub fn now(&self) -> Timestamp {
        self.at_offset(self.0.offset_ms.load(Ordering::SeqCst))
    }

    /// Time for waits in memory: as [`now`](Self::now) was at the start of the program, and never
    /// moved by [`shift`](Self::shift). Not to be stored.
    pub fn steady(&self) -> Timestamp {
        self.at_offset(self.0.first_offset_ms)
    }

    fn at_offset(&self, offset_ms: i64) -> Timestamp {
        Timestamp(Timestamp(0).after((self.0.steady)()).0.saturating_add(offset_ms))
    }

    /// By how many milliseconds the wall clock was set forward (or back, if negative) since `now`
    /// last agreed with it; `None` if it was not set.
    pub fn step_ms(&self) -> Option<i64> {
        let before = (self.0.steady)();
        let wall = (self.0.wall)();
        let now = self.now();
        if (self.0.steady)().saturating_sub(before) > READING_TIME_MAX {
            return None;
        }
        Some(wall.0.saturating_sub(now.0)).filter(|by_ms| by_ms.saturating_abs() >= STEP_MIN_MS)
    }

    /// By how many milliseconds [`shift`](Self::shift) has moved `now` since the start of the program.
    pub fn shifted_ms(&self) -> i64 {
        self.0.offset_ms.load(Ordering::SeqCst).saturating_sub(self.0.first_offset_ms)
    }

    /// Moves `now` by so many milliseconds.
    pub fn shift(&self, by_ms: i64) {
        self.0.offset_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// That the wall clock was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ClockStep {
    /// The time after it.
    pub at: Timestamp,
    /// Milliseconds forward, or back if negative.
    pub by_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_moves_now_only_when_it_is_taken_over() {
        let (wall, steady) = (Arc::new(AtomicI64::new(5_000)), Arc::new(AtomicI64::new(0)));
        let (w, s) = (Arc::clone(&wall), Arc::clone(&steady));
        let clock = Clock::with_steady(
            move || Timestamp(w.load(Ordering::SeqCst)),
            move || Duration::from_millis(s.load(Ordering::SeqCst).unsigned_abs()),
        );
        assert_eq!((clock.now(), clock.step_ms()), (Timestamp(5_000), None));
        wall.store(5_000 - 3_600_000 + 500, Ordering::SeqCst);
        steady.store(500, Ordering::SeqCst);
        assert_eq!((clock.now(), clock.step_ms()), (Timestamp(5_500), Some(-3_600_000)));
        clock.shift(-3_600_000);
        assert_eq!((clock.now(), clock.step_ms()), (Timestamp(5_500 - 3_600_000), None));
        assert_eq!(clock.steady(), Timestamp(5_500));
    }
}
