//! When two addresses are one page: `[canonical]`, beside the built-in rules.
use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::words;
use crate::domain::{PageRules, Pattern, Spanned, Wrapper};

/// Rules of one list.
const RULES_MAX: usize = 512;
/// Bytes of one rule.
const RULE_BYTES_MAX: usize = 256;
/// Letters before a `*`: with fewer, half of all parameters would go, and what they choose.
const BEGINNING_CHARS_MIN: usize = 2;

/// The keys of `[canonical]`.
pub(super) const KEYS: [&str; 3] = ["drop", "keep", "wrap"];

/// Without the section nothing is added to the built-in rules.
pub(super) fn read_page_rules(
    section: Option<&Section<'_>>,
    faults: &mut Diagnostics,
) -> PageRules {
    let Some(section) = section else {
        return PageRules::default();
    };
    section.reject_unknown_keys("`[canonical]`", &KEYS, faults);
    let drop = list(section, "drop", pattern, faults);
    let keep = list(section, "keep", pattern, faults);
    if let Some(both) = drop.iter().find(|drop| keep.contains(drop)) {
        let star = if both.begins { "*" } else { "" };
        let what = format!("`{}{star}` is both dropped and kept", both.name);
        faults.error(section.place(), what, "remove it from `drop` or from `keep`");
    }
    PageRules { drop, keep, wrap: list(section, "wrap", wrapper, faults) }
}

/// The rules of one list that are right; the others are complained of.
fn list<T>(
    section: &Section<'_>,
    key: &str,
    one: fn(&Spanned, &mut Diagnostics) -> Option<T>,
    faults: &mut Diagnostics,
) -> Vec<T> {
    let read = |value: Value<'_>, faults: &mut Diagnostics| {
        let written = value.strings(faults)?;
        if written.len() > RULES_MAX {
            let what = format!("there are {} rules, over the cap of {RULES_MAX}", written.len());
            faults.error(value.place(), what, "put parameters of one beginning together: \"ad_*\"");
            return None;
        }
        Some(written.iter().filter_map(|written| one(written, faults)).collect())
    };
    section.get(key).and_then(|value| read(value, faults)).unwrap_or_default()
}

/// The name of a parameter, or `beginning*`.
fn pattern(written: &Spanned, faults: &mut Diagnostics) -> Option<Pattern> {
    let text = written.text.as_str();
    let (name, begins) = text.strip_suffix('*').map_or((text, false), |name| (name, true));
    let plain = !name.is_empty()
        && name.len() <= RULE_BYTES_MAX
        && !name.contains(|c: char| {
            c.is_whitespace() || words::is_control_or_mark(c) || "*?&=#/".contains(c)
        });
    let fault = if !plain {
        let what = format!("{} is not the name of a parameter", words::quoted(text));
        Some((what, "write a name, \"sessionid\", or the beginning of one, \"ad_*\""))
    } else if begins && name.chars().count() < BEGINNING_CHARS_MIN {
        let what = format!("{} would mean half of all parameters", words::quoted(text));
        Some((what, "write more letters before the `*`"))
    } else {
        None
    };
    if let Some((what, cure)) = fault {
        faults.error(written.at.clone(), what, cure);
        return None;
    }
    Some(Pattern { name: name.to_lowercase(), begins })
}

/// `host/path?parameter`, with or without a scheme before and `=` after.
fn wrapper(written: &Spanned, faults: &mut Diagnostics) -> Option<Wrapper> {
    let read = || {
        let text = written.text.trim_end_matches('=');
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        if text.len() > RULE_BYTES_MAX || text.contains(char::is_whitespace) {
            return None;
        }
        let url = url::Url::parse(&whole).ok()?;
        let host = url.host_str().filter(|host| host.contains('.'))?.trim_end_matches('.');
        let parameter =
            url.query().filter(|query| !query.is_empty() && !query.contains(['&', '=']));
        Some(Wrapper {
            host: host.strip_prefix("www.").unwrap_or(host).to_owned(),
            path: url.path().to_owned(),
            parameter: parameter?.to_owned(),
        })
    };
    let wrapper = read();
    if wrapper.is_none() {
        let what = format!("{} does not say where a target stands", words::quoted(&written.text));
        let cure = "write host, path and parameter: \"go.example.org/out?url\"";
        faults.error(written.at.clone(), what, cure);
    }
    wrapper
}
