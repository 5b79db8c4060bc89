//! Any header a server may send: waits and links are read to an end, within their bounds.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirewatch::domain::Moment;
use wirewatch::fetch::retry_after;
use wirewatch::parse::link_header::{LINE_BYTES_MAX, LINKS_MAX, links};
use wirewatch::schedule;

fuzz_target!(|text: &str| {
    let now = Moment(1_795_420_800_000);
    if let Some(wait) = retry_after(text, now) {
        // However long is asked for, it is a time to wait and no overflow; the schedule bounds it.
        let bounded = wait.min(schedule::RETRY_AFTER_MAX);
        assert!(now.after(wait) >= now.after(bounded) && !text.trim().starts_with('-'), "{text:?}");
    }
    let found = links(text);
    assert!(found.len() <= LINKS_MAX);
    for link in &found {
        assert!(!link.target.is_empty() && !link.rels.is_empty(), "{link:?}");
        assert!(link.target.len() <= LINE_BYTES_MAX && text.contains(&link.target));
        assert!(link.rels.iter().all(|rel| !rel.contains(char::is_whitespace)), "{link:?}");
    }
    // What we write of them is read as the same.
    let written: Vec<String> = found
        .iter()
        .map(|link| format!("<{}>; rel=\"{}\"", link.target, escaped(&link.rels.join(" "))))
        .collect();
    let line = written.join(", ");
    if line.len() <= LINE_BYTES_MAX {
        let again: Vec<_> = links(&line).into_iter().map(|link| (link.target, link.rels)).collect();
        let before: Vec<_> = found.into_iter().map(|link| (link.target, link.rels)).collect();
        assert_eq!(again, before, "{line:?}");
    }
});

fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
        .collect()
}
