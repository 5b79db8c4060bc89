//! The matcher agrees with a naive reading of its rules: every term tried at every place of every
//! text, character by character. Nothing is shared with the matcher but the rules themselves.
//!
//! `PROPTEST_CASES=4000 cargo test --release oracle` tries some 160,000 pairs of query and text.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "the naive reading is to be short, and may fail loudly"
)]

use std::cell::RefCell;
use std::collections::HashMap;

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::FileFailurePersistence;
use wirewatch::domain::{Field, Name, Severity, SourceSpan, Spanned, StoryRules, Terms, Watch};
use wirewatch::matcher::{ArticleText, Matcher};

// ---- the naive reading ----

#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Separator,
    Apostrophe,
    Sign,
    Letter,
    Hangul,
    Unspaced,
}

/// A character with its marks, or a run of separators.
#[derive(Clone, Debug)]
struct Unit {
    folded: String,
    /// As it is written.
    written: String,
    class: Class,
    /// Bytes of the original.
    start: usize,
    end: usize,
}

fn invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{200D}' | '\u{FEFF}' | '\u{640}')
}

fn mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{652}' | '\u{5B0}'..='\u{5BD}'
        | '\u{E31}' | '\u{E34}'..='\u{E3A}' | '\u{E47}'..='\u{E4E}'
        | '\u{3099}' | '\u{309A}' | '\u{FF9E}' | '\u{FF9F}')
        || matches!(c, '\u{1160}'..='\u{11FF}')
}

fn dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{5BE}' | '\u{2212}')
}

fn class(c: char) -> Class {
    match c {
        '\'' | '’' | '‘' => Class::Apostrophe,
        '\u{1100}'..='\u{11FF}' | '가'..='힣' => Class::Hangul,
        'ぁ'..='ヿ' | '一'..='鿿' | 'ก'..='๛' | 'ｦ'..='ﾟ' | '々' => Class::Unspaced,
        _ if c.is_whitespace() || dash(c) => Class::Separator,
        _ if c.is_alphanumeric() || mark(c) => Class::Letter,
        _ => Class::Sign,
    }
}

/// The folded form of one character with its marks.
fn fold(cluster: &str) -> String {
    if class(cluster.chars().next().unwrap()) == Class::Apostrophe {
        return "'".to_owned();
    }
    let apart = DecomposingNormalizer::new_nfkd().normalize(cluster).into_owned();
    let base = apart.chars().next().unwrap();
    let western = matches!(base, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{370}'..='\u{52F}')
        || matches!(base, 'א'..='ת' | 'ء'..='ي');
    let kept: String = apart.chars().filter(|c| !(western && mark(*c))).collect();
    let lower = kept
        .to_lowercase()
        .replace('ß', "ss")
        .replace('ς', "σ")
        .replace('ı', "i")
        .replace('ة', "ه");
    ComposingNormalizer::new_nfkc().normalize(&lower).into_owned()
}

fn units(text: &str) -> Vec<Unit> {
    let chars: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !invisible(*c)).collect();
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (start, first) = chars[at];
        let mut to = at + 1;
        let separator = class(first) == Class::Separator;
        while to < chars.len()
            && (if separator { class(chars[to].1) == Class::Separator } else { mark(chars[to].1) })
        {
            to += 1;
        }
        let cluster: String = chars[at..to].iter().map(|(_, c)| *c).collect();
        let (last_at, last) = chars[to - 1];
        let before = chars[..at].iter().rev().map(|(_, c)| *c).find(|c| !mark(*c));
        let folded = if !separator {
            fold(&cluster)
        } else if separators(&cluster) == " " && written_together(before, chars.get(to)) {
            String::new()
        } else {
            separators(&cluster)
        };
        let end = last_at + last.len_utf8();
        let written = text[start..end].to_owned();
        units.push(Unit { folded, written, class: class(first), start, end });
        at = to;
    }
    units
}

/// Whether a space between two characters may be left out: both Hangul or both Katakana, or Hangul
/// and a Latin letter or digit.
fn written_together(before: Option<char>, after: Option<&(usize, char)>) -> bool {
    let hangul = |c| class(c) == Class::Hangul;
    let katakana = |c| matches!(c, 'ァ'..='ヺ' | 'ｦ'..='ﾟ');
    before.zip(after).is_some_and(|(a, (_, b))| {
        (hangul(a) && (hangul(*b) || b.is_ascii_alphanumeric()))
            || (hangul(*b) && a.is_ascii_alphanumeric())
            || (katakana(a) && katakana(*b))
    })
}

