//! Reads `[[watch]]`: what is watched, and which channels receive the alerts.
use super::diagnostics::Diagnostics;
use super::document::{Section, Value};
use super::name::{Names, WrittenName};
use super::severity::SEVERITIES;
use super::watch_context::WatchContext;
use super::{name, stories, terms, words};
use crate::domain::{Name, Severity, SourceSpan, Spanned, StoryRules, Watch};

/// Where alerts go when nothing at all is written about channels.
pub(super) const CONSOLE: &str = "console";

/// Every key of a watch; those from `any` on say what it looks for.
const KEYS: [&str; 16] = [
    "name",
    "title",
    "severity",
    "notify",
    "any",
    "all",
    "none",
    "query",
    "weigh",
    "threshold",
    "title_factor",
    "languages",
    "sources",
    "tolerate",
    "update",
    "story",
];

/// Reads all watches. A wrong one is reported and left out.
pub(super) fn read_watches(
    sections: &[Section<'_>],
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) -> Vec<Watch> {
    let mut names = Names::new("watch", context.sources);
    let usual = usual(sections, context, faults);
    sections
        .iter()
        .filter_map(|section| read_watch(section, &mut names, usual.as_deref(), context, faults))
        .collect()
}

/// Reads one watch. All its errors are reported; then it is left out.
fn read_watch(
    section: &Section<'_>,
    names: &mut Names<'_>,
    usual: Option<&[Name]>,
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) -> Option<Watch> {
    section.reject_unknown_keys("a watch", &KEYS, faults);
    // Everything is read even after an error, so that all errors are reported at once.
    let name = names.take_any_script(section, faults);
    let title = section.optional("title", |value| title(value, faults));
    let severity = section.optional("severity", |value| value.choice(&SEVERITIES, faults));
    let notify = section.get("notify");
    let at = notify.map_or_else(|| section.place(), |value| value.place());
    let notify = match notify {
        Some(value) => {
            value.strings(faults).and_then(|list| known(&list, value.place(), context, faults))
        }
        None => usual.map(<[Name]>::to_vec),
    };
    let terms = terms::read_terms(section, context, faults);
    let telling = read_telling(section, context, faults);
    let severity = severity.ok()?.unwrap_or_default();
    let notify = notify?;
    warn_below_severity(severity, &notify, at, context, faults);
    let WrittenName { name, other_script } = name?;
    let title = title.ok()?.or(other_script).unwrap_or_else(|| name.to_string());
    Some(Watch {
        name,
        title,
        severity,
        notify,
        terms: terms?,
        story_rules: telling?,
        at: section.place(),
    })
}

/// The rules for its stories. `None` if there was an error.
fn read_telling(
    section: &Section<'_>,
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) -> Option<StoryRules> {
    let updates = section.optional("update", |value| stories::occasions(value, faults));
    let shares = section
        .optional("story", |value| value.string(faults).and_then(|n| name::checked(&n, faults)));
    let updates = updates.ok()?.unwrap_or_else(|| context.updates.to_vec());
    Some(StoryRules { share_group: shares.ok()?, updates })
}

/// The title; without one, the name.
fn title(value: &Value<'_>, faults: &mut Diagnostics) -> Option<String> {
    let written = value.string(faults)?;
    if !written.text.trim().is_empty() && !written.text.contains(words::is_control_or_mark) {
        return Some(written.text);
    }
    let what = "a title is one line of visible text";
    faults.error(written.at, what, "write a title for people, or remove it: the name serves");
    None
}

/// The default channels, without reporting an error: it is reported only once.
pub(super) fn defaults(context: &WatchContext<'_>) -> Vec<Name> {
    let channels = context.channels;
    let is_known = |name: &Name| channels.is_none_or(|channels| channels.contains_key(name));
    let mut names: Vec<Name> = match &context.defaults.notify {
        Some(written) => written.iter().map(|text| Name::new(&text.text)).collect(),
        None => vec![Name::new(CONSOLE)],
    };
    names.retain(is_known);
    names.sort();
    names.dedup();
    names
}

/// The channels of a watch without `notify`. `None` if there was an error.
fn usual(
    sections: &[Section<'_>],
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) -> Option<Vec<Name>> {
    if let Some(written) = &context.defaults.notify {
        let at = context.defaults.notify_at.clone().unwrap_or_default();
        return known(written, at, context, faults);
    }
    let console = Name::new(CONSOLE);
    if context.channels.is_none_or(|channels| channels.contains_key(&console)) {
        return Some(vec![console]);
    }
    let silent = sections.iter().find(|section| section.get("notify").is_none())?;
    let what = "this watch does not say where its alerts go, and there is no channel `console`";
    let cure = "write notify = [\"…\"] here, or once for all watches under `[defaults]`";
    faults.missing(silent.place(), what, cure);
    None
}

/// The channels named by `notify`: at least one, each known, each once.
pub(super) fn known(
    written: &[Spanned],
    at: SourceSpan,
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) -> Option<Vec<Name>> {
    if written.is_empty() {
        faults.error(at, "`notify` names no channel", "name at least one channel, or remove it");
        return None;
    }
    let mut names: Vec<Name> = Vec::new();
    let mut good = true;
    for text in written {
        let name = Name::new(&text.text);
        if let Some(channels) = context.channels
            && !channels.contains_key(&name)
        {
            let what = format!("there is no channel named {}", words::quoted(&text.text));
            let cure = if channels.is_empty() {
                "write a `[[channel]]` of that name".to_owned()
            } else {
                words::suggestion(&text.text, channels.keys().map(Name::as_str))
            };
            // The channel may be behind a syntax error.
            faults.missing(text.at.clone(), what, cure);
            good = false;
        } else if names.contains(&name) {
            let what = format!("`notify` names {} twice", words::quoted(&text.text));
            faults.warn(text.at.clone(), what, "keep one of the two");
        } else {
            names.push(name);
        }
    }
    good.then_some(names)
}

/// Refuses a watch if every one of its channels would leave out its alerts.
fn warn_below_severity(
    severity: Severity,
    notify: &[Name],
    at: SourceSpan,
    context: &WatchContext<'_>,
    faults: &mut Diagnostics,
) {
    let Some(channels) = context.channels else {
        return;
    };
    let deaf =
        |name: &Name| channels.get(name).copied().flatten().is_some_and(|least| severity < least);
    if !notify.iter().all(deaf) {
        return;
    }
    let shown = words::one_of(notify.iter().map(Name::as_str));
    let what = format!(
        "no alert of this watch would go anywhere: its severity is `{severity}`, below the \
         `min_severity` of {shown}"
    );
    faults.error(at, what, "raise the `severity` of the watch, or name a channel that takes it");
}
