//! Tells a question whether the reader consents to be tracked from a text about such questions.
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::written::without_quotations;

/// What such a question speaks of, by the beginning of a word in lower case. One list a subject:
/// the means, the asked, the others, the use.
const SUBJECTS: [&[&str]; 4] = [
    &[
        "cookie",
        "クッキー",
        "쿠키",
        "tracker",
        "traceur",
        "rastreador",
        "plik",
        "device",
        "gerät",
        "appareil",
        "dispositiv",
        "apparaat",
        "urządzeni",
        "端末",
        "기기",
        "设备",
        "identifier",
        "technolog",
    ],
    &[
        "consent",
        "einwillig",
        "zustimm",
        "toestemming",
        "consenso",
        "zgod",
        "согласи",
        "samtyck",
        "samtykke",
        "同意",
        "동의",
        "accept",
        "akzeptier",
        "aceptar",
        "aceitar",
        "accett",
    ],
    &[
        "partner",
        "vendor",
        "third part",
        "third-part",
        "drittanbieter",
        "anbieter",
        "partenaire",
        "socio",
        "parceiro",
        "leverancier",
        "партн",
        "パートナー",
        "파트너",
        "合作伙伴",
        "第三方",
        "제3자",
    ],
    &[
        "personal data",
        "privacy",
        "personali",
        "personalised",
        "personalized",
        "advertis",
        "personenbezogen",
        "datenschutz",
        "werbung",
        "données personnelles",
        "publicit",
        "datos personales",
        "privacidad",
        "dati personali",
        "gegevens",
        "dane osobowe",
        "dados pessoais",
        "персональн",
        "個人",
        "プライバシー",
        "広告",
        "개인정보",
        "광고",
        "个人",
        "隐私",
        "广告",
    ],
];

/// Words by which a page speaks to its reader, or in the languages that need no such word, of itself.
/// "We" is no such word: a paper says it too of what it found out.
const ADDRESSES: &[&str] = &[
    "your ",
    "you ",
    "ihre",
    "ihnen ",
    "vos ",
    "vous ",
    "votre ",
    "sus ",
    "tus ",
    "tuo",
    "tuoi",
    "vostr",
    "uw ",
    "jouw ",
    "seus ",
    "suas ",
    "twoj",
    "ваш",
    "当社",
    "当サイト",
    "お客様",
    "お客さま",
    "당사",
    "귀하",
    "저희",
    "我们",
    "您",
];

/// Subjects that a question speaks of at least.
const SUBJECTS_MIN: usize = 3;

/// The same for a part whose name says that it is such a question.
const NAMED_SUBJECTS_MIN: usize = 2;

/// Longest question, in bytes. A longer text is about more than that.
const QUESTION_BYTES_MAX: usize = 4_000;

/// Most bytes for each mention of a subject: a question speaks of little else.
const BYTES_PER_MENTION_MAX: usize = 90;

/// Lines at the beginning and at the end of a text among which a question stands.
const EDGE_LINES: usize = 16;

/// Longest label before a question, in bytes.
const LABEL_BYTES_MAX: usize = 40;

/// All of [`SUBJECTS`], searched for in one pass; `None` if the automaton cannot be built.
static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    // Folding only ASCII is enough to find such a text, and costs no copy of it.
    let words = SUBJECTS.iter().copied().flatten();
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

/// How often a text speaks of each subject.
fn mentions(text: &str) -> [usize; SUBJECTS.len()] {
    let mut counts = [0; SUBJECTS.len()];
    let Some(words) = WORDS.as_ref() else { return counts };
    for found in words.find_iter(text) {
        let mut nth = found.pattern().as_usize();
        for (subject, count) in SUBJECTS.iter().zip(&mut counts) {
            if nth < subject.len() {
                *count += 1;
                break;
            }
            nth -= subject.len();
        }
    }
    counts
}

/// Whether a text asks its reader to consent.
fn is_asked(text: &str) -> bool {
    speaks_of(text, SUBJECTS_MIN)
}

/// Whether a part whose name says so asks its reader to consent.
pub(super) fn is_asked_in_named_part(text: &str) -> bool {
    speaks_of(text, NAMED_SUBJECTS_MIN)
}

/// Whether a text speaks to its reader, of so many of the subjects at least and of little else.
fn speaks_of(text: &str, subjects_min: usize) -> bool {
    if text.len() > QUESTION_BYTES_MAX {
        return false;
    }
    // What is quoted is not said by the page.
    let text = &without_quotations(text);
    let mentions = mentions(text);
    let subjects = mentions.iter().filter(|count| **count > 0).count();
    let bytes = text.split_whitespace().map(str::len).sum::<usize>();
    subjects >= subjects_min
        && bytes <= BYTES_PER_MENTION_MAX * mentions.iter().sum::<usize>()
        && is_address(&text.to_lowercase())
}

/// Whether a text in lower case speaks to its reader.
fn is_address(lower: &str) -> bool {
    ADDRESSES.iter().any(|word| lower.contains(word))
}

/// Drops the lines of such a question among the lines of an article: lines that speak of a subject,
/// and the short lines before them.
pub(super) fn drop_questions(texts: &mut Vec<(usize, String)>) {
    let is_edge = |at: usize| at < EDGE_LINES || at + EDGE_LINES >= texts.len();
    let speaks: Vec<bool> = texts
        .iter()
        .enumerate()
        .map(|(at, (_, text))| {
            is_edge(at) && WORDS.as_ref().is_some_and(|words| words.is_match(text.as_str()))
        })
        .collect();
    let mut kept = vec![true; texts.len()];
    let mut begin = 0;
    for run in speaks.chunk_by(|this, next| this == next) {
        let end = begin + run.len();
        let lines = texts.get(begin..end).unwrap_or_default();
        let asks = run.first() == Some(&true) && is_asked(&joined(lines));
        if asks {
            let labels = texts.get(..begin).unwrap_or_default().iter().rev();
            let labels = labels.take_while(|(_, text)| text.len() <= LABEL_BYTES_MAX).count();
            kept.get_mut(begin - labels..end).unwrap_or_default().fill(false);
        }
        begin = end;
    }
    let mut kept = kept.into_iter();
    texts.retain(|_| kept.next().unwrap_or(true));
}

/// The texts of some lines as one.
fn joined(lines: &[(usize, String)]) -> String {
    lines.iter().flat_map(|(_, text)| [text.as_str(), "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_told_from_news_about_such_questions() {
        for text in [
            "We and our 120 partners store information on your device. Do you consent to the use of \
             your personal data for personalised advertising?",
            "Wir und unsere Partner verwenden Cookies und verarbeiten personenbezogene Daten. Mit Ihrer \
             Einwilligung zeigen wir Ihnen Werbung.",
            "Avec votre consentement, nos partenaires et nous utilisons des cookies pour traiter des \
             données personnelles sur votre appareil.",
            "당사와 파트너는 귀하의 동의를 받아 쿠키와 개인정보를 사용합니다.",
        ] {
            assert!(is_asked(text), "{text}");
        }
        for text in [
            "The regulator fined the company on Monday because it had shared personal data with \
             partners without consent, and said that cookies had been set on each device.",
            "Our inquiry found that the app shares personal data with partners, by cookies and without \
             consent.",
            "The firm’s page said “we and our partners use cookies on your device” before consent.",
            "The ministers met at noon and spoke of the harbour.",
        ] {
            assert!(!is_asked(text), "{text}");
        }
    }
}
