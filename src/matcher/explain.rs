//! Explains to the author of a watch why it fired on an article, or what it lacked.
use std::fmt::Write as _;

use super::article_matches::ArticleMatches;
use super::automaton::{FieldSet, TermMatch};
use super::near_misses;
use super::query_tokens::FIELD_NAMES;
use super::rule::{Leaf, Node, Rule, Weights};
use super::watch_reader;
use crate::domain::{Finding, Name};

/// Terms named in one sentence; of the others only the number is given.
const TERMS_NAMED: usize = 6;
/// Terms of one watch for which near misses are searched. The search is slow.
const CLOSE_CALLS_MAX: usize = 12;

/// The result of one watch on one article.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The name of the watch.
    pub watch: Name,
    /// The finding, if the watch fires.
    pub finding: Option<Finding>,
    /// The score, and the threshold it must reach. Without weights the score is 0 or 1 and the
    /// threshold 1.
    pub score: f64,
    pub threshold: f64,
    /// The points of each term; empty for a watch without weights.
    pub points: Vec<TermPoints>,
    /// Sentences without a full stop: first what was found, then what was missing.
    pub reasons: Vec<String>,
    /// The share of the condition that was fulfilled, 0 to 1. Lists are sorted by it, so that near
    /// misses come first.
    pub closeness: f64,
}

/// The points of one weighted term.
#[derive(Clone, Debug, PartialEq)]
pub struct TermPoints {
    /// As the user wrote it.
    pub term: String,
    /// The weight in the watchlist.
    pub weight: f64,
    /// Whether it was found in the title, where it counts more.
    pub in_title: bool,
    /// What it added to the score, with the factor for titles.
    pub points: f64,
}

/// Explains the result of `rule`.
pub(super) fn explain(matches: &ArticleMatches<'_>, rule: &Rule) -> Explanation {
    let finding = matches.decide(rule);
    let mut account = ExplanationWriter { matches, reasons: Vec::new(), close_calls_shown: 0 };
    let mut closeness = account.explain_condition(&rule.condition);
    let (mut score, mut threshold) = (f64::from(u8::from(matches.holds(&rule.condition))), 1.0);
    let mut points = Vec::new();
    if let Some(weights) = &rule.weights {
        threshold = weights.threshold;
        points = self::points(matches, weights);
        score = points.iter().map(|points| points.points).sum();
        account.reasons.push(arithmetic(&points, score, threshold));
        if score < threshold {
            account.explain_missing_weights(weights);
        }
        closeness = f64::midpoint(closeness, (score / threshold).clamp(0.0, 1.0));
    }
    if matches.holds(&rule.veto) {
        account.explain_veto(&rule.veto);
    }
    if !rule.accepts_language(matches.text.language) {
        let language = matches.text.language.unwrap_or_default();
        let wanted = rule.languages.join(", ");
        account.reasons.push(format!("the article is in `{language}`, the watch wants {wanted}"));
    }
    if !rule.accepts_source(matches.text.source) {
        let wanted = rule.sources.join(", ");
        account.reasons.push(format!(
            "the article is from `{}`, the watch wants {wanted}",
            matches.text.source
        ));
    }
    if finding.is_some() {
        closeness = 1.0;
    }
    let (watch, reasons) = (rule.watch.clone(), account.reasons);
    Explanation { watch, finding, score, threshold, points, reasons, closeness }
}

/// The points of each weighted term that was found.
fn points(matches: &ArticleMatches<'_>, weights: &Weights) -> Vec<TermPoints> {
    let points = matches.points(weights).into_iter();
    points
        .map(|(weighted_term, in_title, points)| TermPoints {
            term: weighted_term.written.clone(),
            weight: weighted_term.weight,
            in_title,
            points,
        })
        .collect()
}

/// The score as a sum of its points.
fn arithmetic(points: &[TermPoints], score: f64, threshold: f64) -> String {
    let verdict = if score < threshold { "under" } else { "at or over" };
    if points.is_empty() {
        return format!("score 0 is under the threshold {threshold}: no weighed term was found");
    }
    let mut sum = String::new();
    for (number, one) in points.iter().enumerate() {
        let sign = match (number, one.weight < 0.0) {
            (0, true) => "−",
            (0, false) => "",
            (_, true) => " − ",
            (_, false) => " + ",
        };
        // Writing to a string cannot fail.
        let _infallible = write!(sum, "{sign}`{}` {}", one.term, one.weight.abs());
        if one.in_title {
            let _infallible = write!(sum, " × {} in the title", one.points / one.weight);
        }
    }
    format!("score {score} is {verdict} the threshold {threshold}: {sum}")
}

