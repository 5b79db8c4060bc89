//! Any page: an article no longer than the page, on lines, without control characters, whether or
//! not the clock runs out on the way.
#![no_main]
use std::cell::Cell;

use libfuzzer_sys::fuzz_target;
use wirewatch::extract::{Deadline, read_article};

fuzz_target!(|html: &str| {
    let whole = read_article(html, None, Deadline::new(&|| false));
    assert!(whole.text.len() <= html.len(), "longer than the page");
    assert!(!whole.text.chars().any(|c| c.is_control() && c != '\n'), "{:?}", whole.text);
    assert!(whole.title.as_deref().is_none_or(|title| !title.chars().any(char::is_control)));
    let looks = Cell::new(html.len() % 7);
    let is_over = || {
        looks.set(looks.get().saturating_sub(1));
        looks.get() == 0
    };
    let part = read_article(html, None, Deadline::new(&is_over));
    assert!(part.text.len() <= html.len(), "longer than the page");
});
