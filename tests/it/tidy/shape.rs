//! The length of functions, parameters that are tuples, and how much of the code is commented.
#![expect(clippy::wildcard_enum_match_arm, reason = "syn's enums may grow")]

use syn::visit::{self, Visit};

use super::imports::is_test;

/// Lines between the braces of a function. A longer one is two functions.
const FUNCTION_LINES_MAX: usize = 70;

/// What is wrong with the shape of the code in one file.
pub(super) fn faults(text: &str) -> Vec<String> {
    let mut shapes = Shapes::default();
    for item in &syn::parse_file(text).unwrap().items {
        if !is_test(item) {
            shapes.visit_item(item);
        }
    }
    shapes.faults
}

#[derive(Default)]
struct Shapes {
    faults: Vec<String>,
}

impl Shapes {
    fn check(&mut self, signature: &syn::Signature, body: Option<&syn::Block>) {
        let name = &signature.ident;
        for input in &signature.inputs {
            if let syn::FnArg::Typed(parameter) = input
                && is_tuple(&parameter.ty)
            {
                self.faults.push(format!("{name}: a parameter is a tuple; give its parts names"));
            }
        }
        let Some(body) = body else { return };
        let span = body.brace_token.span;
        let lines = (span.close().end().line - span.open().start().line).saturating_sub(1);
        if lines > FUNCTION_LINES_MAX {
            self.faults.push(format!("{name}: {lines} lines, over {FUNCTION_LINES_MAX}"));
        }
    }
}

impl<'ast> Visit<'ast> for Shapes {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.check(&function.sig, Some(&function.block));
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.check(&function.sig, Some(&function.block));
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.check(&function.sig, function.default.as_ref());
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident
            && is_tuple(&field.ty)
        {
            self.faults.push(format!("{name}: a field is a tuple; give its parts names"));
        }
    }
}

/// A tuple of two and more, also by reference.
fn is_tuple(kind: &syn::Type) -> bool {
    match kind {
        syn::Type::Tuple(tuple) => tuple.elems.len() > 1,
        syn::Type::Reference(reference) => is_tuple(&reference.elem),
        syn::Type::Paren(inner) => is_tuple(&inner.elem),
        _ => false,
    }
}

/// Tests that measure work, or that give an allowance to unoptimised code, and whose name does not
/// say `in_time`: the release run of `.ci/run` would miss them.
pub(super) fn tests_missed_by_the_release_run(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut missed = Vec::new();
    for item in &syn::parse_file(text).unwrap().items {
        let syn::Item::Fn(function) = item else { continue };
        let span = function.block.brace_token.span;
        let body = &lines[span.open().start().line - 1..span.close().end().line];
        let name = function.sig.ident.to_string();
        let marks = ["cfg!(debug_assertions)", "work::passes"];
        let is_timed = body.iter().any(|line| marks.iter().any(|mark| line.contains(mark)));
        let is_test = function.attrs.iter().any(|attribute| attribute.path().is_ident("test"));
        if is_timed && is_test && !name.contains("in_time") {
            missed.push(name);
        }
    }
    missed
}

/// Lines of a text that are not empty.
pub(super) struct LineCount {
    pub(super) comments: usize,
    pub(super) code: usize,
}

pub(super) fn count_lines(text: &str) -> LineCount {
    let filled = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (comments, code): (Vec<&str>, Vec<&str>) = filled.partition(|line| line.starts_with("//"));
    LineCount { comments: comments.len(), code: code.len() }
}
