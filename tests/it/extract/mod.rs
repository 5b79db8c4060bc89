//! Pages made to bring readers down: each was, for a common one, seconds of work and gigabytes.
use std::io::Read;

use flate2::read::GzDecoder;
use wirewatch::extract;

#[test]
fn a_hostile_page_is_text_like_any_other() {
    for packed in [
        &include_bytes!("html-nested-div-100k.html.gz")[..],
        &include_bytes!("html-formatting-attrs-20k.html.gz")[..],
        &include_bytes!("html-adoption-agency-5k.html.gz")[..],
        &include_bytes!("html-attrs-200k.html.gz")[..],
    ] {
        let mut page = String::new();
        GzDecoder::new(packed).read_to_string(&mut page).unwrap();
        let plain = extract::plain(&page);
        assert!(!plain.contains(['<', '>']), "{} bytes of markup are left", plain.len());
        let words = extract::plain(&format!("{page} the end")).into_owned();
        assert!(words.ends_with("the end"), "nothing after it is lost");
    }
}
