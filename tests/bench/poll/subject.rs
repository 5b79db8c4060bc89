//! Who is measured: a reference loop that lives through a round, or wirewatch, a process per poll.
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::reference::Work;
use crate::site::{Site, TERMS};
use crate::usage;

/// How often the memory of a running process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// One poll of all feeds.
#[derive(Clone, Debug)]
pub struct Polled {
    pub wall_s: f64,
    pub cpu_s: f64,
    pub peak_kib: u64,
    /// Feeds that had something new.
    pub changed: u32,
    /// Items parsed by a loop, articles stored by wirewatch.
    pub items: u32,
}

pub enum Subject {
    Loop(Loop),
    Watcher(Watcher),
}

impl Subject {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loop(one) => one.work.name(),
            Self::Watcher(_) => "wirewatch",
        }
    }

    pub fn poll(&mut self) -> Polled {
        match self {
            Self::Loop(one) => one.poll(),
            Self::Watcher(one) => one.poll(),
        }
    }
}

/// A reference in a process of its own, so that its memory is its own.
pub struct Loop {
    work: Work,
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Loop {
    pub fn start(work: Work, list: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--reference", work.name()])
            .arg(list)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { work, child, answers }
    }

    fn poll(&mut self) -> Polled {
        let before = usage::cpu_s(self.child.id());
        self.child.stdin.as_mut().unwrap().write_all(b"poll\n").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [wall_s, changed, items] = fields[..] else { unreachable!("the loop said {line:?}") };
        Polled {
            wall_s: wall_s.parse().unwrap(),
            cpu_s: usage::cpu_s(self.child.id()) - before,
            peak_kib: usage::peak_kib(self.child.id()).unwrap(),
            changed: changed.parse().unwrap(),
            items: items.parse().unwrap(),
        }
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// `wirewatch once`, its start and its end included in every figure.
pub struct Watcher {
    binary: PathBuf,
    folder: PathBuf,
}

impl Watcher {
    pub fn prepare(binary: &Path, folder: &Path, site: &Site) -> Self {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("wirewatch.toml"), config(site)).unwrap();
        Self { binary: binary.to_owned(), folder: folder.to_owned() }
    }

    #[expect(clippy::disallowed_methods, reason = "the bench has no runtime")]
    fn poll(&self) -> Polled {
        let said = self.folder.join("once.json");
        let cpu_before = usage::children_cpu_s();
        let begun = Instant::now();
        let mut child = Command::new(&self.binary)
            .args(["once", "--json", "--config", "wirewatch.toml"])
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(File::create(&said).unwrap())
            .stderr(File::create(self.folder.join("once.log")).unwrap())
            .spawn()
            .unwrap();
        let mut peak_kib = 0;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            peak_kib = usage::peak_kib(child.id()).unwrap_or(0).max(peak_kib);
            std::thread::sleep(LOOK_EVERY);
        };
        let wall_s = begun.elapsed().as_secs_f64();
        let log = || fs::read_to_string(self.folder.join("once.log")).unwrap();
        assert!(status.success(), "wirewatch once: {status}\n{}", log());
        let said: serde_json::Value = serde_json::from_slice(&fs::read(said).unwrap()).unwrap();
        let count = |key: &str| u32::try_from(said[key].as_u64().unwrap()).unwrap();
        assert_eq!(count("failed"), 0, "{said}");
        Polled {
            wall_s,
            cpu_s: usage::children_cpu_s() - cpu_before,
            peak_kib,
            changed: count("changed"),
            items: count("new"),
        }
    }
}

fn config(site: &Site) -> String {
    let mut text = format!(
        "[store]\npath = \"state.db\"\n\n[poll]\nconcurrency = 64\n\n\
         [[channel]]\nname = \"file\"\nkind = \"file\"\npath = \"alerts.jsonl\"\n\n\
         [[watch]]\nname = \"bench\"\nany = {TERMS:?}\nnotify = [\"file\"]\n\n"
    );
    for (name, url) in site.feeds() {
        text.push_str("[[feed]]\n");
        for (key, value) in [("name", name.as_str()), ("url", &url), ("backlog", "none")] {
            writeln!(text, "{key} = \"{value}\"").unwrap();
        }
        text.push_str("allow_private = [\"127.0.0.0/8\"]\n\n");
    }
    text
}