/// Collects the sentences of an explanation.
struct ExplanationWriter<'a> {
    matches: &'a ArticleMatches<'a>,
    reasons: Vec<String>,
    close_calls_shown: usize,
}

impl ExplanationWriter<'_> {
    /// Says which parts of `node` were found and which were not. Gives the share that was
    /// fulfilled, 0 to 1.
    fn explain_condition(&mut self, node: &Node) -> f64 {
        if let Node::All(parts) = node {
            let shares: Vec<f64> = parts.iter().map(|part| self.explain_condition(part)).collect();
            let count = u32::try_from(shares.len()).unwrap_or(u32::MAX);
            return if count == 0 { 1.0 } else { shares.iter().sum::<f64>() / f64::from(count) };
        }
        if self.matches.holds(node) {
            self.explain_matches(node);
            return 1.0;
        }
        match node {
            Node::Not(part) => {
                self.explain_veto(part);
                0.5
            }
            Node::Near { left, right, words, ordered } => {
                let both = self.matches.holds(left) && self.matches.holds(right);
                if both {
                    let order = if *ordered { " in that order" } else { "" };
                    self.reasons.push(format!(
                        "{} and {} are both there, but not within {words} words of each other{order}",
                        self.description_of(left),
                        self.description_of(right)
                    ));
                    return 0.75;
                }
                self.explain_missing(node);
                f64::midpoint(self.satisfied_share(left), self.satisfied_share(right))
            }
            Node::Leaf(_)
            | Node::Lookup { .. }
            | Node::Any(_)
            | Node::Language(_)
            | Node::All(_) => {
                self.explain_missing(node);
                self.satisfied_share(node)
            }
        }
    }

    /// The share of `node` that is fulfilled, 0 to 1.
    fn satisfied_share(&self, node: &Node) -> f64 {
        if self.matches.holds(node) {
            return 1.0;
        }
        match node {
            Node::All(parts) => {
                let count = u32::try_from(parts.len()).unwrap_or(u32::MAX).max(1);
                parts.iter().map(|part| self.satisfied_share(part)).sum::<f64>() / f64::from(count)
            }
            Node::Any(parts) => {
                parts.iter().map(|part| self.satisfied_share(part)).fold(0.0, f64::max)
            }
            Node::Near { left, right, .. } => {
                f64::midpoint(self.satisfied_share(left), self.satisfied_share(right))
            }
            Node::Leaf(_) | Node::Lookup { .. } | Node::Not(_) | Node::Language(_) => 0.0,
        }
    }

    /// Says where the matches of a condition that holds are.
    fn explain_matches(&mut self, node: &Node) {
        match node {
            Node::Not(part) => {
                self.reasons.push(format!("nothing of {} is there", self.description_of(part)));
            }
            Node::Language(wanted) => self.reasons.push(format!("the language is `{wanted}`")),
            Node::Leaf(_)
            | Node::Lookup { .. }
            | Node::All(_)
            | Node::Any(_)
            | Node::Near { .. } => {
                let mut places = self.matches.collect_matches(node);
                places.sort_unstable_by_key(|s| (s.field as u8, s.item, s.start));
                let mut said: Vec<String> = Vec::new();
                for place in places {
                    let sentence = self.place(place);
                    if !said.contains(&sentence) && said.len() < TERMS_NAMED {
                        said.push(sentence);
                    }
                }
                self.reasons.extend(said);
            }
        }
    }

    /// For example: the title has “export controls” (`export control` by number).
    fn place(&self, s: &TermMatch) -> String {
        let part = self.matches.text.part(s.field, s.item).unwrap_or_default();
        let words = part.get(s.start..s.end).unwrap_or_default();
        let written = self.matches.lexicon.term(s.term).map_or("", |term| &term.written);
        match s.used.names() {
            Some(used) => format!("the {} has “{words}” (`{written}` by {used})", s.field),
            None if words == written => format!("the {} has “{words}”", s.field),
            None => format!("the {} has “{words}” (`{written}`)", s.field),
        }
    }

    /// Names what was found although the watch excludes it.
    fn explain_veto(&mut self, node: &Node) {
        let first =
            self.matches.collect_matches(node).into_iter().min_by_key(|s| (s.field as u8, s.start));
        self.reasons.push(match first {
            Some(s) => format!("{}, which the watch excludes", self.place(s)),
            None => format!("{} is there, which the watch excludes", self.description_of(node)),
        });
    }

    /// Names what was not found.
    fn explain_missing(&mut self, node: &Node) {
        self.reasons.push(match node {
            Node::Leaf(_) | Node::Near { .. } => {
                format!("{} is not there", self.description_of(node))
            }
            Node::Language(wanted) => match self.matches.text.language {
                Some(language) => format!("the language is `{language}`, not `{wanted}`"),
                None => format!("the language is unknown, not `{wanted}`"),
            },
            Node::Lookup { .. } | Node::All(_) | Node::Any(_) | Node::Not(_) => {
                format!("nothing of {} is there", self.description_of(node))
            }
        });
        self.explain_close_calls(node);
    }

    /// Looks for near misses of the weighted terms that would have added points.
    fn explain_missing_weights(&mut self, weights: &Weights) {
        let missing: Vec<&Node> = weights
            .weighted
            .iter()
            .filter(|weighted_term| {
                weighted_term.weight > 0.0 && !self.matches.holds(&weighted_term.node)
            })
            .map(|weighted_term| &weighted_term.node)
            .collect();
        for node in missing {
            self.explain_close_calls(node);
        }
    }

    /// Reports near misses: a term inside a longer word, in another spelling, or in another field.
    fn explain_close_calls(&mut self, node: &Node) {
        let mut leaves = Vec::new();
        all_leaves(node, &mut leaves);
        for leaf in leaves {
            if self.close_calls_shown >= CLOSE_CALLS_MAX {
                return;
            }
            self.close_calls_shown += 1;
            let Some(term) = self.matches.lexicon.term(leaf.term) else { continue };
            let mut parts =
                self.matches.text.parts().filter(|(field, _, _)| leaf.fields.has(*field));
            let call =
                parts.find_map(|(field, _, part)| near_misses::close_call(term, field, part));
            let elsewhere = || near_misses::match_in_other_field(self.matches.text, term, leaf);
            self.reasons.extend(call.or_else(elsewhere));
        }
    }

    /// A condition in the language of queries.
    fn description_of(&self, node: &Node) -> String {
        match node {
            Node::Leaf(leaf) => format!("`{}`", self.term_text(*leaf)),
            Node::Lookup { .. } | Node::Any(_) => {
                let mut leaves = Vec::new();
                all_leaves(node, &mut leaves);
                let mut names: Vec<String> = leaves
                    .iter()
                    .take(TERMS_NAMED)
                    .map(|leaf| format!("`{}`", self.term_text(*leaf)))
                    .collect();
                if leaves.len() > TERMS_NAMED {
                    names.push(format!("{} more", leaves.len() - TERMS_NAMED));
                }
                format!("({})", names.join(", "))
            }
            Node::All(parts) => {
                let names: Vec<String> =
                    parts.iter().map(|part| self.description_of(part)).collect();
                format!("({})", names.join(" AND "))
            }
            Node::Not(part) => format!("NOT {}", self.description_of(part)),
            Node::Near { left, right, words, ordered } => {
                let near = if *ordered { "ONEAR" } else { "NEAR" };
                format!(
                    "({} {near}/{words} {})",
                    self.description_of(left),
                    self.description_of(right)
                )
            }
            Node::Language(wanted) => format!("`lang:{wanted}`"),
        }
    }

    /// A term as it is written, with its field.
    fn term_text(&self, leaf: Leaf) -> String {
        let written = self.matches.lexicon.term(leaf.term).map_or("", |term| &term.written);
        let field = FIELD_NAMES.into_iter().find(|name| {
            leaf.fields != FieldSet::TEXT && watch_reader::fields(name) == leaf.fields
        });
        field.map_or_else(|| written.to_owned(), |field| format!("{field}:{written}"))
    }
}

