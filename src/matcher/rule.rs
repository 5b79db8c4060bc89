//! A watch as it is evaluated: a tree of conditions over numbered terms. Only the nouns are here;
//! `evaluate.rs` decides.
use std::sync::Arc;

use super::automaton::{FieldSet, TermId};
use crate::domain::{Name, SourceSpan, Watch};

/// A term that is searched in some fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) term: TermId,
    pub(super) fields: FieldSet,
}

/// A condition on an article.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(Leaf),
    /// Any of many terms, sorted by number so that they can be searched.
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
    /// Whether the condition needs something to be there. A query of which this is false would
    /// fire on every article that lacks a word.
    pub(super) fn is_positive(&self) -> bool {
        match self {
            Self::Leaf(_) | Self::Lookup { .. } | Self::Near { .. } | Self::Language(_) => true,
            Self::All(parts) => parts.iter().any(Self::is_positive),
            Self::Any(parts) => parts.iter().all(Self::is_positive),
            Self::Not(_) => false,
        }
    }

    /// Whether it has parts (AND, NOT, a language) that are no place in the text, so that NEAR
    /// cannot measure a distance to it.
    pub(super) fn joins(&self) -> bool {
        match self {
            Self::All(_) | Self::Not(_) | Self::Language(_) => true,
            Self::Any(parts) => parts.iter().any(Self::joins),
            Self::Leaf(_) | Self::Lookup { .. } | Self::Near { .. } => false,
        }
    }
}

/// A term or a set of terms, with its weight.
#[derive(Clone, Debug)]
pub(super) struct TermWeight {
    /// What must hold for the weight to count.
    pub(super) node: Node,
    /// As the user wrote it.
    pub(super) written: String,
    /// Points; a negative weight counts against the watch.
    pub(super) weight: f64,
}

impl TermWeight {
    /// The highest number of points it can add to a score.
    pub(super) fn points_max(&self, title_factor: f64) -> f64 {
        (self.weight * title_factor.max(1.0)).max(0.0)
    }
}

/// Weighted terms and the score they must reach.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    /// The terms with their weights.
    pub(super) weighted: Vec<TermWeight>,
    /// The score at which the watch fires.
    pub(super) threshold: f64,
    /// The factor for a term in the title.
    pub(super) title_factor: f64,
}

/// A compiled watch.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The name of the watch.
    pub(super) watch: Name,
    /// What must hold for the watch to fire.
    pub(super) condition: Node,
    /// The exclusion: if it holds, the watch does not fire.
    pub(super) veto: Node,
    /// The weights, if the watch has any. Its condition must hold as well.
    pub(super) weights: Option<Weights>,
    /// The languages it fires on, in lower case. Empty means any.
    pub(super) languages: Vec<String>,
    /// The feeds it fires on, in lower case, each perhaps with `*` at the end. Empty means any.
    pub(super) sources: Vec<String>,
}

impl Rule {
    /// Whether the watch accepts an article in `language`. An article of unknown language is
    /// accepted, because a missed alert is worse than a false one.
    pub(super) fn accepts_language(&self, language: Option<&str>) -> bool {
        let Some(language) = language.filter(|tag| !tag.is_empty()) else { return true };
        self.languages.is_empty()
            || self.languages.iter().any(|wanted| is_language(language, wanted))
    }

    /// Whether the watch accepts an article from the feed `source`.
    pub(super) fn accepts_source(&self, source: &str) -> bool {
        let source = source.to_lowercase();
        self.sources.is_empty()
            || self.sources.iter().any(|wanted| match wanted.strip_suffix('*') {
                Some(beginning) => source.starts_with(beginning),
                None => source == *wanted,
            })
    }
}

/// Whether a language tag is `wanted` or a variant of it: `ko-KR` is a `ko`.
pub(super) fn is_language(tag: &str, wanted: &str) -> bool {
    let tag = tag.replace('_', "-").to_lowercase();
    let wanted = wanted.replace('_', "-");
    tag.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The part of a watch in which a term is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TermRole {
    Any,
    All,
    None,
    Weigh,
    Query,
    Set,
}

/// A term and where it is written, for the lint.
#[derive(Clone, Debug)]
pub(super) struct TermUse {
    pub(super) leaf: Leaf,
    /// The part of the watch it is in.
    pub(super) list: TermRole,
    pub(super) text: String,
    /// Its place in the configuration file.
    pub(super) at: SourceSpan,
}

/// A watch that was read: its rule, and its terms for the lint.
pub(super) struct WatchRules<'w> {
    pub(super) watch: &'w Watch,
    pub(super) uses: Vec<TermUse>,
    pub(super) rule: Rule,
}
