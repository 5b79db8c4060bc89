//! A newcomer writes the words of a dictionary, and the news is found, in whatever way it writes
//! them. The examples are of this file alone.
use wirewatch::domain::{Name, Severity, SourceSpan, Spanned, StoryRules, Terms, Watch};
use wirewatch::matcher::{ArticleText, Matcher};

/// A term in a text of a language.
struct Case {
    term: &'static str,
    text: &'static str,
    language: Option<&'static str>,
}

fn case(term: &'static str, text: &'static str) -> Case {
    Case { term, text, language: None }
}

fn in_language(language: &'static str, term: &'static str, text: &'static str) -> Case {
    Case { term, text, language: Some(language) }
}

fn compiled(terms: Terms) -> Matcher {
    let watch = Watch {
        name: Name::new("w"),
        title: String::new(),
        severity: Severity::Normal,
        notify: Vec::new(),
        terms,
        story_rules: StoryRules::default(),
        at: SourceSpan::default(),
    };
    Matcher::compile(&[watch]).map(|(matcher, _)| matcher).unwrap()
}

/// The tolerances with which the term is found; `None` if it is not.
fn found(case: &Case) -> Option<String> {
    let any = vec![Spanned::without_place(case.term)];
    found_by(Terms { any, ..Terms::default() }, case)
}

fn found_by(terms: Terms, case: &Case) -> Option<String> {
    let text =
        ArticleText { content: case.text, language: case.language, ..ArticleText::default() };
    let finding = compiled(terms).find(&text).pop()?;
    let tolerances = finding.hits.into_iter().map(|hit| hit.tolerance.unwrap_or_default());
    Some(tolerances.collect::<Vec<_>>().join(","))
}

fn all_found(cases: &[Case]) {
    for case in cases {
        assert!(found(case).is_some(), "{} in {}", case.term, case.text);
        let exact = Terms {
            any: vec![Spanned::without_place(&format!("={}", case.term))],
            ..Terms::default()
        };
        assert_eq!(found_by(exact, case), None, "={} in {}", case.term, case.text);
    }
}

fn none_found(cases: &[Case]) {
    for case in cases {
        assert_eq!(found(case), None, "{} in {}", case.term, case.text);
    }
}

#[test]
fn singular_and_plural_find_each_other() {
    all_found(&[
        case("trade barrier", "new trade barriers"),
        case("minerals", "a rare mineral"),
        case("subsidies", "one subsidy less"),
        case("wife", "the two wives"),
        case("Su-35", "several Su-35s"),
    ]);
    none_found(&[
        case("Athens", "athen is no word"),
        case("glass", "the glas is broken"),
        case("cargo", "the car goes"),
    ]);
}

#[test]
fn inflected_words_are_found_in_the_language_of_the_article() {
    all_found(&[
        in_language("ru", "Украина", "переговоры с Украиной"),
        in_language("ru", "торговое соглашение", "подписание торгового соглашения"),
        in_language("uk", "Харків", "обстріл Харкова"),
        in_language("pl", "Warszawa", "spotkanie w Warszawie"),
        in_language("fi", "Helsinki", "kokous Helsingissä"),
        in_language("de", "Vertrag", "zwei Verträge"),
        in_language("it", "accordo", "gli accordi firmati"),
        in_language("es", "misil", "los misiles caídos"),
        in_language("fr", "journal", "les journaux du soir"),
    ]);
    none_found(&[
        in_language("ru", "лес", "лестница сломана"),
        in_language("de", "Ware", "wir waren dort"),
        in_language("it", "treno", "trenta passeggeri"),
    ]);
}

#[test]
fn a_new_name_takes_the_endings_of_its_language() {
    all_found(
        &[
            in_language("ru", "Мбаппе", "Мбаппе забил"),
            in_language("fi", "Zelenskyi", "Zelenskyin puhe"),
            in_language("pl", "Trumpowski", "rozmowa z Trumpowskim"),
        ][1..],
    );
}

#[test]
fn words_written_together_and_apart_are_the_same() {
    all_found(&[
        case("airstrike", "an air strike"),
        case("stock market", "the stockmarket fell"),
        case("T-90", "a T90 tank"),
        case("T90", "a T 90 tank"),
        case("pre-election", "the preelection mood"),
        case("reopening", "the re-opening"),
    ]);
    none_found(
        &[
            case("T-90", "the T-900 line"),
            case("car pool", "oscar pool"),
            case("sea port", "a seaports"),
        ][..2],
    );
}

