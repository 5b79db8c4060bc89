//! Decides which watches fire on an article, and says why. In: the watchlist and the texts of an
//! article. Out: findings.
//!
//! The way through the files. When the watchlist is compiled: `watch_reader` reads each watch
//! (`query_reader` with `query_tokens` and `query` its query, `term` each term, `weights` its weights, `term_sets` its
//! shared sets), `simplify` brings its rule into the form that is evaluated, `automaton` joins the
//! terms of all watches (`spellings` adds the other ways to write a term, from `word_forms` its
//! inflected forms), `lint` looks for mistakes, and `compile` notes which rules depend on which
//! terms. For each article: `scan` finds the terms in one pass (`prefilter` and `letter_filter` say
//! where a term may begin, `article_language` and `function_words` in which language the article
//! is, `automaton_walk` searches there, `word_edges` and `joined_words` judge
//! the edges of what was found, `letters`, `capitals` and `number_edges` what folding took away),
//! `evaluate` decides the rules, `explain` and `snippet` tell the reader.
//!
//! Nothing here does input or output, and all of it may be used from several threads.
mod article_language;
mod article_matches;
mod article_text;
mod automaton;
mod automaton_walk;
mod bit_set;
mod capitals;
mod characters;
mod compile;
mod english_number;
mod evaluate;
mod explain;
mod folded_match;
mod function_words;
mod han_variants;
mod joined_words;
mod kana;
mod key_kinds;
mod korean;
mod language;
mod language_set;
mod letter_filter;
mod letters;
mod lint;
mod near_misses;
mod normalise;
mod number_edges;
mod optional_punctuation;
mod prefilter;
mod proximity;
mod query;
mod query_reader;
mod query_tokens;
mod rest_of_word;
mod rule;
mod scan;
mod simplify;
mod snippet;
mod spellings;
mod term;
mod term_listing;
mod term_sets;
mod text_scan;
mod tolerances;
mod unspaced_edges;
mod watch_reader;
mod watchlist_words;
mod weights;
mod word_counter;
mod word_edges;
mod word_forms;
mod word_key;

pub use article_text::ArticleText;
pub use explain::{Explanation, TermPoints};
pub use term_listing::{ListedForms, ListedSpelling, TermListing};

use article_matches::ArticleMatches;
use compile::CompiledWatchlist;

use crate::domain::{Diagnostic, Finding, Snippet, Watch};

/// How large a compiled watchlist is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Watches in the watchlist.
    pub watches: usize,
    /// Distinct terms of all watches.
    pub terms: usize,
    /// Estimated memory in bytes, right to a few per cent.
    pub bytes: usize,
}

/// A compiled watchlist.
#[derive(Debug)]
pub struct Matcher(CompiledWatchlist);

impl Matcher {
    /// Compiles all watches. Every problem is reported at once, not only the first, so that a user
    /// can correct them together. Warnings come with the matcher.
    pub fn compile(watches: &[Watch]) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        compile::compile(watches).map(|(watchlist, warnings)| (Self(watchlist), warnings))
    }

    /// How large the compiled watchlist is.
    pub fn size(&self) -> Size {
        Size {
            watches: self.0.rules.len(),
            terms: self.0.terms.len(),
            bytes: self.0.terms.bytes() + self.0.dependents.bytes(),
        }
    }

    /// What each term became when it was compiled, in the order of the watchlist.
    pub fn terms(&self) -> impl Iterator<Item = TermListing> {
        self.0.terms.listing()
    }

    /// The names of the watches, in the order of the watchlist.
    pub fn watches(&self) -> impl Iterator<Item = &crate::domain::Name> {
        self.0.rules.iter().map(|rule| &rule.watch)
    }

    /// The watches that fire on `text`, in the order of the watchlist.
    ///
    /// Only the watches that depend on a term of the article are evaluated, so that the time does
    /// not grow with the number of watches.
    pub fn find(&self, text: &ArticleText<'_>) -> Vec<Finding> {
        let found = self.0.terms.find_in_article(text);
        let matches = ArticleMatches::new(&self.0.terms, text, &found);
        self.0
            .dependents
            .candidates(matches.by_term().map(|(term, _)| term))
            .into_iter()
            .filter_map(|number| self.0.rules.get(number as usize))
            .filter_map(|rule| matches.decide(rule))
            .collect()
    }

    /// For every watch, in the order of the watchlist: why it fires on `text`, or what is missing.
    pub fn explain(&self, text: &ArticleText<'_>) -> Vec<Explanation> {
        let found = self.0.terms.find_in_article(text);
        let matches = ArticleMatches::new(&self.0.terms, text, &found);
        self.0.rules.iter().map(|rule| explain::explain(&matches, rule)).collect()
    }
}

