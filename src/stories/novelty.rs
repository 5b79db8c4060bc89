//! Decides whether an article with the text of a stored one says anything new. If it does not, it
//! is a copy and alerts nobody, so every reason why a text was taken for a repeat is in this file.
//!
//! This is the only definition of "the same text" in the program. First come rules that keep two
//! texts apart however similar they are ([`is_other_story`]), because a wrong silence is a missed
//! alert. Then the measures are weighed (`copy_score.rs`). A text too short to be compared is
//! decided by its headline.
use std::time::Duration;

use super::alignment::HEAD_WEIGHT;
pub use super::comparable_text::{ComparableText, PairContext, Similarity};
use super::comparison::Comparison;
use super::copy_score::{self, Features};

/// Why an article is a copy of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyReason {
    /// The text is the same, or one is a shortened form of the other.
    SameText,
    /// The same source published its story again, revised.
    Update,
}

impl CopyReason {
    /// The word for it in the store, the log, the metrics and the tests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameText => "same-text",
            Self::Update => "update",
        }
    }
}

/// How similar two texts are. The order of the two does not matter.
pub fn similarity_of(a: &ComparableText, b: &ComparableText) -> Similarity {
    Comparison::new(a, b).likeness
}

/// The measures of two texts, for the bench that learns the weights. `None` if one of them is too
/// short to be compared.
pub fn features_of(
    a: &ComparableText,
    b: &ComparableText,
    between: PairContext,
) -> Option<Features> {
    let comparable = a.is_comparable() && b.is_comparable();
    comparable.then(|| features_from(&Comparison::new(a, b), a, b, between))
}

/// Whether a rule keeps two texts apart, whatever the measures say.
pub fn is_ruled_out(a: &ComparableText, b: &ComparableText, between: PairContext) -> bool {
    is_other_story(&Comparison::new(a, b), a, b, between)
}

/// Why one of two articles is a copy of the other, and how similar they are; `None` if it is none.
pub fn copy_reason(
    a: &ComparableText,
    b: &ComparableText,
    between: PairContext,
) -> Option<(CopyReason, Similarity)> {
    let measured = Comparison::new(a, b);
    let one = if a.is_comparable() && b.is_comparable() {
        !is_other_story(&measured, a, b, between)
            && (is_verbatim(&measured, between)
                || copy_score::is_copy(&features_from(&measured, a, b, between)))
    } else {
        is_follow_up(&measured, a, b, between)
    };
    one.then(|| (reason(&measured, a, b, between), measured.likeness))
}

fn features_from(
    m: &Comparison,
    a: &ComparableText,
    b: &ComparableText,
    between: PairContext,
) -> Features {
    copy_score::features(m, between, a.revised || b.revised, between.time_apart >= DAILY)
}

/// The reason that is shown for a copy.
fn reason(
    m: &Comparison,
    a: &ComparableText,
    b: &ComparableText,
    between: PairContext,
) -> CopyReason {
    let marked = a.revised || b.revised;
    // A revision label in the headline says that the source wants the story read again.
    let twice = a.revised == b.revised && m.likeness.similarity > 0.99;
    let rewritten = m.likeness.containment < REWRITTEN_BELOW;
    let again = between.same_source && (marked && !twice || rewritten);
    if again { CopyReason::Update } else { CopyReason::SameText }
}

/// Two texts of one source with less in common than this are a story that was written again.
const REWRITTEN_BELOW: f64 = 0.9;

/// How long a story is compared with later ones. What is published later in the same words is
/// about another year or another meeting.
pub const WINDOW: Duration = Duration::from_hours(7 * 24);

/// The shortest time between two issues of a daily column.
const DAILY: Duration = Duration::from_hours(12);

/// The longest time between two revisions of one story. Under a day, so that a daily column is no
/// revision.
const REVISIONS_APART_MAX: Duration = Duration::from_hours(14);

/// In a text shorter than this, in words, one other figure or name makes it another issue of a
/// template. A text of twice this length may have one, and so on.
const REPLACED_WORDS: usize = 40;
/// The same for a story that its source labels as revised: it may have one for each so many words,
/// because the number of victims rises.
const REISSUED_REPLACED_WORDS: usize = 20;

/// With less than this share of its text in that of another source, it is a report of the same
/// event or has the same quotation.
const CONTAINMENT_MIN: f64 = 0.5;
/// The same for a short text.
const SHORT_CONTAINMENT_MIN: f64 = 0.6;

