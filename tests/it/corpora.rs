//! Tests against other projects' and publishers' data, which is not part of this project: found by
//! `WIREWATCH_CORPORA`, unpacked into a temporary folder, and loudly skipped where it is unset.
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of archives, or `None` after saying that `test` was skipped.
#[expect(clippy::disallowed_methods, reason = "the test's own setting, not the program's")]
pub fn folder(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WIREWATCH_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        crate::report_skipped(test, "WIREWATCH_CORPORA names no folder of corpora");
    }
    folder
}

/// Unpacks one archive of the folder.
pub fn unpack(folder: &Path, archive: &str) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let done = Command::new("tar")
        .arg("xJf")
        .arg(folder.join(archive))
        .arg("-C")
        .arg(to.path())
        .status()
        .unwrap();
    assert!(done.success(), "{archive} does not unpack; is xz installed?");
    to
}
