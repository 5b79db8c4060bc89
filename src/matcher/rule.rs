//! A watch as it is decided: a tree of conditions over numbered terms.
use std::sync::Arc;

use super::automaton::{FieldSet, TermId};
use crate::domain::{Name, SourceSpan, Watch};

/// A term looked for in some of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) term: TermId,
    pub(super) fields: FieldSet,
}

/// What must hold for a watch to fire.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(Leaf),
    /// Any of many terms, sorted.
    Lookup {
        terms: Arc<[TermId]>,
        fields: FieldSet,
    },
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// Both, in one field, with at most `words` words between them.
    Near {
        left: Box<Node>,
        right: Box<Node>,
        words: u32,
        ordered: bool,
    },
    /// The article's language, in lower case.
    Language(String),
}

impl Node {
    /// Whether it can only hold where something stands, not merely where something is missing.
    pub(super) fn is_positive(&self) -> bool {
        match self {
            Self::Leaf(_) | Self::Lookup { .. } | Self::Near { .. } | Self::Language(_) => true,
            Self::All(parts) => parts.iter().any(Self::is_positive),
            Self::Any(parts) => parts.iter().all(Self::is_positive),
            Self::Not(_) => false,
        }
    }

    /// Whether it joins parts in a way that a place in a text cannot stand for.
    pub(super) fn joins(&self) -> bool {
        match self {
            Self::All(_) | Self::Not(_) | Self::Language(_) => true,
            Self::Any(parts) => parts.iter().any(Self::joins),
            Self::Leaf(_) | Self::Lookup { .. } | Self::Near { .. } => false,
        }
    }
}

/// A term, or a set of them, with its weight.
#[derive(Clone, Debug)]
pub(super) struct TermWeight {
    pub(super) node: Node,
    pub(super) written: String,
    pub(super) weight: f64,
}

impl TermWeight {
    /// The most it can add to a score.
    pub(super) fn points_max(&self, title_factor: f64) -> f64 {
        (self.weight * title_factor.max(1.0)).max(0.0)
    }
}

/// Weighed terms and the sum they must reach.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    pub(super) signals: Vec<TermWeight>,
    pub(super) threshold: f64,
    pub(super) title_factor: f64,
}

/// A watch, ready to be decided.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) watch: Name,
    pub(super) condition: Node,
    /// If it holds the watch stays silent.
    pub(super) veto: Node,
    pub(super) scale: Option<Weights>,
    /// In lower case; empty is any.
    pub(super) languages: Vec<String>,
    /// In lower case, perhaps ending in `*`; empty is any.
    pub(super) sources: Vec<String>,
}

impl Rule {
    /// Whether the watch looks at articles in `read_language`; one that is unknown may be any.
    pub(super) fn accepts_language(&self, language: Option<&str>) -> bool {
        let Some(language) = language.filter(|tag| !tag.is_empty()) else { return true };
        self.languages.is_empty()
            || self.languages.iter().any(|wanted| is_language(language, wanted))
    }

    /// Whether the watch looks at articles from `source`.
    pub(super) fn accepts_source(&self, source: &str) -> bool {
        let source = source.to_lowercase();
        self.sources.is_empty()
            || self.sources.iter().any(|wanted| match wanted.strip_suffix('*') {
                Some(beginning) => source.starts_with(beginning),
                None => source == *wanted,
            })
    }
}

/// Whether a language tag is `wanted` or a form of it: `ko-KR` is `ko`.
pub(super) fn is_language(tag: &str, wanted: &str) -> bool {
    let tag = tag.replace('_', "-").to_lowercase();
    let wanted = wanted.replace('_', "-");
    tag.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Which part of a watch a term stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TermRole {
    Any,
    All,
    None,
    Weigh,
    Query,
    Set,
}

/// A term where it was written, for the lint.
#[derive(Clone, Debug)]
pub(super) struct TermUse {
    pub(super) leaf: Leaf,
    pub(super) list: TermRole,
    pub(super) text: String,
    pub(super) at: SourceSpan,
}

/// One watch read: its rule and what the lint looks at.
pub(super) struct WatchRules<'w> {
    pub(super) watch: &'w Watch,
    pub(super) uses: Vec<TermUse>,
    pub(super) rule: Rule,
}
