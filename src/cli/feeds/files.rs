//! The file feeds are added to: found, checked as a whole with what is added, written at once.
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::super::fail::CommandError;
use super::super::setup::{Invocation, path_text};
use crate::app;
use crate::config::{self, Config, NewFeed};

/// A configuration file that feeds are added to.
pub(super) struct Target {
    pub(super) path: PathBuf,
    text: String,
}

/// The file a person named, or the one that already holds the most feeds.
pub(super) fn target(config: &Config, named: Option<&Path>) -> Result<Target, CommandError> {
    let paths: Vec<PathBuf> = config.sources.paths().map(PathBuf::from).collect();
    let path = match named {
        Some(named) => {
            let real = |path: &Path| path.canonicalize().ok();
            let wanted = real(named);
            let part = paths.iter().find(|path| wanted.is_some() && real(path) == wanted);
            let Some(part) = part else {
                let list: Vec<String> = paths.iter().map(|path| path_text(path)).collect();
                return Err(CommandError::Usage(format!(
                    "{} is no part of the configuration, which is {}; `include` it first",
                    path_text(named),
                    list.join(", ")
                )));
            };
            part.clone()
        }
        None => default_file(&paths)?,
    };
    let text = fs::read_to_string(&path)?;
    Ok(Target { path, text })
}

/// The file that holds feeds already, if there is just one.
fn default_file(paths: &[PathBuf]) -> Result<PathBuf, CommandError> {
    let mut best: Option<(usize, &PathBuf)> = None;
    for path in paths {
        let text = fs::read_to_string(path)?;
        let feeds = text.lines().filter(|line| line.trim_start().starts_with("[[feed]]")).count();
        // A file made for feeds is the place even while it holds none.
        let made_for_it = path.file_name().is_some_and(|name| name == "feeds.toml");
        let weight = feeds * 2 + usize::from(made_for_it);
        if best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, path));
        }
    }
    let none = || CommandError::Usage("the configuration has no file".to_owned());
    best.map(|(_, path)| path.clone()).ok_or_else(none)
}

/// Adds feeds to the file, if the configuration as a whole is good with them; else lists every
/// fault and changes nothing.
pub(super) fn add(
    setting: &Invocation,
    target: &Target,
    feeds: &[NewFeed],
    remarks: &[String],
) -> Result<Config, CommandError> {
    let text = config::with_feeds(&target.text, feeds, remarks);
    let config = config::load_with(
        &setting.config_path()?,
        setting.directories(),
        Some((&target.path, &text)),
    )
    .map_err(|invalid| CommandError::invalid(&invalid, setting.screen))?;
    // A watch may name feeds: the watchlist is compiled as `check` and `run` do.
    if let Err(complaints) = app::compile(&config) {
        return Err(CommandError::config(&config.sources, &complaints, setting.screen));
    }
    if fs::read_to_string(&target.path)? != target.text {
        let path = path_text(&target.path);
        return Err(CommandError::Other(anyhow::anyhow!(
            "{path} was changed meanwhile; try again"
        )));
    }
    replace(&target.path, &text)?;
    Ok(config)
}

/// Writes beside the file and renames: whoever reads it sees the old text or the new one, whole.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    // The file itself, not a link to it.
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = (|| {
        let mut file = File::create_new(&beside)?;
        file.set_permissions(fs::metadata(&path)?.permissions())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    })();
    if written.is_err() {
        // What could not be put in place is not left lying about.
        drop(fs::remove_file(&beside));
    }
    written?;
    File::open(folder)?.sync_all()
}
