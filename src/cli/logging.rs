//! The log: sentences with fields on standard error, for a terminal, a file, the journal or JSON.
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use super::fail::CommandError;
use super::setup::Invocation;
use crate::config::Format;

/// Starts logging. `severity_label` holds unless the command line or the configuration says otherwise.
pub(super) fn start(setting: &Invocation, format: Format, level: &str) -> Result<(), CommandError> {
    let wished = setting.log.as_deref().unwrap_or(level);
    let filter = EnvFilter::try_new(wished)
        .map_err(|why| CommandError::Usage(format!("`--log {wished}` is no filter: {why}")))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(setting.screen.errors_coloured() && !setting.journal)
        .with_target(false)
        .with_span_events(FmtSpan::NONE);
    let started = match format {
        Format::Json => lines.json().with_target(true).try_init(),
        Format::Text if setting.journal => lines.without_time().try_init(),
        Format::Text => lines.try_init(),
    };
    // A second start (a reload) keeps the first subscriber.
    drop(started);
    Ok(())
}
