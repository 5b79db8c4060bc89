//! Where words go: standard output and error, in colour only where a person looks.
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::args::Colour;
use crate::{config, notify};

/// The two streams and whether each is coloured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    out: anstream::ColorChoice,
    err: anstream::ColorChoice,
}

/// Names and commands.
pub(super) const BOLD: Style = Style::new().bold();
/// What is of less interest.
pub(super) const DIM: Style = Style::new().dimmed();
/// What went well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What failed.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The words that made a watch fire.
pub(super) const MARK: Style = AnsiColor::Yellow.on_default().bold();

impl Screen {
    pub(super) fn new(colour: Colour) -> Self {
        let choice = |auto: anstream::ColorChoice| match colour {
            Colour::Auto => auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        };
        Self {
            out: choice(anstream::AutoStream::choice(&std::io::stdout())),
            err: choice(anstream::AutoStream::choice(&std::io::stderr())),
        }
    }

    /// Every command's words go through here, never straight to standard output.
    pub(super) fn out(self) -> impl Write {
        Tame::new(anstream::AutoStream::new(std::io::stdout(), self.out))
    }

    /// Progress and warnings: standard output belongs to results.
    pub(super) fn errors(self) -> impl Write {
        Tame::new(anstream::AutoStream::new(std::io::stderr(), self.err))
    }

    /// Where console channels print: standard output.
    pub(super) fn alerts_out(self) -> Arc<notify::console::Terminal> {
        let coloured = self.out != anstream::ColorChoice::Never;
        Arc::new(notify::console::Terminal::new(Box::new(std::io::stdout()), coloured))
    }

    /// Where console channels print when standard output belongs to a script.
    pub(super) fn alerts_errors(self) -> Arc<notify::console::Terminal> {
        Arc::new(notify::console::Terminal::new(
            Box::new(std::io::stderr()),
            self.errors_coloured(),
        ))
    }

    /// The log follows the same choice.
    pub(super) fn errors_coloured(self) -> bool {
        self.err != anstream::ColorChoice::Never
    }

    /// Whether a person watches standard error: only then is progress drawn.
    pub(super) fn watched() -> bool {
        std::io::stderr().is_terminal()
    }
}

/// Keeps characters that steer a terminal, and marks that turn the writing direction, from reaching
/// it, whoever forgot to clean a foreign text. The escapes of our own colours pass.
#[derive(Debug)]
pub(super) struct Tame<W>(W);

impl<W: Write> Tame<W> {
    pub(super) fn new(to: W) -> Self {
        Self(to)
    }
}

impl<W: Write> Write for Tame<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let ours = |c: char| matches!(c, '\n' | '\t' | '\r' | '\u{1b}');
        let steers = |c: char| !ours(c) && config::is_control_or_mark(c);
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains(steers) => {
                self.0.write_all(text.replace(steers, "\u{fffd}").as_bytes())?;
            }
            Ok(_) | Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Prints one value as a line of JSON.
pub(super) fn json(value: &impl serde::Serialize) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    writeln!(out)
}

/// A word in a style, reset after it.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
