//! What in an address says where a reader came from, and not what is read. The table is data:
//! `tracking.txt` beside this file.
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::domain::PageRules;

/// The table, by kind of line.
#[derive(Default)]
struct Table {
    everywhere: HashSet<&'static str>,
    prefixes: Vec<&'static str>,
    screens: HashSet<&'static str>,
    origin_names: HashSet<&'static str>,
    origins: HashSet<&'static str>,
    hosts: Vec<Host>,
    redirects: Vec<Redirect>,
    redirect_queries: HashSet<&'static str>,
}

/// Parameters that mean nothing on one host and its subdomains.
struct Host {
    name: &'static str,
    parameters: Vec<&'static str>,
}

/// An address that only leads to another, which it carries in a parameter.
pub(super) struct Redirect {
    pub(super) host: &'static str,
    /// The path begins so.
    pub(super) path: &'static str,
    /// Any of these may hold the target.
    pub(super) parameters: Vec<&'static str>,
}

/// A parameter of a query, both parts decoded and in lower case.
#[derive(Clone, Copy)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// Read once, at the first address.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for line in include_str!("tracking.txt").lines() {
        table.read(line);
    }
    table
});

impl Table {
    /// Takes one line; `false` if its kind is unknown.
    fn read(&mut self, line: &'static str) -> bool {
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("everywhere") => self.everywhere.extend(words),
            Some("prefix") => self.prefixes.extend(words),
            Some("screen") => self.screens.extend(words),
            Some("origin-name") => self.origin_names.extend(words),
            Some("origin") => self.origins.extend(words),
            Some("redirect-query") => self.redirect_queries.extend(words),
            Some("host") => {
                let name = words.next().unwrap_or_default();
                self.hosts.push(Host { name, parameters: words.collect() });
            }
            Some("redirect") => {
                let (host, path) = (words.next().unwrap_or_default(), words.next());
                let path = path.unwrap_or_default();
                self.redirects.push(Redirect { host, path, parameters: words.collect() });
            }
            Some(kind) => return kind == "#",
            None => {}
        }
        true
    }
}

/// Whether a parameter says nothing of the content of a page on `host`.
pub(super) fn is_tracking(host: &str, parameter: Parameter<'_>, rules: &PageRules) -> bool {
    let Parameter { name, value } = parameter;
    if rules.keep.iter().any(|kept| kept.matches(name)) {
        return false;
    }
    rules.drop.iter().any(|dropped| dropped.matches(name))
        || TABLE.everywhere.contains(name)
        || TABLE.prefixes.iter().any(|prefix| name.starts_with(prefix))
        // "?fl" alone; with a value it may be a floor.
        || (name == "fl" && value.is_empty())
        || is_numbered_click(name)
        || (TABLE.screens.contains(name)
            && matches!(value, "" | "0" | "1" | "true" | "false" | "yes"))
        || (TABLE.origin_names.contains(name) && is_origin(parameter))
        || TABLE
            .hosts
            .iter()
            .any(|of| is_within(host, of.name) && of.parameters.contains(&name))
}

/// The rule for an address that only leads to another: its host without `www.`, and its path.
pub(super) fn redirect(host: &str, path: &str) -> Option<&'static Redirect> {
    TABLE.redirects.iter().find(|rule| {
        // A mail filter has a host for every region; the others are named in full.
        let regional = rule.host.starts_with("safelinks.") && is_within(host, rule.host);
        (host == rule.host || regional) && path.starts_with(rule.path)
    })
}

/// Whether the whole query of addresses on this host is the target.
pub(super) fn redirects_to_query(host: &str) -> bool {
    TABLE.redirect_queries.contains(host)
}

/// Whether a value names a place where readers come from, not a part of the content.
fn is_origin(parameter: Parameter<'_>) -> bool {
    let Parameter { name, value } = parameter;
    // `source=1` and `view=1` may choose content; `rss=1` and `share=true` cannot.
    let flag = matches!(value, "1" | "true");
    if flag && !matches!(name, "rss" | "feed" | "share") {
        return false;
    }
    TABLE.origins.contains(value)
        || value.starts_with("rss")
        || value.ends_with("rss")
        || (matches!(name, "ref" | "referer" | "referrer") && looks_like_host(value))
}

/// Newsletters and blogs add their own host as `ref`.
fn looks_like_host(value: &str) -> bool {
    let value = value.strip_prefix("https://").or(value.strip_prefix("http://")).unwrap_or(value);
    let host = value.trim_end_matches('/');
    let last = host.rsplit_once('.').map_or("", |(_, last)| last);
    last.len() >= 2
        && last.bytes().all(|b| b.is_ascii_lowercase())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        && !matches!(last, "html" | "htm" | "php" | "md" | "txt")
}

/// `sf123456789=1`: how a scheduler of posts numbers its clicks.
fn is_numbered_click(name: &str) -> bool {
    let digits = name.strip_prefix("sf").unwrap_or_default();
    digits.len() >= 6 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether `host` is `domain` or a subdomain of it.
pub(super) fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_understood() {
        let mut table = Table::default();
        for line in include_str!("tracking.txt").lines() {
            assert!(table.read(line), "{line}");
            assert!(line.starts_with('#') || line == line.to_lowercase(), "{line}");
        }
        assert!(table.everywhere.len() > 100 && table.hosts.len() > 10);
        assert!(table.redirects.iter().all(|rule| !rule.parameters.is_empty()));
    }
}
