//! Decides whether a rule fires on an article, and with which hits.
use super::article_matches::ArticleMatches;
use super::automaton::TermMatch;
use super::proximity;
use super::rule::{Node, Rule, TermWeight, Weights, is_language};
use crate::domain::{Field, Finding, Hit};

/// Hits reported with one finding. More of them explain nothing more to a reader.
const HITS_MAX: usize = 256;
/// Tolerance of the comparison with the threshold. Weights are written as decimal fractions, and
/// as binary fractions 0.1 and 0.2 do not quite reach 0.3.
const SCORE_SLACK: f64 = 1e-9;

impl<'a> ArticleMatches<'a> {
    /// Whether a condition holds for this article.
    pub(super) fn holds(&self, node: &Node) -> bool {
        match node {
            Node::Leaf(leaf) => self.matches_of(*leaf).next().is_some(),
            Node::Lookup { terms, fields } => self.matches_of_any(terms, *fields).next().is_some(),
            Node::All(nodes) => nodes.iter().all(|node| self.holds(node)),
            Node::Any(nodes) => nodes.iter().any(|node| self.holds(node)),
            Node::Not(node) => !self.holds(node),
            Node::Near { .. } => !proximity::spans(self, node).is_empty(),
            Node::Language(wanted) => {
                self.text.language.is_some_and(|language| is_language(language, wanted))
            }
        }
    }

    /// The matches that make `node` hold, which are shown as hits. A NOT and a language have no
    /// place in the text.
    pub(super) fn collect_matches(&self, node: &Node) -> Vec<&'a TermMatch> {
        match node {
            Node::Leaf(leaf) => self.matches_of(*leaf).collect(),
            Node::Lookup { terms, fields } => self.matches_of_any(terms, *fields).collect(),
            Node::All(nodes) => nodes.iter().flat_map(|node| self.collect_matches(node)).collect(),
            Node::Any(nodes) => nodes
                .iter()
                .filter(|node| self.holds(node))
                .flat_map(|node| self.collect_matches(node))
                .collect(),
            Node::Near { left, right, .. } => {
                let spans = proximity::spans(self, node);
                let all = [self.collect_matches(left), self.collect_matches(right)].concat();
                proximity::within(all, &spans)
            }
            Node::Not(_) | Node::Language(_) => Vec::new(),
        }
    }

    /// Each weighted term that was found: whether it is in the title, and its points. A term
    /// counts once, however often it is found, so that a long article does not fire by its length.
    pub(super) fn points<'s>(&self, weights: &'s Weights) -> Vec<(&'s TermWeight, bool, f64)> {
        weights
            .weighted
            .iter()
            .filter(|weighted_term| self.holds(&weighted_term.node))
            .map(|weighted_term| {
                let in_title = self
                    .collect_matches(&weighted_term.node)
                    .iter()
                    .any(|s| s.field == Field::Title);
                let factor = if in_title { weights.title_factor } else { 1.0 };
                (weighted_term, in_title, weighted_term.weight * factor)
            })
            .collect()
    }

    /// The finding of `rule` on this article; `None` if it does not fire. The cheap tests come
    /// first.
    pub(super) fn decide(&self, rule: &Rule) -> Option<Finding> {
        if !rule.accepts_language(self.text.language) || !rule.accepts_source(self.text.source) {
            return None;
        }
        if !self.holds(&rule.condition) || self.holds(&rule.veto) {
            return None;
        }
        let mut found = self.collect_matches(&rule.condition);
        let (mut score, mut threshold) = (1.0, 1.0);
        if let Some(weights) = &rule.weights {
            let points = self.points(weights);
            score = points.iter().map(|(_, _, points)| points).sum();
            threshold = weights.threshold;
            if score + SCORE_SLACK < threshold {
                return None;
            }
            for (weighted_term, _, points) in points {
                if points > 0.0 {
                    found.extend(self.collect_matches(&weighted_term.node));
                }
            }
        }
        Some(Finding { watch: rule.watch.clone(), score, threshold, hits: self.hits(found) })
    }

    /// The hits in the order a reader is shown them: by field, title first, then by position. A
    /// place is given once for each term.
    pub(super) fn hits(&self, mut found: Vec<&TermMatch>) -> Vec<Hit> {
        found.sort_unstable_by_key(|s| (s.field as u8, s.item, s.start, s.end, s.term));
        found.dedup();
        found.truncate(HITS_MAX);
        found.into_iter().filter_map(|s| self.hit(s)).collect()
    }

    /// One match as it is reported, with the words of the original text.
    fn hit(&self, s: &TermMatch) -> Option<Hit> {
        let text = self.text.part(s.field, s.item)?.get(s.start..s.end)?;
        Some(Hit {
            term: self.lexicon.term(s.term)?.written.clone(),
            field: s.field,
            start: s.start,
            end: s.end,
            text: text.to_owned(),
            tolerance: s.used.names(),
            element: None,
        })
    }
}