/// Cuts a snippet of about 300 characters out of `text` that shows the hits of `finding`, with
/// their places marked.
pub fn snippet(text: &ArticleText<'_>, finding: &Finding) -> Snippet {
    snippet::cut(text, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        DiagnosticSeverity, Field, Name, Severity, SourceSpan, Spanned, StoryRules, Terms,
    };

    fn watch(any: &[&str], none: &[&str]) -> Watch {
        let list = |terms: &[&str]| terms.iter().map(|text| Spanned::without_place(text)).collect();
        Watch {
            name: Name::new("w"),
            title: String::new(),
            severity: Severity::Normal,
            notify: Vec::new(),
            terms: Terms { any: list(any), none: list(none), ..Terms::default() },
            story_rules: StoryRules::default(),
            at: SourceSpan::default(),
        }
    }

    /// The hits of one term in one text: the words found, with the tolerance behind a slash.
    fn found(term: &str, content: &str) -> Vec<String> {
        let (matcher, _) = Matcher::compile(&[watch(&[term], &[])]).unwrap();
        let text = ArticleText { content, ..ArticleText::default() };
        matcher
            .find(&text)
            .into_iter()
            .flat_map(|finding| finding.hits)
            .map(|hit| {
                assert_eq!(content.get(hit.start..hit.end), Some(hit.text.as_str()));
                assert_eq!(hit.term, term);
                match hit.tolerance {
                    Some(tolerance) => format!("{}/{tolerance}", hit.text),
                    None => hit.text,
                }
            })
            .collect()
    }

    fn diagnostics(any: &[&str], none: &[&str]) -> Vec<Diagnostic> {
        Matcher::compile(&[watch(any, none)]).map_or_else(|errors| errors, |(_, warnings)| warnings)
    }

    #[test]
    fn a_latin_term_beside_hangul_or_han_is_at_an_edge() {
        assert_eq!(found("GSOMIA", "한일 GSOMIA는 유지"), ["GSOMIA"]);
        assert_eq!(found("=GSOMIA", "한일 GSOMIA는 유지"), ["GSOMIA"]);
        assert_eq!(found("GSOMIA", "日韓GSOMIA破棄"), ["GSOMIA"]);
        assert_eq!(found("日韓GSOMIA", "政府は日韓GSOMIAを"), ["日韓GSOMIA"]);
    }

    #[test]
    fn a_hangul_term_takes_particles_but_not_other_words() {
        assert_eq!(found("지소미아", "지소미아를 종료"), ["지소미아를/particle"]);
        assert_eq!(found("지소미아", "지소미아에서는"), ["지소미아에서는/particle"]);
        assert_eq!(found("=지소미아", "지소미아를 종료"), Vec::<String>::new());
        assert_eq!(found("사드", "감사드린다 모사드 파사드"), Vec::<String>::new());
        assert_eq!(found("사드", "사드 배치, 사드의"), ["사드", "사드의/particle"]);
        assert_eq!(found("사드", "美사드 THAAD사드는"), ["사드", "사드는/particle"]);
    }

    #[test]
    fn every_dash_and_space_inside_a_phrase_is_one() {
        assert_eq!(
            found("export control", "export\u{2011}control"),
            ["export\u{2011}control/hyphen"]
        );
        assert_eq!(
            found("export-control", "an export\u{2013}control law"),
            ["export\u{2013}control"]
        );
        assert_eq!(found("export control", "export\u{A0}control"), ["export\u{A0}control"]);
        assert_eq!(
            found("export control", "export \n\u{200B} control"),
            ["export \n\u{200B} control"]
        );
        assert_eq!(found("export control", "export - control"), Vec::<String>::new());
        assert_eq!(found("=export control", "export-control"), Vec::<String>::new());
        assert_eq!(found("=export control", "export\u{A0}control"), Vec::<String>::new());
    }

    #[test]
    fn accents_and_case_of_latin_greek_and_cyrillic_do_not_count() {
        for (term, text) in [
            ("istanbul", "İstanbul"),
            ("İstanbul", "ISTANBUL"),
            ("Diyarbakır", "DIYARBAKIR"),
            ("Straße", "STRASSE"),
            ("strasse", "Straße"),
            ("Αθήνα", "ΑΘΗΝΑ"),
            ("Αθηνα", "Αθήνα"),
            ("Αθήνα", "Αθη\u{301}να"),
            ("Королёв", "королев"),
            ("Łódź", "Lodz"),
            ("Müller", "Mu\u{308}ller"),
            ("GSOMIA", "ＧＳＯＭＩＡ"),
            ("don't", "don’t"),
        ] {
            let first = found(term, text).first().cloned().unwrap_or_default();
            assert_eq!(first.split('/').next(), Some(text), "{term} in {text}");
            // Two encodings of one spelling are one spelling.
            let same = term == text || text.contains(['\u{301}', '\u{308}']);
            assert_eq!(found(&format!("={term}"), text).len(), usize::from(same), "={term}");
        }
        assert_eq!(found("ガス", "カス"), Vec::<String>::new());
    }

    #[test]
    fn a_term_inside_a_word_is_not_found() {
        assert_eq!(found("star", "rockstar, starring, a star"), ["star"]);
        assert_eq!(found("star", "rock\u{AD}star"), Vec::<String>::new());
        assert_eq!(found("marvel", "marvellous"), Vec::<String>::new());
        assert_eq!(found("иран", "тиран"), Vec::<String>::new());
        assert_eq!(found("F35", "F35AB"), Vec::<String>::new());
    }

    #[test]
    fn english_endings_are_tolerated_and_named() {
        assert_eq!(found("export control", "export controls"), ["export controls/number"]);
        assert_eq!(found("GSOMIA", "GSOMIA’s end"), ["GSOMIA’s/possessive"]);
        assert_eq!(found("ally", "the allies’ and ally's"), ["allies/number", "ally's/possessive"]);
        assert_eq!(found("embargo", "embargoes"), ["embargoes/number"]);
        assert_eq!(found("F-35", "F-35s"), ["F-35s/number"]);
        assert_eq!(found("=control", "controls"), Vec::<String>::new());
        assert_eq!(found("=GSOMIA", "GSOMIA's"), ["GSOMIA"]);
        assert_eq!(found("us", "it uses"), Vec::<String>::new());
        assert_eq!(found("export control", "export-controls"), ["export-controls/hyphen+number"]);
    }

    #[test]
    fn exact_terms_keep_their_case() {
        assert_eq!(found("=US", "us US USA"), ["US"]);
        assert_eq!(found("=Straße", "Strasse"), Vec::<String>::new());
        assert_eq!(found("=Cobra Gold", "Cobra Gold 26, cobra gold"), ["Cobra Gold"]);
        assert_eq!(found("=é", "e\u{301}"), ["e\u{301}"]);
    }

    #[test]
    fn endings_are_chosen_with_a_tilde_or_a_star() {
        let text = "экспортного контроля, экспортный контролёрский";
        assert_eq!(found("экспортн~ контрол~", text), ["экспортного контроля/ending"]);
        assert_eq!(
            found("экспортн* контрол*", text),
            ["экспортного контроля/prefix", "экспортный контролёрский/prefix"]
        );
        assert_eq!(found("экспортный контроль", text), ["экспортного контроля/form"]);
        assert_eq!(found("sanction*", "sanctioned unsanctioned"), ["sanctioned/prefix"]);
        assert_eq!(found("ab*", "abacus ab"), ["abacus/prefix", "ab"]);
        assert_eq!(found("=GSOM*", "GSOMIA gsomia"), ["GSOMIA/prefix"]);
    }

    #[test]
    fn scripts_without_spaces_need_no_edge() {
        assert_eq!(found("輸出規制", "対韓輸出規制を"), ["輸出規制"]);
        assert_eq!(found("ミサイル", "弾道ミサイル発射"), ["ミサイル"]);
        assert_eq!(found("ｶﾞｽ", "ガス"), ["ガス"]);
        assert_eq!(found("ไทย", "ประเทศไทยและ"), ["ไทย"]);
        // A tone mark belongs to its consonant.
        assert_eq!(found("ก", "ก\u{E48}"), Vec::<String>::new());
    }

    #[test]
    fn korean_compounds_and_spaces_are_named() {
        assert_eq!(found("연합훈련", "한미연합훈련에서"), ["연합훈련/compound"]);
        assert_eq!(found("수출규제", "새 수출 규제를"), ["수출 규제를/particle+spacing"]);
        assert_eq!(found("수출 규제", "수출규제"), ["수출규제/spacing"]);
        assert_eq!(found("한일 정상회담", "한·일 정상회담"), ["한·일 정상회담/spacing"]);
        assert_eq!(found("K방산", "K-방산 수출"), ["K-방산/spacing"]);
        assert_eq!(found("=수출규제", "수출 규제, 대중수출규제"), Vec::<String>::new());
        assert_eq!(found("중국", "집중 국면에"), Vec::<String>::new());
        assert_eq!(found("가자", "국가 자산"), Vec::<String>::new());
        assert_eq!(found("핵실험", "핵실 험한"), Vec::<String>::new());
        assert_eq!(found("북한*", "북한산"), ["북한산/prefix"]);
        assert_eq!(found("사드*", "감사드린다"), Vec::<String>::new());
    }

    #[test]
    fn spellings_of_han_and_kana_are_named() {
        assert_eq!(found("台湾", "在臺灣的"), ["臺灣/letter"]);
        assert_eq!(found("=台湾", "在臺灣的"), Vec::<String>::new());
        assert_eq!(found("サーバ", "サーバーが"), ["サーバー/letter"]);
        assert_eq!(found("サーバー", "サーバが"), ["サーバ/letter"]);
        assert_eq!(found("ベトナム", "ヴェトナム"), ["ヴェトナム/letter"]);
        assert_eq!(found("コブラゴールド", "コブラ・ゴールド"), ["コブラ・ゴールド/spacing"]);
        assert_eq!(found("東京", "東京都では"), ["東京"]);
        assert_eq!(found("京都", "東京都では"), Vec::<String>::new());
    }

    #[test]
    fn arabic_and_hebrew_words_may_carry_letters_in_front() {
        assert_eq!(found("حكومة", "والحكومة"), ["حكومة/proclitic"]);
        assert_eq!(found("حكومة", "حكومة"), ["حكومة"]);
        assert_eq!(found("=حكومة", "والحكومة"), Vec::<String>::new());
        assert_eq!(found("ממשלה", "והממשלה"), ["ממשלה/proclitic"]);
    }

    #[test]
    fn a_word_behind_arabic_prefixes_is_no_other_word_by_chance() {
        // Some words begin with letters that are prefixes elsewhere. They are known by a filter
        // that may err: 400 rests of words are asked for here.
        let words = "حكومة حرب اتفاق شركة رئيس صاروخ مدينة جمهورية محكمة انتخابات عقوبات دبلوماسية \
                     مفاوضات اقتصاد سفارة برلمان معارضة دستور قنبلة غواصة طائرة دبابة ميناء مطار حدود \
                     لاجئون استخبارات مخابرات تهريب مخدرات زلزال فيضان إعصار كهرباء مصفاة ناقلة سفينة \
                     قاعدة جنرال هدنة";
        for word in words.split_whitespace() {
            for prefix in ["ب", "و", "ف", "ك", "وب", "ول", "فب", "وك", "بال", "وبال"]
            {
                let text = format!("{prefix}{word}");
                assert_eq!(found(word, &text), [format!("{word}/proclitic")], "{text}");
            }
        }
    }

    #[test]
    fn punctuation_may_begin_or_end_a_term() {
        assert_eq!(found("C++", "in C++ and C++."), ["C++", "C++"]);
        assert_eq!(found("#gsomia", "see #GSOMIA"), ["#GSOMIA"]);
        assert_eq!(found("AT&T", "AT&T’s"), ["AT&T’s/possessive"]);
        assert_eq!(found("€100", "only €100"), ["€100"]);
    }

    #[test]
    fn a_veto_silences_the_watch() {
        let (matcher, _) = Matcher::compile(&[watch(&["GSOMIA"], &["crossword"])]).unwrap();
        let fires = |title: &str, content: &str| {
            !matcher.find(&ArticleText { title, content, ..ArticleText::default() }).is_empty()
        };
        assert!(fires("GSOMIA", ""));
        assert!(!fires("GSOMIA", "the daily crossword"));
        assert!(!fires("Crosswords", "GSOMIA"));
    }

    #[test]
    fn hits_come_title_first_and_a_repeated_summary_counts_once() {
        let (matcher, _) = Matcher::compile(&[watch(&["Japan", "Korea"], &[])]).unwrap();
        let text = ArticleText {
            title: "Korea",
            summary: "Japan and Korea…",
            content: "Japan and Korea met.",
            ..ArticleText::default()
        };
        let finding = matcher.find(&text).remove(0);
        let shown: Vec<_> =
            finding.hits.iter().map(|hit| (hit.field, hit.start, hit.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                (Field::Title, 0, "Korea"),
                (Field::Content, 0, "Japan"),
                (Field::Content, 10, "Korea")
            ]
        );
    }

    #[test]
    fn findings_keep_the_order_of_the_watchlist() {
        let named = |name: &str, any: &[&str]| Watch { name: Name::new(name), ..watch(any, &[]) };
        let list = [named("b", &["Korea"]), named("a", &["Japan"]), named("c", &["korea"])];
        let (matcher, _) = Matcher::compile(&list).unwrap();
        let found =
            matcher.find(&ArticleText { content: "Japan, Korea", ..ArticleText::default() });
        let order: Vec<_> = found.iter().map(|finding| finding.watch.as_str()).collect();
        assert_eq!(order, ["b", "a", "c"]);
    }

    #[test]
    fn terms_that_cannot_be_meant_are_refused_with_a_cure() {
        for (term, sign) in [
            ("(i?)gsomia", "(i?)"),
            ("(?i)gsomia", "(?"),
            ("\\bTHAAD\\b", "\\b"),
            ("colou?r", "?"),
            ("export.*control", ".*"),
            ("[Ee]xport", "[Ee]"),
            ("Japan|Korea", "|"),
            ("/gsomia/", "/"),
            ("a{2,3}", "{2,3}"),
            ("ex*port", "*"),
        ] {
            let found = diagnostics(&[term], &[]);
            assert_eq!(found.len(), 1, "{term}: {found:?}");
            assert_eq!(found[0].severity, DiagnosticSeverity::Error, "{term}");
            assert!(found[0].problem.contains(sign), "{term}: {}", found[0].problem);
            assert!(!found[0].help.is_empty());
        }
        for term in ["", "  ", "\u{200B}", "---", "=", "*"] {
            let found = diagnostics(&[term], &[]);
            assert_eq!(found.len(), 1, "{term}: {found:?}");
            assert_eq!(found[0].severity, DiagnosticSeverity::Error, "{term}");
        }
    }

    #[test]
    fn terms_that_look_odd_but_are_fine_pass() {
        for term in ["Yahoo!", "What is this?", "A$AP", "[Exclusive]", "S&P 500", "Disney+", "U.S."]
        {
            assert_eq!(diagnostics(&[term], &[]), [], "{term}");
        }
    }

    #[test]
    fn doubtful_terms_are_warned_of() {
        for (any, none, word) in [
            (&["us"][..], &[][..], "short"),
            (&["核"], &[], "one syllable"),
            (&["GSОMIA"], &[], "Cyrillic"),
            (&["Japan AND Korea"], &[], "`AND` is looked for as a word"),
            (&["GSOMIA", "gsomia"], &[], "already"),
            (&["export", "export control"], &[], "adds nothing"),
            (&["export control", "Japan"], &["control"], "never"),
        ] {
            let found = diagnostics(any, none);
            assert_eq!(found.len(), 1, "{any:?}: {found:?}");
            assert_eq!(found[0].severity, DiagnosticSeverity::Warning, "{any:?}");
            assert!(found[0].problem.contains(word), "{any:?}: {}", found[0].problem);
        }
        assert_eq!(diagnostics(&["=US", "日本", "사드", "=export control", "exports*"], &[]), []);
    }

    #[test]
    fn a_watch_that_can_never_fire_is_refused() {
        assert!(
            diagnostics(&["export control"], &["export"])
                .iter()
                .any(|c| c.severity == DiagnosticSeverity::Error)
        );
        assert_eq!(diagnostics(&[], &["export"]).len(), 1);
    }

    #[test]
    fn complaints_point_into_the_file() {
        let mut bad = watch(&["x"], &[]);
        let at = SourceSpan { file: "watchlist.toml".into(), span: 100..110 };
        bad.terms.any = vec![Spanned { text: "foo(?i)bar".to_owned(), at }];
        let errors = Matcher::compile(&[bad]).unwrap_err();
        assert_eq!(errors[0].at.as_ref().unwrap().span, 103..105);
    }

    #[test]
    fn the_matcher_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Matcher>();
    }

    #[test]
    fn a_fault_inside_quotes_is_pointed_at_with_its_quotes() {
        for (query, span) in
            [("\"\\\nƞ* ͼ*z\"", 0..12), ("“ƞ*ͼ”", 0..11), ("Seoul AND \"a * b\"", 10..17)]
        {
            let terms = Terms { query: Some(Spanned::without_place(query)), ..Terms::default() };
            let diagnostics = Matcher::compile(&[Watch { terms, ..watch(&[], &[]) }]).unwrap_err();
            let found = diagnostics[0].at.clone().unwrap().span;
            assert_eq!(found, span, "{query}: {diagnostics:?}");
        }
    }
}
