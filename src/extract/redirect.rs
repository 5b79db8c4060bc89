//! Addresses that only lead to another one: search engines, social networks and mail filters wrap
//! links so.
use url::Url;

use super::tracking::{is_within, redirect, redirects_to_query};
use crate::domain::PageRules;

/// The address that `url` leads to, if it only leads to another.
pub(super) fn redirect_target(url: &Url, rules: &PageRules) -> Option<Url> {
    let host = url.host_str()?.trim_end_matches('.');
    let bare = host.strip_prefix("www.").unwrap_or(host);
    let path = url.path();
    let own = rules.wrap.iter().find(|own| own.host == bare && path.starts_with(&own.path));
    if let Some(target) = own.and_then(|own| parameter(url, &[own.parameter.as_str()])) {
        return Some(target);
    }
    // The rules below are code because these addresses carry their target in other forms.
    if is_google(bare) {
        if path == "/url" {
            return parameter(url, &["url", "q"]);
        }
        return accelerated(path.strip_prefix("/amp/")?, url.query());
    }
    if is_within(bare, "cdn.ampproject.org") {
        // `/c/s/host/path`, `/v/s/…`, `/i/…`: the letter names the kind of copy.
        let (_, rest) = path.strip_prefix('/')?.split_once('/')?;
        return accelerated(rest, url.query());
    }
    if matches!(bare, "bing.com" | "yandex.ru") {
        let viewed = path.strip_prefix("/amp/").or(path.strip_prefix("/turbo/"));
        if let Some(target) = viewed.and_then(|rest| accelerated(rest, url.query())) {
            return Some(target);
        }
    }
    if bare == "web.archive.org" {
        return archived(url);
    }
    if bare == "r.search.yahoo.com" {
        let target = path.split('/').find_map(|segment| segment.strip_prefix("RU="))?;
        return http(&url::form_urlencoded::parse(target.as_bytes()).next()?.0);
    }
    if is_within(bare, "urldefense.proofpoint.com") && path.starts_with("/v2/") {
        // Here `-` stands for `%` and `_` for `/`.
        let (_, coded) = url.query_pairs().find(|(name, _)| name == "u")?;
        let escaped = coded.replace('-', "%").replace('_', "/");
        return http(&url::form_urlencoded::parse(escaped.as_bytes()).next()?.0);
    }
    if redirects_to_query(bare) {
        return http(url.query()?);
    }
    if is_within(bare, "urldefense.com") && path.starts_with("/v3/__") {
        // The target follows unescaped, with its own query.
        let (_, inner) = url.as_str().split_once("/v3/__")?;
        return http(inner.split("__;").next()?);
    }
    parameter(url, &redirect(bare, path)?.parameters)
}

/// `/web/TIME/address`: the address is not escaped.
fn archived(url: &Url) -> Option<Url> {
    let (_, rest) = url.as_str().split_once("/web/")?;
    let (time, address) = rest.split_once('/')?;
    let dated = time.len() >= 4 && time.bytes().take(4).all(|b| b.is_ascii_digit());
    http(address).filter(|_| dated)
}

/// Google has a domain in each country (`google.co.kr`).
fn is_google(host: &str) -> bool {
    host.strip_prefix("google.").is_some_and(|rest| {
        rest.len() <= 6 && rest.split('.').all(|label| (2..=3).contains(&label.len()))
    })
}

/// `s/host/path` or `host/path`: the form in viewers of accelerated pages.
fn accelerated(path: &str, query: Option<&str>) -> Option<Url> {
    let rest = path.strip_prefix("s/").unwrap_or(path);
    let host = rest.split('/').next()?;
    if !host.contains('.') {
        return None;
    }
    match query {
        Some(query) => http(&format!("https://{rest}?{query}")),
        None => http(&format!("https://{rest}")),
    }
}

/// The address in the first of these parameters.
fn parameter(url: &Url, names: &[&str]) -> Option<Url> {
    let (_, value) = url.query_pairs().find(|(name, _)| names.contains(&name.as_ref()))?;
    http(&value)
}

/// An absolute http or https address; anything else is not a page.
fn http(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
