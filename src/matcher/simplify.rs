//! Brings a rule into a form that can be evaluated: NEAR is distributed over what is in its
//! parentheses, needless nesting is removed, and long lists become one lookup.
use super::automaton::{FieldSet, TermId};
use super::rule::{Leaf, Node};

/// From this many terms on a list is a lookup: one binary search for each term of the article
/// instead of one for each term of the list.
const LOOKUP_MIN: usize = 8;

/// The distance a NEAR allows, in words, and whether the order matters.
#[derive(Clone, Copy)]
pub(super) struct NearLimit {
    pub(super) words: u32,
    pub(super) ordered: bool,
}

/// What is wrong, and what to do.
type Misuse = (&'static str, &'static str);

impl NearLimit {
    /// Distributes a NEAR over its two sides. `(a AND b) NEAR c` means that `a` and `b` are each
    /// near `c`; a NOT inside means that its term is nowhere in the article. `budget` counts the
    /// NEARs that come out, because they multiply.
    pub(super) fn distribute(
        self,
        left: &Node,
        right: &Node,
        budget: &mut usize,
    ) -> Result<Node, Misuse> {
        if *budget == 0 {
            return Err((
                "this NEAR has too much in its parentheses",
                "split the query, or join fewer terms by AND inside it",
            ));
        }
        *budget -= 1;
        if let Some(node) =
            distribute_over(left, budget, |part, budget| self.distribute(part, right, budget))
        {
            return node;
        }
        if let Some(node) =
            distribute_over(right, budget, |part, budget| self.distribute(left, part, budget))
        {
            return node;
        }
        let language = |node: &Node| matches!(node, Node::Language(_));
        if language(left) || language(right) {
            return Err(("a language stands beside no word", "join `lang:` with AND"));
        }
        let Self { words, ordered } = self;
        Ok(Node::Near { left: left.clone().into(), right: right.clone().into(), words, ordered })
    }
}

/// Distributes over the parts of one side, if that side joins parts by AND or NOT. `None` if it
/// can be evaluated as it is.
fn distribute_over(
    side: &Node,
    budget: &mut usize,
    mut each: impl FnMut(&Node, &mut usize) -> Result<Node, Misuse>,
) -> Option<Result<Node, Misuse>> {
    const LONE_NOT: Misuse =
        ("NOT stands alone beside NEAR", "exclude outside: (a NEAR b) AND NOT c");
    match side {
        Node::Not(_) => Some(Err(LONE_NOT)),
        Node::All(parts) => Some(if parts.iter().all(|part| matches!(part, Node::Not(_))) {
            Err(LONE_NOT)
        } else {
            parts
                .iter()
                .map(|part| match part {
                    Node::Not(_) => Ok(part.clone()),
                    Node::Leaf(_)
                    | Node::Lookup { .. }
                    | Node::All(_)
                    | Node::Any(_)
                    | Node::Near { .. }
                    | Node::Language(_) => each(part, budget),
                })
                .collect::<Result<_, _>>()
                .map(Node::All)
        }),
        Node::Any(parts) if parts.iter().any(Node::joins) => Some(
            parts.iter().map(|part| each(part, budget)).collect::<Result<_, _>>().map(Node::Any),
        ),
        Node::Any(_)
        | Node::Leaf(_)
        | Node::Lookup { .. }
        | Node::Near { .. }
        | Node::Language(_) => None,
    }
}

/// Removes groups of a single part, and makes one lookup of the terms of an OR that are searched
/// in the same fields.
pub(super) fn simplify(node: Node) -> Node {
    match node {
        Node::All(parts) => one_or(parts.into_iter().map(simplify).collect(), Node::All),
        Node::Any(parts) => {
            let mut rest = Vec::new();
            let mut groups: Vec<(FieldSet, Vec<TermId>)> = Vec::new();
            for part in parts.into_iter().map(simplify) {
                let (fields, terms) = match &part {
                    Node::Leaf(leaf) => (leaf.fields, std::slice::from_ref(&leaf.term)),
                    Node::Lookup { terms, fields } if terms.len() < LOOKUP_MIN => {
                        (*fields, &**terms)
                    }
                    Node::Lookup { .. }
                    | Node::All(_)
                    | Node::Any(_)
                    | Node::Not(_)
                    | Node::Near { .. }
                    | Node::Language(_) => {
                        rest.push(part);
                        continue;
                    }
                };
                match groups.iter_mut().find(|(known, _)| *known == fields) {
                    Some((_, all)) => all.extend(terms),
                    None => groups.push((fields, terms.to_vec())),
                }
            }
            for (fields, mut terms) in groups {
                if terms.len() < LOOKUP_MIN {
                    rest.extend(terms.into_iter().map(|term| Node::Leaf(Leaf { term, fields })));
                } else {
                    terms.sort_unstable();
                    terms.dedup();
                    rest.push(Node::Lookup { terms: terms.into(), fields });
                }
            }
            one_or(rest, Node::Any)
        }
        Node::Not(part) => Node::Not(Box::new(simplify(*part))),
        Node::Near { left, right, words, ordered } => Node::Near {
            left: simplify(*left).into(),
            right: simplify(*right).into(),
            words,
            ordered,
        },
        Node::Leaf(_) | Node::Lookup { .. } | Node::Language(_) => node,
    }
}

/// A group of one part is that part.
fn one_or(mut parts: Vec<Node>, many: impl Fn(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}