/// Two texts with more in common than this, but with several other figures, are made from one
/// template.
const TEMPLATE_CONTAINMENT_MIN: f64 = 0.9;

/// A paywall notice or a slogan is in texts that have at least this share in common …
const PAYWALL_CONTAINMENT_MIN: f64 = 0.95;
/// … and has less than this share of the words of each headline …
const PAYWALL_SHARED_CONTENT_MAX: f64 = 0.3;
/// … or than this, if it is longer and two sources have it, because few sources have the same
/// notice.
const PAYWALL_SHARED_CONTENT_ACROSS_MAX: f64 = 0.1;

/// A text of fewer words than this may be a paywall notice or a slogan …
const PAYWALL_WORDS_MAX: usize = 60;
/// … and so may fewer words than this that are the end of a longer text.
const TAIL_WORDS_MAX: usize = 25;

/// Whether two texts are different stories, whatever their similarity.
fn is_other_story(
    m: &Comparison,
    a: &ComparableText,
    b: &ComparableText,
    between: PairContext,
) -> bool {
    let PairContext { same_source, time_apart: apart } = between;
    if apart > WINDOW {
        return true;
    }
    let swapped = m.alignment.replaced;
    // It has other figures or names in the same places: the next issue of a template.
    let reissued = same_source && (a.revised || b.revised) && m.words >= REPLACED_WORDS;
    let swapped_max = match m.words {
        words if reissued => words / REISSUED_REPLACED_WORDS,
        words if words < REPLACED_WORDS * 2 => words / REPLACED_WORDS,
        words => 1 + words / REPLACED_WORDS,
    };
    if swapped > swapped_max {
        return true;
    }
    // It is about somebody else, or it has more other figures than common ones.
    let figures = m.shared_numbers + m.missing_numbers;
    if m.subjects_missing >= 2 && swapped >= 3 && !reissued
        || swapped >= 4
            && m.likeness.containment > TEMPLATE_CONTAINMENT_MIN
            && m.shared_numbers * 5 <= figures * 3
    {
        return true;
    }
    if !same_source {
        let short = m.words < REPLACED_WORDS;
        if m.likeness.containment < if short { SHORT_CONTAINMENT_MIN } else { CONTAINMENT_MIN } {
            return true;
        }
    } else if a.revised || b.revised {
        // For example "Live: 16 May" and "Live: 17 May", or short reports of two earthquakes.
        let flashes = m.words < REPLACED_WORDS && m.other_numbers;
        if apart > REVISIONS_APART_MAX || flashes && m.likeness.containment < SHORT_CONTAINMENT_MIN
        {
            return true;
        }
    } else if swapped > 0 || m.likeness.containment < own_containment_min(m, apart) {
        return true;
    }
    // Two lists of the same kind have all words in common, but no line.
    if m.words >= REPLACED_WORDS && m.alignment.longest < STRETCH_WEIGHT_MIN {
        return true;
    }
    // A digest has many stories, and may be the only article that tells the others. A copy that
    // was cut is the beginning of its original, not a part from its middle.
    if m.ratio > DIGEST_RATIO_MIN && m.alignment.skipped > DIGEST_SKIPPED_MIN {
        return true;
    }
    // The same lines with the same headline on another day are a column.
    if same_source && apart >= DAILY && m.words < PAYWALL_WORDS_MAX && m.headline_overlap > 0.99 {
        return true;
    }
    // A paywall notice is under every headline and says nothing of it. So does a line that many
    // stories end with.
    let tail = m.words < TAIL_WORDS_MAX && m.alignment.skipped > HEAD_WEIGHT / 2;
    let general = m.longer_words < PAYWALL_WORDS_MAX || tail;
    let one_headline =
        m.headline_overlap >= 0.6 && (m.headline_replacements == 0 || m.words >= TAIL_WORDS_MAX);
    let slight = same_source || m.words < TAIL_WORDS_MAX;
    let told_max =
        if slight { PAYWALL_SHARED_CONTENT_MAX } else { PAYWALL_SHARED_CONTENT_ACROSS_MAX };
    general
        && m.likeness.containment > PAYWALL_CONTAINMENT_MIN
        && m.shared_content < told_max
        && !one_headline
}

/// A digest is longer than one of its stories by more than this factor …
const DIGEST_RATIO_MIN: f64 = 3.0;
/// … and has more than this before it, in half words.
const DIGEST_SKIPPED_MIN: usize = 80;

