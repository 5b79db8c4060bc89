//! Any HTML to text: never longer than it was, nothing left to strip, no control characters, and
//! the limit holds.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirewatch::extract;

fuzz_target!(|html: &str| {
    let text = extract::plain(html);
    assert!(text.len() <= html.len(), "longer than it was");
    assert_eq!(extract::plain(&text), text, "a second time changes it");
    let cut = extract::plain_within(html, 64);
    assert!(cut.text.len() <= 64);
    let title = extract::title(html);
    assert!(title.chars().count() <= extract::TITLE_CHARS_MAX);
    assert!(!title.chars().any(char::is_control), "a control character in {title:?}");
    if let Some(url) = extract::canonical(html) {
        assert_eq!(extract::canonical(&url).as_deref(), Some(url.as_str()), "not settled");
    }
});