/// A dash between two spaces, or two dashes, part phrases; everything else is one space.
fn separators(run: &str) -> String {
    let dashes = run.chars().filter(|c| dash(*c)).count();
    let lone = run.starts_with(char::is_whitespace) && run.ends_with(char::is_whitespace);
    (if dashes > 1 || (dashes == 1 && lone) { " - " } else { " " }).to_owned()
}

/// A spelling: invisible characters do not count, nor how many plain spaces part two words.
fn composed(text: &str) -> String {
    let mut seen: String = text.chars().filter(|c| !invisible(*c)).collect();
    seen = seen.replace(['\n', '\t', '\r'], " ");
    while seen.contains("  ") {
        seen = seen.replace("  ", " ");
    }
    ComposingNormalizer::new_nfc().normalize(&seen).into_owned()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Plain,
    Star,
    Tilde,
}

/// The places of a term in a text, as bytes where it begins and ends.
fn places(written: &str, text: &str) -> Vec<(usize, usize)> {
    let (exact, body) = written.strip_prefix('=').map_or((false, written), |rest| (true, rest));
    let (end, body) = if let Some(rest) = body.strip_suffix('*') {
        (End::Star, rest)
    } else if let Some(rest) = body.strip_suffix('~') {
        (End::Tilde, rest)
    } else {
        (End::Plain, body)
    };
    let term = units(body);
    let folded: String = term.iter().map(|unit| unit.folded.as_str()).collect();
    let mut found = Vec::new();
    for wanted in std::iter::once(folded).chain(other_spellings(written)) {
        found.extend(places_of(&wanted, &term, exact.then_some(body), end, text));
    }
    found.sort_unstable();
    found.dedup_by_key(|(start, _)| *start);
    found
}

/// The other spellings that the matcher says it looks for, but for those of another number, which
/// only English has.
fn other_spellings(written: &str) -> Vec<String> {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Vec<String>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(spellings) = known.get(written) {
            return spellings.clone();
        }
        let any = vec![Spanned::without_place(written)];
        let compiled = Matcher::compile(&[watch(0, Terms { any, ..Terms::default() })]);
        let spellings: Vec<String> = compiled.map_or_else(
            |_| Vec::new(),
            |(matcher, _)| {
                let listed = matcher.terms().flat_map(|term| term.spellings);
                listed.filter(|one| one.tolerance != "number").map(|one| one.text).collect()
            },
        );
        known.insert(written.to_owned(), spellings.clone());
        spellings
    })
}

