//! The configuration we ship: it loads as it is, and it is the manual.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use wirewatch::config::{self, Config, Directories, STARTER};
use wirewatch::domain::{Backlog, ChannelKind, Name, Severity};

use super::told;

fn shipped() -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wirewatch.toml");
    config::load(&path, Directories::default()).unwrap_or_else(|broken| panic!("{broken}"))
}

#[test]
fn it_loads_without_a_warning_a_secret_or_an_edit() {
    let config = shipped();
    assert_eq!(config.warnings, []);
    assert_eq!(config.channels.len(), 1);
    assert!(matches!(config.channels[0].kind, ChannelKind::Console));
    assert!((20..=30).contains(&config.feeds.len()), "{}", config.feeds.len());
    assert_eq!(config.sources.paths().count(), STARTER.len());
}

#[test]
fn its_feeds_speak_three_languages() {
    let config = shipped();
    for language in ["en", "ja", "ko"] {
        let of = |feed: &&wirewatch::domain::Feed| feed.language.as_deref() == Some(language);
        assert!(config.feeds.iter().filter(of).count() >= 4, "{language}");
    }
    assert!(config.feeds.iter().all(|feed| feed.url.scheme() == "https"));
    let day = Backlog::Recent(Duration::from_hours(24));
    assert!(config.feeds.iter().any(|feed| feed.backlog == day));
}

#[test]
fn its_watches_have_names_in_three_languages() {
    let config = shipped();
    let names: Vec<&str> = config.watches.iter().map(|watch| watch.name.as_str()).collect();
    assert_eq!(names, ["gsomia", "export-controls", "cobra-gold"]);
    assert_eq!(config.watches[0].severity, Severity::High);
    for watch in &config.watches {
        let has = |range: std::ops::RangeInclusive<char>| {
            watch.terms.any.iter().any(|term| term.text.contains(|c| range.contains(&c)))
        };
        assert!(has('a'..='z'), "{} in Latin letters", watch.name);
        assert!(has('가'..='힣'), "{} in Hangul", watch.name);
        assert!(has('ァ'..='ヶ') || has('一'..='龠'), "{} in Japanese", watch.name);
        assert_eq!(watch.notify.len(), 1);
    }
}

#[test]
fn every_term_knows_its_own_letters() {
    let config = shipped();
    let texts: Vec<(&str, &str)> = STARTER.to_vec();
    for term in config.watches.iter().flat_map(|w| w.terms.any.iter().chain(&w.terms.none)) {
        let (_, text) = texts.iter().find(|(name, _)| term.at.file.ends_with(name)).unwrap();
        assert_eq!(text.get(term.at.span.clone()), Some(&*term.text));
    }
}

/// Removes the `# ` before every remarked-out setting.
fn uncommented(text: &str) -> String {
    let setting = |line: &str| {
        (line.starts_with('[') && line.ends_with(']'))
            || line.split_once(" = ").is_some_and(|(key, _)| {
                !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            })
    };
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| setting(rest)).unwrap_or(line))
        .collect();
    lines.join("\n")
}

#[test]
fn every_setting_in_its_remarks_is_real_and_holds_the_default() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in STARTER {
        fs::write(dir.path().join(name), uncommented(text)).unwrap();
    }
    let path = dir.path().join("wirewatch.toml");
    let text = uncommented(STARTER[0].1)
        .replace("[\"console\"]", "[\"console\", \"archive\", \"mail\", \"hook\"]");
    fs::write(&path, &text).unwrap();
    // Only the files that the remarks tell people to write are missing.
    let complaints = told(dir.path(), config::load(&path, Directories::default()));
    let whats: Vec<&str> =
        complaints.lines().filter_map(|line| Some(line.split_once(" error: ")?.1)).collect();
    let missing = |file: &str| format!("cannot read `{file}`: there is no such file");
    assert_eq!(whats, [missing("smtp-password"), missing("our-ca.pem"), missing("webhook-secret")]);
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("_file = ") && !line.contains("user = "))
        .collect();
    let kept = kept.join("\n");
    let (before, after) = kept.split_once("[[channel]]\nname = \"hook\"").unwrap();
    assert!(!after.contains("[["), "the webhook is the last channel");
    fs::write(&path, before.replace(", \"hook\"", "")).unwrap();
    let full = config::load(&path, Directories::default()).unwrap_or_else(|b| panic!("{b}"));
    let [chips, drills, ..] = &*full.watches else { panic!("the remarks hold two watches") };
    assert!(chips.terms.query.as_ref().is_some_and(|query| query.text.contains("@places")));
    assert_eq!(chips.terms.sets[0].name.as_str(), "places");
    assert_eq!((drills.terms.threshold, drills.terms.title_factor), (Some(10.0), Some(1.5)));
    let plain = shipped();
    assert_eq!(full.service.grace, plain.service.grace);
    assert_eq!(
        (full.service.log_level, full.service.log_format),
        (plain.service.log_level, plain.service.log_format)
    );
    assert_eq!(full.store, plain.store);
    assert_eq!(full.poll, plain.poll);
    assert_eq!(operator(&full), operator(&plain));
    assert_eq!((full.operator.daily, plain.operator.notify), (None, vec![Name::new("console")]));
}

fn operator(config: &Config) -> (Duration, u32, Duration) {
    let operator = &config.operator;
    (operator.fail_after, operator.fail_times, operator.remind_every)
}

#[test]
fn its_remarks_name_every_key() {
    let text: String = STARTER.iter().map(|(_, text)| *text).collect();
    let words: BTreeSet<&str> =
        text.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).collect();
    for key in [
        "include",
        "service",
        "store",
        "poll",
        "operator",
        "fail_after",
        "fail_times",
        "remind_every",
        "daily",
        "defaults",
        "channel",
        "feed",
        "watch",
        "contact",
        "grace",
        "log_level",
        "log_format",
        "path",
        "keep_articles",
        "floor",
        "cap",
        "max_staleness",
        "concurrency",
        "per_host_gap",
        "per_host_scope",
        "timeout",
        "body_max",
        "notify",
        "backlog",
        "name",
        "kind",
        "min_severity",
        "host",
        "port",
        "tls",
        "user",
        "password_file",
        "password_credential",
        "from",
        "to",
        "ca_file",
        "url",
        "secret_file",
        "secret_credential",
        "allow_private",
        "allow_downgrade",
        "every",
        "headers",
        "auth_file",
        "auth_credential",
        "language",
        "title",
        "severity",
        "any",
        "all",
        "none",
        "query",
        "weigh",
        "threshold",
        "title_factor",
        "languages",
        "sources",
        "sets",
    ] {
        assert!(words.contains(key), "{key} is not explained");
    }
}
