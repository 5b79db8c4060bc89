//! What reviewers would otherwise have to remember, checked over the text of the project.
//!
//! The layers are read from `src/lib.rs`, so the drawing there cannot drift from the rule.
mod imports;
mod shape;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILE_LINES_MAX: usize = 400;
const README_LINES_MAX: usize = 150;
const ARCHITECTURE_LINES_MAX: usize = 150;
/// Lines of comment for a line of code, over the whole of `src`.
const COMMENTS_FOR_CODE_MIN: f64 = 0.15;

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

/// A file of the program.
struct Source {
    /// Its path below `src`.
    shown: String,
    whole: String,
    /// Up to its tests.
    text: String,
}

/// The program without its tests. A file of nothing but tests is left out.
fn program() -> Vec<Source> {
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.retain(|file| !file.file_stem().unwrap().to_string_lossy().ends_with("tests"));
    let mut program: Vec<Source> = files
        .iter()
        .map(|file| {
            let whole = fs::read_to_string(file).unwrap();
            Source {
                shown: file.strip_prefix(&src).unwrap().display().to_string(),
                text: whole.split("#[cfg(test)]").next().unwrap().to_owned(),
                whole,
            }
        })
        .collect();
    program.sort_by(|one, other| one.shown.cmp(&other.shown));
    program
}

