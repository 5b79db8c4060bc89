//! Where feeds come from: sitemaps, pages that name feeds, lists of other readers, hubs.
mod discovery;
mod hubs;
mod lists;
mod server;
mod sitemaps;

use std::path::Path;

use crate::commands::{err, out, run};

/// A configuration in two files, with a feed that is not asked in these tests.
const CONFIG: &str =
    "include = [\"feeds.toml\"]\n[[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\"]\n";
const FEEDS: &str =
    "# my feeds\n[[feed]]   # the first\nname = 'paper'\nurl = 'https://paper.example/rss'\n";

fn config_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wirewatch.toml"), CONFIG).unwrap();
    std::fs::write(folder.path().join("feeds.toml"), FEEDS).unwrap();
    folder
}

fn feeds_toml(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("feeds.toml")).unwrap()
}

/// Runs a command that must succeed; gives what it printed.
fn good(folder: &Path, args: &[&str], input: &str) -> (String, String) {
    let output = run(folder, args, input);
    assert!(output.status.success(), "{args:?}: {}{}", out(&output), err(&output));
    (out(&output), err(&output))
}

/// Runs a command that must fail with that code; gives what it said.
fn bad(folder: &Path, args: &[&str], code: i32) -> String {
    let output = run(folder, args, "");
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}{}", out(&output), err(&output));
    err(&output)
}
