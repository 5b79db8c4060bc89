//! What is past its retention goes, from every table; what something needs stays. The numbers that
//! `status` shows are right after all of it.
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use wirewatch::domain::Timestamp;
use wirewatch::store::{Reader, Store};

const DAY: i64 = 86_400_000;
const KEEP: Duration = Duration::from_hours(7 * 24);
const NOW: Timestamp = Timestamp(1_795_420_800_000);
/// Chains of rows that begin with an article: enough for several transactions.
const CHAINS: i64 = 1_200;

/// A chain of rows for each number: article, story, finding, alert, message, deliveries, attempts.
/// All of it ended `age` days ago.
fn fill(db: &mut Connection, first: i64, count: i64, age: i64) {
    let at = NOW.0 - age * DAY;
    let begun = db.transaction().unwrap();
    for n in first..first + count {
        let id = n.to_be_bytes();
        for sql in [
            "INSERT INTO story (id, opened_at) VALUES (?1, ?3)",
            "INSERT INTO article (id, feed, story, reason, first_seen, identity, revision, title,
                summary, content) VALUES (?1, 1, ?1, 'new', ?3, ?1, 1, 'title', '', '')",
            "INSERT INTO seen VALUES (1, ?1, 0, 0, ?1, 1, ?3)",
            "INSERT INTO seen VALUES (1, -?1, 1, 1, ?1, 1, NULL)",
            "INSERT INTO finding VALUES (?1, 'w', ?1, 'alert', ?3)",
            "INSERT INTO page (article, url, host, state, due_at) VALUES (?1, '', '', 'read', ?3)",
            "INSERT INTO alert (id, story, article, watch, kind, created_at, payload)
                VALUES (?2, ?1, ?1, 'w', 'new', ?3, '{}')",
            "INSERT INTO verdict VALUES (?2, 'ack', ?3)",
            "INSERT INTO message VALUES (?2, 'alert.updated', ?1, ?2, 'w', ?3, '{}')",
            "INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at, ended_at,
                message) VALUES (?2 || x'00', 'c', '', ?1, 'delivered', ?3, ?3, ?3, x'01')",
            "INSERT INTO outbox (id, channel, recipient, seq, state, created_at, due_at, ended_at,
                letter) VALUES (?2 || x'01', 'c', '', ?1, 'dead', ?3, ?3, ?3, ?2)",
            "INSERT INTO delivery_alert VALUES (?2, 'c', '', ?2 || x'00')",
            "INSERT INTO attempt (delivery, n, lease_token, started_at, ended_at)
                VALUES (?2 || x'00', 1, 1, ?3, ?3), (?2 || x'01', 1, 1, ?3, ?3)",
            "INSERT INTO update_sent VALUES (?1, 'w', 'headline', ?1, ?2, ?3)",
            "INSERT INTO split_pair VALUES (?1, ?1, ?3)",
        ] {
            // `||` makes text of its result: the key must stay a blob.
            let sql = sql.replace("?2 || x'00'", "CAST(?2 || x'00' AS BLOB)");
            let sql = sql.replace("?2 || x'01'", "CAST(?2 || x'01' AS BLOB)");
            let mut insert = begun.prepare_cached(&sql).unwrap();
            let most = insert.parameter_count();
            let values: [&dyn rusqlite::ToSql; 3] = [&n, &id, &at];
            insert.execute(&values[..most]).unwrap();
        }
    }
    let alone = [
        "INSERT INTO possible_loss (feed, gap_start, gap_end, window_len) VALUES (1, ?1, ?1, 5)",
        "INSERT INTO outage (kind, started_at, ended_at, hosts) VALUES ('portal', ?1, ?1, 9)",
        "INSERT OR REPLACE INTO operator_notice VALUES ('feed:gone', 'failing', ?1, ?1)",
        "INSERT OR IGNORE INTO outlet_hour VALUES ('w', ?1 / 3600000, 1)",
        "INSERT OR IGNORE INTO outlet_span VALUES ('w', ?1 / 21600000, 1)",
        "INSERT INTO message VALUES (CAST('n' || ?1 AS BLOB), 'digest.daily', NULL, NULL, NULL,
            ?1, '{}')",
    ];
    for sql in alone {
        begun.execute(sql, [at]).unwrap();
    }
    // The program's own commits count what they add.
    for (what, word) in [("article", "new"), ("feed", "1"), ("story", "open")] {
        begun
            .execute(
                "INSERT INTO counter VALUES (?1, ?2, ?3)
                 ON CONFLICT (what, word) DO UPDATE SET n = n + ?3",
                rusqlite::params![what, word, count],
            )
            .unwrap();
    }
    begun.commit().unwrap();
}

