//! What reviewers would otherwise have to remember, checked over the text of the project.
//!
//! The floors are read from `src/lib.rs`, so the drawing there cannot drift from the rule.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILE_LINES_MAX: usize = 400;
const README_LINES_MAX: usize = 150;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// `module -> floor`, from the `// Floor N` headings above the `mod` lines of lib.rs.
fn read_layers(lib: &str) -> BTreeMap<&str, u32> {
    let mut floors = BTreeMap::new();
    let mut floor = None;
    for line in lib.lines() {
        if let Some(rest) = line.strip_prefix("// Floor ") {
            floor = Some(rest.split(':').next().unwrap().parse().unwrap());
        } else if let Some(rest) = line.strip_prefix("pub mod ") {
            let module = rest.trim_end_matches(';');
            floors.insert(module, floor.expect("a module stands above the first floor"));
        }
    }
    floors
}

/// The top-level modules named after `crate::` in `text`, `crate::{a, b}` included.
fn used_modules(text: &str) -> Vec<&str> {
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = text.get(at + 7..).unwrap();
        let list = rest.strip_prefix('{').map_or(rest, |r| r.split('}').next().unwrap());
        let names = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        for name in names {
            let name = name.trim();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            used.push(name.get(..end).unwrap());
        }
    }
    used
}

/// A file's code: without comments, and without its tests if it is the program's.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn knowledge_points_up_the_page_and_files_have_one_subject() {
    let src = root().join("src");
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    let floors = read_layers(&lib);
    assert!(floors.len() > 10, "the floors of lib.rs are not read any more");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut faults = Vec::new();
    for file in &files {
        let shown = file.strip_prefix(&src).unwrap().display().to_string();
        let text = fs::read_to_string(file).unwrap();
        if !text.starts_with("//!") {
            faults.push(format!("{shown}: does not begin by saying what it is for (//!)"));
        }
        let body = text.split("#[cfg(test)]").next().unwrap();
        // A file of nothing but tests is one long table; its subject is next door.
        if !file.ends_with("tests.rs") && body.lines().count() > FILE_LINES_MAX {
            faults.push(format!("{shown}: over {FILE_LINES_MAX} lines before its tests"));
        }
        let module = shown.split(['/', '.']).next().unwrap();
        let Some(own) = floors.get(module) else { continue };
        for used in used_modules(&code(&text)) {
            if let Some(other) = floors.get(used)
                && used != module
                && own <= other
            {
                faults.push(format!("{shown}: floor {own} uses {used}, floor {other}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_floor_rule_sees_an_import_from_above() {
    let lib = "// Floor 0: a\npub mod domain;\n// Floor 2: b\npub mod store;\n";
    assert_eq!(read_layers(lib).get("store"), Some(&2));
    assert_eq!(used_modules("use crate::{domain::Feed, store};"), ["domain", "store"]);
    assert_eq!(used_modules("crate::store::Store::open()"), ["store"]);
}

/// Ways to a connection or to a name's addresses. Whoever takes one of them goes past the gate.
const DOORS: [&str; 16] = [
    "reqwest::",
    "hyper::client",
    "hyper_util::client",
    "TcpStream::connect",
    "TcpSocket",
    "UdpSocket",
    "UnixStream::connect",
    "connect_timeout",
    "lookup_host",
    "to_socket_addrs",
    "ToSocketAddrs",
    "socket2::",
    "TlsConnector",
    "ClientConnection",
    "lettre::transport",
    "lettre::AsyncSmtp",
];

/// The gate opens connections for what strangers name; `notify` for what the operator names.
fn may_open(shown: &str) -> bool {
    shown.starts_with("fetch/") || shown.starts_with("notify/")
}

fn connections_opened(text: &str) -> Vec<&'static str> {
    let code = code(text.split("#[cfg(test)]").next().unwrap());
    DOORS.into_iter().filter(|door| code.contains(door)).collect()
}

#[test]
fn nothing_but_the_gate_and_the_notifiers_opens_a_connection() {
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut faults = Vec::new();
    let mut gate = 0;
    for file in &files {
        let shown = file.strip_prefix(&src).unwrap().display().to_string();
        let doors = connections_opened(&fs::read_to_string(file).unwrap());
        if may_open(&shown) {
            gate += doors.len();
        } else if !doors.is_empty() && !file.ends_with("tests.rs") {
            faults.push(format!("{shown}: {}", doors.join(", ")));
        }
    }
    assert!(gate > 0, "the gate's own doors are not seen any more");
    assert!(faults.is_empty(), "past the gate:\n{}", faults.join("\n"));
    assert_eq!(
        connections_opened("let x = reqwest::get(url);\n// TcpStream::connect"),
        ["reqwest::"]
    );
    let lints = fs::read_to_string(root().join(".clippy.toml")).unwrap();
    for door in ["reqwest::Client::builder", "reqwest::get", "tokio::net::TcpStream::connect"] {
        assert!(lints.contains(door), "the lint does not forbid {door} any more");
    }
}

#[test]
fn nothing_is_left_half_done_and_names_say_what_they_are() {
    let mut files = Vec::new();
    for dir in ["src", "tests"] {
        sources(&root().join(dir), &mut files);
    }
    // Put together, so that this file does not name them.
    let words = ["to", "do!", "fix", "me", "unimple", "mented!", "db", "g!("];
    let banned: Vec<String> = words.chunks(2).map(<[&str]>::concat).collect();
    let mut faults = Vec::new();
    for file in &files {
        let shown = file.strip_prefix(root()).unwrap().display().to_string();
        for name in ["util", "utils", "helper", "helpers", "manager", "common"] {
            let stem = file.file_stem().unwrap().to_string_lossy();
            if stem == name || file.components().any(|part| part.as_os_str() == name) {
                faults.push(format!("{shown}: `{name}` says nothing"));
            }
        }
        let text = fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            for word in &banned {
                if lower.contains(word.as_str()) {
                    faults.push(format!("{shown}:{}: {word}", number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_readme_is_short_and_names_every_command() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= README_LINES_MAX, "the README is a page, not a manual");
    let help = Command::new(env!("CARGO_BIN_EXE_wirewatch")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        assert!(readme.contains(&format!("`{name}")), "the README does not name `{name}`");
    }
}

#[test]
fn the_top_level_holds_nothing_but_what_belongs_there() {
    let listed = Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let Ok(listed) = listed else { return };
    let listed = String::from_utf8(listed.stdout).unwrap();
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "src",
        "config",
        "systemd",
        "tests",
    ];
    for path in listed.lines() {
        let top = path.split('/').next().unwrap();
        assert!(top.starts_with('.') || allowed.contains(&top), "{top} stands at the top level");
    }
}
