//! `init`: a starter configuration, which is the shipped one.
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::fail::Failed;
use super::screen::{BOLD, styled};
use super::setup::{Setting, shown};
use crate::config::STARTER;

pub(super) fn init(setting: &Setting, dir: &Path, force: bool) -> Result<ExitCode, Failed> {
    let there: Vec<String> = STARTER
        .iter()
        .map(|(name, _)| dir.join(name))
        .filter(|path| path.exists())
        .map(|path| shown(&path))
        .collect();
    if !there.is_empty() && !force {
        let list = there.join(", ");
        return Err(Failed::Usage(format!(
            "{list} would be overwritten; `--force` does so, `--dir DIR` writes elsewhere"
        )));
    }
    std::fs::create_dir_all(dir)?;
    let mut out = setting.screen.out();
    for (name, text) in STARTER {
        let path = dir.join(name);
        std::fs::write(&path, text)?;
        writeln!(out, "wrote {}", shown(&path))?;
    }
    let config = shown(&dir.join("wirewatch.toml"));
    writeln!(out, "next: edit watchlist.toml, then")?;
    writeln!(out, "  {}", styled(BOLD, &format!("wirewatch check --config {config}")))?;
    writeln!(out, "  {}", styled(BOLD, &format!("wirewatch run   --config {config}")))?;
    Ok(ExitCode::SUCCESS)
}
