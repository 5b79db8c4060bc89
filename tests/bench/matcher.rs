//! How fast articles are matched, beside the bare automaton over text that was folded beforehand.
//! Ratios count, not figures: both sides run interleaved in one process on one thread.
//!
//! Run with `cargo bench --bench matcher`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench prints, may fail, and counts roughly"
)]
mod vocabulary;

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use wirewatch::domain::{Name, Severity, SourceSpan, Spanned, StoryRules, Terms, Watch};
use wirewatch::matcher::{ArticleText, Matcher};

/// Bytes of text per language.
const TEXT_BYTES: usize = 3 << 20;
/// Bytes of one article's content, about.
const ARTICLE_BYTES: usize = 2_500;
/// Rarer words of each vocabulary.
const TAIL_WORDS: usize = 2_500;
const ROUNDS: usize = 7;
/// Passes over the text per round: the kernel's account of time has ticks of milliseconds.
const REPEATS: u32 = 6;

struct Article {
    title: String,
    summary: String,
    content: String,
}

/// A small generator, so that every run sees the same text (Marsaglia's xorshift).
struct TestRng(u64);

impl TestRng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// The early ones of `words` far more often, as words of a language are.
    fn word<'w>(&mut self, words: &'w [String]) -> &'w str {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (words.len() as f64).powf(unit) - 1.0;
        &words[(rank as usize).min(words.len() - 1)]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Language {
    English,
    German,
    Korean,
    Japanese,
}

impl Language {
    /// The vocabulary, common words first, then a long tail of rarer ones: names in English,
    /// compounds in German and Japanese, nouns with particles in Korean.
    fn words(self) -> Vec<String> {
        let common: Vec<&str> = match self {
            Self::English => vocabulary::ENGLISH.split_whitespace().collect(),
            Self::German => vocabulary::GERMAN.split_whitespace().collect(),
            Self::Korean => vocabulary::KOREAN.split_whitespace().collect(),
            Self::Japanese => vocabulary::JAPANESE.split('|').collect(),
        };
        let mut all: Vec<String> = common.iter().map(ToString::to_string).collect();
        let known: BTreeSet<String> = all.iter().cloned().collect();
        let mut dice = TestRng(0x7A11 ^ self as u64);
        let mut rare = BTreeSet::new();
        while rare.len() < TAIL_WORDS {
            let one = common[common.len() / 4 + dice.below(common.len() * 3 / 4)];
            let two = common[common.len() / 4 + dice.below(common.len() * 3 / 4)];
            rare.insert(match self {
                Self::English => name(&mut dice),
                Self::German => format!("{one}{}", two.to_lowercase()),
                Self::Korean => {
                    let particles =
                        ["을", "를", "이", "가", "은", "는", "에", "의", "에서", "으로"];
                    format!("{one}{two}{}", particles[dice.below(particles.len())])
                }
                Self::Japanese => format!("{one}{two}"),
            });
        }
        let mut tail: Vec<String> = rare.into_iter().filter(|word| !known.contains(word)).collect();
        for at in (1..tail.len()).rev() {
            tail.swap(at, dice.below(at + 1));
        }
        all.append(&mut tail);
        all
    }

    fn space(self) -> &'static str {
        if self == Self::Japanese { "" } else { " " }
    }

    fn quotes(self) -> (&'static str, &'static str) {
        match self {
            Self::German => ("„", "“"),
            Self::Japanese => ("「", "」"),
            Self::English | Self::Korean => ("“", "”"),
        }
    }
}

/// A surname or a town, made of syllables.
fn name(dice: &mut TestRng) -> String {
    const HEADS: [&str; 16] = [
        "Bar", "Car", "Del", "Fer", "Gar", "Hol", "Kar", "Lan", "Mar", "Nor", "Pet", "Ros", "San",
        "Tor", "Vol", "Wal",
    ];
    const MIDDLES: [&str; 14] =
        ["a", "en", "i", "in", "er", "o", "ol", "u", "an", "ber", "din", "gel", "ma", "ti"];
    const TAILS: [&str; 14] = [
        "berg", "don", "ez", "ford", "ham", "ini", "kov", "land", "man", "nez", "ova", "son",
        "ton", "ville",
    ];
    format!(
        "{}{}{}",
        HEADS[dice.below(HEADS.len())],
        MIDDLES[dice.below(MIDDLES.len())],
        TAILS[dice.below(TAILS.len())]
    )
}

