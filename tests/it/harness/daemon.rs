//! The program under test as what it is in life: a process with a folder of configuration, which
//! can be asked to stop, killed, and started again.
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// How often a waiting test looks again.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A program and its folder. Dropping it kills what still runs.
pub struct Daemon {
    program: PathBuf,
    folder: PathBuf,
    child: Option<Child>,
    starts: usize,
}

impl Daemon {
    /// `program` is `env!("CARGO_BIN_EXE_wirewatch")`; `folder` holds its configuration and state
    /// and becomes its working directory.
    pub fn new(program: impl Into<PathBuf>, folder: &Path) -> Self {
        Self { program: program.into(), folder: folder.to_owned(), child: None, starts: 0 }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of the configuration; gives its path.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Starts it; what it prints is added to the files `stdout.log` and `stderr.log`.
    pub fn start(&mut self, args: &[&str]) {
        assert!(self.child.is_none(), "it runs already");
        let log = |name: &str| {
            File::options().create(true).append(true).open(self.folder.join(name)).unwrap()
        };
        let mut command = self.command(args);
        command.stdin(Stdio::null()).stdout(log("stdout.log")).stderr(log("stderr.log"));
        self.child = Some(command.spawn().unwrap());
        self.starts += 1;
    }

    /// How often it was started.
    pub fn starts(&self) -> usize {
        self.starts
    }

    /// Runs the program to its end beside whatever runs, with this on its standard input.
    pub fn run(&self, args: &[&str], input: &[u8]) -> Output {
        let path = self.folder.join(".stdin");
        fs::write(&path, input).unwrap();
        self.command(args).stdin(File::open(path).unwrap()).output().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(&self.folder).env_remove("NOTIFY_SOCKET");
        for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        command
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Kills it without warning, and waits until it is gone.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Sends a signal by its name, `TERM` or `HUP` say.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap();
        assert!(sent.success(), "signal {name} could not be sent");
    }

    /// Asks it to stop and waits for it to have done so.
    pub fn stop(&mut self, patience: Duration) -> ExitStatus {
        self.signal("TERM");
        self.wait(patience)
    }

    /// Waits until it ends by itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "a process is waited for from outside any runtime"
    )]
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(Instant::now() < until, "it still runs after {patience:?}\n{}", self.stderr());
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Its exit status, if it ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.as_mut()?.try_wait().unwrap()?;
        self.child = None;
        Some(status)
    }

    /// Waits until it printed `text` on either stream.
    #[expect(
        clippy::disallowed_methods,
        reason = "a process is waited for from outside any runtime"
    )]
    pub fn wait_for_text(&mut self, text: &str, patience: Duration) {
        let until = Instant::now() + patience;
        while !self.stdout().contains(text) && !self.stderr().contains(text) {
            let said = || format!("{}\n{}", self.stdout(), self.stderr());
            assert!(
                Instant::now() < until,
                "`{text}` was not printed in {patience:?}:\n{}",
                said()
            );
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// All it ever printed on standard output.
    pub fn stdout(&self) -> String {
        self.read("stdout.log")
    }

    /// All it ever printed on standard error.
    pub fn stderr(&self) -> String {
        self.read("stderr.log")
    }

    fn read(&self, name: &str) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(self.folder.join(name)) {
            file.read_to_end(&mut bytes).unwrap();
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself a moment ago.
            drop(child.kill());
            drop(child.wait());
        }
    }
}
