//! Where the paths that the configuration names lead.
use std::path::{Component, Path, PathBuf};

use super::diagnostics::Diagnostics;
use super::document::Value;

/// The folders that systemd gives to a service; each is missing elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Directories<'a> {
    /// `$CREDENTIALS_DIRECTORY`: where `password_credential` and the like are found.
    pub credentials: Option<&'a Path>,
    /// `$STATE_DIRECTORY`: relative paths of written files begin there. Without it they begin in
    /// the current folder.
    pub state: Option<&'a Path>,
}

impl Directories<'_> {
    /// The full path of a file that the program writes.
    pub(super) fn writable_path(&self, path: &str) -> PathBuf {
        self.state.map_or_else(|| PathBuf::from(path), |state| state.join(path))
    }
}

/// A path the program writes to.
pub(super) fn kept_path(
    value: &Value<'_>,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Option<PathBuf> {
    let written = value.string(faults)?;
    let text = &written.text;
    let fault = if text.is_empty() || text.ends_with('/') || text.contains('\0') {
        Some(("does not name a file", "write the path of a file"))
    } else if text.starts_with("~/") {
        Some(("begins with `~`, which only a shell understands", "write the whole path"))
    } else if text.starts_with([':']) || text.starts_with("file:") {
        Some(("does not name a file", "write the path of a file: a store in memory forgets"))
    } else {
        None
    };
    let Some((what, cure)) = fault else {
        return Some(directories.writable_path(text));
    };
    faults.error(written.at.clone(), format!("`{}` {what}", value.key()), cure);
    None
}

/// Where a relative path written in `file` leads: from that file's folder.
pub(super) fn beside(file: &str, written: &str) -> PathBuf {
    let base = Path::new(file).parent().unwrap_or(Path::new(""));
    // A leading `./` would make two spellings of one path.
    let written: PathBuf =
        Path::new(written).components().filter(|part| *part != Component::CurDir).collect();
    base.join(written)
}
