//! What users of other programs complained of, each by its name.
use wirewatch::domain::{Name, Severity, SourceSpan, Spanned, StoryRules, Terms, Watch};
use wirewatch::matcher::{ArticleText, Matcher};

fn matcher(term: &str) -> Option<Matcher> {
    let watch = Watch {
        name: Name::new("w"),
        title: String::new(),
        severity: Severity::Normal,
        notify: Vec::new(),
        terms: Terms { any: vec![Spanned::without_place(term)], ..Terms::default() },
        story_rules: StoryRules::default(),
        at: SourceSpan::default(),
    };
    Matcher::compile(&[watch]).ok().map(|(matcher, _)| matcher)
}

fn fires(term: &str, content: &str) -> bool {
    let matcher = matcher(term).unwrap();
    !matcher.find(&ArticleText { content, ..ArticleText::default() }).is_empty()
}

#[test]
fn gsomia_with_a_korean_particle_is_gsomia() {
    assert!(fires("GSOMIA", "정부는 GSOMIA는 유지한다고"));
}

#[test]
fn gsomia_behind_han_is_gsomia() {
    assert!(fires("GSOMIA", "政府は日韓GSOMIAを維持"));
    assert!(fires("日韓GSOMIA", "政府は日韓GSOMIAを維持"));
}

#[test]
fn jisomia_with_a_particle_is_jisomia() {
    assert!(fires("지소미아", "지소미아를 종료"));
}

#[test]
fn sad_is_not_in_other_korean_words() {
    for text in ["감사드린다", "모사드 국장", "건물의 파사드"] {
        assert!(!fires("사드", text), "{text}");
    }
    assert!(fires("사드", "사드 배치"));
}

#[test]
fn a_non_breaking_hyphen_is_a_hyphen() {
    assert!(fires("export control", "new export\u{2011}control rules"));
    assert!(fires("export-control", "new export\u{2011}control rules"));
}

#[test]
fn a_non_breaking_space_does_not_defeat_a_phrase() {
    assert!(fires("Cobra Gold", "exercise Cobra\u{a0}Gold began"));
}

#[test]
fn istanbul_is_found_with_its_dotted_capital() {
    assert!(fires("istanbul", "İstanbul'da"));
    assert!(fires("İstanbul", "ISTANBUL"));
}

#[test]
fn strasse_is_strasze() {
    assert!(fires("Straße", "in der STRASSE"));
    assert!(fires("Strasse", "in der Straße"));
}

#[test]
fn athens_is_found_without_its_accent() {
    assert!(fires("Αθήνα", "στην Αθηνα σήμερα"));
    assert!(fires("Αθηνα", "στην ΑΘΗΝΑ και στην Αθήνα"));
}

#[test]
fn a_rockstar_is_no_star() {
    assert!(!fires("star", "the rockstar was starring"));
}

#[test]
fn marvellous_is_not_marvel() {
    assert!(!fires("marvel", "a marvellous day"));
}

#[test]
fn russian_endings_count_when_they_are_chosen() {
    let text = "меры экспортного контроля";
    assert!(fires("экспортный контроль", text));
    assert!(!fires("=экспортный контроль", text));
    assert!(fires("экспортн~ контрол~", text));
}

#[test]
fn a_mistyped_regular_expression_is_refused_aloud() {
    assert!(matcher("(i?)gsomia").is_none());
}
