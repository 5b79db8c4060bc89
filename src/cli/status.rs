//! `status`: how the watch goes.
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use super::daemon_report::{DaemonReport, write_daemon};
use super::fail::CommandError;
use super::feeds::COVERED;
use super::screen::{BAD, BOLD, GOOD, Screen, json, styled};
use super::setup::Invocation;
use crate::app;
use crate::config::Config;
use crate::domain::{ClockStep, FeedCondition, Timestamp, counted};
use crate::health::{clock_phrase, duration_phrase};
use crate::schedule;
use crate::store::{Error, FeedHealth, Loss, MessageCounts, Pause, Reader, Totals};

/// Recorded gaps that are listed; the store keeps all.
const LOSSES_SHOWN_MAX: u32 = 50;
/// Settings of the clock that are listed; `--json` has those of seven days.
const CLOCK_STEPS_SHOWN_MAX: usize = 5;

/// The contract of `status --json`.
#[derive(serde::Serialize)]
struct StatusReport {
    daemon: DaemonReport,
    feeds: FeedCounts,
    articles: u64,
    stories: u64,
    alerts: u64,
    /// Findings that were told in the thread of a story.
    follow_ups: u64,
    suppressed: u64,
    /// Articles by what they were: `new`, or why they joined a story. Their sum is `articles`.
    articles_by: BTreeMap<String, u64>,
    /// Findings by what came of them: an alert, `update`, or why neither.
    findings_by: BTreeMap<String, u64>,
    outbox: OutboxCounts,
    pages: PageCounts,
    channels_resting: Vec<Pause>,
    /// Messages that wait for a channel the configuration no longer has.
    channels_missing: Vec<WaitingCounts>,
    possible_loss: Vec<Loss>,
    /// When the wall clock was set in the last seven days, and by how much, the latest first.
    clock_steps: Vec<ClockStep>,
}

#[derive(serde::Serialize)]
struct FeedCounts {
    total: u64,
    ok: u64,
    failing: u64,
    unpolled: u64,
    /// How many are in each state, by its word; only states that occur.
    states: BTreeMap<&'static str, u64>,
    /// The covered share of the last seven days, the mean of all feeds; null before the first poll.
    coverage: Option<f64>,
    /// Each failing feed with its reason.
    failures: Vec<FeedHealth>,
}

#[derive(serde::Serialize)]
struct WaitingCounts {
    channel: String,
    messages: u64,
}

/// Pages of articles whose feeds ask for full text.
#[derive(Clone, Copy, Default, serde::Serialize)]
struct PageCounts {
    waiting: u64,
    given_up: u64,
}

/// Counted by alert and receiver.
#[derive(serde::Serialize)]
struct OutboxCounts {
    pending: u64,
    delivered: u64,
    dead: u64,
    dropped: u64,
    /// Updates and notices, which are not alerts.
    letters: MessageCounts,
}

