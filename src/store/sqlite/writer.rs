//! The one writer: a thread that owns the connection and groups what waits into transactions.
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::text_index::TextIndex;
use crate::store::error::{Doing, Error};

/// Jobs that may wait for the writer; who comes after that waits to be let in.
const QUEUE_JOBS_MAX: usize = 256;
/// Jobs that may share one transaction.
const GROUP_JOBS_MAX: usize = 128;

/// What a job leaves behind: the word to its owner, once it is known whether the commit held.
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;
type Job = Box<dyn FnOnce(&Connection, &mut TextIndex) -> Answer + Send>;

/// The handle of the writer thread.
#[derive(Debug)]
pub(super) struct Writer {
    /// The store's file, named in errors.
    path: Arc<PathBuf>,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(db: Connection, path: PathBuf) -> Result<Self, Error> {
        let path = Arc::new(path);
        let (jobs, waiting) = mpsc::channel(QUEUE_JOBS_MAX);
        let store = Arc::clone(&path);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run_writer(&db, &store, waiting))
            .map_err(|why| Error::io("starting the store's writer", &path, &why))?;
        Ok(Self { path, jobs: Some(jobs), thread: Mutex::new(Some(thread)) })
    }

    /// Runs `work` inside a transaction and answers when that is on the disk.
    ///
    /// `work` must not depend on being run once: its effects are rolled back if it, or the
    /// transaction it shares, fails.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run_with_texts(|db, _texts| work(db)).await
    }

    /// The same for work that judges texts.
    pub(super) async fn run_with_texts<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &mut TextIndex) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        let path = Arc::clone(&self.path);
        let job: Job = Box::new(move |db, texts| {
            let before = texts.additions();
            let result = run_job(db, |db| work(db, texts)).map_err(|error| error.at(&path));
            let panicked = matches!(result, Err(Error::Panicked(_)));
            if panicked || (result.is_err() && texts.additions() != before) {
                texts.forget();
            }
            Box::new(move |committed: Result<(), Error>| {
                let said = match (result, committed) {
                    (Ok(value), Ok(())) => answer.send(Ok(value)),
                    (Err(error), _) | (Ok(_), Err(error)) => answer.send(Err(error)),
                };
                // Who no longer waits does not want to know.
                drop(said);
            })
        });
        let jobs = self.jobs.as_ref().ok_or(Error::Closed)?;
        jobs.send(job).await.map_err(|_closed| Error::Closed)?;
        answered.await.unwrap_or(Err(Error::Closed))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic in the thread has been printed by its hook; there is nobody left to tell.
            drop(thread.join());
        }
    }
}

/// One job, undone alone if it fails: its neighbours in the transaction keep their work.
fn run_job<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    // No transaction is open if it could not be begun, or if a neighbour's fault made SQLite roll it
    // back. A savepoint would then be a transaction of its own, committed behind the group's back.
    if db.is_autocommit() {
        return Err(Error::Busy("the shared transaction is gone".to_owned()));
    }
    execute(db, "SAVEPOINT job").doing("starting a job")?;
    // A document that makes the judging panic must not stop the writer: every other feed needs it.
    // What the panic may have left half-done is undone: rows by the savepoint, texts by forgetting.
    let result = catch_unwind(AssertUnwindSafe(|| work(db)))
        .unwrap_or_else(|panic| Err(Error::Panicked(panic_words(panic.as_ref()))));
    // After some faults (a full disk) SQLite has already rolled the whole transaction back; then
    // there is no savepoint to return to, and the commit below will say so.
    if result.is_err() && !db.is_autocommit() {
        execute(db, "ROLLBACK TO job").doing("undoing a job")?;
    }
    if !db.is_autocommit() {
        execute(db, "RELEASE job").doing("ending a job")?;
    }
    result
}

/// Runs a statement that begins or ends something. It is kept compiled: every job needs two.
fn execute(db: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    db.prepare_cached(sql)?.execute([]).map(|_rows| ())
}

/// What a panic said.
fn panic_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

fn run_writer(db: &Connection, store: &Path, mut waiting: mpsc::Receiver<Job>) {
    let mut texts = TextIndex::default();
    while let Some(first) = waiting.blocking_recv() {
        let before = texts.additions();
        let begun = execute(db, "BEGIN IMMEDIATE").doing("starting a transaction");
        let mut answers = vec![first(db, &mut texts)];
        while answers.len() < GROUP_JOBS_MAX
            && let Ok(job) = waiting.try_recv()
        {
            answers.push(job(db, &mut texts));
        }
        let ended = begun.and_then(|()| commit(db)).map_err(|error| error.at(store));
        if ended.is_err() && texts.additions() != before {
            texts.forget();
        }
        for answer in answers {
            answer(ended.clone());
        }
    }
}

fn commit(db: &Connection) -> Result<(), Error> {
    if db.is_autocommit() {
        // The job that SQLite rolled it back for has its own error; the others may try again.
        return Err(Error::Busy("the shared transaction was rolled back".to_owned()));
    }
    let ended = execute(db, "COMMIT").doing("committing");
    if ended.is_err() && !db.is_autocommit() {
        execute(db, "ROLLBACK").doing("rolling back")?;
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn count(writer: &Writer) -> i64 {
        let count = |db: &Connection| {
            db.query_row("SELECT count(*) FROM job", [], |row| row.get(0)).doing("counting")
        };
        writer.run(count).await.unwrap()
    }

    #[tokio::test]
    async fn a_job_that_panics_is_undone_alone_and_the_writer_goes_on() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE job (n INTEGER)").unwrap();
        let writer = Writer::start(db, PathBuf::from("store.db")).unwrap();
        let insert = |db: &Connection| {
            db.execute("INSERT INTO job VALUES (1)", []).map(|_one| ()).doing("inserting")
        };
        let panics = move |db: &Connection| -> Result<(), Error> {
            insert(db)?;
            std::panic::panic_any("a document nobody thought of".to_owned())
        };
        let (before, panicked, after) =
            tokio::join!(writer.run(insert), writer.run(panics), writer.run(insert));
        assert!(before.is_ok() && after.is_ok());
        let Err(Error::Panicked(why)) = panicked else { panic!("{panicked:?}") };
        assert_eq!(why, "a document nobody thought of");
        assert_eq!(count(&writer).await, 2, "the neighbours kept their work");
    }
}