/// `module -> layer`, from the `// Layer N` headings above the `mod` lines of lib.rs.
fn read_layers(lib: &str) -> BTreeMap<&str, u32> {
    let mut layers = BTreeMap::new();
    let mut layer = None;
    for line in lib.lines() {
        if let Some(rest) = line.strip_prefix("// Layer ") {
            layer = Some(rest.split(':').next().unwrap().parse().unwrap());
        } else if let Some(rest) = line.strip_prefix("pub mod ") {
            let module = rest.trim_end_matches(';');
            layers.insert(module, layer.expect("a module is above the first layer"));
        }
    }
    layers
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

/// The lines that are no comment.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_module_uses_lower_layers_only_and_a_file_has_one_subject() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let layers = read_layers(&lib);
    assert!(layers.len() > 10, "the layers of lib.rs are not read any more");
    let mut faults = Vec::new();
    for Source { shown, text, .. } in &program() {
        if !text.starts_with("//!") {
            faults.push(format!("{shown}: does not begin by saying what it is for (//!)"));
        }
        if text.lines().count() > FILE_LINES_MAX {
            faults.push(format!("{shown}: over {FILE_LINES_MAX} lines before its tests"));
        }
        let module = shown.split(['/', '.']).next().unwrap();
        let Some(own) = layers.get(module) else { continue };
        for used in used_modules(&code(text)) {
            if let Some(other) = layers.get(used)
                && used != module
                && own <= other
            {
                faults.push(format!("{shown}: layer {own} uses {used}, layer {other}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_layer_rule_sees_an_import_from_above() {
    let lib = "// Layer 0: a\npub mod domain;\n// Layer 2: b\npub mod store;\n";
    assert_eq!(read_layers(lib).get("store"), Some(&2));
    assert_eq!(used_modules("use crate::{domain::Feed, store};"), ["domain", "store"]);
    assert_eq!(used_modules("crate::store::Store::open()"), ["store"]);
}

#[test]
fn no_file_uses_a_file_that_uses_it() {
    let circles = imports::circles(&imports::Crate::read(&root().join("src")).graph());
    let shown: Vec<String> = circles.iter().map(|circle| circle.join("\n")).collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), shown.join("\n\n"));
}

/// A small crate on the disk, whose circles are known.
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let src = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = src.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    imports::circles(&imports::Crate::read(src.path()).graph())
}

#[test]
fn circles_are_seen_through_parents_folders_and_macros_and_not_through_reexports() {
    let parent = [("lib.rs", "mod a;"), ("a/mod.rs", "mod b; struct X; fn f() { b::f(); }")];
    let child = |text| circles_of(&[parent[0], parent[1], ("a/b.rs", text)]);
    assert_eq!(
        child("use super::X; pub fn f() {}"),
        [["a/b.rs -> a/mod.rs (X)", "a/mod.rs -> a/b.rs (f)"]]
    );
    assert_eq!(child("pub fn f() { println!(\"{}\", crate::a::X::new()); }").len(), 1);
    assert!(child("pub fn f() {}\n#[cfg(test)]\nmod tests { use super::super::X; }").is_empty());
    let reexport = |text| {
        circles_of(&[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", text),
            ("a/b.rs", "pub struct X;"),
            ("a/c.rs", "use super::X;"),
        ])
    };
    assert!(reexport("mod b; mod c; pub use b::X;").is_empty());
    assert_eq!(reexport("mod b; mod c; struct X; use c::Y;").len(), 0, "nothing is named Y");
    let namesakes = circles_of(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b; fn b() { b::g(); } pub fn f() {}"),
        ("b.rs", "use crate::a::f; pub fn g() {}"),
    ]);
    assert_eq!(namesakes.len(), 1, "a function does not hide the module of its name");
    let folders = circles_of(&[
        ("lib.rs", "mod a; mod c;"),
        ("a/mod.rs", "pub mod one; pub mod two;"),
        ("a/one.rs", "use crate::c::F;"),
        ("a/two.rs", "pub struct T;"),
        ("c.rs", "use crate::a::two::T; pub struct F;"),
    ]);
    assert_eq!(folders, [["a/ -> c.rs (F)", "c.rs -> a/ (T)"]], "a folder is one among others");
}

#[test]
fn functions_are_short_parts_have_names_and_the_why_is_written_down() {
    let (mut faults, mut comments, mut code) = (Vec::new(), 0, 0);
    for Source { shown, whole, text } in &program() {
        faults.extend(shape::faults(whole).iter().map(|fault| format!("{shown}: {fault}")));
        let lines = shape::count_lines(text);
        comments += lines.comments;
        code += lines.code;
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer lines than that")]
    let ratio = comments as f64 / code as f64;
    if ratio < COMMENTS_FOR_CODE_MIN {
        faults.push(format!("{ratio:.3} comments for a line of code"));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn long_functions_and_tuples_are_seen_wherever_they_are() {
    let long = "x();\n".repeat(71);
    let text = format!(
        "impl A {{ fn f(self, at: &(u8, u8)) {{ fn g() {{\n{long}}} }} }}\n\
         struct B {{ c: (u8, u8), d: [u8; 2] }}\nfn h(one: (), both: (A, B)) {{ let x = '{{'; }}\n\
         #[cfg(test)]\nfn k(both: (A, B)) {{}}"
    );
    let faults = shape::faults(&text);
    let places: Vec<&str> = faults.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(places, ["f", "f", "g", "c", "h"], "{faults:?}");
}
#[test]
fn every_promise_of_time_is_checked_on_a_release() {
    let run = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(run.contains("cargo test --locked --release -- in_time"), "the release run is gone");
    let mut files = Vec::new();
    sources(&root().join("tests/it"), &mut files);
    let missed: Vec<String> = files
        .iter()
        // This test names what it looks for.
        .filter(|file| !file.starts_with(root().join("tests/it/tidy")))
        .flat_map(|file| shape::tests_missed_by_the_release_run(&fs::read_to_string(file).unwrap()))
        .collect();
    assert!(missed.is_empty(), "not named `in_time`: {}", missed.join(", "));
    let timed = "#[test]\nfn slow() { if cfg!(debug_assertions) {} }\n\
                 #[test]\nfn heavy() { work::passes(1, read); }";
    assert_eq!(shape::tests_missed_by_the_release_run(timed), ["slow", "heavy"]);
}

/// Ways to a connection or to a name's addresses. Whoever takes one of them goes past the gate.
const WAYS_OUT: [&str; 16] = [
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
    WAYS_OUT.into_iter().filter(|way| code.contains(way)).collect()
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
        let ways = connections_opened(&fs::read_to_string(file).unwrap());
        if may_open(&shown) {
            gate += ways.len();
        } else if !ways.is_empty() && !file.ends_with("tests.rs") {
            faults.push(format!("{shown}: {}", ways.join(", ")));
        }
    }
    assert!(gate > 0, "the gate itself is not seen any more");
    assert!(faults.is_empty(), "past the gate:\n{}", faults.join("\n"));
    assert_eq!(
        connections_opened("let x = reqwest::get(url);\n// TcpStream::connect"),
        ["reqwest::"]
    );
    let lints = fs::read_to_string(root().join(".clippy.toml")).unwrap();
    for way in ["reqwest::Client::builder", "reqwest::get", "tokio::net::TcpStream::connect"] {
        assert!(lints.contains(way), "the lint does not forbid {way} any more");
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
fn every_test_that_the_readme_names_is_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split("## Promises").nth(1).unwrap().split("\n## ").next().unwrap();
    let is_name = |word: &&str| {
        word.matches('_').count() > 3 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let named: Vec<&str> = table.split('`').filter(is_name).collect();
    assert!(named.len() >= 12, "only {} tests keep the promises", named.len());
    let mut files = Vec::new();
    sources(&root().join("tests/it"), &mut files);
    let texts: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for name in named {
        assert!(texts.contains(&format!("fn {name}(")), "there is no test `{name}`");
    }
}

#[test]
fn every_path_that_the_architecture_names_is_there() {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    assert!(text.lines().count() <= ARCHITECTURE_LINES_MAX, "it is an overview, not a manual");
    let named: Vec<&str> = text
        .split('`')
        .filter(|word| word.starts_with("src/") || word.starts_with("tests/"))
        .collect();
    assert!(named.len() > 30, "the paths are not read any more");
    let lost: Vec<&str> = named.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(lost.is_empty(), "{}", lost.join(", "));
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
        "docs",
        "systemd",
        "tests",
    ];
    for path in listed.lines() {
        let top = path.split('/').next().unwrap();
        assert!(top.starts_with('.') || allowed.contains(&top), "{top} stands at the top level");
    }
}
