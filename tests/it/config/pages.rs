//! The operator's rules for addresses reach every feed that did not opt out.
use wirewatch::extract::canonical_by;

use super::load;

const TEXT: &str = r#"
[canonical]
drop = ["Sess_*"]
keep = ["utm_content"]
wrap = ["https://www.go.example.org/out?To="]

[[feed]]
name = "wire"
url = "https://example.org/rss"

[[feed]]
name = "odd"
url = "https://example.net/rss"
canonical = false

[[watch]]
name = "gsomia"
any = ["GSOMIA"]
"#;

#[test]
fn rules_for_addresses_hold_for_every_feed_but_those_that_opt_out() {
    let dir = tempfile::tempdir().unwrap();
    let config = load(dir.path(), TEXT).unwrap();
    let [wire, odd] = config.feeds.as_slice() else { panic!("{:?}", config.feeds) };
    let rules = wire.canonical.as_deref().unwrap();
    let link =
        "https://go.example.org/out?To=https%3A%2F%2Fe.org%2Fa%3FSESS_1%3Dx%26utm_content%3Dy";
    assert_eq!(canonical_by(link, rules).as_deref(), Some("https://e.org/a?utm_content=y"));
    assert!(odd.canonical.is_none());
}
