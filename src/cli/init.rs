//! `init`: a starter configuration, which is the shipped one.
use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::ExitCode;

use super::fail::CommandError;
use super::screen::{BOLD, styled};
use super::setup::{Invocation, path_text};
use crate::config::STARTER;

/// Never overwrites without `--force`: the files hold the operator's own work.
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
        write_file(&path, text)?;
        writeln!(out, "wrote {}", path_text(&path))?;
    }
    let config = path_text(&dir.join("wirewatch.toml"));
    writeln!(out, "next: edit watchlist.toml, then")?;
    writeln!(out, "  {}", styled(BOLD, &format!("wirewatch check --config {config}")))?;
    writeln!(out, "  {}", styled(BOLD, &format!("wirewatch run   --config {config}")))?;
    Ok(ExitCode::SUCCESS)
}

/// A watchlist is nobody else's business: the file is the owner's, and the group may read it (the
/// service's own user often is in it).
const MODE: u32 = 0o640;

/// The mode is set at creation: in between others could read the file.
fn write_file(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(path)?;
    // A file that was there keeps its mode at `open`.
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())
}
