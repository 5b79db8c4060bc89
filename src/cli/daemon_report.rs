//! Whether a daemon works with the store, and since when it is silent: a part of `status`.
use std::io::Write;
use std::time::Duration;

use super::screen::{BAD, BOLD, GOOD, styled};
use crate::domain::Timestamp;
use crate::health::duration_phrase;
use crate::store::DaemonSign;

/// A daemon that was not known to work for so long is taken for dead: it says that it lives at least
/// three times a minute.
const DAEMON_SIGN_AGE_MAX: Duration = Duration::from_mins(2);

/// Who works with the store.
#[derive(Default, serde::Serialize)]
pub(super) struct DaemonReport {
    pub(super) state: DaemonState,
    pub(super) process: Option<u32>,
    /// The last sign of life of a daemon, and its age in seconds.
    pub(super) alive_at: Option<Timestamp>,
    pub(super) age_s: Option<u64>,
    /// When the last round of `once` ended.
    pub(super) round_at: Option<Timestamp>,
    /// What keeps the daemon from writing to its store; null if nothing does.
    pub(super) condition: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DaemonState {
    /// Nothing ever worked with the store.
    #[default]
    Never,
    /// The last that worked with the store was a round of `once`: no daemon is expected.
    Rounds,
    Running,
    /// It was stopped in order.
    Stopped,
    /// It gives no sign of life any more.
    Silent,
}

impl DaemonReport {
    pub(super) fn of(sign: DaemonSign, now: Timestamp) -> Self {
        let DaemonSign { alive_at, stopped_at, round_at, process, condition } = sign;
        let age = alive_at.map(|at| now.since(at));
        let state = match age {
            None if round_at.is_none() => DaemonState::Never,
            _ if round_at > alive_at => DaemonState::Rounds,
            _ if stopped_at >= alive_at => DaemonState::Stopped,
            Some(age) if age <= DAEMON_SIGN_AGE_MAX => DaemonState::Running,
            _ => DaemonState::Silent,
        };
        let condition =
            (!condition.is_empty() && state != DaemonState::Stopped).then_some(condition);
        let age_s = age.map(|age| age.as_secs());
        Self { state, process, alive_at, age_s, round_at, condition }
    }

    /// Whether a daemon that should run does not.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.state, DaemonState::Stopped | DaemonState::Silent)
    }
}

pub(super) fn write_daemon(
    out: &mut impl Write,
    daemon: &DaemonReport,
    now: Timestamp,
) -> std::io::Result<()> {
    let ago = |at: Option<Timestamp>| {
        at.map_or_else(
            || "never".to_owned(),
            |at| format!("{} ago", duration_phrase(now.since(at))),
        )
    };
    let (alive, process) = (ago(daemon.alive_at), daemon.process.unwrap_or_default());
    let words = match daemon.state {
        DaemonState::Never => return Ok(()),
        DaemonState::Rounds => {
            format!("none; the last round of `once` ended {}", ago(daemon.round_at))
        }
        DaemonState::Running => {
            styled(GOOD, &format!("process {process} runs, last sign of life {alive}"))
        }
        DaemonState::Stopped => styled(BAD, &format!("stopped, last sign of life {alive}")),
        DaemonState::Silent => {
            styled(BAD, &format!("does not run or hangs, last sign of life {alive}"))
        }
    };
    writeln!(out, "{}   {words}", styled(BOLD, "daemon"))?;
    if let Some(condition) = &daemon.condition {
        writeln!(out, "         {}", styled(BAD, condition))?;
    }
    Ok(())
}