fn rows(path: &Path, table: &str) -> i64 {
    let db = Connection::open(path).unwrap();
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

const TABLES: [&str; 20] = [
    "article",
    "seen",
    "story",
    "finding",
    "page",
    "alert",
    "verdict",
    "message",
    "outbox",
    "delivery_alert",
    "attempt",
    "update_sent",
    "split_pair",
    "possible_loss",
    "outage",
    "operator_notice",
    "outlet_hour",
    "outlet_span",
    "feed",
    "channel",
];

/// Counts every row and compares with the store's counters.
pub(crate) fn assert_counters_are_right(path: &Path) {
    let totals = Reader::open(path).unwrap().totals().unwrap();
    let of = |condition: &str| u64::try_from(rows(path, condition)).unwrap();
    assert_eq!(totals.articles, of("article"));
    assert_eq!(totals.stories, of("story WHERE merged_into IS NULL"));
    assert_eq!(totals.alerts, of("alert"));
    for (word, count) in &totals.articles_by {
        assert_eq!(*count, of(&format!("article WHERE reason = '{word}'")), "{word}");
    }
    for (word, count) in &totals.findings_by {
        assert_eq!(*count, of(&format!("finding WHERE outcome = '{word}'")), "{word}");
    }
    let letters = &totals.letters;
    for (state, alerts, messages) in [
        ("pending", totals.pending, letters.pending),
        ("delivered", totals.delivered, letters.delivered),
        ("dead", totals.dead, letters.dead),
        ("dropped", totals.dropped, letters.dropped),
    ] {
        let carried = format!(
            "delivery_alert d JOIN outbox o ON o.id = d.delivery WHERE o.state = '{state}'"
        );
        assert_eq!(alerts, of(&carried), "{state}");
        let sent = format!("outbox WHERE letter IS NOT NULL AND state = '{state}'");
        assert_eq!(messages, of(&sent), "{state}");
    }
}

fn filled(folder: &Path) -> (std::path::PathBuf, Store, wirewatch::store::Lock, Connection) {
    let path = folder.join("store.db");
    let (store, lock) = Store::open(&path, NOW).unwrap();
    let mut db = Connection::open(&path).unwrap();
    db.execute_batch(
        "INSERT INTO feed (id, name, url, next_due, interval_ms) VALUES (1, 'a', 'http://a/', 0, 1);
         INSERT INTO feed_window VALUES (1, x'');",
    )
    .unwrap();
    fill(&mut db, 1, CHAINS, 30);
    (path, store, lock, db)
}

#[tokio::test]
async fn one_sweep_forgets_all_that_is_past_its_retention_from_every_table() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store, _lock, mut db) = filled(folder.path());
    fill(&mut db, 5_000, 3, 1);
    assert_counters_are_right(&path);
    store.forget_expired(KEEP, NOW).await.unwrap();
    for table in TABLES {
        let left = rows(&path, table);
        assert!(left <= 7, "{left} rows are left in {table}");
    }
    assert_eq!((rows(&path, "article"), rows(&path, "alert"), rows(&path, "outbox")), (3, 3, 6));
    assert_counters_are_right(&path);
    assert_eq!(store.last_sweep(Timestamp(0)).await.unwrap(), NOW);
}

#[tokio::test]
async fn what_waits_and_what_it_needs_is_never_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store, _lock, db) = filled(folder.path());
    // One alert waits for its receiver, one update too, and one item is still in its feed.
    db.execute_batch(
        "UPDATE outbox SET state = 'pending', ended_at = NULL WHERE seq = 7 AND letter IS NULL;
         UPDATE outbox SET state = 'pending', ended_at = NULL WHERE seq = 8 AND letter NOT NULL;
         UPDATE seen SET gone_at = NULL WHERE article = 9;",
    )
    .unwrap();
    assert_counters_are_right(&path);
    store.forget_expired(KEEP, NOW).await.unwrap();
    assert_counters_are_right(&path);
    let ids = |sql: &str| -> Vec<i64> {
        let mut select = db.prepare(sql).unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(ids("SELECT id FROM article ORDER BY id"), [7, 9]);
    assert_eq!(ids("SELECT story FROM alert ORDER BY story"), [7, 8, 9]);
    assert_eq!(ids("SELECT id FROM story ORDER BY id"), [7, 8, 9]);
    assert_eq!(ids("SELECT seq FROM outbox WHERE state = 'pending' ORDER BY seq"), [7, 8]);
    assert_eq!(rows(&path, "outbox WHERE state = 'delivered' AND message IS NOT NULL"), 0);
    assert_eq!(rows(&path, "pragma_foreign_key_check"), 0);
}

#[tokio::test]
async fn a_feed_that_left_the_configuration_long_ago_holds_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store, _lock, db) = filled(folder.path());
    db.execute_batch("UPDATE seen SET gone_at = NULL; UPDATE feed SET active = 0, polled_at = 5;")
        .unwrap();
    store.forget_expired(KEEP, NOW).await.unwrap();
    assert_eq!((rows(&path, "article"), rows(&path, "seen"), rows(&path, "feed")), (0, 0, 1));
}
