//! Any text as a query: it compiles, or every complaint points into it.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirewatch::domain::{Name, Place, Severity, Telling, Terms, Watch, Written};
use wirewatch::matcher::{Matcher, Text};

fuzz_target!(|query: &str| {
    let terms = Terms { query: Some(Written::nowhere(query)), ..Terms::default() };
    let watch = Watch {
        name: Name::new("w"),
        title: String::new(),
        severity: Severity::Normal,
        notify: Vec::new(),
        terms,
        telling: Telling::default(),
        at: Place::default(),
    };
    match Matcher::compile(&[watch]) {
        Ok((matcher, _)) => {
            // A query's own text holds most of its terms.
            let text = Text { title: query, content: query, ..Text::default() };
            let _findings = matcher.find(&text);
            let _explanations = matcher.explain(&text);
        }
        Err(complaints) => {
            assert!(!complaints.is_empty());
            for complaint in complaints {
                let span = complaint.at.map(|at| at.span).unwrap_or_default();
                assert!(query.get(span.clone()).is_some(), "{span:?} of {query:?}");
            }
        }
    }
});
