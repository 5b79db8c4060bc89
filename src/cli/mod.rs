//! The command line: arguments in, words for people or JSON for scripts out, an exit code by cause.

mod alerts;
mod args;
mod article;
mod backtest;
mod channels;
mod check;
mod daemon_report;
mod dedupe;
mod demo;
mod explain;
mod extract;
mod fail;
mod feeds;
mod formatting;
mod init;
mod input;
mod logging;
mod matching;
mod once;
mod outbox;
mod parse;
mod run;
mod screen;
mod setup;
mod status;
mod stories;
mod terms;

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use crate::store::Feedback;
use args::{Alerts, Arguments, Channels, Command, Feeds, Outbox, Stories};
use fail::CommandError;
use screen::Screen;
use setup::Invocation;

/// Runs the program on the process's arguments.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return fail::usage(&error),
    };
    let screen = Screen::new(arguments.common.color);
    match dispatch(arguments, screen) {
        Ok(code) => code,
        Err(failed) => failed.report(screen),
    }
}

/// One line a command: what it does is in the command's own file.
fn dispatch(arguments: Arguments, screen: Screen) -> Result<ExitCode, CommandError> {
    let setting = Invocation::from_process(&arguments.common, screen);
    match arguments.command {
        Command::Run => run::run(&setting),
        Command::Once { json } => once::once(&setting, json),
        Command::Check { json } => check::check(&setting, json),
        Command::Parse { json, files } => parse::parse(&setting, &files, json),
        Command::Extract { json, what } => extract::extract(&setting, &what, json),
        Command::Match(what) => matching::matching(&setting, &what),
        Command::Terms { watchlist, json, words } => {
            terms::terms(&setting, watchlist.as_deref(), &words, json)
        }
        Command::Dedupe { jsonl: _, files } => dedupe::dedupe(&files),
        Command::Explain { what } => explain::explain(&setting, &what),
        Command::Backtest { since, watchlist, json } => {
            backtest::backtest(&setting, &since, watchlist.as_deref(), json)
        }
        Command::Alerts(Alerts::List { most, json }) => alerts::list(&setting, most, json),
        Command::Alerts(Alerts::Show { id, json }) => alerts::show(&setting, &id, json),
        Command::Alerts(Alerts::Ack { ids }) => alerts::mark(&setting, &ids, Feedback::Ack),
        Command::Alerts(Alerts::Noise { ids }) => alerts::mark(&setting, &ids, Feedback::Noise),
        Command::Alerts(Alerts::Report { most }) => alerts::report(&setting, most),
        Command::Stories(Stories::List { most, json }) => stories::list(&setting, most, json),
        Command::Stories(Stories::Show { story, json }) => stories::show(&setting, &story, json),
        Command::Stories(Stories::Review { hours, most, json }) => {
            stories::review(&setting, Duration::from_secs(hours.saturating_mul(3_600)), most, json)
        }
        Command::Stories(Stories::Split { article }) => stories::split(&setting, &article),
        Command::Stories(Stories::Merge { into, from }) => stories::merge(&setting, &into, &from),
        Command::Status { json } => status::status(&setting, json),
        Command::Init { dir, force } => init::init(&setting, &dir, force),
        Command::Feeds(what) => dispatch_feeds(&setting, what),
        Command::Outbox(Outbox::List { state, most, json }) => {
            outbox::list(&setting, state, most, json)
        }
        Command::Outbox(Outbox::Retry(which)) => outbox::retry(&setting, &which),
        Command::Outbox(Outbox::Drop(which)) => outbox::drop_messages(&setting, &which),
        Command::Channels(Channels::Test { name, json }) => {
            channels::test(&setting, name.as_deref(), json)
        }
        Command::Demo { seconds } => demo::demo(&setting, seconds),
        Command::Completions { shell } => {
            let mut out = std::io::stdout().lock();
            clap_complete::generate(shell, &mut Arguments::command(), "wirewatch", &mut out);
            Ok(ExitCode::SUCCESS)
        }
        Command::Man => {
            let page = clap_mangen::Man::new(Arguments::command());
            page.render(&mut std::io::stdout().lock())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The same for `feeds`, whose parts are many.
fn dispatch_feeds(setting: &Invocation, what: Feeds) -> Result<ExitCode, CommandError> {
    match what {
        Feeds::List { json } => feeds::list(setting, json),
        Feeds::Status { names, json } => feeds::status(setting, &names, json),
        Feeds::Discover { url, everywhere, allow_private, json } => {
            let site = feeds::Site { url: &url, everywhere, allow_private: &allow_private };
            feeds::discover(setting, &site, json)
        }
        Feeds::Add(add) => {
            let wanted = feeds::Wanted {
                url: &add.url,
                name: add.name.as_deref(),
                every: add.every.as_deref(),
                tags: &add.tags,
                allow_private: &add.allow_private,
                file: add.file.as_deref(),
                unchecked: add.unchecked,
            };
            feeds::add(setting, &wanted)
        }
        Feeds::Import { list, dry_run, file } => {
            feeds::import(setting, &list, file.as_deref(), dry_run)
        }
        Feeds::Export => feeds::export(setting),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
