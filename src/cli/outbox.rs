//! `outbox`: messages that wait or died, and what a person does about them.
use std::io::Write;
use std::process::ExitCode;

use super::args::{State, Which};
use super::fail::CommandError;
use super::screen::{BAD, BOLD, DIM, json, styled};
use super::setup::{Invocation, runtime};
use crate::app;
use crate::domain::{DeliveryId, counted};
use crate::health::duration_phrase;
use crate::store::{OutboxFilter, OutboxRow};

/// `outbox list`: messages and how far they came.
pub(super) fn list(
    setting: &Invocation,
    state: Option<State>,
    most: u32,
    as_json: bool,
) -> Result<ExitCode, CommandError> {
    let (_, store) = setting.reader()?;
    let state = state.map(|state| match state {
        State::Pending => "pending",
        State::Dead => "dead",
        State::Delivered => "delivered",
        State::Dropped => "dropped",
    });
    let rows = store.outbox(state, most)?;
    let now = app::wall().now();
    let mut out = setting.screen.out();
    if rows.is_empty() && !as_json {
        writeln!(out, "nothing {}", state.unwrap_or("waits or is dead"))?;
    }
    for row in &rows {
        if as_json {
            json(row)?;
            continue;
        }
        let state = if row.state == "dead" { styled(BAD, "dead") } else { row.state.clone() };
        let more = row.alerts.len().saturating_sub(1);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        writeln!(
            out,
            "{} {state} to {}{}",
            styled(BOLD, &row.id.to_string()),
            row.channel,
            receiver(row)
        )?;
        let about = row.kind.as_deref().filter(|_| row.watch.is_empty()).unwrap_or(&row.watch);
        writeln!(out, "    {about}: {}{more}", row.title)?;
        let tried = counted(u64::from(row.attempts), "attempt");
        let due = row.due.map(|due| format!(", due in {}", duration_phrase(due.since(now))));
        let error = row.error.as_ref().map(|error| format!("; {error}"));
        let line = format!("{tried}{}{}", due.unwrap_or_default(), error.unwrap_or_default());
        writeln!(out, "    {}", styled(DIM, &line))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A channel with one nameless receiver is shown by its name alone.
fn receiver(row: &OutboxRow) -> String {
    if row.recipient.is_empty() { String::new() } else { format!(" for {}", row.recipient) }
}

/// The choice of the command line, as the store takes it.
fn select(which: &Which) -> Result<OutboxFilter, CommandError> {
    if let Some(id) = &which.id {
        let id = id.strip_prefix("msg_").unwrap_or(id);
        return DeliveryId::parse(id).map(OutboxFilter::One).ok_or_else(|| {
            CommandError::Usage(format!(
                "`{id}` is no message id; `wirewatch outbox list` shows them"
            ))
        });
    }
    let channel = which.channel.clone();
    Ok(if which.dead {
        OutboxFilter::Dead { channel }
    } else if which.pending {
        OutboxFilter::Pending { channel }
    } else if which.all {
        OutboxFilter::Open { channel }
    } else {
        return Err(CommandError::Usage("say which: an ID, --dead, --pending or --all".to_owned()));
    })
}

/// Dead letters get their attempts back; the same bytes go out under the same id.
pub(super) fn retry(setting: &Invocation, which: &Which) -> Result<ExitCode, CommandError> {
    let select = select(which)?;
    let (_, store) = setting.store()?;
    let rows = runtime()?.block_on(store.retry(select, app::wall().now()))?;
    print_changed(setting, which, rows, "due again; the daemon sends within seconds")
}

/// Kept as rows with their reason, so that `status` and `explain` still know of them.
pub(super) fn drop_messages(setting: &Invocation, which: &Which) -> Result<ExitCode, CommandError> {
    let select = select(which)?;
    let (_, store) = setting.store()?;
    let rows = runtime()?.block_on(store.drop_rows(select, app::wall().now()))?;
    print_changed(setting, which, rows, "put aside; `wirewatch outbox retry ID` brings one back")
}

/// One message that did not change is a failure for a script: its id is wrong, or an attempt is under
/// way. That there is none of a kind is no failure: "all of them" was done.
fn print_changed(
    setting: &Invocation,
    which: &Which,
    rows: u64,
    what: &str,
) -> Result<ExitCode, CommandError> {
    if rows == 0 && which.id.is_some() {
        let why = "no such message, or it is being sent right now";
        return Err(CommandError::Input(why.to_owned()));
    }
    writeln!(setting.screen.out(), "{} {what}", counted(rows, "message"))?;
    Ok(ExitCode::SUCCESS)
}
