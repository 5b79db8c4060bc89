//! `init`: a starter configuration, which is the shipped one.
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::fail::CommandError;
use super::screen::{BOLD, styled};
use super::setup::{Invocation, path_text};
use crate::config::STARTER;

pub(super) fn init(
    setting: &Invocation,
    dir: &Path,
    force: bool,
) -> Result<ExitCode, CommandError> {
    let there: Vec<String> = STARTER
        .iter()
        .map(|(name, _)| dir.join(name))
        .filter(|path| path.exists())
        .map(|path| path_text(&path))
        .collect();
    if !there.is_empty() && !force {
        let list = there.join(", ");
        return Err(CommandError::Usage(format!(
            "{list} would be overwritten; `--force` does so, `--dir DIR` writes elsewhere"
        )));
    }
    std::fs::create_dir_all(dir)?;
    let mut out = setting.screen.out();
    for (name, text) in STARTER {
        let path = dir.join(name);
        std::fs::write(&path, text)?;
        writeln!(out, "wrote {}", path_text(&path))?;
    }
    let config = path_text(&dir.join("wirewatch.toml"));
    writeln!(out, "next: edit watchlist.toml, then")?;
    writeln!(out, "  {}", styled(BOLD, &format!("wirewatch check --config {config}")))?;
    writeln!(out, "  {}", styled(BOLD, &format!("wirewatch run   --config {config}")))?;
    Ok(ExitCode::SUCCESS)
}
