//! The canonical form of an address. Copies of one page have the same form.
use std::borrow::Cow;

use url::{Url, form_urlencoded};

use super::fragment;
use super::redirect;
use super::tracking::{Parameter, is_tracking};
use crate::domain::PageRules;

/// Longest address that is read, in bytes. Servers refuse longer ones.
pub const URL_BYTES_MAX: usize = 8 << 10;

/// Rounds of unwrapping. A page needs two or three; an address that needs more was made to waste
/// time.
const ROUNDS_MAX: usize = 32;

/// The canonical form of an address: equal for all copies of a page. It is for comparing, not for
/// opening.
///
/// The scheme becomes https. The host is in lower case and ASCII, without `www.` and the prefixes
/// of mobile and accelerated pages. Default ports, credentials and dot segments are removed,
/// escapes are normalised, parameters are sorted, and those that only track are removed. A fragment
/// stays only if it selects what is read (`#!…`, `#/…`, `#id=12`, `#post-5123`). Applying it twice
/// changes nothing more. `None` for anything that is not a web address.
pub fn canonical(url: &str) -> Option<String> {
    canonical_by(url, &PageRules::default())
}

/// The address as written, for a publisher whose addresses fit no rule. Only credentials are
/// removed, and what each browser normalises is normalised.
pub fn verbatim(url: &str) -> Option<String> {
    let mut url = parse(url.trim())?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.into())
}

/// Like [`canonical`], with additional rules of the operator.
pub fn canonical_by(url: &str, rules: &PageRules) -> Option<String> {
    let round = |text: &str| {
        let url = parse(text)?;
        canonicalize(&redirect::redirect_target(&url, rules).unwrap_or(url), rules)
    };
    let mut text = round(url.trim())?;
    // One step can make the next possible: without its prefix a host may match a rule, and a target
    // may wrap another target.
    for _ in 0..ROUNDS_MAX {
        let again = round(&text)?;
        if again == text {
            return Some(text);
        }
        text = again;
    }
    None
}

/// A web address within the limit.
fn parse(text: &str) -> Option<Url> {
    if text.len() > URL_BYTES_MAX {
        return None;
    }
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// One round.
fn canonicalize(url: &Url, rules: &PageRules) -> Option<String> {
    let host = canonical_host(url.host_str()?);
    let mut text = format!("https://{host}");
    let default = matches!((url.scheme(), url.port()), (_, None | Some(80 | 443)));
    if let Some(port) = url.port().filter(|_| !default) {
        text.push(':');
        text.push_str(&port.to_string());
    }
    let path = canonical_path(url.path());
    let query = canonical_query(&host, url.query().unwrap_or_default(), rules);
    let fragment =
        url.fragment().map(escapes).filter(|fragment| fragment::selects_content(fragment));
    text.push_str(if path.is_empty() { "/" } else { &path });
    if !query.is_empty() {
        text.push('?');
        text.push_str(&query);
    }
    if let Some(fragment) = fragment {
        text.push('#');
        text.push_str(&fragment);
    }
    Some(text)
}

/// Removes the labels that select a screen: `www.`, `m.`, `amp.` and the like at the front, or
/// second as in `en.m.wikipedia.org`. At least a domain remains.
fn canonical_host(host: &str) -> String {
    let mut host = host.trim_end_matches('.');
    while let Some((label, rest)) = host.split_once('.') {
        let numbered =
            label.strip_prefix("www").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let screen =
            numbered || matches!(label, "m" | "mobile" | "mobil" | "amp" | "touch" | "wap" | "3g");
        if !screen || !rest.contains('.') || rest.bytes().all(|b| b == b'.' || b.is_ascii_digit()) {
            break;
        }
        host = rest;
    }
    if host == "feeds.feedburner.com" {
        // Two names of the same redirector.
        return "feedproxy.google.com".to_owned();
    }
    match host.split_once(".m.") {
        Some((label, rest)) if !label.contains('.') && rest.contains('.') => {
            format!("{label}.{rest}")
        }
        _ => host.to_owned(),
    }
}

/// Without empty segments, sessions, index files and the labels that select a screen.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<Cow<'_, str>> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| escapes(without_session(segment)))
        .filter(|segment| !segment.is_empty())
        .collect();
    if segments.len() > 1 && segments.first().is_some_and(|first| is_screen(first)) {
        segments.remove(0);
    }
    while segments.len() > 1 && segments.last().is_some_and(|last| is_screen(last)) {
        segments.pop();
    }
    // `/news/amp/world-123`: the label stands between a section and an article.
    if let [.., before, last] = segments.as_slice()
        && segments.len() > 2
        && before.eq_ignore_ascii_case("amp")
        && last.contains(['-', '_'])
    {
        segments.remove(segments.len() - 2);
    }
    if segments.last().is_some_and(|last| is_index(last)) {
        segments.pop();
    }
    if let Some(last) = segments.last_mut() {
        let name = last.strip_suffix(".html").unwrap_or(last);
        if let Some(name) = name.strip_suffix(".amp").or(name.strip_suffix("_amp")) {
            let html = if last.ends_with(".html") { ".html" } else { "" };
            if !name.is_empty() {
                *last = Cow::Owned(format!("{name}{html}"));
            }
        }
    }
    segments.iter().fold(String::with_capacity(path.len()), |mut path, segment| {
        path.push('/');
        path.push_str(segment);
        path
    })
}

