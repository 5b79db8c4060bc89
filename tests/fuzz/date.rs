//! Any text as a date: an instant within the calendar or none, and what we print we read.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirewatch::parse::date;

fuzz_target!(|text: &str| {
    let Some(at) = date::read(text) else { return };
    let printed = at.to_string();
    let again = date::read(&printed).unwrap_or_else(|| panic!("{printed} of {text:?}"));
    assert_eq!(again.0.div_euclid(1_000), at.0.div_euclid(1_000), "{printed} of {text:?}");
    assert_eq!(date::read(&format!("  {text}\n")), Some(at), "white space round it is nothing");
});
