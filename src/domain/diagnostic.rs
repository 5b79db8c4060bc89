//! What is wrong with something the operator wrote, and where it stands.
use std::ops::Range;
use std::sync::Arc;

/// A place in a file the operator wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSpan {
    /// The file's path as it is shown to people.
    pub file: Arc<str>,
    /// Bytes in that file, from its beginning.
    pub span: Range<usize>,
}

/// A string the operator wrote, with the place it stands, so that a fault found on a later floor
/// (a term that cannot match, say) still points at its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spanned {
    pub text: String,
    /// Where the value's *contents* stand (without quotes). When the file spells the value with
    /// escapes the span covers the whole literal.
    pub at: SourceSpan,
}

impl Spanned {
    /// A string no file holds: from tests or the command line.
    pub fn without_place(text: &str) -> Self {
        Self { text: text.to_owned(), at: SourceSpan::default() }
    }
}

/// Whether a complaint stops the program from taking the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiagnosticSeverity {
    /// Shown by `check`; the configuration is still taken.
    Warning,
    /// The configuration is refused.
    Error,
}

/// One thing wrong: what, why and the way out. Texts are lower-case without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: DiagnosticSeverity,
    /// `None` when no single place is at fault (a missing file, say).
    pub at: Option<SourceSpan>,
    /// What is wrong, and why: "`every` is under the floor of 60 s".
    pub problem: String,
    /// What to do about it.
    pub help: String,
}
