//! How fast wirewatch polls, beside a bare loop that only fetches and one that fetches and parses,
//! all against the same nginx on loopback, in turns.
//!
//! `cargo bench --bench poll` measures; `WIREWATCH_FEEDS` and `WIREWATCH_ROUNDS` change how much,
//! `WIREWATCH_BINARY` tests another build. It needs nginx (Debian: `nginx-light`).
#![expect(clippy::unwrap_used, reason = "a measurement that goes wrong must stop")]
#![expect(clippy::print_stdout, reason = "it prints a table")]

pub mod reference;
pub mod site;
pub mod subject;
pub mod usage;
pub mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reference::Work;
use site::{Edition, Site};
use subject::{Loop, Polled, Subject, Watcher};

/// Feeds, and how often everything is measured, when nobody says otherwise.
const FEEDS: u32 = 1_000;
const ROUNDS: usize = 3;
/// Polls that find nothing new, per round: they are short, and the kernel counts a process's time
/// in hundredths of a second.
const UNCHANGED_POLLS: usize = 5;

/// What a poll finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    First,
    Unchanged,
    TwoNew,
}

impl Phase {
    fn title(self) -> &'static str {
        match self {
            Self::First => "first poll",
            Self::Unchanged => "unchanged (304)",
            Self::TwoNew => "2 new items each",
        }
    }
}

type Figures = BTreeMap<(Phase, &'static str), Vec<Polled>>;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--reference") {
        let work = Work::named(&args[at + 1]);
        return reference::serve_polls(work, Path::new(&args[at + 2]));
    }
    let feeds = setting("WIREWATCH_FEEDS").map_or(FEEDS, |text| text.parse().unwrap());
    let rounds = setting("WIREWATCH_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let site = Site::build(folder.path(), feeds);
    println!(
        "{feeds} feeds of {} items, mean {} bytes ({} packed), one host each; {rounds} rounds\n",
        site::ITEMS,
        site.mean_bytes,
        site.mean_packed_bytes,
    );
    let mut figures = Figures::new();
    for round in 0..rounds {
        let mut subjects = subjects(&site, folder.path(), round);
        // Whoever goes first in one round goes last in the next.
        let turn = round % subjects.len();
        subjects.rotate_left(turn);
        for mut subject in subjects {
            measure(&site, &mut subject, &mut figures);
        }
    }
    print_table(&figures, feeds);
}

fn subjects(site: &Site, folder: &Path, round: usize) -> Vec<Subject> {
    let mut subjects = vec![
        Subject::Loop(Loop::start(Work::Fetch, &site.list)),
        Subject::Loop(Loop::start(Work::FetchAndParse, &site.list)),
    ];
    if let Some(binary) = binary() {
        let own = folder.join(format!("watcher-{round}"));
        subjects.push(Subject::Watcher(Watcher::prepare(&binary, &own, site)));
    }
    subjects
}

fn measure(site: &Site, subject: &mut Subject, figures: &mut Figures) {
    let polled = |subject: &mut Subject, changed: u32| {
        let polled = subject.poll();
        assert_eq!(polled.changed, changed, "{}: {polled:?}", subject.name());
        polled
    };
    site.show(Edition::Morning);
    let first = polled(subject, site.feeds);
    figures.entry((Phase::First, subject.name())).or_default().push(first);
    for _ in 0..UNCHANGED_POLLS {
        let unchanged = polled(subject, 0);
        figures.entry((Phase::Unchanged, subject.name())).or_default().push(unchanged);
    }
    site.show(Edition::Noon);
    let changed = polled(subject, site.feeds);
    figures.entry((Phase::TwoNew, subject.name())).or_default().push(changed);
}

fn print_table(figures: &Figures, feeds: u32) {
    println!(
        "| poll | who | feeds/s | slowest to fastest | items/s | CPU us/feed | peak MiB | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for ((phase, who), polls) in figures {
        let beside = match phase {
            Phase::Unchanged => Work::Fetch,
            Phase::First | Phase::TwoNew => Work::FetchAndParse,
        };
        let speeds = speeds(polls, feeds);
        let speed = median(&speeds);
        let ratio = speed / median(&self::speeds(&figures[&(*phase, beside.name())], feeds));
        let items = f64::from(polls[0].items) / f64::from(feeds) * speed;
        let cpu_us =
            median(&polls.iter().map(|p| p.cpu_s * 1e6 / f64::from(feeds)).collect::<Vec<_>>());
        println!(
            "| {} | {who} | {speed:.0} | {:.0} to {:.0} | {items:.0} | {cpu_us:.0} | {} | {ratio:.2} of {} |",
            phase.title(),
            speeds[0],
            speeds[speeds.len() - 1],
            polls.iter().map(|p| p.peak_kib).max().unwrap() / 1_024,
            beside.name(),
        );
    }
}

/// Feeds per second of each poll, slowest first.
fn speeds(polls: &[Polled], feeds: u32) -> Vec<f64> {
    let mut all: Vec<f64> = polls.iter().map(|p| f64::from(feeds) / p.wall_s).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn median(all: &[f64]) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn binary() -> Option<PathBuf> {
    let built = option_env!("CARGO_BIN_EXE_wirewatch").map(str::to_owned);
    setting("WIREWATCH_BINARY").or(built).map(PathBuf::from)
}

#[expect(clippy::disallowed_methods, reason = "the bench's own settings")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