/// Whether a segment only says that the page is accelerated.
fn is_screen(segment: &str) -> bool {
    segment.eq_ignore_ascii_case("amp") || matches!(segment, "amp.html" | "amphtml")
}

/// Servers give the same page for a folder and its index file.
fn is_index(segment: &str) -> bool {
    segment.rsplit_once('.').is_some_and(|(name, kind)| {
        let kind = kind.to_ascii_lowercase();
        (name.eq_ignore_ascii_case("index") || name.eq_ignore_ascii_case("default"))
            && matches!(&*kind, "html" | "htm" | "php" | "shtml" | "asp" | "aspx" | "jsp" | "do")
    })
}

/// Java servers put a session id behind a `;` in the path.
fn without_session(segment: &str) -> &str {
    let session = |(_, after): &(&str, &str)| {
        after.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("jsessionid="))
    };
    segment.split_once(';').filter(session).map_or(segment, |(before, _)| before)
}

/// The parameters that select content, sorted by name.
fn canonical_query(host: &str, query: &str, rules: &PageRules) -> String {
    let mut parameters: Vec<String> = Vec::new();
    for pair in query.split('&') {
        // Some feeds escape twice and so write `&amp;` in an address.
        let pair = pair.strip_prefix("amp;").unwrap_or(pair);
        let (name, value) = pair.split_once('=').map_or((pair, None), |(n, v)| (n, Some(v)));
        let lower = decoded(name);
        let plain_value = decoded(value.unwrap_or_default());
        if name.is_empty() && value.is_none_or(str::is_empty) {
            continue;
        }
        if is_tracking(host, Parameter { name: &lower, value: &plain_value }, rules) {
            continue;
        }
        let name = escapes(name).replace("%20", "+");
        parameters.push(match value {
            Some(value) => format!("{name}={}", escapes(value).replace("%20", "+")),
            None => name,
        });
    }
    // Sorted by name only, and stable: the order of repeated parameters may have a meaning.
    parameters.sort_by(|a, b| name_of(a).cmp(name_of(b)));
    parameters.join("&")
}

/// The name of a parameter.
fn name_of(parameter: &str) -> &str {
    parameter.split_once('=').map_or(parameter, |(name, _)| name)
}

/// In lower case and decoded, for looking it up in the table.
fn decoded(text: &str) -> String {
    // As the value of a parameter without a name, so that a `=` in it does not split it.
    let pair = format!("={text}");
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map_or_else(String::new, |(_, value)| value.trim().to_lowercase())
}

/// The byte that an escape at the beginning of `bytes` stands for, and the bytes after it.
fn escape(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, rest @ ..] = bytes else { return None };
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some((digit(*high)? << 4 | digit(*low)?, rest))
}