/// `hits` sorts by the number of the field, so the title must come first there.
const _: () = assert!((Field::Title as u8) < (Field::Summary as u8));

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{ArticleText, Matcher};
    use super::*;
    use crate::domain::{
        Diagnostic, DiagnosticSeverity, Name, Severity, SourceSpan, Spanned, StoryRules, TermSet,
        Terms, Watch, WeightedTerm,
    };

    fn watch(terms: Terms) -> Watch {
        Watch {
            name: Name::new("w"),
            title: String::new(),
            severity: Severity::Normal,
            notify: Vec::new(),
            terms,
            story_rules: StoryRules::default(),
            at: SourceSpan::default(),
        }
    }

    fn written(list: &[&str]) -> Vec<Spanned> {
        list.iter().map(|text| Spanned::without_place(text)).collect()
    }

    fn query(text: &str) -> Terms {
        Terms { query: Some(Spanned::without_place(text)), ..Terms::default() }
    }

    fn find(terms: Terms, text: &ArticleText<'_>) -> Option<Finding> {
        let (matcher, _) = Matcher::compile(&[watch(terms)]).unwrap();
        matcher.find(text).pop()
    }

    /// Whether a query fires on a body.
    fn fires(text: &str, content: &str) -> bool {
        find(query(text), &ArticleText { content, ..ArticleText::default() }).is_some()
    }

    fn diagnostics(terms: Terms) -> Vec<Diagnostic> {
        Matcher::compile(&[watch(terms)]).map_or_else(|errors| errors, |(_, warnings)| warnings)
    }

    #[test]
    fn and_or_not_bind_as_in_search_engines() {
        assert!(fires("Japan AND Korea", "Korea and Japan"));
        assert!(fires("Japan Korea", "Korea and Japan"));
        assert!(!fires("Japan Korea", "Japan"));
        assert!(fires("Japan OR Korea AND China", "Japan"));
        assert!(!fires("(Japan OR Korea) AND China", "Japan"));
        assert!(fires("Japan NOT Korea", "Japan"));
        assert!(!fires("Japan AND NOT Korea", "Japan, Korea"));
        assert!(fires("NOT NOT Japan", "Japan"));
        assert!(fires("Japan NOT (Korea AND China)", "Japan, Korea"));
        assert!(fires("“export control” （Japan OR 日本）", "export controls, 日本"));
    }

    #[test]
    fn marks_combine_with_every_operator() {
        assert!(fires("sanction* NEAR/2 =GSOMIA", "sanctioned by GSOMIA"));
        assert!(!fires("sanction* NEAR/2 =GSOMIA", "sanctioned by gsomia"));
        assert!(fires("=\"Export Control\" OR x*", "Export Control"));
        assert!(!fires("=\"Export Control\"", "export control"));
        assert!(fires("\"export contr\"*", "export controller"));
        assert!(fires("title:(a1 OR b1) OR body:(c1* NEAR =D1)", "c12 x D1"));
    }

    #[test]
    fn near_counts_the_words_between_within_one_field() {
        assert!(fires("Japan NEAR/2 export", "export of the Japan"));
        assert!(!fires("Japan NEAR/2 export", "Japan one two three export"));
        assert!(fires("Japan NEAR/3 export", "Japan one two three export"));
        assert!(fires("Japan NEAR/0 export", "Japan export"));
        assert!(fires("Japan ONEAR/2 export", "Japan will export"));
        assert!(!fires("Japan ONEAR/2 export", "export to Japan"));
        assert!(fires("輸出 NEAR/2 半導体", "輸出された半導体"));
        assert!(!fires("Korea NEAR \"South Korea\"", "South Korea"));
        let text = ArticleText { title: "Japan", content: "export", ..ArticleText::default() };
        assert!(find(query("Japan NEAR/9 export"), &text).is_none());
    }

    #[test]
    fn near_spreads_over_what_stands_in_parentheses() {
        assert!(fires("(Japan OR Korea) NEAR/1 (export OR import)", "Korea will import"));
        assert!(fires("(Japan AND Korea) NEAR/2 export", "Japan and Korea export"));
        assert!(!fires("(Japan AND Korea) NEAR/1 export", "Japan a b c export Korea"));
        assert!(!fires("(Japan NOT Korea) NEAR/1 export", "Japan export. Korea"));
        // The nearer of two must not hide the one that reaches on.
        assert!(fires("a1 NEAR/4 b1 NEAR/1 c1", "a1 b1 x x b1 x c1"));
    }

    #[test]
    fn near_reports_only_the_places_that_are_near() {
        let text =
            ArticleText { content: "Japan a b c d e f Japan export", ..ArticleText::default() };
        let finding = find(query("Japan NEAR/1 export"), &text).unwrap();
        let starts: Vec<_> = finding.hits.iter().map(|hit| hit.start).collect();
        assert_eq!(starts, [18, 24]);
    }

    #[test]
    fn fields_look_where_they_say() {
        let (authors, tags) = (["Jane Doe".to_owned()], ["Politics".to_owned()]);
        let text = ArticleText {
            title: "alpha",
            summary: "beta",
            content: "gamma",
            url: "https://news.example/sport/delta-1.html",
            authors: &authors,
            tags: &tags,
            source: "yonhap-en",
            language: Some("ko-KR"),
        };
        for yes in [
            "title:alpha",
            "body:beta",
            "body:gamma",
            "url:sport",
            "url:\"news.example\"",
            "author:\"jane doe\"",
            "tag:politics",
            "source:yonhap",
            "lang:ko",
            "lang:(ja OR ko) AND alpha",
            "alpha AND beta AND gamma",
            "title:(x1 OR alpha) NOT title:gamma",
        ] {
            assert!(find(query(yes), &text).is_some(), "{yes}");
        }
        for no in ["title:beta", "body:alpha", "sport", "jane", "lang:en", "lang:k", "tag:jane"] {
            assert!(find(query(no), &text).is_none(), "{no}");
        }
        let hits = find(query("author:jane AND tag:politics"), &text).unwrap().hits;
        assert_eq!(
            hits.iter().map(|hit| hit.field).collect::<Vec<_>>(),
            [Field::Author, Field::Tag]
        );
        let listed = Terms { any: written(&["title:gamma", "url:delta"]), ..Terms::default() };
        assert_eq!(find(listed, &text).unwrap().hits.len(), 1);
    }

    #[test]
    fn sets_are_shared_and_may_hold_sets() {
        let set = |name: &str, any: &[&str]| TermSet {
            name: Name::new(name),
            any: written(any),
            at: SourceSpan::default(),
        };
        let sets: Arc<[TermSet]> =
            [set("drills", &["Cobra Gold", "@more"]), set("more", &["Foal Eagle"])].into();
        let with = |terms: Terms| Terms { sets: Arc::clone(&sets), ..terms };
        let text = ArticleText { title: "Foal Eagle begins in Korea", ..ArticleText::default() };
        assert!(find(with(query("@drills AND Korea")), &text).is_some());
        assert!(find(with(query("@drills NEAR/1 Korea")), &text).is_none());
        assert!(find(with(query("title:@drills NEAR/2 Korea")), &text).is_some());
        let listed = Terms { any: written(&["@drills"]), ..Terms::default() };
        assert_eq!(find(with(listed), &text).unwrap().hits[0].term, "Foal Eagle");
        let wrong = diagnostics(with(query("@drils")));
        assert!(wrong[0].help.contains("@drills"), "{wrong:?}");
        let own: Arc<[TermSet]> = [set("a", &["@a"])].into();
        let round = diagnostics(Terms { sets: own, ..query("@a") });
        assert!(round[0].problem.contains("holds itself"), "{round:?}");
    }

    fn weighed(list: &[(&str, f64)], threshold: f64) -> Terms {
        let weigh = list
            .iter()
            .map(|(term, weight)| WeightedTerm {
                term: Spanned::without_place(term),
                weight: *weight,
            })
            .collect();
        Terms { weighted: weigh, threshold: Some(threshold), ..Terms::default() }
    }

    #[test]
    fn weights_count_each_term_once_and_titles_double() {
        let list = [
            ("Cobra Gold", 10.0),
            ("joint exercise", 4.0),
            ("Thailand", 3.0),
            ("troops", 3.0),
            ("gold price", -8.0),
        ];
        let score = |title: &str, content: &str| {
            let text = ArticleText { title, content, ..ArticleText::default() };
            find(weighed(&list, 10.0), &text).map(|finding| finding.score)
        };
        assert_eq!(score("", "Cobra Gold"), Some(10.0));
        assert_eq!(score("", "joint exercises in Thailand: troops"), Some(10.0));
        assert_eq!(score("", "Thailand Thailand Thailand, troops"), None);
        assert_eq!(score("joint exercise", "Thailand"), Some(11.0));
        assert_eq!(score("", "Cobra Gold and the gold price"), None);
        assert_eq!(score("Cobra Gold", "gold price"), Some(12.0));
        let tenths = [("a1", 0.1), ("b1", 0.2)];
        let text = ArticleText { content: "a1 b1", ..ArticleText::default() };
        assert!(find(weighed(&tenths, 0.3), &text).is_some());
    }

    #[test]
    fn every_condition_written_must_hold() {
        let terms = || Terms {
            any: written(&["Japan", "Korea"]),
            all: written(&["export"]),
            none: written(&["crossword"]),
            query: Some(Spanned::without_place("control OR curb")),
            languages: written(&["en"]),
            sources: written(&["wire-*"]),
            ..weighed(&[("tariff", 1.0)], 1.0)
        };
        let fires = |content: &str, language: Option<&str>, source: &str| {
            find(terms(), &ArticleText { content, source, language, ..ArticleText::default() })
                .is_some()
        };
        assert!(fires("Japan export curbs tariff", Some("en-GB"), "wire-1"));
        assert!(fires("Japan export curbs tariff", None, "wire-1"));
        assert!(!fires("Japan export curbs tariff", Some("de"), "wire-1"));
        assert!(!fires("Japan export curbs tariff", Some("en"), "blog"));
        assert!(!fires("export curbs tariff", Some("en"), "wire-1"));
        assert!(!fires("Japan curbs tariff", Some("en"), "wire-1"));
        assert!(!fires("Japan export tariff", Some("en"), "wire-1"));
        assert!(!fires("Japan export curbs", Some("en"), "wire-1"));
        assert!(!fires("Japan export curbs tariff crossword", Some("en"), "wire-1"));
    }

    #[test]
    fn faults_point_into_the_query_and_say_what_was_expected() {
        for (text, span, word) in [
            ("Japan AND", 9..9, "after `AND`"),
            ("Japan AND OR Korea", 10..12, "after `AND`, found `OR`"),
            ("(Japan OR Korea", 0..1, "never closed"),
            ("Japan)", 5..6, "closes nothing"),
            ("\"export control", 0..1, "never closed"),
            ("titel:Japan", 0..6, "no field `titel:`"),
            ("Japan NEAR/x Korea", 6..12, "expected a number"),
            ("Japan near/3 Korea", 6..12, "small letters"),
            ("Japan or Korea", 6..8, "small letters"),
            ("not Japan", 0..3, "small letters"),
            ("Japan NEAR/999 Korea", 6..14, "expected a number up to"),
            ("Japan && Korea", 6..8, "found `&&`"),
            ("Japan -Korea", 6..12, "not understood"),
            ("()", 0..1, "nothing stands between"),
            ("", 0..0, "empty"),
            ("NOT Japan", 0..9, "lacks something"),
            ("Japan OR NOT Korea", 0..18, "lacks something"),
            ("Japan NEAR (NOT Korea)", 6..10, "NOT stands alone"),
            ("Japan AND (?i)korea", 10..12, "regular expressions"),
            ("Japan AND ko*rea", 10..16, "does not end a word"),
            ("Japan AND @nothing", 10..18, "no set"),
            ("Japan AND NOT Japan", 0..5, "never hold"),
            ("\"South Korea\" NOT Korea", 0..13, "never hold"),
        ] {
            let found = diagnostics(query(text));
            let first = found.iter().find(|c| c.severity == DiagnosticSeverity::Error).expect(text);
            assert!(first.problem.contains(word), "{text}: {}", first.problem);
            assert_eq!(first.at.as_ref().unwrap().span, span, "{text}: {}", first.problem);
            assert!(!first.help.is_empty());
        }
    }

    #[test]
    fn a_million_terms_are_refused_with_a_reason() {
        let any = (0..260_000).map(|n| Spanned::without_place(&format!("term{n}"))).collect();
        let found = diagnostics(Terms { any, ..Terms::default() });
        assert!(found[0].problem.contains("different terms"), "{}", found[0].problem);
    }

    #[test]
    fn a_fault_behind_a_field_points_behind_it() {
        let terms = Terms { any: written(&["title:(?i)x"]), ..Terms::default() };
        assert_eq!(diagnostics(terms)[0].at.as_ref().unwrap().span, 6..11);
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let terms = Terms { any: written(&["(?i)x", "*y"]), ..query("titel:a AND foo:b") };
        assert_eq!(diagnostics(terms).len(), 4);
    }

    #[test]
    fn weights_that_cannot_work_are_refused() {
        let none = Terms { threshold: None, ..weighed(&[("tariff", 1.0)], 1.0) };
        for (terms, word) in [
            (weighed(&[("tariff", 1.0)], 10.0), "can never fire"),
            (weighed(&[("tariff", 1.0)], 0.0), "every article"),
            (weighed(&[("tariff", 0.0)], 1.0), "weighs 0"),
            (weighed(&[("tariff", f64::NAN)], 1.0), "weighs NaN"),
            (none, "no threshold"),
            (Terms { threshold: Some(1.0), ..query("a1") }, "weighs no terms"),
        ] {
            let found = diagnostics(terms);
            assert!(found.iter().any(|c| c.problem.contains(word)), "{word}: {found:?}");
        }
    }

    #[test]
    fn pathological_watches_are_bounded() {
        let deep = format!("{}a1{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(diagnostics(query(&deep))[0].problem.contains("levels"));
        let fields = format!("{}a1", "title:".repeat(10_000));
        assert!(diagnostics(query(&fields))[0].problem.contains("levels"));
        let nots = format!("{}tariff", "NOT ".repeat(10_000));
        assert_eq!(diagnostics(query(&nots)), []);
        let wide: Vec<_> = (0..10_000).map(|n| format!("word{n}")).collect();
        assert!(fires(&wide.join(" OR "), "x word9999 y"));
        assert!(diagnostics(query(&wide.join(" NEAR ")))[0].problem.contains("in a row"));
        let row = vec!["w1x"; 60].join(" NEAR ");
        let tower = (0..60).fold(row.clone(), |inner, _| format!("({inner}) NEAR {row}"));
        assert!(diagnostics(query(&tower))[0].problem.contains("levels deep"));
        let long = "a".repeat(100_000);
        assert!(diagnostics(query(&long))[0].problem.contains("bytes"));
        let all: Vec<_> = (0..400).map(|n| format!("term{n}")).collect();
        let group = format!("({})", all.join(" AND "));
        let blown = format!("{group} NEAR {group} NEAR {group}");
        let product = ["(termx termy termz)"; 9].join(" NEAR ");
        assert!(diagnostics(query(&product)).iter().any(|c| c.problem.contains("too much")));
        assert!(diagnostics(query(&blown)).iter().any(|c| c.problem.contains("too much")));
    }

    #[test]
    fn a_text_built_to_hit_everywhere_ends() {
        let content = "a1 b1 ".repeat(20_000);
        assert!(fires("a1 NEAR/50 b1 NEAR/50 a1 NEAR/50 b1", &content));
    }
}
