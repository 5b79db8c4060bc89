//! One binary for all tests that look at the program from outside.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]
#![expect(clippy::panic, reason = "a test says what is wrong by failing")]
mod broken_transfers;
pub mod commands;
mod config;
pub mod corpora;
mod corpora_feeds;
mod dedupe;
mod delivery;
mod dictionary_forms;
mod end_to_end;
mod extract;
mod formats;
mod full_disk;
mod gate;
pub mod harness;
mod harness_tests;
mod hostile;
mod hostile_daemon;
mod killed;
mod matcher_oracle;
mod messages;
mod mutation;
mod old_store;
mod operator_notices;
mod outward;
mod pages;
mod reload;
mod replay;
mod retention;
mod schedule;
mod sources;
mod ssrf;
mod store_files;
mod stories;
mod term_edges;
pub mod test_app;
mod tidy;

/// A webhook secret of 32 bytes, readable by its owner alone.
pub fn write_secret(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Says past the test runner's capture that a test was skipped: a skip nobody sees is a hole.
pub fn report_skipped(test: &str, why: &str) {
    use std::io::Write;
    let line = format!("SKIPPED {test}: {why}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
