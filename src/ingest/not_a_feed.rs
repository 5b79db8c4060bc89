//! Recognises a web page where a feed should be, and a page that asks for proof of being human.
use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// Bytes of a page that are looked at: what gives it away stands at its head.
const INSPECTED_BYTES_MAX: usize = 64 << 10;
/// Bytes before the first tag of a page.
const LEAD_BYTES_MAX: usize = 1 << 10;
/// Bytes of a tag's name.
const TAG_BYTES_MAX: usize = 16;
/// What pages say that tell robots from people, in lower case. Of several makers, so that no one
/// wording is relied on.
const CHALLENGES: [&str; 12] = [
    "challenge-platform",
    "cf-chl",
    "cf_chl",
    "captcha",
    "checking your browser",
    "just a moment",
    "one moment, please",
    "ddos-guard",
    "_incapsula_",
    "verify you are human",
    "enable javascript and cookies",
    "please enable scripts",
];

/// A web page that was served in the place of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WebPage {
    /// A hash over the order of its tags. It is the same for one page whatever address or time it
    /// names, so that one portal in front of many feeds is recognised.
    pub(super) layout: u64,
    pub(super) is_challenge: bool,
}

/// Looks at a body that is no feed. `None` if it is no web page either.
pub(super) fn recognise(body: &[u8]) -> Option<WebPage> {
    let body = body.get(..INSPECTED_BYTES_MAX).unwrap_or(body).to_ascii_lowercase();
    let lead = body.get(..LEAD_BYTES_MAX).unwrap_or(&body);
    let is_page = [&b"<!doctype html"[..], b"<html", b"<head", b"<body"]
        .iter()
        .any(|opening| memchr::memmem::find(lead, opening).is_some());
    if !is_page {
        return None;
    }
    let says = |words: &str| memchr::memmem::find(&body, words.as_bytes()).is_some();
    Some(WebPage {
        layout: layout_hash(&body),
        is_challenge: CHALLENGES.iter().any(|words| says(words)),
    })
}

fn layout_hash(body: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(0x7769_7265_7761_7463, 0x6820_7061_6765_2076);
    for at in memchr::memchr_iter(b'<', body) {
        let name = body.get(at.saturating_add(1)..).unwrap_or_default();
        let name = name.iter().take(TAG_BYTES_MAX).take_while(|byte| byte.is_ascii_alphanumeric());
        name.for_each(|byte| hasher.write_u8(*byte));
        hasher.write_u8(b'<');
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_has_one_make_whatever_it_names_and_another_page_another() {
        let portal = |for_whom: &str| {
            format!(
                "<!DOCTYPE html><html><body><h1>Hotel</h1><a href='/{for_whom}'>Log in to see {for_whom}</a></body></html>"
            )
        };
        let (one, other) =
            (recognise(portal("a.example").as_bytes()), recognise(portal("bb").as_bytes()));
        assert_eq!(one, other);
        assert!(!one.unwrap().is_challenge);
        let error = recognise(b"<html><body><p>Not found</p></body></html>").unwrap();
        assert_ne!(Some(error), one);
    }

    #[test]
    fn a_challenge_is_told_from_a_page_and_a_page_from_anything_else() {
        let challenge = b"\n<HTML><title>Just a moment...</title><script src=/cdn-cgi/x></script>";
        assert!(recognise(challenge).unwrap().is_challenge);
        for other in [&b"<rss><channel><item>"[..], b"{\"version\":1}", b"", b"plain words"] {
            assert_eq!(recognise(other), None);
        }
    }
}
