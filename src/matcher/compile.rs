//! From watches as written to a matcher, or to everything that is wrong with them.
use std::collections::HashMap;
use std::ops::Range;

use super::Matcher;
use super::evaluate::{Leaf, Node, Rule};
use super::lexicon::{Draft, Fields, Lexicon, TermId};
use super::lint;
use super::term::{Fault, Term};
use crate::domain::{Complaint, Place, Watch, Weight, Written};

/// Terms in one watchlist.
const TERMS_MAX: usize = 250_000;
/// Bytes of one term.
const TERM_BYTES_MAX: usize = 1_000;

/// Which list of a watch a term stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Any,
    None,
}

/// A term where it was written, for the lint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use<'w> {
    pub(super) term: TermId,
    pub(super) list: List,
    pub(super) written: &'w Written,
}

/// One watch read: its rule and what the lint looks at.
pub(super) struct Read<'w> {
    pub(super) watch: &'w Watch,
    pub(super) uses: Vec<Use<'w>>,
    rule: Rule,
}

/// Compiles a watchlist; see [`Matcher::compile`].
pub(super) fn compile(watches: &[Watch]) -> Result<(Matcher, Vec<Complaint>), Vec<Complaint>> {
    let mut desk = Desk::default();
    let read: Vec<Read<'_>> = watches.iter().filter_map(|watch| desk.read(watch)).collect();
    let Desk { draft, mut complaints } = desk;
    if draft.len() > TERMS_MAX {
        complaints.push(Complaint {
            weight: Weight::Error,
            at: None,
            what: format!(
                "the watchlist has {} different terms; {TERMS_MAX} are the most",
                draft.len()
            ),
            cure: "split the watchlist over several services".to_owned(),
        });
        return Err(complaints);
    }
    let lexicon = match Lexicon::build(draft) {
        Ok(lexicon) => lexicon,
        Err(fault) => {
            complaints.push(Complaint {
                weight: Weight::Error,
                at: None,
                what: format!("the terms do not fit into one automaton: {fault}"),
                cure: "use fewer or shorter terms".to_owned(),
            });
            return Err(complaints);
        }
    };
    for one in &read {
        lint::watch(one, &lexicon, &mut complaints);
    }
    if complaints.iter().any(|complaint| complaint.weight == Weight::Error) {
        return Err(complaints);
    }
    let rules: Vec<Rule> = read.into_iter().map(|read| read.rule).collect();
    let (first_waiting, waiting) = waiting(&rules, &lexicon);
    Ok((Matcher { lexicon, rules, first_waiting, waiting }, complaints))
}

/// Reads watches one by one and keeps the complaints.
#[derive(Default)]
struct Desk {
    draft: Draft,
    complaints: Vec<Complaint>,
}

impl Desk {
    fn read<'w>(&mut self, watch: &'w Watch) -> Option<Read<'w>> {
        let mut uses = Vec::new();
        let any = self.list(&watch.terms.any, List::Any, &mut uses);
        let veto = self.list(&watch.terms.none, List::None, &mut uses);
        if watch.terms.any.is_empty() {
            self.complaints.push(Complaint {
                weight: Weight::Error,
                at: Some(watch.at.clone()),
                what: format!("watch `{}` looks for nothing and can never fire", watch.name),
                cure: "give it terms: any = [\"…\"]".to_owned(),
            });
            return None;
        }
        let need = Node::Any(any.into_iter().map(Node::Leaf).collect());
        Some(Read { watch, uses, rule: Rule { watch: watch.name.clone(), need, veto } })
    }

    fn list<'w>(&mut self, list: &'w [Written], kind: List, uses: &mut Vec<Use<'w>>) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let mut known: HashMap<String, &Written> = HashMap::new();
        for written in list {
            let Some(term) = self.term(written) else { continue };
            if known.insert(term.meaning(), written).is_some() {
                let what = format!("`{}` stands in this list already", written.text);
                let fault = Fault::new(0..written.text.len(), what, "take one of the two out");
                self.complain(Weight::Warning, written, fault);
                continue;
            }
            let id = self.draft.add(term, Fields::TEXT);
            uses.push(Use { term: id, list: kind, written });
            leaves.push(Leaf { term: id, fields: Fields::TEXT });
        }
        leaves
    }

    /// Reads one term, or complains.
    fn term(&mut self, written: &Written) -> Option<Term> {
        let text = &written.text;
        let whole = 0..text.len();
        if text.len() > TERM_BYTES_MAX {
            let what = format!("a term of {} bytes; {TERM_BYTES_MAX} are the most", text.len());
            self.complain(
                Weight::Error,
                written,
                Fault::new(whole, what, "use a few words out of it"),
            );
            return None;
        }
        let faults = lint::shape(text);
        if !faults.is_empty() {
            for fault in faults {
                self.complain(Weight::Error, written, fault);
            }
            return None;
        }
        match Term::read(text) {
            Ok(term) => {
                for fault in lint::doubts(&term) {
                    self.complain(Weight::Warning, written, fault);
                }
                Some(term)
            }
            Err(fault) => {
                self.complain(Weight::Error, written, fault);
                None
            }
        }
    }

    fn complain(&mut self, weight: Weight, written: &Written, fault: Fault) {
        let at = Some(place(written, fault.span));
        self.complaints.push(Complaint { weight, at, what: fault.what, cure: fault.cure });
    }
}

/// Where bytes of a written value stand in its file.
pub(super) fn place(written: &Written, span: Range<usize>) -> Place {
    let Place { file, span: value } = written.at.clone();
    let nowhere = value.is_empty();
    // With escapes in the file the bytes do not agree, and the whole value is the place.
    if nowhere || value.len() == written.text.len() {
        Place { file, span: value.start + span.start..value.start + span.end }
    } else {
        Place { file, span: value }
    }
}

/// For each term the rules that wait for it: every rule waits for terms one of which must be seen
/// for it to fire.
fn waiting(rules: &[Rule], lexicon: &Lexicon) -> (Vec<u32>, Vec<u32>) {
    let mut pairs: Vec<(TermId, u32)> = Vec::new();
    for (number, rule) in (0..).zip(rules) {
        let anchors = anchors(&rule.need, lexicon);
        pairs.extend(anchors.terms.into_iter().map(|term| (term, number)));
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
    (first, pairs.into_iter().map(|(_, rule)| rule).collect())
}

/// Terms one of which must be seen, and how often that is, by a guess.
struct Anchors {
    terms: Vec<TermId>,
    cost: f64,
}

fn anchors(node: &Node, lexicon: &Lexicon) -> Anchors {
    match node {
        Node::Leaf(leaf) => {
            Anchors { terms: vec![leaf.term], cost: commonness(leaf.term, lexicon) }
        }
        Node::Any(nodes) => nodes.iter().map(|node| anchors(node, lexicon)).fold(
            Anchors { terms: Vec::new(), cost: 0.0 },
            |mut all, more| {
                all.terms.extend(more.terms);
                all.cost += more.cost;
                all
            },
        ),
    }
}

/// A guess at how common a term is: words of a language thin out with the square of their length.
fn commonness(term: TermId, lexicon: &Lexicon) -> f64 {
    let bytes = lexicon.term(term).map_or(1, |term| term.head.len());
    let bytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    1.0 / (bytes * bytes)
}
