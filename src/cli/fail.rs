//! Why the program ends other than well, and the exit code that says so (BSD's sysexits).
use std::io::Write;
use std::process::ExitCode;

use super::screen::Screen;
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
    Config(String),
    /// By what the store said: 75, 65 or 1.
    Store(store::Error),
    /// 1.
    Other(anyhow::Error),
}

impl CommandError {
    /// Says why, and gives the exit code.
    pub(super) fn report(&self, screen: Screen) -> ExitCode {
        self.print(screen);
        ExitCode::from(match self {
            Self::Usage(_) => 64,
            Self::Input(_) => 65,
            Self::Unavailable(_) => 69,
            Self::Config(_) => 78,
            Self::Store(error) => store_code(error),
            Self::Other(error) => code_of(error),
        })
    }

    /// Says why on standard error. Nobody left to read it is nobody to tell.
    pub(super) fn print(&self, screen: Screen) {
        let text = match self {
            Self::Usage(text) | Self::Input(text) | Self::Unavailable(text) => {
                format!("error: {text}\n")
            }
            Self::Config(text) => text.clone(),
            Self::Store(error) => format!("error: {error}\n"),
            Self::Other(error) => format!("error: {error:#}\n"),
        };
        drop(screen.errors().write_all(text.as_bytes()));
    }
}

/// Says what clap has to say: help and version are no failure.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    drop(error.print());
    if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS }
}

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
        | store::Error::Closed => 1,
    }
}

fn code_of(error: &anyhow::Error) -> u8 {
    error.downcast_ref::<store::Error>().map_or(1, store_code)
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
