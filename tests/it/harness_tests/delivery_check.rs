//! The ledger finds each kind of fault.
use crate::harness::delivery_check::{
    AlertKey, DeliveryRecord, DeliveryReport, Kill, ReceivedEntry,
};

fn what(name: &str) -> AlertKey {
    ("watch".to_owned(), name.to_owned())
}

fn came(id: &str, name: &str, at_unix_ms: u64, is_success: bool) -> ReceivedEntry {
    let sha256 = name.to_owned();
    ReceivedEntry { id: id.to_owned(), alerts: vec![what(name)], sha256, at_unix_ms, is_success }
}

fn ledger(entries: Vec<ReceivedEntry>, kills: &[u64]) -> DeliveryReport {
    let kills = kills.iter().map(|at| Kill { from_unix_ms: *at, until_unix_ms: at + 3 }).collect();
    let expected = [what("a"), what("b")].into();
    DeliveryRecord { expected, entries, kills }.report()
}

#[test]
fn all_there_once_is_settled() {
    let account = ledger(vec![came("1", "a", 1, true), came("2", "b", 2, true)], &[]);
    assert!(account.is_clean(), "{account}");
}

#[test]
fn what_never_succeeded_is_lost_and_what_nobody_expected_is_extra() {
    let account = ledger(vec![came("1", "a", 1, false), came("3", "c", 2, true)], &[]);
    assert_eq!(account.lost, [what("a"), what("b")]);
    assert_eq!(account.extra, [what("c")]);
    assert!(!account.is_clean());
}

#[test]
fn a_second_id_or_a_second_body_is_a_fault() {
    let mut other = came("2", "b", 3, true);
    other.sha256 = "other".to_owned();
    let entries =
        vec![came("1", "a", 1, false), came("9", "a", 2, true), came("2", "b", 2, false), other];
    let account = ledger(entries, &[]);
    assert_eq!(account.renamed, [what("a")]);
    assert_eq!(account.changed, ["2"]);
}

#[test]
fn a_repeat_needs_a_failure_or_a_kill_in_the_right_moment() {
    let twice = |first_succeeds, second_at, kills: &[u64]| {
        let entries = vec![
            came("1", "a", 10_000, first_succeeds),
            came("1", "a", second_at, true),
            came("2", "b", 1, true),
        ];
        ledger(entries, kills)
    };
    assert_eq!(twice(false, 15_000, &[]).repeats_after_failure, 1);
    assert_eq!(twice(true, 15_000, &[10_500]).repeats_after_kill, 1);
    assert_eq!(twice(true, 15_000, &[9_998]).repeats_after_kill, 1, "it was still dying");
    for kills in [&[][..], &[9_000], &[14_500], &[20_000]] {
        assert_eq!(twice(true, 15_000, kills).unexplained, ["1"], "{kills:?}");
    }
}

#[test]
fn a_digest_counts_for_every_alert_it_lists() {
    let mut digest = came("1", "a", 1, true);
    digest.alerts.push(what("b"));
    let account = ledger(vec![digest], &[]);
    assert!(account.is_clean(), "{account}");
}
