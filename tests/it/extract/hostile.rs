//! Pages made to bring readers down: each was, for a common one, seconds of work and gigabytes.
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use wirewatch::extract;
use wirewatch::pages::read_page;

use super::article::clock;
use crate::hostile::{body, cpu_ns, folder, status_kb};

fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("html-"))
        .collect();
    pages.sort();
    assert!(pages.len() >= 4);
    pages
}

#[test]
fn a_hostile_page_is_text_like_any_other() {
    for path in pages() {
        let page = String::from_utf8(body(&path)).unwrap();
        let plain = extract::plain(&page);
        assert!(!plain.contains(['<', '>']), "{} bytes of markup are left", plain.len());
        let words = extract::plain(&format!("{page} the end")).into_owned();
        assert!(words.ends_with("the end"), "nothing after it is lost");
    }
}

#[test]
fn an_article_behind_a_hostile_beginning_is_still_found() {
    let text = "The council met at noon, and voted on the bridge before the tide turned.";
    for path in pages() {
        let mut page = body(&path);
        page.extend_from_slice(format!("<article><p>{text}</p></article>").as_bytes());
        let article = read_page(&page, None, None, &clock()).unwrap();
        let found = article.text.contains(text);
        assert!(found, "{}: {} bytes", path.display(), article.text.len());
    }
}

#[test]
#[ignore = "run by the test that watches it"]
fn one_page_alone() {
    #[expect(clippy::disallowed_methods, reason = "handed over by the parent process")]
    let Some(path) = std::env::var_os("HOSTILE_PAGE").map(PathBuf::from) else { return };
    let page = body(&path);
    // The high-water mark begins again here.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before_kb, before_ns) = (status_kb("VmRSS"), cpu_ns());
    let article = read_page(&page, None, None, &clock());
    let us = (cpu_ns() - before_ns) / 1_000;
    println!("measured {us} {}", status_kb("VmHWM").saturating_sub(before_kb));
    drop(article);
}

#[test]
fn every_hostile_page_is_read_in_time() {
    // Unoptimised code is given its handicap; the promise is about releases.
    let us_max = if cfg!(debug_assertions) { 5_000_000 } else { 100_000 };
    for path in pages() {
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "extract::hostile::one_page_alone", "--ignored", "--nocapture"])
            .env("HOSTILE_PAGE", &path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{} took its process down: {text}", path.display());
        let line = text.lines().find_map(|line| line.split_once("measured ")).unwrap().1;
        let numbers: Vec<u64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        let [us, kb] = numbers.as_slice() else { panic!("{line}") };
        println!("{us:>9} us {kb:>6} kB  {}", path.file_name().unwrap().display());
        assert!(*us <= us_max, "{}: {us} us", path.display());
        assert!(*kb <= 64 << 10, "{}: {kb} kB", path.display());
    }
}

/// Patterns that make careless code look at the same bytes, nodes or lines again and again.
const PATTERNS: [&str; 40] = [
    "<div>",
    "</div>",
    "<p>",
    "<b><p>",
    "</b>",
    "<b></p>",
    "<a href=x>",
    "<a><div></a>",
    "<table><td>",
    "<td><table>",
    "<li>",
    "<ul><li>",
    "<dd><dt>",
    "<h2>Related</h2>",
    "<h2>Related</h2><h3>x</h3>",
    "<p>Comments</p>",
    "<h3>Comments<p>",
    "<p>Share this</p>",
    "<script>",
    "<script></scrip>",
    "<style>",
    "<svg>",
    "<svg/>",
    "<title>",
    "<noscript><",
    "<!--",
    "<!-->",
    "<!",
    "<",
    "</",
    "<a b='",
    "<a b=\"c\" ",
    "<a b=c d=e>",
    "<p class='a b c d e f g h'>",
    "<div class='share'>x</div>",
    "<div class=comments><p>",
    "&amp;",
    "&#x110000;",
    "<script type='application/ld+json'>[[[[</script>",
    "<br>a. ",
];

#[test]
fn every_repeated_pattern_of_a_page_is_read_in_time() {
    // Whatever looks twice at each byte for every byte before it takes minutes for this.
    let (bytes, us_max) =
        if cfg!(debug_assertions) { (96 << 10, 700_000) } else { (4 << 20, 400_000) };
    let prose = "<p>The council met at noon, and voted on the bridge before the tide turned.</p>";
    let mut slowest = (0, String::new());
    for prefix in ["", prose, "<table><tr><td><article>", "<div class=comments>"] {
        for pattern in PATTERNS {
            let page = prefix.to_owned() + &pattern.repeat(bytes / pattern.len());
            let start = cpu_ns();
            drop(read_page(page.as_bytes(), None, None, &clock()));
            let us = (cpu_ns() - start) / 1_000;
            slowest = slowest.max((us, format!("{prefix}{pattern}")));
        }
    }
    println!("the slowest pattern took {} us: {}", slowest.0, slowest.1);
    assert!(slowest.0 <= us_max, "{} us for {}", slowest.0, slowest.1);
}
