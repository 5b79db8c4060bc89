//! Any bytes under any label: what comes out is text, markup survives, and ASCII is left alone. The
//! first line is the `Content-Type`.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirewatch::parse;

fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (label, body) = input.split_at(at);
    let label = std::str::from_utf8(label).ok();
    let (text, notes) = parse::text_noted(body, label);
    // At worst every byte becomes U+FFFD, or one byte a character of three.
    assert!(text.len() <= body.len().saturating_mul(3).saturating_add(3));
    let other_shape =
        |note: &String| ["UTF-16", "UTF-32", "ISO-2022"].iter().any(|n| note.contains(n));
    if notes.iter().any(other_shape) {
        return;
    }
    // In every other encoding these bytes are always these characters.
    for mark in [b'<', b'>', b'&', b'"'] {
        let before = body.iter().filter(|byte| **byte == mark).count();
        let after = text.bytes().filter(|byte| *byte == mark).count();
        assert_eq!(before, after, "`{}` under {label:?}: {notes:?}", char::from(mark));
    }
    if body.is_ascii() {
        assert_eq!(text.as_bytes(), body);
    }
});
