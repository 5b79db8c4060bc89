//! The real house in this process, on a clock turned by hand: real store, real sockets, real channels.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use wirewatch::app::{self, App, CheckedConfig, HubEnds};
use wirewatch::config::{self, Directories};
use wirewatch::deliver::DeliveryLoop;
use wirewatch::domain::{Clock, NoticeKind, Timestamp};
use wirewatch::ingest::{Ingest, Round};
use wirewatch::notify::console::Terminal;
use wirewatch::pages::Pages;
use wirewatch::store::{FeedHealth, OutboxRow, Reader, Store, Totals};
use wirewatch::websub::{HubCallback, WebSub};

/// 2026-11-23T08:00:00Z.
pub const START_TIME: Timestamp = Timestamp(1_795_420_800_000);

/// A clock that stands still until it is advanced. Like a machine it has two clocks: the wall clock,
/// which can be set, and a steady one, which cannot.
#[derive(Clone, Debug)]
pub struct TestClock {
    wall: Arc<AtomicI64>,
    steady: Arc<AtomicI64>,
}

impl TestClock {
    fn new() -> Self {
        let at_start = || Arc::new(AtomicI64::new(START_TIME.0));
        Self { wall: at_start(), steady: at_start() }
    }

    /// What the wall clock shows.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.wall.load(Ordering::SeqCst))
    }

    /// Time goes by.
    pub fn advance(&self, by: Duration) {
        self.set_forward(by);
        self.steady.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    pub fn set_forward(&self, by: Duration) {
        self.wall.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn set_back(&self, by: Duration) {
        self.wall.fetch_sub(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let (wall, steady) = (self.clone(), Arc::clone(&self.steady));
        let steady = move || Duration::from_millis(steady.load(Ordering::SeqCst).unsigned_abs());
        Clock::with_steady(move || wall.now(), steady)
    }
}

/// A house that is stepped instead of run.
pub struct TestApp {
    // Before the folder they live in, and the loops before the house that holds the lock.
    ingest: Ingest,
    websub: Option<WebSub>,
    pages: Pages,
    delivers: Vec<DeliveryLoop>,
    house: App,
    pub hand: TestClock,
    pub folder: Arc<tempfile::TempDir>,
    config: String,
}

impl TestApp {
    /// Opens a house on this configuration. `[store]` is the test's own.
    pub async fn open(config: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let hand = TestClock::new();
        Self::open_in(folder, hand, config).await
    }

    async fn open_in(folder: Arc<tempfile::TempDir>, hand: TestClock, config: &str) -> Self {
        let path = folder.path().join("wirewatch.toml");
        std::fs::write(&path, config).unwrap();
        let directories = Directories { state: Some(folder.path()), credentials: None };
        let config_text = config.to_owned();
        let config = match config::load(&path, directories) {
            Ok(config) => config,
            Err(broken) => panic!("{broken}"),
        };
        let (plan, _) = app::compile(&config).unwrap();
        let ready = CheckedConfig { config, plan };
        let screen = Arc::new(Terminal::new(Box::new(std::io::sink()), false));
        let mut house = App::open(ready, hand.clock(), &screen).unwrap();
        let mut ingest = house.ingest().await.unwrap();
        let websub = house.websub().map(|HubEnds { websub, due, trusted }| {
            ingest.listen(due, trusted);
            websub
        });
        let delivers = house.delivery_loops();
        let pages = house.pages();
        Self { ingest, websub, pages, delivers, house, hand, folder, config: config_text }
    }

    /// Closes the house and opens it again on the same store, as a restart does.
    pub async fn restart(self) -> Self {
        let config = self.config.clone();
        self.restart_with(&config).await
    }

    /// The same, with another configuration.
    pub async fn restart_with(self, config: &str) -> Self {
        let Self { ingest, websub, pages, delivers, house, hand, folder, config: _ } = self;
        drop((ingest, websub, pages, delivers, house));
        Self::open_in(folder, hand, config).await
    }

    /// Closes the house, puts another store in the place of its own, and opens it again.
    pub async fn restart_after(self, make: impl FnOnce(&std::path::Path)) -> Self {
        let Self { ingest, websub, delivers, house, hand, folder, config, pages } = self;
        drop((ingest, websub, delivers, pages, house));
        for rest in ["", "-wal", "-shm", ".lock"] {
            let path = folder.path().join(format!("wirewatch.db{rest}"));
            // Only the first of them is always there.
            drop(std::fs::remove_file(path));
        }
        make(&folder.path().join("wirewatch.db"));
        Self::open_in(folder, hand, &config).await
    }

    /// Polls every feed, due or not.
    pub async fn poll(&mut self) -> Round {
        let before = *self.ingest.progress().borrow();
        self.ingest.once().await.unwrap().since(before)
    }

    /// Polls what is due now.
    pub async fn poll_due(&mut self) -> Round {
        self.ingest.step(self.hand.now()).await.unwrap()
    }

    /// Reads the pages that are due now; says how many alerts came of them.
    pub async fn read_pages(&mut self) -> u64 {
        self.pages.once().await.unwrap().alerts
    }

    /// Delivers until nothing more is due now; says how many messages were taken.
    pub async fn deliver(&mut self) -> u32 {
        let mut delivered = 0;
        for deliver in &mut self.delivers {
            loop {
                let stepped = deliver.step(self.hand.now()).await.unwrap();
                delivered += stepped.delivered;
                if stepped.tried == 0 {
                    break;
                }
            }
        }
        delivered
    }

    /// Compares the wall clock with the steady one, as the daemon does every second.
    pub async fn check_clock(&self) {
        self.house.clock_monitor().step().await.unwrap();
    }

    /// One look of the watchman's: what the operator is told of, if anything.
    pub async fn check_health(&self) -> Option<NoticeKind> {
        self.house.notices().step(self.hand.now()).await.unwrap()
    }

    /// Lets the loop that asks hubs do what is due, where there is one.
    pub async fn websub_step(&mut self) {
        if let Some(websub) = &mut self.websub {
            websub.step(self.hand.now()).await.unwrap();
        }
    }

    /// What hubs are answered by.
    pub fn callback(&self) -> HubCallback {
        self.websub.as_ref().unwrap().callback_server()
    }

    pub fn store(&self) -> &Store {
        self.house.store()
    }

    pub fn reader(&self) -> Reader {
        Reader::open(self.store().path()).unwrap()
    }

    pub async fn totals(&self) -> Totals {
        self.store().read(Reader::totals).await.unwrap()
    }

    pub async fn feeds(&self) -> Vec<FeedHealth> {
        self.store().read(Reader::feeds).await.unwrap()
    }

    pub async fn outbox(&self, state: &str) -> Vec<OutboxRow> {
        let state = state.to_owned();
        self.store().read(move |store| store.outbox(Some(&state), 1_000)).await.unwrap()
    }

    /// Looks into the store behind the program's back.
    pub fn count(&self, sql: &str) -> i64 {
        let path = self.folder.path().join("wirewatch.db");
        let db = rusqlite::Connection::open(path).unwrap();
        db.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}