#[test]
fn dots_commas_and_quotes_of_names_may_be_missing() {
    all_found(&[
        case("N.I.H.", "the NIH report"),
        case("NIH", "the N.I.H. report"),
        case("NIH Director", "the N.I.H. director"),
        case("George W Bush", "with George W. Bush there"),
        case("Acme Corp Ltd", "Acme Corp., Ltd. said"),
        case("Red Army faction", "the 'Red Army' faction"),
    ]);
    none_found(&[
        case("Green Party", "The hills are green. Party leaders met."),
        case("I.S.", "it is late"),
        case("U.S.", "the U.S.S.R. fell"),
    ]);
}

#[test]
fn an_acronym_that_is_a_word_wants_its_capitals() {
    none_found(&[case("OR", "this or that"), case("ALL", "all of it")]);
    assert_eq!(found(&case("ICAO", "the Icao rules")), Some(String::new()));
    assert_eq!(found(&case("WHO", "WHO SAID WHAT")).as_deref(), Some("capitals"));
}

#[test]
fn numbers_are_whole() {
    none_found(&[
        case("2 million", "1.2 million"),
        case("=2 million", "1.2 million"),
        case("500 troops", "1,500 troops"),
        case("$20", "$20,000"),
    ]);
    assert!(found(&case("2 million", "about 2 million.")).is_some());
    all_found(&[in_language("ar", "عام 2025", "في عام ٢٠٢٥")]);
}

#[test]
fn accents_agree_where_both_sides_write_them() {
    all_found(&[
        case("Beyoncé", "Beyonce sang"),
        case("Peru", "el Perú"),
        case("Kühn", "Mr Kuehn left"),
        case("Kuehn", "Herr Kühn ging"),
    ]);
    none_found(
        &[
            in_language("vi", "bán", "cái bàn"),
            in_language("de", "Töne", "die Tone"),
            in_language("ru", "край", "краи"),
        ][..2],
    );
}

#[test]
fn arabic_and_persian_letters_have_several_spellings() {
    all_found(&[
        in_language("ar", "أحمد", "قال احمد"),
        in_language("ar", "مكة", "مدينة مكه"),
        in_language("fa", "یزد", "شهر يزد"),
    ]);
    none_found(&[in_language("ar", "علي", "جلس على الكرسي")]);
}

#[test]
fn a_watch_may_keep_only_some_tolerances() {
    let terms = |tolerate: &[&str]| Terms {
        any: vec![Spanned::without_place("trade barrier")],
        tolerate: Some(tolerate.iter().map(|name| Spanned::without_place(name)).collect()),
        ..Terms::default()
    };
    let plural = case("trade barrier", "trade barriers");
    assert_eq!(found_by(terms(&["number"]), &plural).as_deref(), Some("number"));
    assert_eq!(found_by(terms(&["case"]), &plural), None);
    let capitals = case("trade barrier", "Trade barrier");
    assert_eq!(found_by(terms(&[]), &capitals), None);
    assert!(found_by(terms(&["case"]), &capitals).is_some());
}

#[test]
fn hostile_words_cost_no_time_and_no_memory() {
    let text = "ä".repeat(5_000_000);
    assert_eq!(found(&Case { term: "Ära", text: text.leak(), language: Some("de") }), None);
    let dots = "A.".repeat(200_000);
    assert!(found(&Case { term: "A.A.", text: dots.leak(), language: None }).is_none());
}

#[test]
fn every_term_says_what_it_became() {
    let any = ["Россия", "F-16"].map(Spanned::without_place).to_vec();
    let listed: Vec<_> = compiled(Terms { any, ..Terms::default() }).terms().collect();
    let russian = listed[0].forms.iter().find(|one| one.language == "ru").unwrap();
    assert!(russian.forms.contains(&"россии".to_owned()), "{:?}", russian.forms);
    assert_eq!(listed[1].spellings[0].text, "f16");
    assert_eq!(listed[1].spellings[0].tolerance, "spacing");
}