/// The marks on each letter of each word, lower case.
fn marks(units: &[Unit], text: &str) -> Vec<Vec<String>> {
    let mut words = vec![Vec::new()];
    for unit in units {
        if unit.class != Class::Letter {
            words.push(Vec::new());
            continue;
        }
        let written = &text[unit.start..unit.end];
        let apart = DecomposingNormalizer::new_nfd().normalize(written).into_owned();
        let dotted = apart.starts_with(['i', 'I']);
        let semitic = apart.starts_with(|c| matches!(c, '\u{590}'..='\u{6FF}'));
        let accents: String = apart
            .chars()
            .filter(|c| mark(*c) && !semitic && !(dotted && *c == '\u{307}'))
            .collect();
        // A letter that folds to two is two.
        for number in 0..unit.folded.chars().count() {
            let own = if number == 0 { accents.clone() } else { String::new() };
            words.last_mut().unwrap().push(own);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether the accents agree where both sides write some: word by word, or, before an ending, letter
/// by letter.
fn accents_agree(term: &[Vec<String>], found: &[Vec<String>], ending: bool) -> bool {
    let flat: Vec<&String> = found.iter().flatten().collect();
    let mut from = 0;
    term.iter().all(|word| {
        let theirs = &flat[from.min(flat.len())..(from + word.len()).min(flat.len())];
        from += word.len();
        let agree =
            |(a, b): (&String, &&String)| a == *b || (ending && (a.is_empty() || b.is_empty()));
        let same = word.iter().zip(theirs).all(agree);
        let bare = word.iter().all(String::is_empty) || theirs.iter().all(|one| one.is_empty());
        same || bare
    })
}

/// The places of one spelling of a term. `exact` is the term where only it counts.
fn places_of(
    wanted: &str,
    term: &[Unit],
    exact: Option<&str>,
    end: End,
    text: &str,
) -> Vec<(usize, usize)> {
    let written: String = term.iter().map(|unit| unit.written.as_str()).collect();
    let own_marks = marks(&units(&written), &written);
    let (first, last) = (term[0].class, term[term.len() - 1].class);
    let all = units(text);
    let mut found = Vec::new();
    for from in 0..all.len() {
        for to in from + 1..=all.len() {
            if all[from].folded.is_empty() || all[to - 1].folded.is_empty() {
                continue;
            }
            let seen: String = all[from..to].iter().map(|unit| unit.folded.as_str()).collect();
            if seen.len() > wanted.len() {
                break;
            }
            if seen != wanted {
                continue;
            }
            if let Some(body) = exact {
                if composed(&text[all[from].start..all[to - 1].end]) != composed(body) {
                    continue;
                }
            } else if end == End::Plain || term.iter().all(|unit| unit.class != Class::Separator) {
                let found = marks(&all[from..to], text);
                if !accents_agree(&own_marks, &found, end != End::Plain) {
                    continue;
                }
            }
            if !left(&all, from, first, exact.is_some(), wanted) {
                continue;
            }
            if katakana_before(&all, from) || (end == End::Plain && katakana_before(&all, to)) {
                continue;
            }
            let run = run(&all, to, last);
            let rest: String = all[to..to + run].iter().map(|unit| unit.folded.as_str()).collect();
            let fits = match end {
                End::Star => true,
                End::Tilde => run <= 4,
                End::Plain if run == 0 => true,
                End::Plain if exact.is_some() => false,
                End::Plain => {
                    continues(wanted, last, &rest, &text[all[to].start..all[to + run - 1].end])
                }
            };
            if fits {
                let end = if run == 0 { all[to - 1].end } else { all[to + run - 1].end };
                found.push((all[from].start, end));
            }
        }
    }
    found
}

/// Whether a Katakana word goes on at `at`.
fn katakana_before(all: &[Unit], at: usize) -> bool {
    let katakana = |unit: Option<&Unit>| {
        unit.is_some_and(|unit| unit.folded.starts_with(|c| matches!(c, 'ァ'..='ヺ')))
    };
    at > 0 && katakana(all.get(at - 1)) && katakana(all.get(at))
}

/// How many units go on in the word that `last` is a part of.
fn run(all: &[Unit], from: usize, last: Class) -> usize {
    if !matches!(last, Class::Letter | Class::Hangul) {
        return 0;
    }
    all[from..].iter().take_while(|unit| unit.class == last).count()
}

/// Whether a term may begin at `from`.
fn left(all: &[Unit], from: usize, first: Class, exact: bool, wanted: &str) -> bool {
    let begins = |at: usize| at == 0 || all[at - 1].class != first;
    if !matches!(first, Class::Letter | Class::Hangul) || begins(from) {
        return true;
    }
    if exact || wanted.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return false;
    }
    // Letters that Arabic and Hebrew write in front.
    let mut start = from;
    while !begins(start) {
        start -= 1;
    }
    let head: String =
        all[start..from].iter().filter_map(|unit| unit.folded.chars().next()).collect();
    let groups: [&[&str]; 2] = match wanted.chars().next().unwrap() {
        'ء'..='ي' => [&["", "و", "ف"], &["", "ب", "ك", "ل", "س"]],
        'א'..='ת' => [&["", "ו"], &["", "כש", "ש"]],
        _ => return false,
    };
    let hebrew = matches!(wanted.chars().next().unwrap(), 'א'..='ת');
    let third: &[&str] = if hebrew { &["", "ב", "כ", "ל", "מ"] } else { &["", "ال", "ل"] };
    let fourth: &[&str] = if hebrew { &["", "ה"] } else { &[""] };
    groups[0].iter().any(|a| {
        groups[1]
            .iter()
            .any(|b| third.iter().any(|c| fourth.iter().any(|d| head == format!("{a}{b}{c}{d}"))))
    })
}

/// Whether a word may go on with `rest` and still be the term. `written` is the rest as it is
/// written.
fn continues(wanted: &str, last: Class, rest: &str, written: &str) -> bool {
    if last == Class::Hangul {
        return PARTICLES.contains(&rest);
    }
    let number = wanted.ends_with(|c: char| c.is_ascii_digit());
    number
        && (rest == "s"
            || (written.len() == 1 && written.starts_with(|c: char| c.is_ascii_uppercase())))
}

/// Marks between two places: two for each word that begins there, one for each character of scripts
/// without spaces.
fn between(text: &str, from: usize, to: usize) -> usize {
    let all = units(text);
    let mut before = Class::Separator;
    let mut count = 0;
    let mut at = 0;
    while at < all.len() {
        let unit = &all[at];
        let inside = unit.start >= from && unit.start < to;
        match unit.class {
            Class::Unspaced => count += usize::from(inside),
            Class::Letter | Class::Hangul if before != unit.class => {
                count += 2 * usize::from(inside);
            }
            // An apostrophe inside a word does not part it, two do.
            Class::Apostrophe
                if before == Class::Letter
                    && all.get(at + 1).is_some_and(|next| next.class == Class::Letter) =>
            {
                at += 1;
                continue;
            }
            _ => {}
        }
        before = unit.class;
        at += 1;
    }
    count
}

#[derive(Clone, Debug)]
enum Query {
    Term(String),
    Field(&'static str, Box<Query>),
    And(Vec<Query>),
    Or(Vec<Query>),
    AndNot(Box<Query>, Box<Query>),
    Near(Vec<String>, Vec<String>, usize, bool),
}

impl Query {
    fn shown(&self) -> String {
        let quoted = |term: &String| match term.strip_prefix('=') {
            Some(rest) => format!("=\"{rest}\""),
            None => format!("\"{term}\""),
        };
        let many =
            |parts: &[Query], by: &str| parts.iter().map(Query::shown).collect::<Vec<_>>().join(by);
        match self {
            Self::Term(term) => quoted(term),
            Self::Field(field, of) => format!("{field}:({})", of.shown()),
            Self::And(parts) => format!("({})", many(parts, " AND ")),
            Self::Or(parts) => format!("({})", many(parts, " OR ")),
            Self::AndNot(yes, no) => format!("({} NOT {})", yes.shown(), no.shown()),
            Self::Near(left, right, words, ordered) => {
                let side = |terms: &[String]| {
                    format!("({})", terms.iter().map(quoted).collect::<Vec<_>>().join(" OR "))
                };
                let near = if *ordered { "ONEAR" } else { "NEAR" };
                format!("{} {near}/{words} {}", side(left), side(right))
            }
        }
    }

    /// Decides by trying everything. `fields` are the texts looked at.
    fn holds(&self, title: &str, body: &str, fields: &[Field]) -> bool {
        let texts = || fields.iter().map(|field| if *field == Field::Title { title } else { body });
        match self {
            Self::Term(term) => texts().any(|text| !places(term, text).is_empty()),
            Self::Field(field, of) => {
                let fields = [if *field == "title" { Field::Title } else { Field::Content }];
                of.holds(title, body, &fields)
            }
            Self::And(parts) => parts.iter().all(|part| part.holds(title, body, fields)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(title, body, fields)),
            Self::AndNot(yes, no) => {
                yes.holds(title, body, fields) && !no.holds(title, body, fields)
            }
            Self::Near(left, right, words, ordered) => texts().any(|text| {
                let all = |terms: &[String]| -> Vec<(usize, usize)> {
                    terms.iter().flat_map(|term| places(term, text)).collect()
                };
                let follows = |a: (usize, usize), b: (usize, usize)| {
                    a.1 <= b.0 && between(text, a.1, b.0) <= 2 * words
                };
                let rights = all(right);
                all(left)
                    .into_iter()
                    .any(|a| rights.iter().any(|b| follows(a, *b) || (!ordered && follows(*b, a))))
            }),
        }
    }
}

// ---- what is tried ----

const WORDS: [&str; 63] = [
    "star",
    "rockstar",
    "treaty",
    "treaties",
    "box",
    "boxes",
    "export",
    "control",
    "Export",
    "GSOMIA",
    "gsomia",
    "Straße",
    "STRASSE",
    "strasse",
    "Müller",
    "Mu\u{308}ller",
    "muller",
    "café",
    "İstanbul",
    "istanbul",
    "F35",
    "35",
    "санкция",
    "САНКЦИЯ",
    "Королёв",
    "королев",
    "контроль",
    "Αθήνα",
    "ΑΘΗΝΑ",
    "αθηνα\u{301}",
    "λόγος",
    "حكومة",
    "والحكومة",
    "حُكومة",
    "بحكومة",
    "ממשלה",
    "והממשלה",
    "מֶמשלה",
    "輸出",
    "規制",
    "日韓",
    "日",
    "カ",
    "ガ",
    "か\u{3099}",
    "ガス",
    "ミサイル",
    "한국",
    "사드",
    "감사드린다",
    "모사드",
    "지소미아",
    "한\u{AD}국",
    "\u{1112}\u{1161}\u{11AB}국",
    "ไทย",
    "ก\u{E48}า",
    "กา",
    "ป\u{E31}ญหา",
    "ｅｘｐｏｒｔ",
    "x",
    "ex",
    "ﬁsh",
    "fish",
];

const ENDINGS: [&str; 18] = [
    "",
    "",
    "",
    "",
    "s",
    "es",
    "’s",
    "'s",
    "를",
    "에서는",
    "들이",
    "린다",
    "어",
    "ый",
    "ями",
    "ation",
    "\u{301}",
    "\u{200B}",
];

/// Those of [`ENDINGS`] that are Korean particles.
const PARTICLES: [&str; 3] = ["를", "에서는", "들이"];

const BETWEEN: [&str; 18] = [
    " ", " ", " ", "-", "\u{2011}", "\u{A0}", "  ", " \n", " – ", "--", ", ", ". ", "", "", "; ",
    "/", "\u{AD}", " - ",
];

/// The few words that the texts and terms of one case are made of, so that they meet often.
type Pool = Vec<&'static str>;

fn pool() -> impl Strategy<Value = Pool> {
    subsequence(&WORDS[..], 3..10)
}

/// Texts of words that terms are made of, written onto each other in every way. Only words of
/// scripts whose edges a dictionary decides are kept apart, because the oracle knows no dictionary;
/// Korean words take particles.
fn text(pool: Pool) -> impl Strategy<Value = String> {
    let piece = (select(pool), select(&ENDINGS[..]), select(&BETWEEN[..]));
    prop::collection::vec(piece, 0..14).prop_map(|pieces| {
        let mut text = String::new();
        for (word, ending, gap) in pieces {
            for (part, particle) in
                [(word, false), (ending, PARTICLES.contains(&ending)), (gap, false)]
            {
                let last = text.chars().rev().find(|c| !invisible(*c) && !mark(*c)).map(class);
                let next = part.chars().find(|c| !invisible(*c)).map(class);
                if last == next
                    && matches!(last, Some(Class::Unspaced | Class::Hangul))
                    && !(particle && last == Some(Class::Hangul))
                {
                    text.push(' ');
                }
                // A western accent on a letter of these scripts is a letter of no language.
                let semitic = text.ends_with(|c| matches!(c, '\u{590}'..='\u{6FF}'));
                if part.starts_with(mark) && (semitic || last == Some(Class::Unspaced)) {
                    continue;
                }
                text.push_str(part);
            }
        }
        text
    })
}

fn term(pool: Pool) -> impl Strategy<Value = String> {
    let gap = select(&[" ", "-", "\u{2011}", "\u{A0}"][..]);
    let mark = select(&["", "", "", "", "=", "*", "~"][..]);
    (prop::collection::vec((select(pool), gap), 1..4), mark).prop_map(|(words, mark)| {
        let count = words.len();
        let mut term = String::new();
        for (number, (word, gap)) in words.into_iter().enumerate() {
            term.push_str(word);
            if number + 1 < count {
                term.push_str(gap);
            }
        }
        if mark == "=" { format!("={term}") } else { format!("{term}{mark}") }
    })
}

fn query(pool: &[&'static str]) -> impl Strategy<Value = Query> + use<> {
    let terms = || prop::collection::vec(term(pool.to_vec()), 1..3);
    let near = (terms(), terms(), 0..5_usize, any::<bool>())
        .prop_map(|(left, right, words, ordered)| Query::Near(left, right, words, ordered));
    let leaf = prop_oneof![4 => term(pool.to_vec()).prop_map(Query::Term), 1 => near];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::Or),
            (inner.clone(), inner.clone())
                .prop_map(|(yes, no)| Query::AndNot(Box::new(yes), Box::new(no))),
            (select(&["title", "body"][..]), inner)
                .prop_map(|(field, of)| Query::Field(field, Box::new(of))),
        ]
    })
}

