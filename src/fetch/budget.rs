//! Memory for bodies: whatever servers send, all bodies together stay within a fixed number of
//! bytes.
//!
//! A body passes two stages. On the wire its bytes are counted as they arrive. To be unpacked and
//! read it takes its whole weight at once, and keeps it until its items are stored. Who is in the
//! second stage never waits for the first, so bodies cannot wait for each other in a circle.
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{Failure, FailureKind};

/// The unit of the budgets: a semaphore counts fewer units than a body may have bytes.
const UNIT_BYTES: usize = 1 << 10;
/// Bytes a body on the wire may hold without asking. Most packed feeds are no larger, and hundreds of
/// requests may be under way.
const FREE_BYTES: usize = 32 << 10;
/// Bytes that are asked for together.
const STEP_BYTES: usize = 64 << 10;
/// Bytes of all bodies on the wire, those within their free bytes not counted.
const WIRE_BYTES_MAX: usize = 8 << 20;
/// Bytes of an unpacked body that is read beside others. What is larger is read alone: a few hundred
/// such bodies would otherwise need a gigabyte.
const LIGHT_BYTES_MAX: usize = 512 << 10;
/// What reading a body takes in memory, in multiples of its bytes: the body, its items as read, and
/// the articles made of them.
const READING_FACTOR: usize = 6;
/// Bytes of memory for all light bodies that are read or stored at one time.
const READING_BYTES_MAX: usize = 16 << 20;

/// What is left of the memory for bodies.
#[derive(Debug)]
pub(super) struct Budget {
    wire: Arc<Semaphore>,
    /// One body may go on without the wire's budget. Without it, bodies that each hold a part and
    /// wait for the rest would wait for ever.
    beyond: Arc<Semaphore>,
    light: Arc<Semaphore>,
    heavy: Arc<Semaphore>,
    heavy_thread: Option<HeavyThread>,
    /// Bodies unpacked at once: that is pure computing, so one a core.
    unpackers: Semaphore,
    /// Bodies that wait for bytes of the wire's budget.
    waiting: AtomicUsize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            wire: Arc::new(Semaphore::new(WIRE_BYTES_MAX / UNIT_BYTES)),
            beyond: Arc::new(Semaphore::new(1)),
            light: Arc::new(Semaphore::new(READING_BYTES_MAX / UNIT_BYTES)),
            heavy: Arc::new(Semaphore::new(1)),
            heavy_thread: HeavyThread::start(),
            unpackers: Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)),
            waiting: AtomicUsize::new(0),
        }
    }
}

/// What a body on the wire holds of the budget, until dropped.
#[derive(Debug, Default)]
pub(super) struct WireShare {
    permit: Option<OwnedSemaphorePermit>,
    beyond: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl WireShare {
    /// Whether the body has room for so many bytes without asking.
    pub(super) fn covers(&self, bytes: usize) -> bool {
        self.beyond.is_some() || bytes <= self.bytes.saturating_add(FREE_BYTES)
    }

    /// Whether others could use what this body holds.
    pub(super) fn is_held(&self) -> bool {
        self.permit.is_some() || self.beyond.is_some()
    }
}

/// The memory in which one body is read, until dropped. The default is none: for bodies that did not
/// come through the gate.
#[derive(Debug, Default)]
pub struct ReadingShare {
    permit: Option<OwnedSemaphorePermit>,
    /// Set for a heavy body.
    thread: Option<HeavyThread>,
}

impl ReadingShare {
    /// Runs work on the body off the runtime's threads; says in words if it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        match &self.thread {
            Some(thread) => thread.run(work).await,
            None => tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string()),
        }
    }

    /// Gives back what a light body does not need, now that its size is known.
    fn shrink(&mut self, bytes: usize) {
        if let Some(permit) = &mut self.permit {
            let needed = usize::try_from(light_units(bytes)).unwrap_or(usize::MAX);
            drop(permit.split(permit.num_permits().saturating_sub(needed)));
        }
    }
}

