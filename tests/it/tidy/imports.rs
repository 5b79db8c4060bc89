//! Which file of a crate uses which, and the circles among them.
//!
//! A path counts for the file that defines what it names: a re-export is followed to its source, so
//! a `mod.rs` that only passes names on is no part of a circle. Methods and fields are not seen.
#![expect(clippy::wildcard_enum_match_arm, reason = "syn's enums may grow")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Re-exports are followed this far; a longer way is a circle of re-exports.
const REEXPORTS_MAX: usize = 16;

/// Every file and, for each file it uses, the names that it takes from there.
pub(super) type Graph = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// A module of the crate: a file, or `mod name { … }` inside of one.
#[derive(Default)]
struct Module {
    file: String,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    defined: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths of more than a name, as the code has them.
    paths: BTreeSet<Vec<String>>,
    /// Every name the code begins a path with.
    names: BTreeSet<String>,
}

/// One name that a `use` brings in.
struct Import {
    path: Vec<String>,
    /// What it is called here; `None` for `*`.
    name: Option<String>,
    is_reexport: bool,
}

#[derive(Default)]
pub(super) struct Crate {
    modules: Vec<Module>,
}

impl Crate {
    /// Reads every file below `src`, beginning with `lib.rs`; `main.rs` is left out.
    pub(super) fn read(src: &Path) -> Self {
        let mut whole = Self::default();
        whole.add_file(src, Path::new("lib.rs"), None);
        whole
    }

    fn add_file(&mut self, src: &Path, shown: &Path, parent: Option<usize>) -> usize {
        let text = std::fs::read_to_string(src.join(shown)).unwrap();
        let parsed = syn::parse_file(&text).unwrap();
        let module = self.add_module(shown.display().to_string(), parent);
        self.add_items(src, module, &parsed.items);
        module
    }

    fn add_module(&mut self, file: String, parent: Option<usize>) -> usize {
        self.modules.push(Module { file, parent, ..Module::default() });
        self.modules.len() - 1
    }

    fn add_items(&mut self, src: &Path, module: usize, items: &[syn::Item]) {
        for item in items {
            if is_test(item) {
                continue;
            }
            match item {
                syn::Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let file = self.modules[module].file.clone();
                    let child = match &inner.content {
                        Some((_, items)) => {
                            let child = self.add_module(file, Some(module));
                            self.add_items(src, child, items);
                            child
                        }
                        None => self.add_file(src, &file_of(src, &file, &name), Some(module)),
                    };
                    self.modules[module].children.insert(name, child);
                }
                other => {
                    if let Some(name) = name_of(other) {
                        self.modules[module].defined.insert(name);
                    }
                    Names { module: &mut self.modules[module] }.visit_item(other);
                }
            }
        }
    }

    /// The files that define what `path` names, seen from `module`. None for another crate's names
    /// and for modules: what is taken from a module shows where it is taken.
    fn defining(&self, module: usize, path: &[String], steps: usize) -> BTreeSet<&str> {
        let Some((first, mut rest)) = path.split_first() else { return BTreeSet::new() };
        let mut at = match first.as_str() {
            "crate" => 0,
            "self" => module,
            "super" => match self.modules[module].parent {
                Some(parent) => parent,
                None => return BTreeSet::new(),
            },
            _ => return self.look_up(module, path, steps),
        };
        while let Some((next, after)) = rest.split_first() {
            match (next.as_str(), self.modules[at].parent) {
                ("super", Some(parent)) => (at, rest) = (parent, after),
                _ => break,
            }
        }
        self.look_up(at, rest, steps)
    }

    fn look_up(&self, module: usize, path: &[String], steps: usize) -> BTreeSet<&str> {
        let here = &self.modules[module];
        let Some((name, rest)) = path.split_first() else { return BTreeSet::new() };
        if steps == REEXPORTS_MAX {
            return BTreeSet::new();
        }
        // A function may have the name of a module: in front of `::` the module is meant.
        let is_module = !rest.is_empty()
            && (here.children.contains_key(name)
                || here.imports.iter().any(|import| import.name.as_ref() == Some(name)));
        if here.defined.contains(name) && !is_module {
            return BTreeSet::from([here.file.as_str()]);
        }
        if let Some(child) = here.children.get(name) {
            return self.look_up(*child, rest, steps);
        }
        let mut found = BTreeSet::new();
        for import in &here.imports {
            let mut way = import.path.clone();
            match &import.name {
                Some(own) if own == name => way.extend(rest.iter().cloned()),
                // Only a glob of this crate is looked into.
                None if way.first().is_some_and(|first| is_inner(first)) => {
                    way.extend(path.iter().cloned());
                }
                _ => continue,
            }
            // `use serde::Serialize` must not be looked for in this module again.
            if way[0] != *name {
                found.extend(self.defining(module, &way, steps + 1));
            }
        }
        found
    }

    pub(super) fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (at, module) in self.modules.iter().enumerate() {
            let used = graph.entry(module.file.clone()).or_default();
            let imports = module.imports.iter().filter(|import| {
                !import.is_reexport
                    || import.name.as_ref().is_some_and(|name| module.names.contains(name))
            });
            for path in imports.map(|import| &import.path).chain(&module.paths) {
                for file in self.defining(at, path, 0) {
                    if file != module.file {
                        let name = path.last().cloned().unwrap_or_default();
                        used.entry(file.to_owned()).or_default().insert(name);
                    }
                }
            }
        }
        graph
    }
}