fn watch(number: usize, terms: Terms) -> Watch {
    Watch {
        name: Name::new(&format!("w{number}")),
        title: String::new(),
        severity: Severity::Normal,
        notify: Vec::new(),
        terms,
        story_rules: StoryRules::default(),
        at: SourceSpan::default(),
    }
}

/// Cases unless `PROPTEST_CASES` says otherwise; 256 is what proptest takes then.
const CASES: u32 = 64;

fn settings() -> ProptestConfig {
    let told = ProptestConfig::default().cases;
    ProptestConfig {
        cases: if told == 256 { CASES } else { told },
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        max_shrink_iters: 4_000,
        ..ProptestConfig::default()
    }
}

/// Queries that the linter refuses as contradictions are no use here.
fn compiles(query: &Query) -> bool {
    let query = Some(Spanned::without_place(&query.shown()));
    Matcher::compile(&[watch(0, Terms { query, ..Terms::default() })]).is_ok()
}

proptest! {
    #![proptest_config(settings())]

    /// 40 pairs each time.
    #[test]
    fn queries_hold_where_the_oracle_says(
        (queries, texts) in pool().prop_flat_map(|pool| (
            prop::collection::vec(query(&pool), 8),
            prop::collection::vec((text(pool.clone()), text(pool)), 5),
        )),
    ) {
        let queries: Vec<Query> = queries.into_iter().filter(compiles).collect();
        let watches: Vec<Watch> = queries
            .iter()
            .enumerate()
            .map(|(number, query)| {
                let query = Some(Spanned::without_place(&query.shown()));
                watch(number, Terms { query, ..Terms::default() })
            })
            .collect();
        let (matcher, _) = Matcher::compile(&watches).unwrap();
        for (title, content) in &texts {
            let found = matcher.find(&ArticleText { title, content, language: Some("ja"), ..ArticleText::default() });
            let fired: Vec<String> = found.iter().map(|f| f.watch.as_str().to_owned()).collect();
            for (number, query) in queries.iter().enumerate() {
                let expected = query.holds(title, content, &[Field::Title, Field::Content]);
                prop_assert_eq!(
                    fired.contains(&format!("w{number}")),
                    expected,
                    "query {} on title {:?} content {:?}", query.shown(), title, content
                );
            }
        }
    }

    /// Every place of a term is reported, with the bytes the oracle finds.
    #[test]
    fn hits_stand_where_the_oracle_says(
        (terms, content) in pool().prop_flat_map(|pool| (
            prop::collection::btree_set(term(pool.clone()), 1..8),
            text(pool),
        )),
    ) {
        let any = terms.iter().map(|term| Spanned::without_place(term)).collect();
        let (matcher, _) =
            Matcher::compile(&[watch(0, Terms { any, ..Terms::default() })]).unwrap();
        let found = matcher.find(&ArticleText { content: &content, language: Some("ja"), ..ArticleText::default() });
        for term in &terms {
            // A possessive belongs to a hit; the oracle leaves it out.
            let mut ours: Vec<(usize, usize)> = found
                .iter()
                .flat_map(|finding| &finding.hits)
                .filter(|hit| hit.term == *term)
                .map(|hit| {
                    let used = hit.tolerance.as_deref().unwrap_or_default();
                    let cut = if used.contains("possessive") {
                        let text = &hit.text;
                        text.rfind(['\'', '’']).map_or(0, |at| text.len() - at)
                    } else {
                        0
                    };
                    (hit.start, hit.end - cut)
                })
                .collect();
            let known = terms.iter().position(|other| {
                !other.starts_with('=') && other.to_lowercase() == term.to_lowercase()
            });
            if known.is_some_and(|at| terms.iter().nth(at) != Some(term)) {
                // The same term in other letters: reported under the first.
                continue;
            }
            let mut theirs = places(term, &content);
            ours.sort_unstable();
            theirs.sort_unstable();
            theirs.dedup();
            prop_assert_eq!(ours, theirs, "term {:?} in {:?}", term, content);
        }
    }
}
