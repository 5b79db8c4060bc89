//! Pages made to bring readers down: each was, for a common one, seconds of work and gigabytes.
use std::fs;
use std::path::PathBuf;

use wirewatch::extract;
use wirewatch::pages::read_page;

use super::article::clock;
use crate::harness::work::{self, PASSES_MAX};
use crate::hostile::{body, folder, measured, read_alone};

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
    read_alone(|page| read_page(page, None, None, &clock()));
}

#[test]
fn every_hostile_page_is_read_in_time() {
    for path in pages() {
        let mut kb = 0;
        let passes = work::least_passes(|| {
            let cost = measured("extract::hostile::one_page_alone", &path);
            kb = cost.kb;
            cost.passes
        });
        println!("{passes:>7.1} passes {kb:>6} kB  {}", path.file_name().unwrap().display());
        assert!(passes <= PASSES_MAX, "{}: {passes:.0} passes", path.display());
        assert!(kb <= 64 << 10, "{}: {kb} kB", path.display());
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
    let bytes: usize = if cfg!(debug_assertions) { 96 << 10 } else { 4 << 20 };
    let prose = "<p>The council met at noon, and voted on the bridge before the tide turned.</p>";
    let mut slowest = (0.0, String::new());
    for prefix in ["", prose, "<table><tr><td><article>", "<div class=comments>"] {
        for pattern in PATTERNS {
            let page = prefix.to_owned() + &pattern.repeat(bytes / pattern.len());
            let read = || drop(read_page(page.as_bytes(), None, None, &clock()));
            let passes = work::least_passes(|| work::passes(bytes, read));
            if passes > slowest.0 {
                slowest = (passes, format!("{prefix}{pattern}"));
            }
        }
    }
    println!("the slowest pattern took {:.1} passes: {}", slowest.0, slowest.1);
    assert!(slowest.0 <= PASSES_MAX, "{:.0} passes for {}", slowest.0, slowest.1);
}