fn is_inner(first: &str) -> bool {
    matches!(first, "crate" | "self" | "super")
}

/// `mod name;` in `file` is `name.rs` or `name/mod.rs` in the folder that belongs to `file`.
fn file_of(src: &Path, file: &str, name: &str) -> PathBuf {
    let file = Path::new(file);
    let folder = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib") | None => file.with_file_name(""),
        Some(_) => file.with_extension(""),
    };
    let flat = folder.join(format!("{name}.rs"));
    if src.join(&flat).exists() { flat } else { folder.join(name).join("mod.rs") }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether an item is there for tests alone.
pub(super) fn is_test(item: &syn::Item) -> bool {
    attributes(item).iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn name_of(item: &syn::Item) -> Option<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Collects what the code of one module names.
struct Names<'a> {
    module: &'a mut Module,
}

impl Names<'_> {
    fn add_path(&mut self, segments: Vec<String>) {
        if let Some(first) = segments.first() {
            self.module.names.insert(first.clone());
        }
        if segments.len() > 1 {
            self.module.paths.insert(segments);
        }
    }

    fn add_use(&mut self, tree: &syn::UseTree, before: &[String], is_reexport: bool) {
        let mut path = before.to_vec();
        let name = match tree {
            syn::UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                return self.add_use(&inner.tree, &path, is_reexport);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, before, is_reexport);
                }
                return;
            }
            syn::UseTree::Name(inner) if inner.ident == "self" => path.last().cloned(),
            syn::UseTree::Name(inner) => {
                path.push(inner.ident.to_string());
                path.last().cloned()
            }
            syn::UseTree::Rename(inner) => {
                if inner.ident != "self" {
                    path.push(inner.ident.to_string());
                }
                Some(inner.rename.to_string())
            }
            syn::UseTree::Glob(_) => None,
        };
        self.module.imports.push(Import { path, name, is_reexport });
    }

    /// Paths among the tokens of a macro, which nobody has parsed.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons < 2 {
                        self.add_path(std::mem::take(&mut segments));
                    }
                    segments.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.add_path(std::mem::take(&mut segments));
                    self.add_tokens(group.stream());
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.add_path(std::mem::take(&mut segments));
                    colons = 0;
                }
            }
        }
        self.add_path(segments);
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_reexport = !matches!(item.vis, syn::Visibility::Inherited);
        self.add_use(&item.tree, &[], is_reexport);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add_path(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.add_tokens(invoked.tokens.clone());
        visit::visit_macro(self, invoked);
    }
}

/// The folder or file that stands for `file` among the children of `folder`; `mod.rs` stands for
/// itself. `None` outside of the folder.
fn unit(folder: &str, file: &str) -> Option<String> {
    let rest = file.strip_prefix(folder)?;
    Some(match rest.split_once('/') {
        Some((inner, _)) => format!("{folder}{inner}/"),
        None => file.to_owned(),
    })
}

/// Every circle, by the folder it is in: among the files of the folder, and the folders in it, each
/// taken as one. The names say what each uses of the next.
pub(super) fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut folders = BTreeSet::from([String::new()]);
    for file in graph.keys() {
        folders
            .extend(file.match_indices('/').map(|(end, _)| file.get(..=end).unwrap().to_owned()));
    }
    let mut found = Vec::new();
    for folder in folders {
        let mut units = Graph::new();
        for (file, used) in graph {
            let Some(from) = unit(&folder, file) else { continue };
            for (other, names) in used {
                let Some(to) = unit(&folder, other) else { continue };
                if from != to {
                    let edge = units.entry(from.clone()).or_default().entry(to).or_default();
                    edge.extend(names.iter().cloned());
                }
            }
        }
        found.extend(rings(&units));
    }
    found
}

fn reachable<'a>(graph: &'a Graph, from: &'a str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for next in graph.get(at).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next.as_str()) {
                open.push(next);
            }
        }
    }
    seen
}

fn rings(graph: &Graph) -> Vec<Vec<String>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|at| (at.as_str(), reachable(graph, at))).collect();
    let mut left: BTreeSet<&str> =
        reach.iter().filter(|(at, seen)| seen.contains(*at)).map(|(at, _)| *at).collect();
    let mut found = Vec::new();
    while let Some(first) = left.first().copied() {
        let ring: BTreeSet<&str> = reach[first]
            .iter()
            .copied()
            .filter(|other| reach.get(other).is_some_and(|seen| seen.contains(first)))
            .collect();
        left.retain(|at| !ring.contains(at));
        let mut edges = Vec::new();
        for from in &ring {
            for (to, names) in &graph[*from] {
                if ring.contains(to.as_str()) {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    edges.push(format!("{from} -> {to} ({})", names.join(", ")));
                }
            }
        }
        found.push(edges);
    }
    found
}