impl Budget {
    /// Gives a body on the wire its next bytes; waits if others have them all.
    pub(super) async fn grow(&self, share: &mut WireShare) {
        let units = units(STEP_BYTES);
        if let Ok(more) = Arc::clone(&self.wire).try_acquire_many_owned(units) {
            return share.add(more);
        }
        let waiting = Waiting::new(&self.waiting);
        // The semaphores are never closed; if one were, a body would go on without its bytes.
        tokio::select! {
            biased;
            more = Arc::clone(&self.wire).acquire_many_owned(units) => {
                if let Ok(more) = more {
                    share.add(more);
                }
            }
            beyond = Arc::clone(&self.beyond).acquire_owned() => share.beyond = beyond.ok(),
        }
        drop(waiting);
    }

    /// Whether bodies wait for what others hold on the wire.
    pub(super) fn is_contended(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Memory to read a body of so many bytes, unpacked. Heavy bodies are read one at a time and
    /// have a line of their own, so that light ones do not wait behind them.
    pub(super) async fn reading(&self, bytes: usize) -> ReadingShare {
        if bytes > LIGHT_BYTES_MAX {
            let permit = Arc::clone(&self.heavy).acquire_owned().await.ok();
            return ReadingShare { permit, thread: self.heavy_thread.clone() };
        }
        let permit = Arc::clone(&self.light).acquire_many_owned(light_units(bytes)).await.ok();
        ReadingShare { permit, thread: None }
    }

    /// Unpacks a body off the runtime's threads, in memory it keeps for its reading. Nobody knows
    /// what a packed body comes to: it is taken for a light one until it has grown too large, and
    /// then unpacked again from the beginning, alone.
    pub(super) async fn unpack<T: Send + 'static>(
        &self,
        bytes_max: usize,
        unpack: impl Fn(usize) -> Result<T, Failure> + Send + Sync + 'static,
        len: impl Fn(&T) -> usize,
    ) -> Result<(T, ReadingShare), Failure> {
        let unpack = Arc::new(unpack);
        let run = async |share: &ReadingShare, most: usize| {
            let _one_of_few = self.unpackers.acquire().await.ok();
            let unpack = Arc::clone(&unpack);
            share.run(move || unpack(most)).await.unwrap_or_else(|why| {
                let why = format!("unpacking the body failed: {why}");
                Err(Failure::new(FailureKind::Body, why))
            })
        };
        let mut share = self.reading(LIGHT_BYTES_MAX).await;
        match run(&share, bytes_max.min(LIGHT_BYTES_MAX)).await {
            Ok(body) => {
                share.shrink(len(&body));
                Ok((body, share))
            }
            Err(failure)
                if failure.kind == FailureKind::TooLarge && bytes_max > LIGHT_BYTES_MAX =>
            {
                drop(share);
                let share = self.reading(bytes_max).await;
                Ok((run(&share, bytes_max).await?, share))
            }
            Err(failure) => Err(failure),
        }
    }
}

impl WireShare {
    fn add(&mut self, more: OwnedSemaphorePermit) {
        self.bytes = self.bytes.saturating_add(STEP_BYTES);
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// The thread on which all heavy bodies are unpacked and read, one after another. The allocator keeps
/// what a thread has freed for that thread: read on changing threads, heavy bodies would leave tens
/// of megabytes with each of them.
#[derive(Clone, Debug)]
struct HeavyThread(mpsc::Sender<Job>);

impl HeavyThread {
    /// `None` if the machine gives no thread: then heavy bodies are read where light ones are.
    fn start() -> Option<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(1);
        let work = move || {
            while let Some(job) = waiting.blocking_recv() {
                job();
            }
        };
        let started = std::thread::Builder::new().name("heavy-bodies".to_owned()).spawn(work);
        started.is_ok().then_some(Self(jobs))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // A panic is one body's; the thread goes on.
            if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
                // Nobody waits any more after a stop.
                drop(answer.send(done));
            }
        });
        let ended = || "the thread for large bodies has ended".to_owned();
        self.0.send(job).await.map_err(|_closed| ended())?;
        answered.await.map_err(|_dropped| "a panic".to_owned())
    }
}

/// Counts one who waits, also if the wait is given up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn light_units(bytes: usize) -> u32 {
    units(bytes.saturating_mul(READING_FACTOR))
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX)
}
