//! From watches as written to a matcher, or to everything that is wrong with them.
use super::Matcher;
use super::evaluate::{Leaf, Node, Rule, Scale};
use super::lexicon::{Lexicon, TermId};
use super::lint;
use super::reader::{Desk, Read};
use crate::domain::{Complaint, Watch, Weight};

/// Different terms in one watchlist.
const TERMS_MAX: usize = 250_000;
/// Pairs of a watch and a term it waits for.
const WAITING_MAX: usize = 20_000_000;

/// Compiles a watchlist; see [`Matcher::compile`].
pub(super) fn compile(watches: &[Watch]) -> Result<(Matcher, Vec<Complaint>), Vec<Complaint>> {
    let mut desk = Desk::default();
    let read: Vec<Read<'_>> = watches.iter().filter_map(|watch| desk.read(watch)).collect();
    let Desk { draft, mut complaints, .. } = desk;
    let refuse = |complaints: &mut Vec<Complaint>, what: String, cure: &str| {
        let (weight, cure) = (Weight::Error, cure.to_owned());
        complaints.push(Complaint { weight, at: None, what, cure });
    };
    if draft.len() > TERMS_MAX {
        let what =
            format!("the watchlist has {} different terms; {TERMS_MAX} are the most", draft.len());
        refuse(&mut complaints, what, "split the watchlist over several services");
        return Err(complaints);
    }
    let lexicon = match Lexicon::build(draft) {
        Ok(lexicon) => lexicon,
        Err(fault) => {
            let what = format!("the terms do not fit into one automaton: {fault}");
            refuse(&mut complaints, what, "use fewer or shorter terms");
            return Err(complaints);
        }
    };
    for one in &read {
        lint::watch(one, &lexicon, &mut complaints);
    }
    let rules: Vec<Rule> = read.into_iter().map(|read| read.rule).collect();
    let Some((first_waiting, waiting, always)) = waiting(&rules, &lexicon) else {
        let what = format!("the watches wait for more than {WAITING_MAX} terms in all");
        refuse(&mut complaints, what, "share fewer large sets between fewer watches");
        return Err(complaints);
    };
    if complaints.iter().any(|complaint| complaint.weight == Weight::Error) {
        return Err(complaints);
    }
    Ok((Matcher { lexicon, rules, first_waiting, waiting, always }, complaints))
}

/// For each term the rules that wait for it, and the rules that wait for none. A rule waits for
/// terms one of which must be seen for it to fire.
fn waiting(rules: &[Rule], lexicon: &Lexicon) -> Option<(Vec<u32>, Vec<u32>, Vec<u32>)> {
    let mut pairs: Vec<(TermId, u32)> = Vec::new();
    let mut always = Vec::new();
    for (number, rule) in (0..).zip(rules) {
        let need = anchors(&rule.need, lexicon);
        let scale = rule.scale.as_ref().and_then(|scale| scale_anchors(scale, lexicon));
        match [need, scale].into_iter().flatten().min_by(|a, b| a.cost.total_cmp(&b.cost)) {
            Some(anchors) => pairs.extend(anchors.terms.into_iter().map(|term| (term, number))),
            None => always.push(number),
        }
        if pairs.len() > WAITING_MAX {
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
    Some((first, pairs.into_iter().map(|(_, rule)| rule).collect(), always))
}

/// Terms one of which must be seen, and how often that is, by a guess.
#[derive(Default)]
struct Anchors {
    terms: Vec<TermId>,
    cost: f64,
}

impl Anchors {
    fn of(terms: &[TermId], lexicon: &Lexicon) -> Self {
        let cost = terms.iter().map(|term| commonness(*term, lexicon)).sum();
        Self { terms: terms.to_vec(), cost }
    }

    fn and(mut self, more: Self) -> Self {
        self.terms.extend(more.terms);
        self.cost += more.cost;
        self
    }
}

/// `None` if `node` may hold where no term stands.
fn anchors(node: &Node, lexicon: &Lexicon) -> Option<Anchors> {
    let rarest = |found: &mut dyn Iterator<Item = Option<Anchors>>| {
        found.flatten().min_by(|a, b| a.cost.total_cmp(&b.cost))
    };
    match node {
        Node::Leaf(Leaf { term, .. }) => Some(Anchors::of(&[*term], lexicon)),
        Node::Lookup { terms, .. } => Some(Anchors::of(terms, lexicon)),
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

/// The weighed terms without one of which the others cannot reach the threshold.
fn scale_anchors(scale: &Scale, lexicon: &Lexicon) -> Option<Anchors> {
    let mut all = Vec::new();
    for signal in scale.signals.iter().filter(|signal| signal.weight > 0.0) {
        all.push((anchors(&signal.node, lexicon)?, signal.most(scale.title_factor)));
    }
    all.sort_by(|(a, _), (b, _)| b.cost.total_cmp(&a.cost));
    let mut spare = 0.0;
    let needed = all.into_iter().skip_while(|(_, most)| {
        spare += most;
        spare < scale.threshold
    });
    Some(needed.fold(Anchors::default(), |all, (more, _)| all.and(more)))
}

/// A guess at how common a term is: words of a language thin out with the square of their length.
fn commonness(term: TermId, lexicon: &Lexicon) -> f64 {
    let bytes = lexicon.term(term).map_or(1, |term| term.head.len());
    let bytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    1.0 / (bytes * bytes)
}
