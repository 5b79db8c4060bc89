//! Why the program ends other than well, and the exit code that says so (BSD's sysexits).
use std::io::Write;
use std::process::ExitCode;

use super::screen::Screen;
use crate::app;
use crate::config::{Invalid, Sources};
use crate::domain::{Diagnostic, DiagnosticSeverity};
use crate::store;

/// An end that is not good.
#[derive(Debug)]
pub(super) enum CommandError {
    /// 64: the command line asks for what there is not.
    Usage(String),
    /// 65: the input is not what it should be.
    Input(String),
    /// 69: a server did not give what it was asked for.
    Unavailable(String),
    /// 78: the configuration is refused; the text lists every fault.
    Config { text: String, faults: usize },
    /// 75: something is short just now (open files, memory); the same may succeed later.
    Temporary(String),
    /// By what the store said: 75, 65 or 1.
    Store(store::Error),
    /// 1.
    Other(anyhow::Error),
}

impl CommandError {
    /// A configuration that is refused, with every fault and its line.
    pub(super) fn config(sources: &Sources, diagnostics: &[Diagnostic], screen: Screen) -> Self {
        let is_error = |found: &&Diagnostic| found.severity == DiagnosticSeverity::Error;
        let faults = diagnostics.iter().filter(is_error).count();
        Self::Config { text: sources.render(diagnostics, screen.errors_coloured()), faults }
    }

    /// The same, unless a file merely could not be opened just now.
    pub(super) fn invalid(invalid: &Invalid, screen: Screen) -> Self {
        let text = invalid.sources.render(&invalid.complaints, screen.errors_coloured());
        if invalid.is_passing {
            return Self::Temporary(text);
        }
        Self::config(&invalid.sources, &invalid.complaints, screen)
    }

    /// The store cannot be used, and a restart will not help.
    pub(super) fn is_unusable_store(&self) -> bool {
        let error = match self {
            Self::Store(error) => Some(error),
            Self::Other(error) => error.downcast_ref(),
            Self::Usage(_)
            | Self::Input(_)
            | Self::Unavailable(_)
            | Self::Config { .. }
            | Self::Temporary(_) => None,
        };
        matches!(error, Some(store::Error::Unusable { .. }))
    }

    /// Faults that were found, for the word to the service manager.
    pub(super) fn faults(&self) -> usize {
        if let Self::Config { faults, .. } = self { *faults } else { 1 }
    }

    /// Says why, and gives the exit code.
    pub(super) fn report(&self, screen: Screen) -> ExitCode {
        self.print(screen);
        ExitCode::from(match self {
            Self::Usage(_) => 64,
            Self::Input(_) => 65,
            Self::Unavailable(_) => 69,
            Self::Config { .. } => 78,
            Self::Temporary(_) => 75,
            Self::Store(error) => store_code(error),
            Self::Other(error) => code_of(error),
        })
    }

    /// The reason in words.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Usage(text)
            | Self::Input(text)
            | Self::Unavailable(text)
            | Self::Config { text, .. }
            | Self::Temporary(text) => text.clone(),
            Self::Store(error) => error.to_string(),
            Self::Other(error) => format!("{error:#}"),
        }
    }

    /// Says why on standard error. Nobody left to read it is nobody to tell.
    pub(super) fn print(&self, screen: Screen) {
        let text = match self {
            Self::Config { text, .. } | Self::Temporary(text) => text.clone(),
            Self::Usage(_)
            | Self::Input(_)
            | Self::Unavailable(_)
            | Self::Store(_)
            | Self::Other(_) => format!("error: {}\n", self.reason()),
        };
        drop(screen.errors().write_all(text.as_bytes()));
    }
}

/// Says what clap has to say: help and version are no failure.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    drop(error.print());
    if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS }
}

/// 75 where waiting helps, so that a script or the service manager tries again.
fn store_code(error: &store::Error) -> u8 {
    match error {
        store::Error::InUse { .. }
        | store::Error::Older { .. }
        | store::Error::Full { .. }
        | store::Error::Busy(_)
        | store::Error::Exhausted { .. } => 75,
        store::Error::Missing(_) => 65,
        store::Error::Unusable { .. } => 74,
        store::Error::Newer { .. } => 78,
        store::Error::Io { .. }
        | store::Error::Panicked(_)
        | store::Error::Broken { .. }
        | store::Error::Unreadable { .. }
        | store::Error::Closed => 1,
    }
}

/// The cause may be wrapped in what was being done.
fn code_of(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<store::Error>() {
        Some(error) => store_code(error),
        None if app::is_passing(error) => 75,
        None => 1,
    }
}

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<store::Error> for CommandError {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.into())
    }
}
