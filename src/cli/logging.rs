//! The log: sentences with fields on standard error, for a terminal, a file, the journal or JSON.
use std::io;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, reload};

use super::fail::CommandError;
use super::screen::Tame;
use super::setup::Invocation;
use crate::config::Format;

/// The log of this process, and how to change its level.
#[derive(Debug)]
pub(super) struct Log {
    handle: reload::Handle<EnvFilter, Registry>,
    format: Format,
    level: String,
    /// `--log` was given: it holds, whatever the configuration says.
    is_fixed: bool,
}

impl Log {
    /// Starts logging. `level` holds unless the command line says otherwise.
    pub(super) fn start(
        invocation: &Invocation,
        format: Format,
        level: &str,
    ) -> Result<Self, CommandError> {
        let wished = invocation.log.as_deref().unwrap_or(level);
        let filter = EnvFilter::try_new(wished)
            .map_err(|why| CommandError::Usage(format!("`--log {wished}` is no filter: {why}")))?;
        let (filter, handle) = reload::Layer::new(filter);
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(|| Tame::new(io::stderr()))
            .with_ansi(invocation.screen.errors_coloured() && !invocation.journal)
            .with_target(format == Format::Json);
        let lines = match format {
            Format::Json => lines.json().boxed(),
            Format::Text if invocation.journal => lines.without_time().boxed(),
            Format::Text => lines.boxed(),
        };
        // A second start keeps the first subscriber.
        drop(tracing_subscriber::registry().with(filter).with(lines).try_init());
        Ok(Self { handle, format, level: level.to_owned(), is_fixed: invocation.log.is_some() })
    }

    /// Follows a reload: the level changes at once, the format needs a restart.
    pub(super) fn change(&mut self, format: Format, level: &str) {
        if format != self.format {
            tracing::warn!("the new `log_format` holds from the next start of the program on");
        }
        if level == self.level {
            return;
        }
        if self.is_fixed {
            tracing::warn!("`log_level` is {level} now, but the command line's `--log` holds");
        } else if EnvFilter::try_new(level).is_ok_and(|filter| self.handle.reload(filter).is_ok()) {
            tracing::info!("`log_level` is {level} now");
        } else {
            tracing::warn!("the new `log_level` holds from the next start of the program on");
        }
        level.clone_into(&mut self.level);
    }
}
