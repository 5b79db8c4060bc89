//! Addresses that only carry another: what search engines, networks and mail filters wrap links in.
use url::Url;

use super::tracking::within;
use crate::domain::PageRules;

/// Host, beginning of the path, and the parameters that may hold the target.
const PARAMETER_REDIRECTORS: &[(&str, &str, &[&str])] = &[
    ("l.facebook.com", "/l.php", &["u"]),
    ("lm.facebook.com", "/l.php", &["u"]),
    ("facebook.com", "/l.php", &["u"]),
    ("facebook.com", "/flx/warn", &["u"]),
    ("m.facebook.com", "/l.php", &["u"]),
    ("l.messenger.com", "/l.php", &["u"]),
    ("l.instagram.com", "/", &["u"]),
    ("l.threads.net", "/", &["u"]),
    ("l.threads.com", "/", &["u"]),
    ("out.reddit.com", "/", &["url"]),
    ("youtube.com", "/redirect", &["q"]),
    ("t.umblr.com", "/redirect", &["z"]),
    ("slack-redir.net", "/link", &["url"]),
    ("vk.com", "/away.php", &["to"]),
    ("away.vk.com", "/", &["to"]),
    ("exit.sc", "/", &["url"]),
    ("link.zhihu.com", "/", &["target"]),
    ("steamcommunity.com", "/linkfilter", &["u", "url"]),
    ("duckduckgo.com", "/l/", &["uddg"]),
    ("bing.com", "/news/apiclick.aspx", &["url"]),
    ("linkedin.com", "/safety/go", &["url"]),
    ("linkedin.com", "/redir/redirect", &["url"]),
    ("safelinks.protection.outlook.com", "/", &["url"]),
    ("redirect.viglink.com", "/", &["u"]),
    ("go.redirectingat.com", "/", &["url"]),
    ("click.linksynergy.com", "/", &["murl"]),
    ("news.google.com", "/news/url", &["url", "q"]),
    ("translate.google.com", "/translate", &["u"]),
    ("getpocket.com", "/redirect", &["url"]),
    ("disq.us", "/url", &["url"]),
    ("medium.com", "/r/", &["url"]),
    ("cts.businesswire.com", "/ct/", &["url"]),
    ("weibo.cn", "/sinaurl", &["u"]),
    ("link.csdn.net", "/", &["target"]),
    ("link.sbstck.com", "/redirect", &["url"]),
];

/// Hosts whose whole query is the target.
const PREFIX_REDIRECTORS: &[&str] =
    &["href.li", "nullrefer.com", "anonym.to", "anon.to", "dereferer.me"];

/// The address `url` carries, if it is one that only carries another.
pub(super) fn redirect_target(url: &Url, rules: &PageRules) -> Option<Url> {
    let host = url.host_str()?.trim_end_matches('.');
    let bare = host.strip_prefix("www.").unwrap_or(host);
    let path = url.path();
    let own = rules.wrap.iter().find(|own| own.host == bare && path.starts_with(&own.path));
    if let Some(target) = own.and_then(|own| parameter(url, &[own.parameter.as_str()])) {
        return Some(target);
    }
    if is_google(bare) {
        if path == "/url" {
            return parameter(url, &["url", "q"]);
        }
        return accelerated(path.strip_prefix("/amp/")?, url.query());
    }
    if within(bare, "cdn.ampproject.org") {
        // /c/s/host/path, /v/s/…, /i/…; the letter says what kind of copy it is.
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
    if within(bare, "urldefense.proofpoint.com") && path.starts_with("/v2/") {
        // Escapes are written with `-`, and slashes as `_`.
        let (_, coded) = url.query_pairs().find(|(name, _)| name == "u")?;
        let escaped = coded.replace('-', "%").replace('_', "/");
        return http(&url::form_urlencoded::parse(escaped.as_bytes()).next()?.0);
    }
    if PREFIX_REDIRECTORS.contains(&bare) {
        return http(url.query()?);
    }
    if within(bare, "urldefense.com") && path.starts_with("/v3/__") {
        // The target is written as it is, its own query included.
        let (_, inner) = url.as_str().split_once("/v3/__")?;
        return http(inner.split("__;").next()?);
    }
    let (_, _, names) = PARAMETER_REDIRECTORS.iter().find(|(of, begins, _)| {
        // A mail filter has a host for every region; the others are named in full.
        let there = bare == *of || (of.starts_with("safelinks.") && within(bare, of));
        there && path.starts_with(begins)
    })?;
    parameter(url, names)
}

/// `/web/TIME/address`, the address written as it is.
fn archived(url: &Url) -> Option<Url> {
    let (_, rest) = url.as_str().split_once("/web/")?;
    let (time, address) = rest.split_once('/')?;
    let dated = time.len() >= 4 && time.bytes().take(4).all(|b| b.is_ascii_digit());
    http(address).filter(|_| dated)
}

fn is_google(host: &str) -> bool {
    host.strip_prefix("google.").is_some_and(|rest| {
        rest.len() <= 6 && rest.split('.').all(|label| (2..=3).contains(&label.len()))
    })
}

/// `s/host/path` or `host/path`, as viewers of accelerated pages write it.
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

fn parameter(url: &Url, names: &[&str]) -> Option<Url> {
    let (_, value) = url.query_pairs().find(|(name, _)| names.contains(&name.as_ref()))?;
    http(&value)
}

fn http(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
