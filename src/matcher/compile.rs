//! Compiles a watchlist into the form that is matched, or reports everything that is wrong with
//! it.
use super::automaton::{CompiledTerms, TermId};
use super::lint;
use super::rule::{Leaf, Node, Rule, WatchRules, Weights};
use super::watch_reader::WatchReader;
use crate::domain::{Diagnostic, DiagnosticSeverity, Watch};

/// Distinct terms in one watchlist.
const TERMS_MAX: usize = 250_000;
/// Pairs of a rule and a term it depends on. At four bytes a pair this is 80 MB.
const DEPENDENTS_MAX: usize = 20_000_000;

/// A watchlist that can be matched.
#[derive(Debug)]
pub(super) struct CompiledWatchlist {
    /// The terms of all watches.
    pub(super) terms: CompiledTerms,
    /// The rules, in the order of the watchlist.
    pub(super) rules: Vec<Rule>,
    /// Which rules to evaluate for an article.
    pub(super) dependents: Dependents,
}

/// Which rules must be evaluated for an article. Without this the time for an article would grow
/// with the number of watches. Rules are named by their position.
#[derive(Debug)]
pub(super) struct Dependents {
    /// Term `n` has the rules `rules[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    rules: Vec<u32>,
    /// The rules that need no term: a query of languages alone.
    always: Vec<u32>,
}

impl Dependents {
    /// The rules that may fire on an article with these terms.
    pub(super) fn candidates(&self, terms: impl Iterator<Item = TermId>) -> Vec<u32> {
        let first = |term: usize| self.first.get(term).copied().unwrap_or(0) as usize;
        let mut numbers = self.always.clone();
        for TermId(term) in terms {
            let term = term as usize;
            numbers.extend(self.rules.get(first(term)..first(term + 1)).unwrap_or_default());
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        (self.first.len() + self.rules.len() + self.always.len()) * size_of::<u32>()
    }
}

/// Compiles a watchlist; see [`super::Matcher::compile`].
pub(super) fn compile(
    watches: &[Watch],
) -> Result<(CompiledWatchlist, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut reader = WatchReader::default();
    let read: Vec<WatchRules<'_>> =
        watches.iter().filter_map(|watch| reader.read_watch(watch)).collect();
    let WatchReader { draft, mut diagnostics, .. } = reader;
    // A limit of the whole watchlist belongs to no line of it.
    let refuse = |diagnostics: &mut Vec<Diagnostic>, what: String, help: &str| {
        let (weight, help) = (DiagnosticSeverity::Error, help.to_owned());
        diagnostics.push(Diagnostic { severity: weight, at: None, problem: what, help });
    };
    if draft.len() > TERMS_MAX {
        let what =
            format!("the watchlist has {} different terms; {TERMS_MAX} are the most", draft.len());
        refuse(&mut diagnostics, what, "split the watchlist over several services");
        return Err(diagnostics);
    }
    let lexicon = match CompiledTerms::build(draft) {
        Ok(lexicon) => lexicon,
        Err(error) => {
            let what = format!("the terms do not fit into one automaton: {error}");
            refuse(&mut diagnostics, what, "use fewer or shorter terms");
            return Err(diagnostics);
        }
    };
    // After the automaton is built, because the lint asks it which terms are found inside other
    // terms.
    for one in &read {
        lint::check_watch(one, &lexicon, &mut diagnostics);
    }
    let rules: Vec<Rule> = read.into_iter().map(|read| read.rule).collect();
    let Some(dependents) = dependents(&rules, &lexicon) else {
        let what = format!("the watches wait for more than {DEPENDENTS_MAX} terms in all");
        refuse(&mut diagnostics, what, "share fewer large sets between fewer watches");
        return Err(diagnostics);
    };
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error) {
        return Err(diagnostics);
    }
    Ok((CompiledWatchlist { terms: lexicon, rules, dependents }, diagnostics))
}