/// Writes escapes in upper case, and decodes those that RFC 3986 (section 2.3) does not need.
fn escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((byte, _)) = escape(rest.as_bytes()) {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(char::from(byte));
            } else {
                out.push_str(&rest.get(..3).unwrap_or_default().to_ascii_uppercase());
            }
            at += 3;
        } else {
            let c = rest.chars().next().unwrap_or_default();
            out.push(c);
            at += c.len_utf8();
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Pattern, Wrapper};

    #[test]
    fn copies_of_one_page_have_one_address() {
        for (group, expected) in [
            (
                &[
                    "http://www.example.com/news/a?id=12",
                    "HTTPS://WWW.EXAMPLE.COM:443/news/a/?id=12#top",
                    "https://example.com./x/../news//a?utm_source=x&id=12&UTM_Medium=y",
                    "https://m.example.com/news/a?id=12&fbclid=z&gclid=q",
                    "https://amp.example.com/news/a/amp/?id=12",
                    "https://example.com/amp/news/a?id=12&amp=1",
                    "https://example.com/news/a?at_medium=RSS&at_campaign=KARANGA&id=12",
                    "https://example.com/news/a?fl&id=12&mc_cid=1&mc_eid=2",
                    "https://example.com/news/%61;jsessionid=88?id=12&ref=rss",
                    "https://www.google.com/url?rct=j&url=https%3A%2F%2Fexample.com%2Fnews%2Fa%3Fid%3D12&ct=ga",
                    "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fnews%2Fa%3Fid%3D12%26fbclid%3Dx&h=y",
                    "https://www.google.co.kr/amp/s/example.com/news/a?id=12",
                    "https://example-com.cdn.ampproject.org/c/s/example.com/news/a?id=12",
                    "https://urldefense.com/v3/__https://example.com/news/a?id=12__;!!abc!x$",
                    "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.com_news_a-3Fid-3D12&d=Dw&c=x",
                    "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2Fnews%2Fa%3Fid%3D12&data=05",
                    "https://t.umblr.com/redirect?z=https%3A%2F%2Fexample.com%2Fnews%2Fa%3Fid%3D12&t=abc",
                    "https://news.google.com/news/url?sa=t&url=http://www.example.com/news/a%3Fid%3D12",
                    "https://www.bing.com/amp/s/example.com/news/a?id=12",
                    "https://web.archive.org/web/20260102030405/http://www.example.com:80/news/a?id=12",
                    "https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU=https%3a%2f%2fexample.com%2fnews%2fa%3fid%3d12/RK=2/RS=x-",
                    "https://example.com/news/a?id=12&amp;utm_source=rss&sf1234567=1#xtor=RSS-3",
                    "https://example.com/news/a?.tsrc=rss&id=12&spm=a2c.b.0#Echobox=1700000000",
                ][..],
                "https://example.com/news/a?id=12",
            ),
            (
                &[
                    "http://example.org",
                    "https://www.example.org/index.html?",
                    "https://example.org/#",
                ],
                "https://example.org/",
            ),
            (
                &[
                    "https://www.e.org/news/amp/world-12345",
                    "https://e.org/news/world-12345/amp",
                    "https://e.org/news/world-12345#comments",
                    "https://e.org/news/world-12345#:~:text=it",
                    "https://e.org/news/world-12345#section1",
                ],
                "https://e.org/news/world-12345",
            ),
            (
                &[
                    "http://feeds.feedburner.com/~r/f/~3/aB1/",
                    "http://feedproxy.google.com/~r/f/~3/aB1/",
                ],
                "https://feedproxy.google.com/~r/f/~3/aB1",
            ),
            (&["https://en.m.wikipedia.org/wiki/GSOMIA"], "https://en.wikipedia.org/wiki/GSOMIA"),
            (
                &["https://bücher.example/ä", "https://xn--bcher-kva.example/%c3%A4"],
                "https://xn--bcher-kva.example/%C3%A4",
            ),
            (&["https://e.org/a?b=2&a=1", "https://e.org/a?a=1&b=2"], "https://e.org/a?a=1&b=2"),
            (&["https://e.org/a?n=J%20D", "https://e.org/a?n=J+D"], "https://e.org/a?n=J+D"),
            (
                &["https://e.org/story.amp.html", "https://e.org/story.html"],
                "https://e.org/story.html",
            ),
        ] {
            for url in group {
                assert_eq!(canonical(url).as_deref(), Some(expected), "{url}");
            }
        }
    }

    #[test]
    fn what_names_an_article_stays() {
        for url in [
            "https://example.com/?p=123",
            "https://example.com/read?article=8&lang=ko",
            "https://n.example.kr/main/read.nhn?aid=0012&mid=sec&oid=001&sid1=100",
            "https://example.com/#!/news/12",
            "https://example.com/app#/story/3",
            "https://example.com/news#id=12",
            "https://example.com/live/talks#post-5123",
            "https://example.com/changes#2026-05-01",
            "https://example.com/a?fl=12",
            "https://example.com/tag/amp/2",
            "https://example.com/list?source=kyodo&view=full",
            "https://example.com/foo.jpg?crop/1420x708/format/webp",
            "https://example.com/a?tag=b&tag=a",
            "https://example.com/a?ref=v1.2",
            "https://example.com:8443/a",
            "https://forum.example.com/forum.php?mod=viewthread&tid=9",
            "https://192.0.2.7/a",
            "https://[2001:db8::1]/a",
            "https://m.com/a",
        ] {
            assert_eq!(canonical(url).as_deref(), Some(url));
        }
    }

    #[test]
    fn only_web_addresses_have_a_canonical_form() {
        for url in [
            "",
            "mailto:a@example.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "//host/a",
            "/a",
            "https://example|org/",
            "https://",
            "ftp://example.org/a",
            "tag:example.org,2026:1",
        ] {
            assert_eq!(canonical(url), None, "{url:?}");
        }
        assert_eq!(canonical(&format!("https://e.org/{}", "a".repeat(URL_BYTES_MAX))), None);
        let user = canonical("https://user:secret@e.org/a");
        assert_eq!(user.as_deref(), Some("https://e.org/a"), "no credentials");
    }

    #[test]
    fn an_operator_adds_rules_and_takes_others_back() {
        let pattern = |name: &str, begins| Pattern { name: name.to_owned(), begins };
        let rules = PageRules {
            drop: vec![pattern("foo_", true), pattern("sid", false)],
            keep: vec![pattern("utm_content", false)],
            wrap: vec![Wrapper {
                host: "go.example.org".to_owned(),
                path: "/out".to_owned(),
                parameter: "To".to_owned(),
            }],
        };
        for (url, expected) in [
            ("https://e.org/a?FOO_x=1&SID=2&id=3&utm_source=x", "https://e.org/a?id=3"),
            ("https://e.org/a?side=2&utm_content=x", "https://e.org/a?side=2&utm_content=x"),
            ("https://www.go.example.org/out/7?To=https://m.e.org/a", "https://e.org/a"),
            (
                "https://go.example.org/in?To=https://e.org/a",
                "https://go.example.org/in?To=https://e.org/a",
            ),
        ] {
            let once = canonical_by(url, &rules);
            assert_eq!(once.as_deref(), Some(expected), "{url}");
            assert_eq!(canonical_by(expected, &rules), once);
        }
        let written = "https://m.e.org/a?utm_source=x&id=3#top";
        assert_eq!(verbatim(written).as_deref(), Some(written));
        assert_eq!(verbatim("https://a:b@e.org").as_deref(), Some("https://e.org/"));
        assert_eq!(verbatim("mailto:a@e.org"), None);
    }

    fn address() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("/"),
            Just("amp"),
            Just("www."),
            Just("m."),
            Just("."),
            Just(".."),
            Just("?"),
            Just("&"),
            Just("="),
            Just("#"),
            Just("!"),
            Just("utm_x"),
            Just("%20"),
            Just("%2f"),
            Just("%61"),
            Just("%"),
            Just("+"),
            Just("index.html"),
            Just("a"),
            Just("é"),
            Just(";"),
            Just("jsessionid="),
            Just(".amp.html"),
            Just("google.com/url?q="),
            Just("https://e.org/"),
            Just("href.li/?"),
            Just("ref=e.org"),
            Just("b"),
            Just("1"),
            Just(":80"),
            Just("https%3A%2F%2F"),
        ];
        let host = prop_oneof![
            Just("e.org"),
            Just("www.google.com"),
            Just("m.www.href.li"),
            Just("é.kr"),
            Just("www.m.a.b")
        ];
        (host, prop::collection::vec(piece, 0..20))
            .prop_map(|(host, pieces)| format!("http://{host}/{}", pieces.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn the_canonical_form_of_a_canonical_form_is_itself(url in address()) {
            if let Some(once) = canonical(&url) {
                prop_assert_eq!(canonical(&once), Some(once.clone()), "{}", url);
            }
        }

        #[test]
        fn two_articles_keep_two_addresses(
            (one, other) in (1_u32..1 << 30, 1_u32..1 << 30).prop_filter("two", |(a, b)| a != b),
            form in prop::sample::select(vec![
                "https://www.e.org/news/@?utm_source=x",
                "https://e.org/news/a-story-@.html",
                "https://m.e.org/read?id=@&fbclid=y",
                "https://e.org/?p=@&ref=rss",
                "https://e.org/amp/@/amp",
                "https://e.org/view.php?idx=@&mobile=1",
                "https://e.org/main?oid=001&aid=@&sid1=100",
                "https://e.org/news;jsessionid=1?article_id=@",
                "https://l.facebook.com/l.php?u=https%3A%2F%2Fe.org%2Fnews%3Fno%3D@",
                "https://e.org/a?storyId=@&at_medium=RSS",
                "https://e.org/app#!/news/@",
                "https://e.org/news#id=@",
                "https://e.org/live#post-000@",
                "https://example-org.cdn.ampproject.org/c/s/e.org/@",
            ]),
        ) {
            let of = |number: u32| canonical(&form.replace('@', &number.to_string()));
            prop_assert!(of(one).is_some());
            prop_assert_ne!(of(one), of(other));
        }

        #[test]
        fn no_text_is_too_strange(url in "\\PC{0,60}|https?://\\PC{0,60}") {
            if let Some(once) = canonical(&url) {
                prop_assert!(once.starts_with("https://"));
                prop_assert_eq!(canonical(&once), Some(once));
            }
        }
    }
}
