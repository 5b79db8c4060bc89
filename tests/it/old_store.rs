//! A store that an older version made is brought up to date with everything in it, by the process that
//! holds it and by no other.
use std::path::Path;

use rusqlite::Connection;
use wirewatch::domain::Timestamp;
use wirewatch::store::{Error, Reader, Store};

/// The schema before its tables had plain names.
const OLD_SCHEMA: [&str; 9] = [
    include_str!("../../src/store/schema/0001_spine.sql"),
    include_str!("../../src/store/schema/0002_verdicts.sql"),
    include_str!("../../src/store/schema/0003_standing.sql"),
    include_str!("../../src/store/schema/0004_letters.sql"),
    include_str!("../../src/store/schema/0005_stories.sql"),
    include_str!("../../src/store/schema/0006_told.sql"),
    include_str!("../../src/store/schema/0007_pages.sql"),
    include_str!("../../src/store/schema/0008_websub.sql"),
    include_str!("../../src/store/schema/0009_surge.sql"),
];

/// A row in each table that was renamed, and in those whose rows are counted.
const ROWS: &str = "
    INSERT INTO feed (id, name, url, next_due, interval_ms) VALUES (7, 'a', 'http://a/', 0, 60000);
    INSERT INTO story (id, opened_at) VALUES (1, 5), (2, 6);
    UPDATE story SET merged_into = 1 WHERE id = 2;
    INSERT INTO article (id, feed, story, reason, first_seen, identity, revision, title, summary,
        content) VALUES (1, 7, 1, 'new', 5, 11, 12, 'One', '', ''),
        (2, 7, 1, 'same-text', 6, 21, 22, 'Two', '', '');
    INSERT INTO finding VALUES (1, 'w', 1, 'alert', 5), (1, 'w', 2, 'attached', 6);
    INSERT INTO alert (id, story, article, watch, kind, created_at, payload)
        VALUES (x'01', 1, 1, 'w', 'new', 5, '{}');
    INSERT INTO letter VALUES (x'02', 'alert.updated', 1, x'01', 'w', 6, '{}');
    INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at)
        VALUES (x'03', 'mail', 'x@y.example', 1, 'delivered', 5, 5);
    INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at, letter)
        VALUES (x'04', 'mail', 'x@y.example', 2, 'pending', 6, 6, x'02');
    INSERT INTO carries VALUES (x'01', 'mail', 'x@y.example', x'03');
    INSERT INTO told_step VALUES (1, 'w', 'outlets:5', 2, x'02', 6);
    INSERT INTO parted VALUES (2, 9, 6);
    INSERT INTO told VALUES ('feed:a', 'failing', 1, 2);
    INSERT INTO watch VALUES ('w', 1, NULL);
    INSERT INTO met VALUES ('w', 490000, 7);
    INSERT INTO met_span VALUES ('w', 81666, 1);
    UPDATE fact SET value = 42 WHERE name = 'lease_token';";

fn old_store(path: &Path) {
    let db = Connection::open(path).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    for step in OLD_SCHEMA {
        db.execute_batch(step).unwrap();
    }
    db.execute_batch(ROWS).unwrap();
    db.pragma_update(None, "user_version", 9).unwrap();
    db.pragma_update(None, "application_id", 0x5757_6368).unwrap();
}

fn count(path: &Path, sql: &str) -> i64 {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn everything_in_an_old_store_is_found_again_under_the_new_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    old_store(&path);
    let opened = Store::open(&path, Timestamp(10)).unwrap();
    for (table, condition) in [
        ("outlet_hour", "watch = 'w' AND hour = 490000 AND feed = 7"),
        ("outlet_span", "watch = 'w' AND span = 81666 AND outlets = 1"),
        ("update_sent", "story = 1 AND step = 'outlets:5' AND letter = x'02'"),
        ("delivery_alert", "alert = x'01' AND delivery = x'03'"),
        ("split_pair", "article = 2 AND story = 9"),
        ("setting", "name = 'lease_token' AND value = 42"),
        ("message", "id = x'02' AND alert = x'01' AND story = 1"),
        ("operator_notice", "subject = 'feed:a' AND word = 'failing'"),
        ("outbox", "id = x'04' AND letter = x'02'"),
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
        assert_eq!(count(&path, &sql), 1, "{sql}");
    }
    assert_eq!(count(&path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    let totals = Reader::open(&path).unwrap().totals().unwrap();
    assert_eq!((totals.articles, totals.stories, totals.alerts), (2, 1, 1));
    assert_eq!((totals.delivered, totals.pending, totals.letters.pending), (1, 0, 1));
    assert_eq!((totals.articles_by["same-text"], totals.findings_by["attached"]), (1, 1));
    drop(opened);
}

#[test]
fn only_the_process_that_holds_the_store_changes_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    old_store(&path);
    for refused in [Reader::open(&path).err(), Store::open_existing(&path).err()] {
        let refused = refused.unwrap();
        assert!(matches!(refused, Error::Older { found: 9, .. }), "{refused}");
        assert!(refused.to_string().contains("wirewatch once"), "{refused}");
    }
    assert_eq!(count(&path, "SELECT count(*) FROM carries"), 1, "it is as it was");
}