/// Fails with exit code 1 when the daemon should run and does not.
pub(super) fn status(setting: &Invocation, as_json: bool) -> Result<ExitCode, CommandError> {
    let (config, store) = match setting.reader() {
        Ok((config, store)) => (config, Some(store)),
        // Before the first run there is nothing to report, which is a report too.
        Err(CommandError::Store(Error::Missing(_))) => (setting.load()?, None),
        Err(failed) => return Err(failed),
    };
    let now = app::wall().now();
    let report = report(store.as_ref(), &config, now)?;
    let is_missing = report.daemon.is_missing();
    if as_json {
        json(&report)?;
    } else {
        write_report(setting.screen, &report, now)?;
    }
    Ok(if is_missing { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Gathers what the contract holds from the store and the configuration.
fn report(store: Option<&Reader>, config: &Config, now: Timestamp) -> Result<StatusReport, Error> {
    let configured = config.feeds.len() as u64;
    let is_configured = |name: &str| config.channels.iter().any(|c| c.name.as_str() == name);
    let mut channels_missing = Vec::new();
    let (mut feeds, mut totals) = (Vec::new(), Totals::default());
    let (mut channels_resting, mut possible_loss) = (Vec::new(), Vec::new());
    let mut clock_steps = Vec::new();
    let mut pages = PageCounts::default();
    let mut covered = None;
    let mut daemon = DaemonReport::default();
    if let Some(store) = store {
        daemon = DaemonReport::of(store.daemon_sign()?, now);
        let (waiting, given_up) = store.page_counts()?;
        pages = PageCounts { waiting, given_up };
        feeds = store.feeds()?;
        totals = store.totals()?;
        channels_resting = store.pauses()?;
        possible_loss = store.losses(LOSSES_SHOWN_MAX)?;
        clock_steps = store.clock_steps(now.before(COVERED))?;
        let each = store.coverage(now.before(COVERED), now)?;
        covered = (!each.is_empty()).then(|| schedule::mean_coverage(each.values()));
        for (channel, messages) in store.waiting()? {
            if !is_configured(&channel) {
                channels_missing.push(WaitingCounts { channel, messages });
            }
        }
    }
    let failing = feeds.iter().filter(|feed| feed.state.is_failing()).count() as u64;
    let unpolled = feeds.iter().filter(|feed| feed.state == FeedCondition::Unpolled).count() as u64;
    // What is silent, stale or distrusted is read all the same.
    let ok = feeds.len() as u64 - failing - unpolled;
    let total = configured.max(feeds.len() as u64);
    let mut states = BTreeMap::new();
    for feed in &feeds {
        *states.entry(feed.state.as_str()).or_insert(0) += 1;
    }
    *states.entry(FeedCondition::Unpolled.as_str()).or_insert(0) += total - feeds.len() as u64;
    states.retain(|_, count| *count > 0);
    Ok(StatusReport {
        daemon,
        feeds: FeedCounts {
            total,
            ok,
            failing,
            unpolled: total - ok - failing,
            states,
            coverage: covered.as_ref().map(|covered| covered.share),
            failures: feeds.into_iter().filter(|f| f.state.is_failing()).collect(),
        },
        articles: totals.articles,
        stories: totals.stories,
        alerts: totals.alerts,
        follow_ups: totals.follow_ups,
        suppressed: totals.suppressed,
        articles_by: totals.articles_by,
        findings_by: totals.findings_by,
        outbox: OutboxCounts {
            pending: totals.pending,
            delivered: totals.delivered,
            dead: totals.dead,
            dropped: totals.dropped,
            letters: totals.letters,
        },
        pages,
        channels_resting,
        channels_missing,
        possible_loss,
        clock_steps,
    })
}

/// " (3 same-text, 1 update)": all that is counted but what the line says already.
fn by_word(counts: &BTreeMap<String, u64>, said: &str) -> String {
    let rest = counts.iter().filter(|(word, count)| word.as_str() != said && **count > 0);
    let rest: Vec<String> = rest.map(|(word, count)| format!("{count} {word}")).collect();
    if rest.is_empty() { String::new() } else { format!(" ({})", rest.join(", ")) }
}

fn write_counts(out: &mut impl Write, report: &StatusReport) -> std::io::Result<()> {
    writeln!(
        out,
        "{} {} in {} stories{}",
        styled(BOLD, "articles"),
        report.articles,
        report.stories,
        by_word(&report.articles_by, "new")
    )?;
    writeln!(
        out,
        "{}   {} made, {} suppressed as known{}",
        styled(BOLD, "alerts"),
        report.alerts,
        report.suppressed,
        by_word(&report.findings_by, "alert")
    )
}

fn write_report(screen: Screen, report: &StatusReport, now: Timestamp) -> Result<(), CommandError> {
    let mut out = screen.out();
    write_daemon(&mut out, &report.daemon, now)?;
    let feeds = &report.feeds;
    let failing = format!("{} failing", feeds.failing);
    writeln!(
        out,
        "{}    {} ok, {}, {} not polled yet",
        styled(BOLD, "feeds"),
        feeds.ok,
        styled(if feeds.failing == 0 { GOOD } else { BAD }, &failing),
        feeds.unpolled
    )?;
    write_feed_states(&mut out, feeds)?;
    for feed in &feeds.failures {
        let failures = counted(u64::from(feed.failures), "failure");
        // What fails in an outage of our own is not held against the feed.
        let so_far = feed.failing_since.map_or_else(
            || "in an outage of our own".to_owned(),
            |at| format!("{failures} in a row since {at}"),
        );
        writeln!(
            out,
            "         {}: {} ({so_far}; next try in {})",
            feed.name,
            feed.error.as_deref().unwrap_or("unknown"),
            duration_phrase(feed.next_due.since(now))
        )?;
    }
    write_counts(&mut out, report)?;
    write_outbox(&mut out, &report.outbox)?;
    let pages = report.pages;
    if pages.waiting + pages.given_up > 0 {
        let given_up = format!("{} given up", pages.given_up);
        let given_up = if pages.given_up == 0 { given_up } else { styled(BAD, &given_up) };
        writeln!(out, "{}    {} waiting, {given_up}", styled(BOLD, "pages"), pages.waiting)?;
    }
    write_channels(&mut out, report, now)?;
    for step in report.clock_steps.iter().take(CLOCK_STEPS_SHOWN_MAX) {
        writeln!(out, "{}    {}", styled(BAD, "clock"), clock_phrase(*step))?;
    }
    for loss in &report.possible_loss {
        writeln!(
            out,
            "{} {}: items may have been missed between {} and {} (the feed holds {})",
            styled(BAD, "gap     "),
            loss.feed,
            loss.start,
            loss.end,
            loss.window
        )?;
    }
    Ok(())
}

/// States that are neither good nor bad, and the coverage.
fn write_feed_states(out: &mut impl Write, feeds: &FeedCounts) -> std::io::Result<()> {
    let calm = [FeedCondition::Silent, FeedCondition::Stale, FeedCondition::Distrusted];
    let mut words: Vec<String> = calm
        .iter()
        .filter_map(|word| Some(format!("{} {}", feeds.states.get(word.as_str())?, word.as_str())))
        .collect();
    if let Some(share) = feeds.coverage {
        // Rounded down: 99.96 % is not all.
        words.push(format!("coverage {:.1} % in 7 days", (share * 1_000.0).floor() / 10.0));
    }
    if !words.is_empty() {
        writeln!(out, "         {} (`wirewatch feeds status`)", words.join(", "))?;
    }
    Ok(())
}

fn write_outbox(out: &mut impl Write, outbox: &OutboxCounts) -> std::io::Result<()> {
    let dead = format!("{} dead", outbox.dead);
    writeln!(
        out,
        "{}   {} delivered, {} waiting, {}",
        styled(BOLD, "outbox"),
        outbox.delivered,
        outbox.pending,
        if outbox.dead == 0 { dead } else { styled(BAD, &dead) }
    )?;
    let letters = &outbox.letters;
    if letters.delivered + letters.pending + letters.dead > 0 {
        let dead = format!("{} dead", letters.dead);
        writeln!(
            out,
            "         updates and notices: {} delivered, {} waiting, {}",
            letters.delivered,
            letters.pending,
            if letters.dead == 0 { dead } else { styled(BAD, &dead) }
        )?;
    }
    if outbox.dead + letters.dead > 0 {
        writeln!(out, "         `wirewatch outbox list --state dead` says why")?;
    }
    Ok(())
}

fn write_channels(
    out: &mut impl Write,
    report: &StatusReport,
    now: Timestamp,
) -> std::io::Result<()> {
    for pause in &report.channels_resting {
        let until = pause.until.map_or_else(
            || format!("until `wirewatch channels test {}` succeeds", pause.channel),
            |until| format!("next try in {}", duration_phrase(until.since(now))),
        );
        writeln!(out, "         `{}` rests: {}; {until}", pause.channel, pause.why)?;
    }
    for missing in &report.channels_missing {
        writeln!(
            out,
            "         {} for `{}`, which is not in the configuration: put it back, or \
             `wirewatch outbox drop --pending --channel {}`",
            counted(missing.messages, "message"),
            missing.channel,
            missing.channel
        )?;
    }
    Ok(())
}
