//! The file of the store: read beside a writer, damaged, lost, exchanged, or taken away while it is
//! used.
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use wirewatch::domain::Timestamp;
use wirewatch::store::{Error, Reader, Store, Trouble};

use crate::commands::{err, out, run};

use crate::harness::feed_formats::Item;
use crate::harness::feed_server::{FeedServer, ServedFeed};
use crate::harness::unix_ms;

/// A folder with a configuration, a store and one alert in it. Its channel is a file.
fn folder_after_a_round(feed: &ServedFeed) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[store]\npath = \"ww.db\"\n[poll]\nfloor = \"1s\"\n\
         [[channel]]\nname = \"file\"\nkind = \"file\"\npath = \"told.jsonl\"\n\
         [[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\"]\nnotify = [\"file\"]\n\
         [[feed]]\nname = \"feed\"\nurl = \"{}\"\nevery = \"1s\"\nbacklog = \"all\"\n\
         allow_private = [\"127.0.0.0/8\"]\n",
        feed.url()
    );
    fs::write(folder.path().join("wirewatch.toml"), text).unwrap();
    for id in 0..40 {
        let title = format!("GSOMIA bulletin {id}");
        let text = format!("{id} a long report ").repeat(200);
        feed.publish(Item::new(&id.to_string(), &title).dated(unix_ms() / 1_000).saying(&text));
    }
    let once = run(folder.path(), &["once"], "");
    assert!(once.status.success(), "{}", err(&once));
    folder
}

/// What is done to a store, and its name.
type Damage = (&'static str, fn(&Path));

fn store_path(folder: &Path) -> PathBuf {
    folder.join("ww.db")
}

fn overwrite(path: &Path, from: usize, bytes: &[u8]) {
    let mut whole = fs::read(path).unwrap();
    whole[from..from + bytes.len()].copy_from_slice(bytes);
    fs::write(path, whole).unwrap();
}

#[test]
fn a_command_that_only_reads_waits_for_no_writer() {
    let feeds = FeedServer::open();
    let folder = folder_after_a_round(&feeds.feed("/feed"));
    let writer = Connection::open(store_path(folder.path())).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; UPDATE feed SET failures = 3").unwrap();
    let commands: [&[&str]; 11] = [
        &["status"],
        &["status", "--json"],
        &["feeds", "list"],
        &["feeds", "status"],
        &["alerts", "list"],
        &["alerts", "report"],
        &["stories", "list"],
        &["outbox", "list"],
        &["backtest", "--since", "7d"],
        &["explain", "http://paper.example/0"],
        &["check"],
    ];
    for args in commands {
        let output = run(folder.path(), args, "");
        let expected = i32::from(args[0] == "explain");
        // The writer never ends: one that needed its lock would fail, as the last one does.
        assert_eq!(output.status.code(), Some(expected), "{args:?}: {}", err(&output));
    }
    assert!(err(&run(folder.path(), &["outbox", "retry", "--dead"], "")).contains("locked"));
}

#[test]
fn a_store_that_is_none_is_named_with_the_way_out_and_a_code_of_its_own() {
    let feeds = FeedServer::open();
    let damages: [Damage; 8] = [
        ("emptied", |path| fs::write(path, "").unwrap()),
        ("deleted", |path| fs::remove_file(path).unwrap()),
        ("a text", |path| fs::write(path, "not a database\n".repeat(400)).unwrap()),
        ("a directory", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
        ("another program's", |path| {
            fs::remove_file(path).unwrap();
            Connection::open(path).unwrap().execute_batch("CREATE TABLE song (name TEXT)").unwrap();
        }),
        ("truncated", |path| {
            let whole = fs::read(path).unwrap();
            fs::write(path, &whole[..whole.len() / 2]).unwrap();
        }),
        ("a damaged header", |path| overwrite(path, 0, &[7; 64])),
        ("a damaged page", |path| {
            let pages = fs::read(path).unwrap().len() / 4_096;
            (2..pages).step_by(3).for_each(|page| overwrite(path, page * 4_096, &[0x5a; 4_096]));
        }),
    ];
    for (number, (what, damage)) in damages.into_iter().enumerate() {
        let folder = folder_after_a_round(&feeds.feed(&format!("/feed-{number}")));
        damage(&store_path(folder.path()));
        let output = run(folder.path(), &["run"], "");
        let said = err(&output);
        assert_eq!(output.status.code(), Some(74), "{what}: {said}");
        assert!(said.contains("ww.db") && said.contains("estore a copy"), "{what}: {said}");
        let told = fs::read_to_string(folder.path().join("told.jsonl")).unwrap();
        assert!(told.contains("store.unusable"), "{what}: nobody was told");
        assert_eq!(run(folder.path(), &["once"], "").status.code(), Some(74), "{what}");
    }
}

#[test]
fn a_log_that_was_lost_with_all_that_was_committed_is_no_fresh_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let opened = Store::open(&path, Timestamp(1)).unwrap();
    // As after a power cut that took the log: everything is still in it.
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    fs::copy(folder.path().join("store.db.lock"), folder.path().join("copy.db.lock")).unwrap();
    drop(opened);
    let lost = Store::open(&copy, Timestamp(2)).unwrap_err();
    assert!(matches!(lost, Error::Unusable { trouble: Trouble::Lost, .. }), "{lost}");
    fs::remove_file(folder.path().join("copy.db.lock")).unwrap();
    drop(Store::open(&copy, Timestamp(3)).unwrap());
}

#[tokio::test]
async fn only_an_orderly_end_says_that_the_file_was_closed_sound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let says_closed = || {
        let marker = fs::read_to_string(folder.path().join("store.db.lock")).unwrap();
        marker.contains("\nclosed ")
    };
    let (store, lock) = Store::open(&path, Timestamp(1)).unwrap();
    store.note_round(Timestamp(2)).await.unwrap();
    assert!(!says_closed());
    drop((store, lock));
    assert!(says_closed());
    // Nothing is known of a file after a process that ended in any other way.
    drop(Store::open(&path, Timestamp(3)).unwrap());
    assert!(!says_closed());
}

