//! Whatever is written, it is read or complained of in its own lines; it never breaks the reader.
use std::fs;

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::Index;
use proptest::test_runner::Config as Runs;
use wirewatch::config::{self, Directories, STARTER};
use wirewatch::domain::{Diagnostic, Terms};

/// Loads a text both ways, and sees that each complaint stands in it, on character boundaries.
fn survives(text: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wirewatch.toml");
    fs::write(&path, text).unwrap();
    let check = |complaints: &[Diagnostic], rendered: String| {
        for complaint in complaints {
            let Some(at) = &complaint.at else {
                panic!("no place: {complaint:?}");
            };
            assert_eq!(&*at.file, path.display().to_string());
            assert!(text.get(at.span.clone()).is_some(), "{complaint:?}");
            assert!(!complaint.problem.is_empty() && !complaint.help.is_empty(), "{complaint:?}");
            assert!(!complaint.problem.contains('\n') && !complaint.help.contains('\n'));
        }
        assert_eq!(
            rendered.lines().filter(|line| line.starts_with("  help: ")).count(),
            complaints.len()
        );
    };
    match config::load(&path, Directories::default()) {
        Ok(config) => check(&config.warnings, config.sources.render(&config.warnings, false)),
        Err(broken) => check(&broken.complaints, broken.to_string()),
    }
    match config::load_watchlist(&path) {
        Ok((watches, _)) => {
            for Terms {
                any, all, none, query, weighted: weigh, languages, sources, sets, ..
            } in watches.iter().map(|watch| &watch.terms)
            {
                let lists = [any, all, none, languages, sources];
                let lists = lists.into_iter().chain(sets.iter().map(|set| &set.any)).flatten();
                let weighed = weigh.iter().map(|weighed| &weighed.term);
                for term in lists.chain(query).chain(weighed) {
                    assert!(text.get(term.at.span.clone()).is_some(), "{term:?}");
                }
                assert!(weigh.iter().all(|weighed| weighed.weight.is_finite()));
            }
        }
        Err(broken) => check(&broken.complaints, broken.to_string()),
    }
}

/// Pieces that meet the parser's and our own branches far oftener than plain noise does.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[[watch]]\n"),
        Just("[[feed]]\n"),
        Just("[[channel]]\n"),
        Just("[poll]\n"),
        Just("[service]\n"),
        Just("[watch]\n"),
        Just("name = "),
        Just("any = "),
        Just("none = "),
        Just("query = "),
        Just("weigh = "),
        Just("threshold = "),
        Just("languages = "),
        Just("sources = "),
        Just("[sets]\n"),
        Just("[watch.weigh]\n"),
        Just("{ troops = 3, \"gold\\tprice\" = -8 }"),
        Just("inf"),
        Just("url = "),
        Just("kind = \"email\"\n"),
        Just("kind = \"webhook\"\n"),
        Just("to = "),
        Just("notify = "),
        Just("every = "),
        Just("floor = "),
        Just("include = "),
        Just("headers = "),
        Just("password = "),
        Just("allow_private = "),
        Just("\"지소미아\""),
        Just("\"a\\u00e9\\n\""),
        Just("'''\n日韓'''"),
        Just("\"\"\""),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(", "),
        Just("\n"),
        Just("\r"),
        Just("= "),
        Just("."),
        Just("\""),
        Just("'"),
        Just("# é\n"),
        Just("5"),
        Just("\"5m\""),
        Just("true"),
        Just("0x"),
        Just("1e9"),
        Just("2024-11-23"),
        Just("a.b.c"),
        Just("\u{feff}"),
        Just("\0"),
        Just("\u{1b}"),
    ]
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(Runs::with_cases(400))]

    #[test]
    fn noise_is_survived(text in "\\PC{0,80}") {
        survives(&text);
    }

    #[test]
    fn pieces_in_any_order_are_survived(pieces in proptest::collection::vec(piece(), 0..40)) {
        survives(&pieces.concat());
    }

    #[test]
    fn a_slip_in_the_shipped_files_is_survived(
        file in any::<Index>(),
        cuts in proptest::collection::vec((any::<Index>(), 0_usize..30, piece()), 1..6),
    ) {
        let (_, text) = file.get(STARTER);
        // Without `include`, so that every complaint stands in this one text.
        let mut chars: Vec<char> = text.replace("include = ", "# ").chars().collect();
        for (at, length, piece) in cuts {
            let from = at.index(chars.len() + 1);
            let to = (from + length).min(chars.len());
            chars.splice(from..to, piece.chars());
        }
        survives(&chars.into_iter().collect::<String>());
    }
}