/// Finds the terms that each rule depends on: a rule can only fire if one of these terms is in the
/// article. `None` if there are more than [`DEPENDENTS_MAX`] pairs.
fn dependents(rules: &[Rule], lexicon: &CompiledTerms) -> Option<Dependents> {
    let mut pairs: Vec<(TermId, u32)> = Vec::new();
    let mut always = Vec::new();
    for (number, rule) in (0..).zip(rules) {
        let need = anchors(&rule.condition, lexicon);
        let weights = rule.weights.as_ref().and_then(|weights| weights_anchors(weights, lexicon));
        match [need, weights].into_iter().flatten().min_by(|a, b| a.cost.total_cmp(&b.cost)) {
            Some(anchors) => pairs.extend(anchors.terms.into_iter().map(|term| (term, number))),
            None => always.push(number),
        }
        if pairs.len() > DEPENDENTS_MAX {
            return None;
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut first = vec![0; lexicon.len() + 1];
    for (term, _) in &pairs {
        if let Some(count) = first.get_mut(term.0 as usize + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for count in &mut first {
        total += *count;
        *count = total;
    }
    let rules = pairs.into_iter().map(|(_, rule)| rule).collect();
    Some(Dependents { first, rules, always })
}

/// Terms of which at least one must be found, and an estimate of how often that happens.
#[derive(Default)]
struct Anchors {
    terms: Vec<TermId>,
    cost: f64,
}

impl Anchors {
    /// All of these terms together: any of them may be the one that is found.
    fn cheapest(terms: &[TermId], lexicon: &CompiledTerms) -> Self {
        let cost = terms.iter().map(|term| commonness(*term, lexicon)).sum();
        Self { terms: terms.to_vec(), cost }
    }

    /// The terms of both.
    fn and(mut self, more: Self) -> Self {
        self.terms.extend(more.terms);
        self.cost += more.cost;
        self
    }
}

/// The terms of which one must be found for `node` to hold. `None` if it can hold without any
/// term. Of the parts of an AND the rarest is enough, so the rule is evaluated for as few articles
/// as possible.
fn anchors(node: &Node, lexicon: &CompiledTerms) -> Option<Anchors> {
    let rarest = |found: &mut dyn Iterator<Item = Option<Anchors>>| {
        found.flatten().min_by(|a, b| a.cost.total_cmp(&b.cost))
    };
    match node {
        Node::Leaf(Leaf { term, .. }) => Some(Anchors::cheapest(&[*term], lexicon)),
        Node::Lookup { terms, .. } => Some(Anchors::cheapest(terms, lexicon)),
        Node::Any(nodes) => nodes
            .iter()
            .map(|node| anchors(node, lexicon))
            .try_fold(Anchors::default(), |all, more| Some(all.and(more?))),
        Node::All(nodes) => rarest(&mut nodes.iter().map(|node| anchors(node, lexicon))),
        Node::Near { left, right, .. } => {
            rarest(&mut [left, right].into_iter().map(|node| anchors(node, lexicon)))
        }
        Node::Not(_) | Node::Language(_) => None,
    }
}

/// The weighted terms of which at least one must be found, because the others together do not
/// reach the threshold.
fn weights_anchors(weights: &Weights, lexicon: &CompiledTerms) -> Option<Anchors> {
    let mut all = Vec::new();
    for weighted_term in weights.weighted.iter().filter(|weighted_term| weighted_term.weight > 0.0)
    {
        all.push((
            anchors(&weighted_term.node, lexicon)?,
            weighted_term.points_max(weights.title_factor),
        ));
    }
    all.sort_by(|(a, _), (b, _)| b.cost.total_cmp(&a.cost));
    let mut spare = 0.0;
    let needed = all.into_iter().skip_while(|(_, most)| {
        spare += most;
        spare < weights.threshold
    });
    Some(needed.fold(Anchors::default(), |all, (more, _)| all.and(more)))
}

/// Estimates how common a term is. There are no counts of words here, and the length is a good
/// guess: words of a language become rarer with about the square of their length.
fn commonness(term: TermId, lexicon: &CompiledTerms) -> f64 {
    let bytes = lexicon.term(term).map_or(1, |term| term.head().len());
    let bytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    1.0 / (bytes * bytes)
}
