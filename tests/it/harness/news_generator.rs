//! A made-up news wire in eight languages with a known answer: seeded newsrooms write articles,
//! some of which mention given terms, and a naive matcher says which ones must alert.
use std::collections::BTreeSet;

use super::feed_formats::{FeedFormat, FeedHead, Item};
use super::languages::{LANGUAGES, Language};
use super::reference_matcher;

/// When the first made-up article appeared: 2026-11-20T06:00:00Z.
const FIRST_ARTICLE_UNIX_S: u64 = 1_795_154_400;
/// Time between two articles of one newsroom, in seconds.
const ARTICLE_GAP_S: u64 = 137;

/// What kind of wire to make.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    /// Newsrooms, each with a feed of its own; the eight languages take turns.
    pub feeds: usize,
    /// Paragraphs of five sentences per article.
    pub paragraphs: usize,
    /// Invented names each article ends with: they make it as hard to pack as real news is.
    pub names: usize,
    /// Terms to plant, without the operators of the watch language.
    pub terms: Vec<String>,
    /// One article in so many mentions a term; another one in so many nearly does.
    pub one_in: usize,
}

/// One outlet at work; it never runs out.
pub struct Newsroom {
    pub name: String,
    pub head: FeedHead,
    pub rendering: FeedFormat,
    host: String,
    tongue: &'static Language,
    dice: fastrand::Rng,
    serial: u64,
    paragraphs: usize,
    names: usize,
    terms: Vec<String>,
    one_in: usize,
}

/// Opens the newsrooms of a plan; the same plan always gives the same articles.
pub fn newsrooms(plan: &Plan) -> Vec<Newsroom> {
    (0..plan.feeds).map(|at| Newsroom::open(plan, at)).collect()
}