/// Whether two sources have the same text word for word, with headlines that agree with it. It is
/// then a copy although it is short, where there is little to weigh, or a day later.
fn is_verbatim(m: &Comparison, between: PairContext) -> bool {
    !between.same_source
        && m.likeness.similarity >= VERBATIM_MIN
        && m.words >= VERBATIM_WORDS_MIN
        && m.shared_content >= PAYWALL_SHARED_CONTENT_MAX
        && m.alignment.replaced + m.alignment.reworded == 0
}

/// From this similarity on two texts count as the same word for word.
const VERBATIM_MIN: f64 = 0.97;

/// Fewer words than this may be a form that is filled in for every event.
const VERBATIM_WORDS_MIN: usize = 12;

/// The share of its text that an article must have in common with one of the same source, if no
/// label says it is the same story. It is lower if the headline is the same and it follows soon.
fn own_containment_min(m: &Comparison, apart: Duration) -> f64 {
    let again = m.headline_overlap > 0.99 && apart <= UNMARKED_APART_MAX;
    if again { SHORT_CONTAINMENT_MIN } else { OWN_CONTAINMENT_MIN }
}

/// The longest time between two versions of a story without a label.
const UNMARKED_APART_MAX: Duration = Duration::from_hours(6);

/// With less than this in common with an unlabelled text of its own source, it is the next story.
const OWN_CONTAINMENT_MIN: f64 = 0.85;

/// A copy that is not short has at least this much in one piece, in half words.
const STRETCH_WEIGHT_MIN: usize = 14;

