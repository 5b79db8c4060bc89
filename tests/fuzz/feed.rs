//! Any bytes as a feed: what comes out is bounded and clean, and a download that broke off gives
//! nothing the whole one does not. The first two bytes say where it breaks off.
#![no_main]
use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use wirewatch::domain::{Document, Entry};
use wirewatch::parse::{self, Hints, limits};

fn hints(base: &url::Url) -> Hints<'_> {
    Hints { content_type: Some("text/xml; charset=utf-8"), base: Some(base) }
}

fn check(document: &Document) {
    assert!(document.entries.len() <= limits::ITEMS_MAX);
    assert!(document.mended.len() <= limits::NOTES_MAX);
    let head = [&document.title, &document.link, &document.language];
    head.into_iter().flatten().for_each(|text| clean(text));
    for entry in &document.entries {
        let Entry {
            id,
            link,
            title,
            summary,
            content,
            published,
            updated,
            authors,
            tags,
            language,
        } = entry;
        let texts = [id, link, title, summary, content, language];
        texts.into_iter().flatten().for_each(|text| clean(text));
        authors.iter().chain(tags).for_each(|text| clean(text));
        [published, updated].into_iter().flatten().for_each(|dated| clean(&dated.raw));
        assert!(authors.len() <= limits::AUTHORS_MAX && tags.len() <= limits::TAGS_MAX);
    }
}

fn clean(text: &str) {
    assert!(text.len() <= limits::TEXT_BYTES_MAX, "a text of {} bytes", text.len());
    let control = |c: &char| (*c as u32) < 0x20 && !matches!(c, '\n' | '\t');
    assert_eq!(text.chars().find(control), None, "a control character in {text:?}");
}

fuzz_target!(|input: &[u8]| {
    let base = url::Url::parse("https://news.example/feed").expect("an address");
    let Some((cut, body)) = input.split_first_chunk::<2>() else { return };
    let whole = parse::document(body, &hints(&base));
    if let Err(parse::Error::Panicked { why }) = &whole {
        panic!("the reader broke: {why}");
    }
    let Ok(whole) = whole else { return };
    check(&whole);
    // Only where the encoding is beyond doubt: a guess may change with every byte.
    if !body.is_ascii() || whole.entries.len() >= limits::ITEMS_MAX {
        return;
    }
    let cut = usize::from(u16::from_le_bytes(*cut)) % body.len().max(1);
    let Ok(part) = parse::document(body.get(..cut).unwrap_or_default(), &hints(&base)) else {
        return;
    };
    check(&part);
    if part.format != whole.format {
        return;
    }
    let known: HashSet<_> = whole.entries.iter().map(|entry| (&entry.id, &entry.title)).collect();
    for entry in &part.entries {
        assert!(known.contains(&(&entry.id, &entry.title)), "{entry:?} is not of the whole");
    }
});