impl Newsroom {
    fn open(plan: &Plan, at: usize) -> Self {
        let tongue = &LANGUAGES[at % LANGUAGES.len()];
        let round = at / LANGUAGES.len();
        let title = tongue.outlets[round % tongue.outlets.len()];
        let host = format!("wire-{at:04}.example");
        Self {
            name: format!("wire-{at:04}"),
            head: FeedHead {
                title: format!("{title} {at}"),
                home: format!("https://{host}/"),
                language: tongue.code.to_owned(),
            },
            rendering: FeedFormat::ALL[(at + round) % FeedFormat::ALL.len()],
            host,
            tongue,
            dice: fastrand::Rng::with_seed(
                plan.seed ^ (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            ),
            serial: 0,
            paragraphs: plan.paragraphs,
            names: plan.names,
            terms: plan.terms.iter().filter(|term| suits(tongue, term)).cloned().collect(),
            one_in: plan.one_in,
        }
    }

    /// The next article. Ids, links and titles never repeat.
    pub fn next_article(&mut self) -> Item {
        self.serial += 1;
        let planted = if !self.terms.is_empty() && self.dice.usize(..self.one_in) == 0 {
            Some(self.dice.choice(&self.terms).unwrap().clone())
        } else {
            None
        };
        let in_title = planted.is_some() && self.dice.bool();
        let title = match &planted {
            Some(term) if in_title => {
                self.fill(self.tongue.mention_headlines).replace("{term}", term)
            }
            Some(_) | None => self.fill(self.tongue.headlines),
        };
        let summary = self.fill(self.tongue.sentences);
        let body_term = if in_title { None } else { planted };
        let content = self.body(body_term.as_deref());
        Item {
            id: format!("tag:{},2026:{}", self.host, self.serial),
            link: format!("https://{}/{}/{}", self.host, self.tongue.code, self.serial),
            title: format!("{title} ({})", self.serial),
            summary,
            content,
            published: FIRST_ARTICLE_UNIX_S + self.serial * ARTICLE_GAP_S,
            author: self.tongue.outlets[0].to_owned(),
            tags: Vec::new(),
            language: self.tongue.code.to_owned(),
        }
    }

    /// As many articles as asked for, the newest first, as feeds list them.
    pub fn window(&mut self, count: usize) -> Vec<Item> {
        let mut items: Vec<Item> = (0..count).map(|_| self.next_article()).collect();
        items.reverse();
        items
    }

    fn body(&mut self, term: Option<&str>) -> String {
        let mut paragraphs: Vec<Vec<String>> = (0..self.paragraphs.max(1))
            .map(|_| (0..5).map(|_| self.fill(self.tongue.sentences)).collect())
            .collect();
        let spot = self.dice.usize(..paragraphs.len());
        let place = self.dice.usize(..5);
        if let Some(term) = term {
            paragraphs[spot][place] = self.fill(self.tongue.mentions).replace("{term}", term);
        } else if !self.terms.is_empty() && self.dice.usize(..self.one_in) == 0 {
            let term = self.dice.choice(&self.terms).unwrap().clone();
            if let Some(near) = near_miss(&term) {
                paragraphs[spot][place] = self.fill(self.tongue.mentions).replace("{term}", &near);
            }
        }
        let mut joined: Vec<String> =
            paragraphs.into_iter().map(|sentences| sentences.join(self.tongue.gap)).collect();
        let names: Vec<String> = (0..self.names).map(|_| self.name()).collect();
        joined.push(names.join(", "));
        joined.join("\n\n")
    }

    /// The name of nobody.
    fn name(&mut self) -> String {
        const SYLLABLES: [&str; 24] = [
            "bel", "cor", "da", "dru", "el", "fen", "ga", "hol", "ith", "jo", "kar", "lum", "mi",
            "nev", "or", "pas", "que", "rin", "sol", "ta", "umb", "vil", "wex", "yar",
        ];
        let length = self.dice.usize(3..6);
        (0..length).map(|_| self.dice.choice(SYLLABLES).unwrap()).collect()
    }

    fn fill(&mut self, templates: &[&str]) -> String {
        let template = *self.dice.choice(templates).unwrap();
        let draw = |dice: &mut fastrand::Rng, list: &[&'static str]| *dice.choice(list).unwrap();
        template
            .replace("{who}", draw(&mut self.dice, self.tongue.who))
            .replace("{where}", draw(&mut self.dice, self.tongue.places))
            .replace("{what}", draw(&mut self.dice, self.tongue.what))
            .replace("{n}", &self.dice.u32(2..9_000).to_string())
    }
}

/// A newsroom uses a term its readers can read: Latin anywhere, other scripts at home.
fn suits(tongue: &Language, term: &str) -> bool {
    let has = |range: std::ops::RangeInclusive<char>| term.chars().any(|c| range.contains(&c));
    match tongue.code {
        "ko" => has('가'..='힣') || term.is_ascii(),
        "ja" | "zh" => has('\u{3040}'..='\u{9fff}') || term.is_ascii(),
        "ru" => has('а'..='я') || term.is_ascii(),
        "ar" => has('\u{600}'..='\u{6ff}') || term.is_ascii(),
        "en" | "de" | "fr" => term.chars().all(|c| c < '\u{250}'),
        other => panic!("no such tongue: {other}"),
    }
}

/// What looks like the term and is not: another word that contains it. None in scripts without
/// word edges, where containing is mentioning.
fn near_miss(term: &str) -> Option<String> {
    let last = term.chars().last()?;
    if last.is_ascii_alphabetic() || ('а'..='я').contains(&last) {
        let tail = if last.is_ascii() { "ovar" } else { "овар" };
        Some(format!("{term}{tail}"))
    } else if ('가'..='힣').contains(&last) {
        // A syllable inside the term: one before it could be a noun of a compound.
        let first = term.chars().next()?;
        Some(format!("{first}빠{}", term.strip_prefix(first)?))
    } else {
        None
    }
}

/// A watch as the oracle knows it: a name and any of these terms.
#[derive(Clone, Debug)]
pub struct WatchTerms {
    pub name: String,
    pub any: Vec<String>,
}

/// `(watch, link)` of every alert these items must give, each once.
pub fn expected_alerts<'a>(
    watches: &[WatchTerms],
    items: impl IntoIterator<Item = &'a Item>,
) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for item in items {
        let texts = [&item.title, &item.summary, &item.content];
        for watch in watches {
            if watch
                .any
                .iter()
                .any(|term| texts.iter().any(|text| reference_matcher::mentions(text, term)))
            {
                all.insert((watch.name.clone(), item.link.clone()));
            }
        }
    }
    all
}
