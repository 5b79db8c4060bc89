//! Measures what an article says that was not told: its novelty. Nothing here decides.
//!
//! News stands in the headline and in the lead, so these are measured apart from the rest of a
//! text. Each measure is a share from 0 to 1 by weight of terms, or a number of terms.
use std::time::Duration;

use super::article_text::ArticleText;
use super::known_terms::KnownTerms;
use super::terms::{Term, TermKind, Terms};

/// Two articles this far apart are issues of two days. Then another date is news; closer together
/// it is how one outlet says "today".
pub(super) const DAY_APART_MIN: Duration = Duration::from_hours(18);

/// What is known of two articles besides their texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct PairContext {
    /// Both are from one publisher.
    pub same_source: bool,
    /// The time between their publications; zero if one is unknown.
    pub time_apart: Duration,
}

/// The terms of one part of a text that another text does not have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unsaid {
    /// The weight of these terms.
    pub(super) weight: f64,
    /// The weight of all terms of the part.
    pub(super) all: f64,
    /// How many of these terms are figures.
    pub(super) figures: usize,
    /// How many may be names: words with a capital, and Korean words.
    pub(super) names: usize,
}

impl Unsaid {
    /// These terms as a share of the part; zero if the part says nothing.
    pub(super) fn share(self) -> f64 {
        if self.all > 0.0 { self.weight / self.all } else { 0.0 }
    }
}

/// What an article says beyond one that was told, and what that one says beyond it.
#[derive(Clone, Debug, Default)]
pub(super) struct Novelty {
    /// What is new in its headline …
    pub(super) headline: Unsaid,
    /// … in its lead …
    pub(super) lead: Unsaid,
    /// … and behind the lead.
    pub(super) rest: Unsaid,
    /// A name, a figure or a Korean word that is new stands in its headline and in its lead: it is
    /// what the article is about.
    pub(super) new_subject: bool,
    /// What is in its headline and not in the other headline.
    pub(super) beside_headline: Unsaid,
    /// What the headline that was told says and the new article does not.
    pub(super) told_headline: Unsaid,
    /// The same of the lead that was told …
    pub(super) told_lead: Unsaid,
    /// … and of its whole text.
    pub(super) told_body: Unsaid,
    /// Terms of the headline and lead of the new article that the headline and lead that were told
    /// have too, by weight, without common words.
    pub(super) shared: f64,
    /// The publisher says that something was wrong, and the told article does not say so.
    pub(super) corrects: bool,
    /// The two are issues of two days.
    pub(super) day_apart: bool,
}

impl Novelty {
    /// Measures what `new` says beyond `told`.
    pub(super) fn of(new: &ArticleText, told: &ArticleText, between: PairContext) -> Self {
        let day_apart = between.time_apart >= DAY_APART_MIN;
        let known = KnownTerms::of([&told.headline, &told.body]);
        let known_headline = KnownTerms::of([&told.headline]);
        let known_lead = KnownTerms::of_beginning(&told.headline, &told.body, told.lead_end);
        let own = KnownTerms::of([&new.headline, &new.body]);
        let judge = Reader { known: &known, dates_count: day_apart };
        let back = Reader { known: &own, dates_count: day_apart };
        let headline = judge.unsaid(&new.headline, &new.headline.list);
        Self {
            lead: judge.unsaid(&new.body, new.lead()),
            rest: judge.unsaid(&new.body, new.rest()),
            new_subject: judge.has_new_subject(new),
            beside_headline: Reader { known: &known_headline, ..judge }
                .unsaid(&new.headline, &new.headline.list),
            told_headline: back.unsaid(&told.headline, &told.headline.list),
            told_lead: back.unsaid(&told.body, told.lead()),
            told_body: back.unsaid(&told.body, &told.body.list),
            shared: shared(new, &known_lead),
            corrects: new.headline_corrects || new.body_corrects && !told.body_corrects,
            day_apart,
            headline,
        }
    }

    /// What is new in its text, by weight.
    pub(super) fn body(&self) -> Unsaid {
        Unsaid {
            weight: self.lead.weight + self.rest.weight,
            all: self.lead.all + self.rest.all,
            figures: self.lead.figures + self.rest.figures,
            names: self.lead.names + self.rest.names,
        }
    }

    /// How new the article is as a whole, for people: the greater of what is new in its headline
    /// and in its text.
    pub(super) fn share(&self) -> f64 {
        self.headline.share().max(self.body().share())
    }
}

/// Reads a text for someone who knows another.
#[derive(Clone, Copy)]
struct Reader<'a> {
    known: &'a KnownTerms,
    /// Dates count like figures; otherwise not at all.
    dates_count: bool,
}

impl Reader<'_> {
    /// What the reader does not know of a part of a text, each term once.
    fn unsaid(self, text: &Terms, part: &[Term]) -> Unsaid {
        let mut unsaid = Unsaid::default();
        for term in distinct(part) {
            let date = term.kind == TermKind::Date;
            let weight = if date && !self.dates_count { 0.0 } else { term.weight() };
            unsaid.all += weight;
            if !self.known.has(text, term) {
                unsaid.weight += weight;
                let figure = term.kind == TermKind::Figure || date && self.dates_count;
                unsaid.figures += usize::from(figure);
                let name = matches!(term.kind, TermKind::Name | TermKind::Hangul);
                unsaid.names += usize::from(name);
            }
        }
        unsaid
    }

    fn has_new_subject(self, new: &ArticleText) -> bool {
        let in_headline: Vec<u32> = new
            .headline
            .list
            .iter()
            .filter(|term| !self.known.has(&new.headline, **term))
            .map(|term| term.hash)
            .collect();
        let names = |term: &&Term| match term.kind {
            TermKind::Name | TermKind::Figure | TermKind::Hangul => true,
            TermKind::Date => self.dates_count,
            TermKind::Word | TermKind::Day | TermKind::Pair => false,
        };
        let unknown =
            |term: &Term| in_headline.contains(&term.hash) && !self.known.has(&new.body, *term);
        new.lead().iter().filter(names).any(unknown)
    }
}

/// The weight of the terms of headline and lead that are known.
fn shared(new: &ArticleText, known: &KnownTerms) -> f64 {
    let mut counted: Vec<u32> = Vec::new();
    let mut weight = 0.0;
    for (text, part) in [(&new.headline, new.headline.list.as_slice()), (&new.body, new.lead())] {
        for term in part {
            let dated = matches!(term.kind, TermKind::Date | TermKind::Day);
            let common = new.common.binary_search(&term.hash).is_ok();
            if dated || common || counted.contains(&term.hash) || !known.has(text, *term) {
                continue;
            }
            counted.push(term.hash);
            weight += term.weight();
        }
    }
    weight
}

/// Each term once, where it stands first.
fn distinct(part: &[Term]) -> impl Iterator<Item = Term> {
    let mut order: Vec<(u32, usize)> =
        part.iter().enumerate().map(|(at, term)| (term.hash, at)).collect();
    order.sort_unstable();
    order.dedup_by_key(|(hash, _)| *hash);
    order.into_iter().filter_map(|(_, at)| part.get(at).copied())
}
