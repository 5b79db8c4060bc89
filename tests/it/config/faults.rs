//! Every fault is told in full: place, reason, line, caret and the way out.
//!
//! Each file or folder in `faults/` holds a configuration; the snapshot of the same name beside it
//! holds what its writer is told.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wirewatch::config::{self, Directories};

use super::{load, told};

#[test]
fn every_fault_is_told_in_full() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config/faults");
    let mut fixtures = BTreeSet::new();
    let mut snapshots = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let snapshot = path.extension().is_some_and(|extension| extension == "snap");
        if snapshot {
            snapshots.insert(stem)
        } else {
            fixtures.insert(stem)
        };
    }
    insta::with_settings!({
        snapshot_path => "faults", prepend_module_to_snapshot => false, omit_expression => true,
    }, {
        for name in &fixtures {
            let (dir, file) = match folder.join(name) {
                dir if dir.is_dir() => (dir.clone(), dir.join("wirewatch.toml")),
                _ => (folder.clone(), folder.join(format!("{name}.toml"))),
            };
            let told = told(&dir, config::load(&file, Directories::default()));
            insta::assert_snapshot!(name.as_str(), told);
        }
    });
    assert!(snapshots.is_subset(&fixtures), "a snapshot has lost its fixture");
}

#[test]
fn a_file_that_is_not_there_is_told_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let result = config::load(&dir.path().join("none.toml"), Directories::default());
    insta::assert_snapshot!(told(dir.path(), result), @r"
    error: cannot read `none.toml`: there is no such file
      help: name an existing file, or write a first one with `wirewatch init`

    1 error
    ");
}

#[test]
fn a_folder_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("conf")).unwrap();
    let told = told(dir.path(), config::load(&dir.path().join("conf"), Directories::default()));
    assert!(told.starts_with("error: cannot read `conf`: it is a folder\n"), "{told}");
}

#[test]
fn a_file_in_another_encoding_is_told_where_it_begins() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wirewatch.toml");
    let mut bytes = b"[[watch]]\nname = \"gsomia\"\nany = [\"".to_vec();
    bytes.extend(b"\xc1\xf6\xbc\xd2\xb9\xcc\xbe\xc6\"]\n");
    fs::write(&path, bytes).unwrap();
    let told = told(dir.path(), config::load(&path, Directories::default()));
    assert!(
        told.starts_with("wirewatch.toml:3:9: error: the file is not UTF-8 from here on\n"),
        "{told}"
    );
}

#[test]
fn line_endings_and_a_byte_order_mark_move_no_place() {
    let dir = tempfile::tempdir().unwrap();
    let text = "\u{feff}[service]\r\ngrase = \"5s\"\r\n";
    let told = told(dir.path(), load(dir.path(), text));
    assert!(told.contains("wirewatch.toml:2:1: error: `[service]` has no key `grase`\n"), "{told}");
    assert!(told.contains("  2 | grase = \"5s\"\n    | ^^^^^\n"), "{told}");
}

#[test]
fn a_watchlist_alone_is_refused_for_its_own_faults_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("watchlist.toml");
    let good = "[[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\"]\nnotify = [\"elsewhere\"]\n";
    fs::write(&path, good).unwrap();
    let (watches, _) = config::load_watchlist(&path).unwrap();
    assert_eq!(watches.len(), 1);
    assert_eq!(watches[0].notify[0].as_str(), "elsewhere");
    fs::write(&path, "# nothing yet\n").unwrap();
    let broken = config::load_watchlist(&path).unwrap_err().to_string();
    assert!(broken.contains("there is no `[[watch]]` in this file"), "{broken}");
    fs::write(&path, good.replace("any", "ayn")).unwrap();
    let broken = config::load_watchlist(&path).unwrap_err().to_string();
    assert!(broken.contains("did you mean `any`?"), "{broken}");
}