fn sentence(language: Language, words: &[String], dice: &mut TestRng, into: &mut String) {
    let length = 8 + dice.below(18);
    let quoted = dice.below(6) == 0;
    let (open, close) = language.quotes();
    if quoted {
        into.push_str(open);
    }
    for number in 0..length {
        if number > 0 {
            into.push_str(language.space());
        }
        let word = dice.word(words);
        if number == 0 {
            let mut letters = word.chars();
            into.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            into.push_str(letters.as_str());
        } else {
            into.push_str(word);
        }
        if language == Language::English && dice.below(30) == 0 {
            into.push_str("’s");
        }
        match dice.below(25) {
            0 if language != Language::Japanese => into.push(','),
            1 if language != Language::Japanese => {
                into.push(' ');
                into.push_str(&dice.below(2_000).to_string());
            }
            _ => {}
        }
    }
    into.push_str(if language == Language::Japanese { "。" } else { "." });
    if quoted {
        into.push_str(close);
    }
    into.push_str(if language == Language::Japanese { "" } else { " " });
}

fn articles(language: Language) -> Vec<Article> {
    let words = language.words();
    let mut dice = TestRng(0x5EED ^ language as u64);
    let mut bytes = 0;
    let mut all = Vec::new();
    while bytes < TEXT_BYTES {
        let mut article =
            Article { title: String::new(), summary: String::new(), content: String::new() };
        sentence(language, &words, &mut dice, &mut article.title);
        sentence(language, &words, &mut dice, &mut article.summary);
        while article.content.len() < ARTICLE_BYTES {
            sentence(language, &words, &mut dice, &mut article.content);
            if dice.below(5) == 0 {
                article.content.push('\n');
            }
        }
        bytes += size(&article);
        all.push(article);
    }
    all
}

fn size(article: &Article) -> usize {
    article.title.len() + article.summary.len() + article.content.len()
}

/// Phrases of real words of the language that hardly ever stand together: they share beginnings
/// with the text and rarely hit.
fn terms(language: Language, count: usize) -> Vec<String> {
    let words = language.words();
    // The commonest words and the punctuation begin no watch.
    let begins = |word: &&String| word.starts_with(char::is_alphabetic);
    let content: Vec<&String> = words[100..].iter().filter(begins).collect();
    let mut dice = TestRng(0xF00D ^ language as u64);
    let mut all = BTreeSet::new();
    while all.len() < count {
        let length = 2 + dice.below(3);
        let phrase: Vec<_> =
            (0..length).map(|_| content[dice.below(content.len())].as_str()).collect();
        all.insert(phrase.join(language.space()));
    }
    all.into_iter().collect()
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

/// Watches of up to 50 terms each.
fn lists(terms: &[String]) -> Vec<Watch> {
    terms
        .chunks(50)
        .enumerate()
        .map(|(number, terms)| {
            let any = terms.iter().map(|term| Spanned::without_place(term)).collect();
            watch(number, Terms { any, ..Terms::default() })
        })
        .collect()
}

fn fold(text: &str) -> String {
    let composed = ComposingNormalizer::new_nfkc().normalize(text);
    CaseMapper::new().fold_string(&composed).into_owned()
}

fn find_all(matcher: &Matcher, articles: &[Article]) -> usize {
    articles
        .iter()
        .map(|article| {
            matcher
                .find(&ArticleText {
                    title: &article.title,
                    summary: &article.summary,
                    content: &article.content,
                    ..ArticleText::default()
                })
                .len()
        })
        .sum()
}

/// The median time of several kinds of work, done in turn.
fn race<const N: usize>(mut runners: [&mut dyn FnMut() -> usize; N]) -> [Duration; N] {
    let mut times = [(); N].map(|()| Vec::new());
    for round in 0..=ROUNDS {
        for (runner, times) in runners.iter_mut().zip(&mut times) {
            let begun = spent();
            for _ in 0..REPEATS {
                std::hint::black_box(runner());
            }
            // The first round warms the caches.
            if round > 0 {
                times.push(spent().saturating_sub(begun) / REPEATS);
            }
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    })
}

/// Time this thread had on a processor, where the kernel tells; else time on the clock.
fn spent() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|line| line.split(' ').next()?.parse().ok())
        .map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