/// All terms of a condition, without those under a NOT.
fn all_leaves(node: &Node, found: &mut Vec<Leaf>) {
    match node {
        Node::Leaf(leaf) => found.push(*leaf),
        Node::Lookup { terms, fields } => {
            found.extend(terms.iter().map(|term| Leaf { term: *term, fields: *fields }));
        }
        Node::All(parts) | Node::Any(parts) => {
            for part in parts {
                all_leaves(part, found);
            }
        }
        Node::Near { left, right, .. } => {
            all_leaves(left, found);
            all_leaves(right, found);
        }
        Node::Not(_) | Node::Language(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ArticleText, Matcher};
    use super::*;
    use crate::domain::{Severity, SourceSpan, Spanned, StoryRules, Terms, Watch, WeightedTerm};

    fn reasons(terms: Terms, text: &ArticleText<'_>) -> Vec<String> {
        let watch = Watch {
            name: Name::new("w"),
            title: String::new(),
            severity: Severity::Normal,
            notify: Vec::new(),
            terms,
            story_rules: StoryRules::default(),
            at: SourceSpan::default(),
        };
        let (matcher, _) = Matcher::compile(&[watch]).unwrap();
        matcher.explain(text).remove(0).reasons
    }

    fn query(text: &str) -> Terms {
        Terms { query: Some(Spanned::without_place(text)), ..Terms::default() }
    }

    #[test]
    fn a_watch_that_fired_says_by_which_words() {
        let text = ArticleText {
            title: "Japan weighs steps",
            content: "New export\u{2011}controls on chips.",
            ..ArticleText::default()
        };
        assert_eq!(
            reasons(query("\"export control\" AND (Japan OR 日本)"), &text),
            [
                "the content has “export\u{2011}controls” (`export control` by hyphen+number)",
                "the title has “Japan”",
            ]
        );
    }

    #[test]
    fn a_watch_that_did_not_fire_names_its_nearest_miss() {
        let text = ArticleText {
            title: "Japan weighs steps",
            content: "gsomia",
            ..ArticleText::default()
        };
        assert_eq!(
            reasons(query("(\"export control\" OR 輸出規制) AND Japan"), &text),
            ["nothing of (`export control`, `輸出規制`) is there", "the title has “Japan”",]
        );
        assert_eq!(
            reasons(query("=GSOMIA"), &text),
            [
                "`=GSOMIA` is not there",
                "`=GSOMIA` wants another spelling than the content's “gsomia”",
            ]
        );
        let text =
            ArticleText {
                title: "Rockstars", content: "감사드린다", ..ArticleText::default()
            };
        assert_eq!(
            reasons(query("star OR 사드"), &text),
            [
                "nothing of (`star`, `사드`) is there",
                "`star` stands in the title only as a part of “Rockstars”",
                "`사드` stands in the content only as a part of “감사드린다”",
            ]
        );
        let text = ArticleText { content: "Japan a b c d e f export", ..ArticleText::default() };
        assert_eq!(
            reasons(query("Japan NEAR/2 export"), &text),
            ["`Japan` and `export` are both there, but not within 2 words of each other",]
        );
        assert_eq!(
            reasons(query("title:Japan"), &text),
            [
                "`title:Japan` is not there",
                "`Japan` stands in the content, where it is not asked for",
            ]
        );
        assert_eq!(
            reasons(query("Japan NOT export"), &text),
            ["the content has “Japan”", "the content has “export”, which the watch excludes",]
        );
    }

    #[test]
    fn a_score_is_shown_as_a_sum() {
        let weigh = [("Cobra Gold", 10.0), ("troops", 3.0), ("gold price", -8.0)];
        let terms = Terms {
            weighted: weigh
                .map(|(term, weight)| WeightedTerm { term: Spanned::without_place(term), weight })
                .into(),
            threshold: Some(10.0),
            ..Terms::default()
        };
        let text = ArticleText {
            title: "Troops",
            content: "Cobra Gold, gold price",
            ..ArticleText::default()
        };
        assert_eq!(
            reasons(terms, &text),
            ["score 8 is under the threshold 10: `Cobra Gold` 10 + `troops` 3 × 2 in the title − \
             `gold price` 8",]
        );
    }

    #[test]
    fn filters_that_kept_a_watch_silent_are_named() {
        let terms = Terms {
            any: vec![Spanned::without_place("Japan")],
            languages: vec![Spanned::without_place("ko")],
            sources: vec![Spanned::without_place("wire-*")],
            ..Terms::default()
        };
        let text = ArticleText {
            title: "Japan",
            source: "blog",
            language: Some("en"),
            ..ArticleText::default()
        };
        assert_eq!(
            reasons(terms, &text),
            [
                "the title has “Japan”",
                "the article is in `en`, the watch wants ko",
                "the article is from `blog`, the watch wants wire-*",
            ]
        );
    }
}
