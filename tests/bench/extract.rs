//! What reading the article of a page costs beside stripping the same page of its markup, in one run:
//! the two take turns. Hostile pages are timed after that.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use wirewatch::domain::{Clock, Timestamp};
use wirewatch::{extract, pages};

/// Turns each contestant takes.
const ROUNDS: usize = 31;

/// A page as newsrooms build them: mostly navigation, scripts and boxes of headlines.
fn news_page() -> String {
    let scripts = "<script>var a={\"b\":[1,2,3],\"c\":\"<p>\"};</script>".repeat(800);
    let item = "<li class='nav-item nav-item--deep'><a class='nav-link' href='/section/topic'>A topic\
                </a></li>";
    let text = "<p class='body-text'>The council met at noon, and spoke of the <a href='/h'>harbour\
                </a> for an hour before anyone asked about the cranes, or the <b>toll</b>.</p>";
    let card = "<div class='card card--small'><a href='/s'><img src='i.jpg' alt=''><h3>Another story \
                of the day</h3></a><p>Two lines of it, and a name.</p></div>";
    [
        "<html lang=en><head><title>Harbour talks | The Lantern</title>",
        &scripts,
        "</head><body><nav><ul>",
        &item.repeat(400),
        "</ul></nav><article><h1>Harbour talks</h1>",
        &text.repeat(60),
        "</article><div class='recommended'>",
        &card.repeat(500),
        "</div></body></html>",
    ]
    .concat()
}

fn hostile() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(packed) = std::fs::read(entry.path()) else { continue };
        let mut page = Vec::new();
        let unpacked = flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut page);
        if name.starts_with("html-") && unpacked.is_ok() {
            pages.push((name, page));
        }
    }
    pages
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn main() {
    let clock = Clock::new(|| Timestamp(0));
    let page = news_page();
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(timed(|| drop(black_box(pages::read_page(page.as_bytes(), None, None, &clock)))));
        plain.push(timed(|| drop(black_box(extract::plain(&page)))));
    }
    let (ours, plain) = (median(ours), median(plain));
    println!(
        "a news page of {} KiB: article {:.2} ms = {:.0} pages/s; plain text {:.2} ms; {:.2} times",
        page.len() >> 10,
        ours.as_secs_f64() * 1e3,
        1.0 / ours.as_secs_f64(),
        plain.as_secs_f64() * 1e3,
        ours.as_secs_f64() / plain.as_secs_f64()
    );
    for (name, page) in hostile() {
        let took = timed(|| drop(black_box(pages::read_page(&page, None, None, &clock))));
        println!("{name}: {} KiB in {:.1} ms", page.len() >> 10, took.as_secs_f64() * 1e3);
    }
}