fn speed(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

fn beside_the_bare_automaton(language: Language, name: &str, counts: &[usize]) {
    let articles = articles(language);
    let bytes: usize = articles.iter().map(size).sum();
    let folded: Vec<String> = articles
        .iter()
        .map(|a| fold(&format!("{}\n{}\n{}", a.title, a.summary, a.content)))
        .collect();
    for count in counts {
        let terms = terms(language, *count);
        let (matcher, _) = Matcher::compile(&lists(&terms)).unwrap();
        let bare = AhoCorasick::new(terms.iter().map(|term| fold(term))).unwrap();
        let [ours, theirs, folding] = race([
            &mut || find_all(&matcher, &articles),
            &mut || folded.iter().map(|text| bare.find_iter(text).count()).sum(),
            &mut || {
                articles
                    .iter()
                    .map(|a| fold(&a.title).len() + fold(&a.summary).len() + fold(&a.content).len())
                    .sum()
            },
        ]);
        let hits: usize = folded.iter().map(|text| bare.find_iter(text).count()).sum();
        println!(
            "{name:<9} {count:>7} terms  whole path {:>6.0} MB/s  bare automaton {:>6.0} MB/s  \
             ratio {:>5.2}  NFKC+fold {:>5.0} MB/s  ratio {:>5.2}  findings {} (hits {hits})",
            speed(bytes, ours),
            speed(bytes, theirs),
            theirs.as_secs_f64() / ours.as_secs_f64(),
            speed(bytes, folding),
            folding.as_secs_f64() / ours.as_secs_f64(),
            find_all(&matcher, &articles),
        );
    }
}

fn growth_with_terms() {
    let articles = articles(Language::English);
    let all = terms(Language::English, 100_000);
    let few: Vec<String> = all.iter().step_by(100).cloned().collect();
    let (small, _) = Matcher::compile(&lists(&few)).unwrap();
    let begun = Instant::now();
    let (large, _) = Matcher::compile(&lists(&all)).unwrap();
    let built = begun.elapsed();
    let [small_time, large_time] =
        race([&mut || find_all(&small, &articles), &mut || find_all(&large, &articles)]);
    println!(
        "growth    1,000 to 100,000 terms: {:.2} times the time per article; 100,000 terms built in \
         {built:.2?}, {:.1} MB",
        large_time.as_secs_f64() / small_time.as_secs_f64(),
        large.size().bytes as f64 / 1e6,
    );
}

/// Queries of five terms; `hot` of them can fire on the texts, the others cannot.
fn queries(count: usize, hot: usize) -> Vec<Watch> {
    let common = ["semiconductor", "missile", "sanctions", "election", "inflation"];
    (0..count)
        .map(|number| {
            let query = if number < hot {
                let one = common[number % common.len()];
                format!(
                    "({one} OR tariffbarrier{number}) AND (government OR minister) NOT zz{number}q"
                )
            } else {
                format!(
                    "(embargo{number} OR \"export barrier{number}\") AND (government OR minister) \
                     NOT opinion{number}"
                )
            };
            let query = Some(Spanned::without_place(&query));
            watch(number, Terms { query, ..Terms::default() })
        })
        .collect()
}

fn growth_with_watches() {
    let articles = articles(Language::English);
    let (few, _) = Matcher::compile(&queries(100, 50)).unwrap();
    let (many, _) = Matcher::compile(&queries(10_000, 50)).unwrap();
    assert_eq!(find_all(&few, &articles), find_all(&many, &articles), "the same watches fire");
    let [few_time, many_time] =
        race([&mut || find_all(&few, &articles), &mut || find_all(&many, &articles)]);
    println!(
        "growth    100 to 10,000 watches of five terms: {:.2} times the time, {} findings",
        many_time.as_secs_f64() / few_time.as_secs_f64(),
        find_all(&many, &articles),
    );
}

fn main() {
    // `cargo bench --bench matcher -- German` runs that part alone.
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|want| want == name);
    for (language, name, counts) in [
        (Language::English, "English", &[100, 1_000, 10_000, 100_000][..]),
        (Language::German, "German", &[1_000, 10_000]),
        (Language::Korean, "Korean", &[1_000, 10_000]),
        (Language::Japanese, "Japanese", &[1_000, 10_000]),
    ] {
        if runs(name) {
            beside_the_bare_automaton(language, name, counts);
        }
    }
    if runs("terms") {
        growth_with_terms();
    }
    if runs("watches") {
        growth_with_watches();
    }
}
