//! Whether a text mentions a term, decided the slow and obvious way, so that the answer owes
//! nothing to the matcher it judges.

/// Hangul particles that may stand right after a term.
const PARTICLES: [&str; 24] = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "와",
    "과",
    "도",
    "로",
    "만",
    "에서",
    "에게",
    "으로",
    "라는",
    "이라는",
    "까지",
    "부터",
    "처럼",
    "보다",
    "라고",
    "이나",
];

/// English endings a term may wear.
const ENDINGS: [&str; 6] = ["s", "es", "'s", "’s", "s'", "s’"];

/// Letters of one script need an edge between each other; letters of two scripts never do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Latin, Greek, Cyrillic, digits: one family, because a word may mix letters and digits.
    Spaced,
    Arabic,
    Hangul,
    /// Han and Kana, which set no edges.
    Dense,
    Not,
}

fn script(c: char) -> Script {
    match c {
        'ᄀ'..='ᇿ' | '가'..='힣' => Script::Hangul,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => Script::Dense,
        '\u{600}'..='\u{6ff}' if c.is_alphabetic() => Script::Arabic,
        _ if c.is_alphanumeric() => Script::Spaced,
        _ => Script::Not,
    }
}

/// Whether `text` mentions `term`, for terms without an `=`.
pub fn mentions(text: &str, term: &str) -> bool {
    let text = normalize(text);
    let term = normalize(term);
    if term.is_empty() || term.len() > text.len() {
        return false;
    }
    (0..=text.len() - term.len()).any(|at| {
        let (before, rest) = text.split_at(at);
        let (middle, after) = rest.split_at(term.len());
        middle == term
            && starts_word(before.last().copied(), term[0])
            && ends_word(term[term.len() - 1], after)
    })
}

/// Lower case, with every hyphen and space alike.
fn normalize(text: &str) -> Vec<char> {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(
            |c| {
                if c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}') {
                    ' '
                } else {
                    c
                }
            },
        )
        .collect()
}

fn starts_word(before: Option<char>, first: char) -> bool {
    let own = script(first);
    own == Script::Dense || before.is_none_or(|c| script(c) != own)
}

fn ends_word(last: char, after: &[char]) -> bool {
    let own = script(last);
    let edge_at = |at: usize| after.get(at).is_none_or(|c| script(*c) != own);
    let follows = |tail: &str| {
        after.iter().zip(tail.chars()).filter(|(a, b)| **a == *b).count() == tail.chars().count()
            && edge_at(tail.chars().count())
    };
    match own {
        Script::Dense => true,
        Script::Hangul => edge_at(0) || PARTICLES.iter().any(|tail| follows(tail)),
        Script::Spaced if last.is_ascii_alphabetic() => {
            edge_at(0) || ENDINGS.iter().any(|tail| follows(tail))
        }
        Script::Spaced | Script::Arabic | Script::Not => edge_at(0),
    }
}
