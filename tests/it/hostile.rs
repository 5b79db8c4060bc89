//! Bodies made to take the process down: each is survived within its share of time and memory.
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use wirewatch::parse::{Error, ResponseContext, document, limits};

use crate::harness::work::{self, PASSES_MAX};

/// Where the hostile bodies are, each its own attack.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile")
}

pub(crate) fn body(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|end| end == "gz") {
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut body).unwrap();
        return body;
    }
    bytes
}

/// A line of this process's status, in kilobytes.
pub(crate) fn status_kb(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What a body cost in a process of its own.
pub(crate) struct Cost {
    /// CPU time, in plain passes over the body.
    pub(crate) passes: f64,
    /// Memory above what the body itself takes, in kilobytes.
    pub(crate) kb: u64,
}

/// Reads a body by this ignored test, in a process of its own.
pub(crate) fn measured(reader: &str, path: &Path) -> Cost {
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", reader, "--ignored", "--nocapture"])
        .env("HOSTILE_BODY", path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{} took its process down: {text}", path.display());
    let line = text.lines().find_map(|line| line.split_once("measured ")).unwrap().1;
    let (passes, kb) = line.split_once(' ').unwrap();
    Cost { passes: passes.parse().unwrap(), kb: kb.parse().unwrap() }
}

/// The other side of `measured`: reads the body that it names.
#[expect(clippy::print_stdout, reason = "the parent process reads it")]
pub(crate) fn read_alone<T>(read: impl FnOnce(&[u8]) -> T) {
    #[expect(clippy::disallowed_methods, reason = "handed over by the parent process")]
    let Some(path) = std::env::var_os("HOSTILE_BODY").map(PathBuf::from) else { return };
    let body = body(&path);
    // The high-water mark begins again here.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before_kb = status_kb("VmRSS");
    let mut outcome = None;
    let passes = work::passes(body.len(), || outcome = Some(read(&body)));
    println!("measured {passes} {}", status_kb("VmHWM").saturating_sub(before_kb));
    drop(outcome);
}

#[test]
#[ignore = "run by the test that watches it"]
fn one_body_alone() {
    read_alone(|body| document(body, &ResponseContext::default()));
}

#[test]
fn every_hostile_body_is_read_in_time() {
    let mut names: Vec<_> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert!(names.len() >= 13);
    for path in names {
        let mut kb = 0;
        let passes = work::least_passes(|| {
            let cost = measured("hostile::one_body_alone", &path);
            kb = cost.kb;
            cost.passes
        });
        println!("{passes:>7.1} passes {kb:>6} kB  {}", path.file_name().unwrap().display());
        assert!(passes <= PASSES_MAX, "{}: {passes:.0} passes", path.display());
        assert!(kb <= 64 << 10, "{}: {kb} kB", path.display());
    }
}

#[test]
fn what_can_be_read_of_a_hostile_feed_is_read() {
    let read =
        |name: &str| document(&body(&folder().join(name)), &ResponseContext::default()).unwrap();
    let author = read("author-fullwidth.xml");
    assert_eq!(author.entries[0].authors, ["张三"]);
    for name in ["duration-overflow.xml", "duration-overflow-secs.xml", "media-text-npt.xml"] {
        assert_eq!(read(name).entries[0].title.as_deref(), Some("a"), "{name}");
    }
    assert_eq!(read("utf16be-declared.xml").title.as_deref(), Some("a"));
    let many = read("empty-items-3M.xml.gz");
    assert_eq!(many.entries.len(), limits::ITEMS_MAX);
    assert!(many.mended.iter().any(|note| note.contains("beyond the first")));
    assert_eq!(read("json-items-1M.json.gz").entries.len(), limits::ITEMS_MAX);
}

#[test]
fn a_hostile_page_is_not_a_feed() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("html-") {
            let outcome = document(&body(&path), &ResponseContext::default());
            assert!(matches!(outcome, Err(Error::NotAFeed { .. })), "{}", path.display());
        }
    }
}

/// Patterns that make careless code look at the same bytes again and again.
const PATTERNS: [&str; 34] = [
    "<?a>",
    "<!DOCTYPE [x>",
    "<!DOCTYPE a>",
    "<a \">",
    "<a '<b>",
    "<a \"<b",
    "&",
    "&#",
    "&a;",
    "]]",
    "]",
    "<![CDATA[]]>",
    "<title>",
    "<item>",
    "<item><title>",
    "<item><description><b>",
    "</",
    "</item>",
    "</x>",
    "<!",
    "<",
    "<a b=",
    "<a b='",
    "<x:y>",
    "<b xmlns:a='b'>",
    "<item xml:base='y/'>",
    "<TITLE/>",
    "<item><link/>",
    "<category>x</category>",
    "<author>a@b（",
    "<div>",
    "<a ",
    "\u{85}",
    "\r",
];

#[test]
fn every_repeated_pattern_is_read_in_time() {
    let prefixes = [
        "",
        "<rss><channel>",
        "<rss><channel><item>",
        "<rss><channel><item><title>",
        "<feed><entry><content type='xhtml'>",
        "<feed><entry><author>",
        "{\"items\":[",
    ];
    // Whatever looks twice at each byte for every byte before it takes minutes for this.
    let bytes: usize = if cfg!(debug_assertions) { 256 << 10 } else { 2 << 20 };
    let mut slowest = (0.0, String::new());
    for prefix in prefixes {
        for pattern in PATTERNS {
            let text = prefix.to_owned() + &pattern.repeat(bytes / pattern.len());
            let read = || drop(document(text.as_bytes(), &ResponseContext::default()));
            let passes = work::least_passes(|| work::passes(bytes, read));
            if passes > slowest.0 {
                slowest = (passes, format!("{prefix}{pattern}"));
            }
        }
    }
    println!("the slowest pattern took {:.1} passes: {}", slowest.0, slowest.1);
    assert!(slowest.0 <= PASSES_MAX, "{:.0} passes for {}", slowest.0, slowest.1);
}
