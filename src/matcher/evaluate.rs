//! Decides which watches fire on what was seen in an article, and with which hits.
use super::Text;
use super::lexicon::{Fields, Lexicon, Sighting, TermId};
use crate::domain::{Field, Finding, Hit, Name};

/// Hits reported with one finding; a watch that hits more often than this is explained well enough.
const HITS_MAX: usize = 256;

/// A term looked for in some of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) term: TermId,
    pub(super) fields: Fields,
}

/// What must hold for a watch to fire.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(Leaf),
    Any(Vec<Node>),
}

/// A watch, ready to be decided.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) watch: Name,
    pub(super) need: Node,
    /// Any of these is a veto.
    pub(super) veto: Vec<Leaf>,
}

/// What was seen in one article.
pub(super) struct Seen<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) text: &'a Text<'a>,
    /// Sorted by term.
    pub(super) sightings: &'a [Sighting],
}

impl Seen<'_> {
    /// Where the leaf's term stands in the leaf's fields.
    pub(super) fn of(&self, leaf: Leaf) -> impl Iterator<Item = &Sighting> {
        let from = self.sightings.partition_point(|s| s.term < leaf.term);
        self.sightings
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(move |s| s.term == leaf.term)
            .filter(move |s| leaf.fields.has(s.field))
    }

    fn has(&self, leaf: Leaf) -> bool {
        self.of(leaf).next().is_some()
    }

    fn holds(&self, node: &Node) -> bool {
        match node {
            Node::Leaf(leaf) => self.has(*leaf),
            Node::Any(nodes) => nodes.iter().any(|node| self.holds(node)),
        }
    }

    /// Adds the places that make `node` hold.
    fn gather<'s>(&'s self, node: &Node, found: &mut Vec<&'s Sighting>) {
        match node {
            Node::Leaf(leaf) => found.extend(self.of(*leaf)),
            Node::Any(nodes) => nodes
                .iter()
                .filter(|node| self.holds(node))
                .for_each(|node| self.gather(node, found)),
        }
    }

    /// What `rule` makes of the article; `None` if it does not fire.
    pub(super) fn decide(&self, rule: &Rule) -> Option<Finding> {
        if !self.holds(&rule.need) || rule.veto.iter().any(|leaf| self.has(*leaf)) {
            return None;
        }
        let mut found = Vec::new();
        self.gather(&rule.need, &mut found);
        Some(Finding {
            watch: rule.watch.clone(),
            score: 1.0,
            threshold: 1.0,
            hits: self.hits(found),
        })
    }

    /// Title first, then by position; each place once per term.
    fn hits(&self, mut found: Vec<&Sighting>) -> Vec<Hit> {
        found.sort_unstable_by_key(|s| (s.field as u8, s.item, s.start, s.end, s.term));
        found.dedup();
        found.truncate(HITS_MAX);
        found.into_iter().filter_map(|s| self.hit(s)).collect()
    }

    fn hit(&self, s: &Sighting) -> Option<Hit> {
        let text = self.text.part(s.field, s.item)?.get(s.start..s.end)?;
        Some(Hit {
            term: self.lexicon.term(s.term)?.written.clone(),
            field: s.field,
            start: s.start,
            end: s.end,
            text: text.to_owned(),
            tolerance: s.used.names(),
        })
    }
}

/// The order of [`Field`] is the order of hits.
const _: () = assert!((Field::Title as u8) < (Field::Summary as u8));