#[tokio::test]
async fn a_store_that_is_taken_away_under_the_daemon_is_noticed() {
    for replaced in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let (store, _lock) = Store::open(&path, Timestamp(1)).unwrap();
        store.probe(Timestamp(2)).await.unwrap();
        fs::remove_file(&path).unwrap();
        if replaced {
            fs::write(&path, "another").unwrap();
        }
        let error = store.probe(Timestamp(3)).await.unwrap_err();
        assert!(matches!(error, Error::Unusable { trouble: Trouble::TakenAway, .. }), "{error}");
    }
}

#[test]
fn another_store_in_the_place_of_the_known_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("store.db"), folder.path().join("other.db"));
    drop(Store::open(&path, Timestamp(1)).unwrap());
    drop(Store::open(&other, Timestamp(1)).unwrap());
    fs::rename(&other, &path).unwrap();
    let error = Store::open(&path, Timestamp(2)).unwrap_err();
    assert!(matches!(error, Error::Unusable { trouble: Trouble::Lost, .. }), "{error}");
}

#[test]
fn one_row_that_is_no_text_stops_nothing() {
    let feeds = FeedServer::open();
    let feed = feeds.feed("/feed");
    let folder = folder_after_a_round(&feed);
    let db = Connection::open(store_path(folder.path())).unwrap();
    db.execute_batch(
        "UPDATE article SET title = CAST(x'ff47534f4d4941' AS TEXT),
            summary = CAST(x'c0af' AS TEXT) WHERE id = 1;
         UPDATE alert SET payload = CAST(x'ff7b' AS TEXT)
            WHERE id = (SELECT id FROM alert ORDER BY id LIMIT 1);
         UPDATE feed SET last_error = CAST(x'ff' AS TEXT), etag = CAST(x'fe' AS TEXT);",
    )
    .unwrap();
    drop(db);
    feed.publish(Item::new("new", "GSOMIA again").dated(unix_ms() / 1_000));
    for args in [&["once"][..], &["status"], &["alerts", "list"], &["stories", "list"]] {
        let output = run(folder.path(), args, "");
        assert!(output.status.success(), "{args:?}: {}", err(&output));
    }
    assert!(out(&run(folder.path(), &["alerts", "list"], "")).contains("GSOMIA again"));
}

#[test]
fn what_the_store_says_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let opened = Store::open(&path, Timestamp(1)).unwrap();
    for name in ["store.db", "store.db-wal", "store.db-shm", "store.db.lock"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    drop(opened);
}

#[tokio::test]
async fn status_knows_whether_a_daemon_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let (store, _lock) = Store::open(&path, Timestamp(1)).unwrap();
    let sign = || Reader::open(&path).unwrap().daemon_sign().unwrap();
    assert_eq!((sign().alive_at, sign().stopped_at, sign().round_at), (None, None, None));
    store.note_round(Timestamp(5)).await.unwrap();
    store.probe(Timestamp(10)).await.unwrap();
    assert_eq!((sign().alive_at, sign().round_at), (Some(Timestamp(10)), Some(Timestamp(5))));
    assert_eq!(sign().process, Some(std::process::id()));
    store.note_stopped(Timestamp(11)).await.unwrap();
    assert_eq!(sign().stopped_at, Some(Timestamp(11)));
}