/// Whether a news flash without text is followed by its story: a label says so, and the headline
/// says the same or more.
fn is_follow_up(
    m: &Comparison,
    a: &ComparableText,
    b: &ComparableText,
    between: PairContext,
) -> bool {
    between.same_source
        && between.time_apart <= REVISIONS_APART_MAX
        && (a.revised || b.revised)
        && m.headline_overlap >= 0.6
        && m.headline_replacements == 0
        && !m.other_numbers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STORY: &str = "SEOUL, Feb. 12 (Agency) -- The presidential office denied on Wednesday that \
        the government was about to end a military pact with Japan. A senior official told \
        reporters that talks with Tokyo were going on in good faith. The two neighbours have \
        argued over trade and history since 2018. In November the South agreed to extend the pact \
        on conditions, and asked Japan to lift restrictions on exports of chip materials.";

    fn verdict(a: (&str, &str), b: (&str, &str), between: PairContext) -> Option<CopyReason> {
        let (a, b) = (ComparableText::new(a.0, a.1), ComparableText::new(b.0, b.1));
        let there = copy_reason(&a, &b, between).map(|(reason, _)| reason);
        let back = copy_reason(&b, &a, between).map(|(reason, _)| reason);
        assert_eq!(there, back, "likeness has no direction");
        there
    }

    #[test]
    fn a_text_cut_under_another_headline_is_the_same_text() {
        let cut = STORY.split_inclusive('.').take(4).collect::<String>();
        let found = verdict(
            ("Pact not to end, says Seoul", STORY),
            ("Seoul denies", &cut),
            PairContext::default(),
        );
        assert_eq!(found, Some(CopyReason::SameText));
    }

    #[test]
    fn another_number_or_name_keeps_short_texts_apart() {
        let told = |who: &str, count: &str| {
            format!(
                "Police in {who} said on Monday that {count} people were hurt when a bus left the road."
            )
        };
        let (here, there) = (told("Leeds", "12"), told("Derby", "12"));
        let more = told("Leeds", "14");
        let title = "Bus leaves the road, people hurt";
        for other in [&there, &more] {
            let found = verdict((title, &here), (title, other), PairContext::default());
            assert_eq!(found, None, "{other}");
        }
        let found =
            verdict((title, &here), ("People hurt in bus crash", &here), PairContext::default());
        assert_eq!(found, Some(CopyReason::SameText));
    }

    #[test]
    fn of_two_texts_of_one_weight_either_may_come_first() {
        let filler: Vec<String> = (0..80).map(|word| format!("word{}", "x".repeat(word))).collect();
        let (few, more) = ("old boats left harbour", "new boats came in from sea");
        let first = ComparableText::new("", &format!("{few} {} {more}", filler.join(" ")));
        let second = ComparableText::new("", &format!("{more} {} {few}", filler.join(" ")));
        assert_eq!(first.weight, second.weight);
        assert_eq!(similarity_of(&first, &second), similarity_of(&second, &first));
    }

    #[test]
    fn texts_of_one_mould_with_figures_of_their_own_stay_apart() {
        let told = |months: &str, pages: &str, crowd: &str| {
            format!(
                "Work on the old lock is to begin before winter, weather permitting. Residents have \
                 waited {months} months for the new ferry timetable to be printed. A report of \
                 {pages} pages, published late in the evening, praises a drawing of the flood wall. \
                 Some {crowd} people came to the town hall to hear what became of the night trains. \
                 The mayor thanked the weather office and promised to publish the minutes."
            )
        };
        let (here, there) = (told("14", "293", "1,200"), told("72", "118", "340"));
        let found = verdict(
            ("Vote put off", &here),
            ("Ferry wait goes on", &there),
            PairContext::default(),
        );
        assert_eq!(found, None);
    }

    const RAIDS: &str = "Police arrested 14 people on Tuesday in raids on a ring that smuggled \
        songbirds across the Danube, prosecutors in Vienna said.";

    #[test]
    fn a_short_text_to_the_word_is_a_copy_the_next_day_and_not_the_next_month() {
        let title = "Raids on songbird smugglers";
        let apart = |days: u64| {
            let between =
                PairContext { same_source: false, time_apart: Duration::from_hours(24 * days) };
            verdict((title, RAIDS), ("Songbird ring raided", RAIDS), between)
        };
        assert_eq!(apart(1), Some(CopyReason::SameText));
        assert_eq!(apart(30), None);
    }

    #[test]
    fn one_story_in_both_chinese_scripts_is_one() {
        let mainland = "工业和信息化部18日表示,将加强对稀土出口的管理,违规企业将被列入名单。发言人说,有关措施\
            自下月1日起施行,共涉及12类产品。";
        let island = "工業和信息化部18日表示，將加強對稀土出口的管理，違規企業將被列入名單。發言人說，有關措施\
            自下月1日起施行，共涉及12類產品。";
        let (read, again) = (
            ComparableText::new("稀土出口管理加强", mainland),
            ComparableText::new("稀土管制升級", island),
        );
        assert!(
            similarity_of(&read, &again).similarity > 0.95,
            "{:?}",
            similarity_of(&read, &again)
        );
        assert!(copy_reason(&read, &again, PairContext::default()).is_some());
    }

    #[test]
    fn lists_with_one_vocabulary_are_not_one_text() {
        let towns = ["Leeds", "Derby", "Luton", "Poole", "Wigan", "Crewe", "Epsom", "Truro"];
        let list = |step: usize| {
            let games =
                (0..24).map(|n| format!("{} beat {}.", towns[n * step % 8], towns[(n + step) % 8]));
            games.collect::<Vec<_>>().join(" ")
        };
        let found =
            verdict(("Results", &list(1)), ("All results", &list(3)), PairContext::default());
        assert_eq!(found, None);
    }

    #[test]
    fn a_digest_is_no_copy_of_one_of_its_stories() {
        let other = |what: &str| {
            format!(
                "The city council put off the vote on the new {what} after a long debate over its \
                 cost and its route through the old park, and will meet again before the summer. "
            )
        };
        let others = ["tram line", "bridge", "ferry", "school", "market"].map(other);
        let title = "Seoul denies end of military pact with Japan";
        let brief = STORY.split_inclusive('.').take(4).collect::<String>();
        let long = format!("{STORY} {}", others.concat());
        let digest = format!("{}{STORY} {}", others[..2].concat(), others[2..].concat());
        let cut = verdict((title, &brief), (title, &long), PairContext::default());
        assert_eq!(cut, Some(CopyReason::SameText), "what follows makes it no other story");
        assert_eq!(verdict((title, &brief), (title, &digest), PairContext::default()), None);
    }

    #[test]
    fn headlines_alone_make_no_story() {
        let title = "Seoul and Tokyo resume talks on export controls";
        assert_eq!(verdict((title, ""), (title, ""), PairContext::default()), None);
        assert_eq!(verdict((title, "Video"), (title, "Video"), PairContext::default()), None);
    }

    #[test]
    fn a_marked_headline_of_the_same_source_is_an_update_and_of_another_day_is_not() {
        let first = ("정부, 지소미아 조건부 연장", "정부는 지소미아를 조건부로 연장한다고 밝혔다.");
        let flash = ("[속보] 정부, 지소미아 조건부 연장", "");
        let soon = PairContext { same_source: true, time_apart: Duration::from_mins(10) };
        assert_eq!(verdict(flash, first, soon), Some(CopyReason::Update));
        let later = PairContext { time_apart: Duration::from_hours(24), ..soon };
        assert_eq!(verdict(flash, first, later), None);
        assert_eq!(verdict(flash, first, PairContext::default()), None, "another source");
    }

    #[test]
    fn a_marked_headline_over_the_same_text_is_an_update_and_in_another_paper_a_copy() {
        let soon = PairContext { same_source: true, time_apart: Duration::from_hours(2) };
        let (first, again) =
            ("Pact not to end, says Seoul", "UPDATE 2-Pact not to end, says Seoul");
        assert_eq!(verdict((first, STORY), (again, STORY), soon), Some(CopyReason::Update));
        assert_eq!(verdict((again, STORY), (again, STORY), soon), Some(CopyReason::SameText));
        let elsewhere = PairContext { same_source: false, ..soon };
        assert_eq!(verdict((first, STORY), (again, STORY), elsewhere), Some(CopyReason::SameText));
    }

    #[test]
    fn a_column_with_the_same_line_every_day_is_a_story_every_day() {
        let column = ("Morning briefing", "All you need to know this morning, from our newsroom.");
        let daily = PairContext { same_source: true, time_apart: Duration::from_hours(24) };
        assert_eq!(verdict(column, column, daily), None);
    }

    #[test]
    fn the_greatest_text_is_compared_like_any_other() {
        let great = "The committee met again and adjourned without a decision. ".repeat(200_000);
        let text = ComparableText::new("Committee adjourns", &great);
        assert_eq!(text.units.len(), crate::stories::text_units::UNITS_MAX);
        let alike = similarity_of(&text, &text);
        assert!((alike.similarity - 1.0).abs() < 1e-9, "{alike:?}");
        assert_eq!(similarity_of(&text, &ComparableText::default()), Similarity::default());
    }

    /// A story of numbers, names and words in four scripts, and what an edit makes of it.
    fn edited() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
        let word = prop_oneof![
            4 => "[a-z]{2,6}", 2 => "[A-Z][a-z]{3,6}", 1 => "[0-9]{1,4}", 2 => "[가-힣]{1,3}",
            2 => "[一-龠]{1,3}", 1 => "[а-я]{2,6}", 1 => "[.,!?。\\n%:()=-]",
        ];
        let edit = (any::<prop::sample::Index>(), word.clone(), 0..3_u8);
        let edits = prop::collection::vec(edit, 0..12);
        (prop::collection::vec(word, 1..120), edits).prop_map(|(story, edits)| {
            let mut copy = story.clone();
            for (at, word, how) in edits {
                let at = at.index(copy.len().max(1)).min(copy.len().saturating_sub(1));
                match how {
                    0 => copy.insert(at, word),
                    1 if copy.len() > 1 => {
                        copy.remove(at);
                    }
                    _ => copy[at] = word,
                }
            }
            (story, copy)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn who_comes_first_makes_no_difference(
            (story, copy) in edited(), same_source: bool, hours in 0_u64..40,
        ) {
            let (a, b) = (story.join(" "), copy.join(" "));
            let title = |text: &str| text.chars().take(40).collect::<String>();
            let (first, second) = (ComparableText::new(&title(&a), &a), ComparableText::new(&title(&b), &b));
            let between = PairContext { same_source, time_apart: Duration::from_hours(hours) };
            prop_assert_eq!(similarity_of(&first, &second), similarity_of(&second, &first));
            prop_assert_eq!(copy_reason(&first, &second, between), copy_reason(&second, &first, between));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_text_is_too_strange_and_likeness_has_no_direction(
            a in "(?s).{0,80}|[a-c가나.1 ]{0,120}",
            b in "(?s).{0,80}|[a-c가나.1 ]{0,120}",
        ) {
            let (first, second) = (ComparableText::new(&a, &b), ComparableText::new(&b, &a));
            let alike = similarity_of(&first, &second);
            prop_assert!((0.0..=1.0).contains(&alike.similarity));
            prop_assert!((0.0..=1.0).contains(&alike.containment));
            prop_assert!(alike.similarity <= alike.containment);
            let itself = similarity_of(&first, &first);
            prop_assert!(first.weight < crate::stories::comparable_text::WEIGHT_MIN || itself.containment > 0.999);
        }
    }
}
