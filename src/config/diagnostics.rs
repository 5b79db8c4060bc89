//! Collects errors and warnings, so that one run reports all of them.
use std::collections::BTreeSet;
use std::io;

use super::sources::Sources;
use crate::domain::{Diagnostic, DiagnosticSeverity, SourceSpan};

/// The errors and warnings found so far.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    list: Vec<Recorded>,
    /// A file could not be read because open files or memory were used up. That is no error of the
    /// configuration.
    has_passing: bool,
}

/// A diagnostic with its basis.
#[derive(Debug)]
struct Recorded {
    complaint: Diagnostic,
    cause: Cause,
}

/// The basis of a diagnostic. It decides whether the diagnostic is shown when its file also has a
/// syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The file is not TOML at this place.
    Syntax,
    /// Something that is there is wrong.
    Present,
    /// Something is missing. Behind a syntax error it may only not have been read.
    Absent,
}

/// The errors "too many open files", of this process (EMFILE) and of the whole machine (ENFILE).
/// The numbers are the same on every Unix.
const TOO_MANY_FILES: [i32; 2] = [24, 23];

/// Whether the same attempt may succeed later with nothing changed.
pub fn is_passing(error: &io::Error) -> bool {
    let kinds = [
        io::ErrorKind::Interrupted,
        io::ErrorKind::WouldBlock,
        io::ErrorKind::TimedOut,
        io::ErrorKind::OutOfMemory,
        io::ErrorKind::ResourceBusy,
    ];
    kinds.contains(&error.kind())
        || error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}

impl Diagnostics {
    /// Why a file cannot be read.
    pub(super) fn io_reason(&mut self, error: &io::Error) -> String {
        self.has_passing |= is_passing(error);
        let kind = error.kind();
        if kind == io::ErrorKind::NotFound {
            "there is no such file".to_owned()
        } else if kind == io::ErrorKind::IsADirectory {
            "it is a folder".to_owned()
        } else if kind == io::ErrorKind::PermissionDenied {
            "permission denied".to_owned()
        } else {
            error.to_string()
        }
    }

    /// Whether something could not be read that may well be readable later.
    pub(super) fn has_passing(&self) -> bool {
        self.has_passing
    }

    /// Something written is wrong.
    pub(super) fn error(
        &mut self,
        at: SourceSpan,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.push(complaint(DiagnosticSeverity::Error, at, what, cure), Cause::Present);
    }

    /// Something required is missing.
    pub(super) fn missing(
        &mut self,
        at: SourceSpan,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.push(complaint(DiagnosticSeverity::Error, at, what, cure), Cause::Absent);
    }

    /// The text is not TOML.
    pub(super) fn syntax(
        &mut self,
        at: SourceSpan,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.push(complaint(DiagnosticSeverity::Error, at, what, cure), Cause::Syntax);
    }

    /// An error without a place: the first file itself.
    pub(super) fn error_without_place(&mut self, what: impl Into<String>, cure: impl Into<String>) {
        let (what, cure) = (what.into(), cure.into());
        self.push(
            Diagnostic { severity: DiagnosticSeverity::Error, at: None, problem: what, help: cure },
            Cause::Present,
        );
    }

    /// A warning.
    pub(super) fn warn(
        &mut self,
        at: SourceSpan,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.push(complaint(DiagnosticSeverity::Warning, at, what, cure), Cause::Present);
    }

    /// The order of finding does not matter: `finish` sorts.
    fn push(&mut self, complaint: Diagnostic, cause: Cause) {
        self.list.push(Recorded { complaint, cause });
    }

    /// Whether the configuration is refused already.
    pub(super) fn any_error(&self) -> bool {
        self.list.iter().any(|fault| fault.complaint.severity == DiagnosticSeverity::Error)
    }

    /// All diagnostics in the order of files and lines. What only follows from a syntax error (a
    /// key that seems to be missing, a value that was half read) is left out, because it would
    /// mislead.
    pub(super) fn finish(self, sources: &Sources) -> Vec<Diagnostic> {
        let line = |complaint: &Diagnostic| {
            let at = complaint.at.as_ref()?;
            let (file, source) = sources.file_of(at)?;
            Some((file, source.position(at.span.start).line))
        };
        let broken: BTreeSet<(usize, usize)> = self
            .list
            .iter()
            .filter(|fault| fault.cause == Cause::Syntax)
            .filter_map(|fault| line(&fault.complaint))
            .collect();
        let unread = |complaint: &Diagnostic| {
            // The parser gives a value it could not read an empty span at the file's beginning.
            let phantom = complaint.at.as_ref().is_some_and(|at| at.span == (0..0));
            phantom || line(complaint).is_some_and(|at| broken.contains(&at))
        };
        let mut kept: Vec<Diagnostic> = self
            .list
            .into_iter()
            .filter(|fault| match fault.cause {
                Cause::Syntax => true,
                Cause::Present => broken.is_empty() || !unread(&fault.complaint),
                Cause::Absent => broken.is_empty(),
            })
            .map(|fault| fault.complaint)
            .collect();
        kept.sort_by_key(|complaint| sources.rank(complaint));
        kept
    }
}

/// A diagnostic that has a place.
fn complaint(
    weight: DiagnosticSeverity,
    at: SourceSpan,
    what: impl Into<String>,
    cure: impl Into<String>,
) -> Diagnostic {
    Diagnostic { severity: weight, at: Some(at), problem: what.into(), help: cure.into() }
}
