//! Any terms on any text: every hit is a piece of its field and every mark of the snippet is a piece
//! of it. The first line is the list of terms, separated by `|`; the rest is the article.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirewatch::domain::{Field, Name, Place, Severity, Telling, Terms, Watch, Written};
use wirewatch::matcher::{Matcher, Text, snippet};

fuzz_target!(|input: &str| {
    let (list, rest) = input.split_once('\n').unwrap_or((input, ""));
    let (title, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let (summary, content) = rest.split_once('\n').unwrap_or(("", rest));
    let watches: Vec<Watch> = list
        .split('|')
        .map(|term| Watch {
            name: Name::new("w"),
            title: String::new(),
            severity: Severity::Normal,
            notify: Vec::new(),
            terms: Terms { any: vec![Written::nowhere(term)], ..Terms::default() },
            telling: Telling::default(),
            at: Place::default(),
        })
        .filter(|watch| Matcher::compile(std::slice::from_ref(watch)).is_ok())
        .collect();
    let Ok((matcher, _)) = Matcher::compile(&watches) else {
        panic!("terms that compile alone compile together");
    };
    let text = Text { title, summary, content, ..Text::default() };
    for finding in matcher.find(&text) {
        for hit in &finding.hits {
            let field = match hit.field {
                Field::Title => title,
                Field::Summary => summary,
                _ => content,
            };
            assert_eq!(field.get(hit.start..hit.end), Some(hit.text.as_str()));
            assert!(!hit.text.is_empty());
        }
        let shown = snippet(&text, &finding);
        let mut end = 0;
        for mark in shown.marks {
            assert!(mark.start >= end && shown.text.get(mark.clone()).is_some());
            end = mark.end;
        }
    }
    let _explanations = matcher.explain(&text);
});
