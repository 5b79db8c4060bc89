//! When two texts are one text. This is the only definition of similarity in the program: the
//! index proposes, the alignment measures, and this decides.
use std::time::Duration;

use super::align::{Alignment, HEAD_WEIGHT, align, replaced_places, weigh};
use super::noise;
use super::units::{self, Kind, Unit};

/// Texts of less than this say too little to be compared, in half words.
const WEIGHT_MIN: usize = 12;

/// A headline of at least this much names a story, in half words.
const TELLING_WEIGHT: usize = 10;

/// Bytes of a text that are read, ten times what [`units::UNITS_MAX`] mostly need: a text of many
/// megabytes costs no more than a long one.
const READ_BYTES_MAX: usize = 256 << 10;

/// A text made ready to be compared: its story in units, without datelines, bylines and tails.
#[derive(Clone, Debug, Default)]
pub struct Text {
    pub(super) units: Vec<Unit>,
    /// Units of the headline without its marks.
    pub(super) headline: Vec<Unit>,
    /// Hashes of the story's sentences, for the recognition of boilerplate.
    pub(super) sentences: Vec<u64>,
    /// The headline says that the story was revised.
    pub(super) revised: bool,
    /// The headline says enough to name a story.
    pub(super) telling: bool,
    /// In half words.
    weight: usize,
}

impl Text {
    /// Reads a headline and a plain text.
    pub fn new(title: &str, text: &str) -> Self {
        Self::without(title, text, |_| false)
    }

    /// Reads them without the sentences whose hash `boilerplate` knows.
    pub(super) fn without(title: &str, text: &str, boilerplate: impl Fn(u64) -> bool) -> Self {
        let title = units::folded(title);
        let (bare, revised) = noise::unmarked(&title);
        let mut headline = Vec::new();
        // The marks come off in lower case, which would hide the names.
        units::read(&bare, &mut headline);
        let mut story = Vec::new();
        let mut sentences = Vec::new();
        let head = text.get(..text.floor_char_boundary(READ_BYTES_MAX)).unwrap_or_default();
        let folded = units::folded(head);
        for sentence in noise::story(noise::without_title(&folded, &title)) {
            let begin = story.len();
            units::read(sentence, &mut story);
            if let Some(first) = story.get_mut(begin).filter(|unit| unit.kind == Kind::Name) {
                first.kind = Kind::Capital;
            }
            let hash = story
                .get(begin..)
                .unwrap_or_default()
                .iter()
                .fold(0, |hash: u64, unit| units::mix_wide(hash ^ u64::from(unit.hash)));
            if story.len() > begin {
                sentences.push(hash);
            }
            if boilerplate(hash) {
                story.truncate(begin);
            }
            if story.len() >= units::UNITS_MAX {
                break;
            }
        }
        units::without_nouns(&mut story);
        let weight = weigh(Some(&story));
        let telling = weigh(Some(&headline)) >= TELLING_WEIGHT;
        Self { units: story, headline, sentences, revised, telling, weight }
    }

    /// Whether the text says enough to be compared with others.
    pub fn is_comparable(&self) -> bool {
        self.weight >= WEIGHT_MIN
    }

    /// Whether it says so little under its headline that the headline may say it all.
    pub(super) fn is_flash(&self) -> bool {
        self.weight < FLASH_WORDS_MAX * 2
    }
}

/// How much two texts have in common, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likeness {
    /// Common text over all text.
    pub similarity: f64,
    /// Common text over the shorter text.
    pub containment: f64,
}

/// What is known of two articles beside their texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Between {
    pub same_source: bool,
    /// Between their publication; zero if unknown.
    pub apart: Duration,
}

/// Why two articles are one story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The text is the same, or one is a shortened form of the other.
    SameText,
    /// The same source brought its story again, revised.
    Update,
}

impl Reason {
    /// The word the store, the log, the metrics and the tests use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameText => "same-text",
            Self::Update => "update",
        }
    }
}

/// Everything measured between two texts.
struct Measured {
    likeness: Likeness,
    found: Alignment,
    /// The shorter text, in words.
    words: usize,
    longer_words: usize,
    /// The longer text over the shorter.
    ratio: f64,
    /// Of the shorter text's different numbers, those the longer does not have anywhere: how many,
    /// and the share of them.
    foreign_numbers: (usize, f64),
    /// Of them, those the longer has.
    shared_numbers: usize,
    /// The share of the shorter headline's units that the other headline has.
    headlines: f64,
    /// Places where one headline has something else than the other, and not only more: all, and
    /// those that are not only other numbers.
    retitled: (usize, usize),
    /// The share of the longer text that stands before the common one.
    skipped: f64,
    /// Both headlines hold numbers, and one of them a number that the other lacks.
    other_numbers: bool,
    /// How much of its headline each text tells at least.
    told: f64,
}

/// How alike two texts are.
pub fn likeness(a: &Text, b: &Text) -> Likeness {
    measure(a, b).likeness
}

/// Whether two articles are one story, and why.
pub fn same(a: &Text, b: &Text, between: Between) -> Option<(Reason, Likeness)> {
    let measured = measure(a, b);
    if is_same_text(&measured, a, b, between) {
        // A mark says that the source wants it read again, unless it only stands twice in a feed.
        let twice = a.revised == b.revised && measured.likeness.similarity > 0.99;
        let marked = between.same_source && (a.revised || b.revised) && !twice;
        let reason = if marked { Reason::Update } else { Reason::SameText };
        return Some((reason, measured.likeness));
    }
    is_update(&measured, a, b, between).then_some((Reason::Update, measured.likeness))
}

fn measure(a: &Text, b: &Text) -> Measured {
    // Of two of one weight, always the same one is laid along the other.
    let order = a.weight.cmp(&b.weight).then_with(|| a.sentences.cmp(&b.sentences));
    let (short, long) = if order.is_le() { (a, b) } else { (b, a) };
    let found = align(&short.units, &long.units);
    let all = short.weight + long.weight - found.matched;
    let numbers = units::foreign(&short.units, &long.units, Kind::Number);
    Measured {
        likeness: Likeness {
            similarity: ratio(found.matched, all),
            containment: ratio(found.matched, short.weight),
        },
        found,
        words: short.weight / 2,
        longer_words: long.weight / 2,
        ratio: ratio(long.weight, short.weight.max(1)),
        foreign_numbers: (numbers.missing, ratio(numbers.missing, numbers.all)),
        shared_numbers: numbers.all - numbers.missing,
        headlines: overlap(&a.headline, &b.headline),
        retitled: replaced_places(&a.headline, &b.headline),
        skipped: ratio(found.skipped, long.weight),
        other_numbers: units::foreign(&a.headline, &b.headline, Kind::Number).missing > 0
            && units::foreign(&b.headline, &a.headline, Kind::Number).missing > 0,
        told: overlap(&a.headline, &short.units).min(overlap(&b.headline, &short.units)),
    }
}

/// A copy that was cut from another's end begins within this much of its beginning, in half words.
const SKIPPED_WEIGHT_MAX: usize = 80;

/// "Follow the match with us": a line under a headline that may say nothing of it.
const BLURB_WORDS_MAX: usize = 25;

/// Fewest hours between two editions of a daily column.
const DAILY: Duration = Duration::from_hours(12);

/// From this containment on a text may be a copy though it is in pieces or has a figure of its own,
/// and from the second on though it has several.
const MOULD_MAX: f64 = 0.8;
const OWN_FIGURES_MAX: f64 = 0.95;

/// A stretch of this much, in half words, is a sentence and more.
const STRETCH_WEIGHT_MIN: usize = 24;

fn is_same_text(m: &Measured, a: &Text, b: &Text, between: Between) -> bool {
    if !a.is_comparable() || !b.is_comparable() {
        return false;
    }
    let contained_min = match m.words {
        0..25 => 0.85,
        25..60 => 0.75,
        60..120 => 0.65,
        120..250 => 0.55,
        _ => 0.5,
    };
    let stricter = match between.same_source {
        true => 0.1,
        // A lead that a desk touched up: the same beginning, the same figures, a like headline.
        false if m.agrees() && m.begins_alike() && m.headlines >= 0.5 => -0.15,
        false => 0.0,
    };
    if m.likeness.containment < contained_min + stricter || is_other_edition(m) {
        return false;
    }
    // Retold with its own figures, though not in the same places.
    if m.foreign_numbers.1 > 0.4 && m.foreign_numbers.0 > 1.max(m.words / 40) {
        return false;
    }
    if m.is_of_one_mould() {
        return false;
    }
    let edited_max = if m.agrees() { 2 + m.words / 10 } else { 1 + m.words / 20 };
    if m.words < 60 && m.found.edited > edited_max {
        return false;
    }
    if between.apart >= DAILY && m.found.swapped_early > 0 && !is_later_version(m, between) {
        return false;
    }
    // Stories that only share what went before begin each in its own way.
    if m.found.short_head.max(m.found.long_head) * 2 < HEAD_WEIGHT.min(m.words * 2) {
        return false;
    }
    // A digest holds many stories; a copy is cut from its end.
    if m.ratio > 3.0 && m.found.skipped > SKIPPED_WEIGHT_MAX && m.skipped > 0.15 {
        return false;
    }
    // A wall or a slogan stands under every headline and tells none of them.
    let told_min = if between.same_source || m.words < BLURB_WORDS_MAX { 0.3 } else { 0.1 };
    // So does a line that many a story ends with; the first line of one is its own.
    let general = m.longer_words < 60 || (m.words < 25 && m.found.skipped > HEAD_WEIGHT / 2);
    let one_headline = m.headlines >= 0.6 && (m.retitled.0 == 0 || m.words >= BLURB_WORDS_MAX);
    if general && m.told < told_min && !one_headline {
        return false;
    }
    // The same lines under the same headline on another day: a column.
    !(between.same_source && between.apart >= DAILY && m.words < 60 && m.headlines > 0.99)
}

/// The next edition of a bulletin changes its beginning and keeps the rest; so does a later version
/// of a long story in another paper, but only a figure or two.
fn is_later_version(m: &Measured, between: Between) -> bool {
    !between.same_source
        && m.words >= LATER_WORDS_MIN
        && m.likeness.containment >= 0.85
        && m.found.swapped <= 1 + m.words / 150
}

/// Fewer words than this are a bulletin's.
const LATER_WORDS_MIN: usize = 80;

impl Measured {
    /// The shorter text's numbers, two at least, are all in the longer.
    fn agrees(&self) -> bool {
        self.shared_numbers >= 2 && self.foreign_numbers.0 == 0
    }

    /// Much of it stands in the longer text, but in phrases, or with none of its figures: two texts of
    /// one mould. A copy keeps a figure, and a stretch that no mould has.
    fn is_of_one_mould(&self) -> bool {
        let own_max = match self.foreign_numbers.0 {
            0 => 0.0,
            _ if self.shared_numbers > 0 => 0.0,
            1 => MOULD_MAX,
            _ => OWN_FIGURES_MAX,
        };
        let contained = self.likeness.containment;
        contained < own_max || contained < MOULD_MAX && self.found.longest < STRETCH_WEIGHT_MIN
    }

    /// Both begin with much the same words.
    fn begins_alike(&self) -> bool {
        let head = HEAD_WEIGHT.min(self.words * 2);
        self.found.short_head.min(self.found.long_head) * 10 >= head * 7
    }
}

/// Whether what stands in the place of what tells two editions of one template apart: other
/// numbers and names, in a text short enough for one of them to make the difference, or in every
/// sentence of a longer one. Copies have such places too, where a desk put its own words.
fn is_other_edition(m: &Measured) -> bool {
    let (swapped, reworded) = (m.found.swapped, m.found.reworded);
    // Turns of phrase, where every figure and the subject are the same, are a desk's.
    if m.agrees() && swapped == 0 && m.found.reworded_first == 0 {
        return match m.words {
            0..25 => reworded > 0,
            25..40 => reworded > 1,
            40..60 => reworded > 3,
            words => reworded > words / 10,
        };
    }
    match m.words {
        0..40 => swapped + reworded > 0,
        40..60 => swapped > 0 || reworded > 1,
        60..80 => swapped > 1 || m.found.swapped_early > 0 || reworded > 3,
        words => swapped > words / 60 || swapped * 2 + reworded > words / 20,
    }
}

/// Longest time between two revisions when no mark says that they are.
const UNMARKED_APART_MAX: Duration = Duration::from_hours(6);

/// A flash has fewer words than this under its headline.
const FLASH_WORDS_MAX: usize = 16;

/// A form of words that is filled in for every event has fewer words than this.
const FORM_WORDS_MAX: usize = 40;

/// Longest time between two revisions of one story: under a day, so that a daily column is none.
const REVISIONS_APART_MAX: Duration = Duration::from_hours(14);

fn is_update(m: &Measured, a: &Text, b: &Text, between: Between) -> bool {
    if !between.same_source || between.apart > REVISIONS_APART_MAX {
        return false;
    }
    // A revision changes a number or two; the next edition of a bulletin changes them all.
    if m.found.swapped > 2.max(m.words / 15) {
        return false;
    }
    let (headlines, common) = (m.headlines, m.likeness.containment);
    if !a.revised && !b.revised {
        let soon = between.apart <= UNMARKED_APART_MAX
            && m.words >= 40
            && m.found.swapped <= 1 + m.words / 60;
        return a.telling
            && b.telling
            && (headlines > 0.99 && common >= 0.4 || soon && headlines >= 0.75 && common >= 0.8);
    }
    if m.other_numbers && (common < 0.6 || m.longer_words < FLASH_WORDS_MAX) {
        // "Live: 16 May", "Live: 17 May"; two flashes from one speech.
        return false;
    }
    // A flash may say its headline again, or nothing; its headline is all there is to tell it by.
    if m.words < FLASH_WORDS_MAX && m.retitled.0 > 0 {
        return false;
    }
    // One form of words for two events: what changed is what both begin with.
    let subject = m.found.reworded_first + m.found.swapped_early;
    if m.words < FORM_WORDS_MAX && m.retitled.1 > 0 && subject > 0 {
        return false;
    }
    let flash = m.words < FLASH_WORDS_MAX && m.told >= 0.6 || m.words < WEIGHT_MIN / 2;
    // The story follows under much the same words.
    (headlines >= 0.6 && (common >= 0.3 || flash))
        || (headlines >= 0.3 && common >= 0.5 && m.skipped < 0.34)
}

/// The share of the lighter list's shingles (words, and pairs of characters) that the other has.
fn overlap(a: &[Unit], b: &[Unit]) -> f64 {
    let of = |units: &[Unit]| {
        let telling: Vec<Unit> =
            units.iter().filter(|unit| unit.kind != Kind::Common).copied().collect();
        let mut hashes: Vec<u64> = units::shingles(&telling, 1).map(|(_, hash)| hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    };
    let (a, b) = (of(a), of(b));
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let shared = few.iter().filter(|hash| many.binary_search(hash).is_ok()).count();
    ratio(shared, few.len())
}

/// `part` over `whole`; zero if there is no whole.
fn ratio(part: usize, whole: usize) -> f64 {
    let of = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { of(part) / of(whole) }
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

    fn verdict(a: (&str, &str), b: (&str, &str), between: Between) -> Option<Reason> {
        let (a, b) = (Text::new(a.0, a.1), Text::new(b.0, b.1));
        let there = same(&a, &b, between).map(|(reason, _)| reason);
        let back = same(&b, &a, between).map(|(reason, _)| reason);
        assert_eq!(there, back, "likeness has no direction");
        there
    }

    #[test]
    fn a_text_cut_under_another_headline_is_the_same_text() {
        let cut = STORY.split_inclusive('.').take(4).collect::<String>();
        let found = verdict(
            ("Pact not to end, says Seoul", STORY),
            ("Seoul denies", &cut),
            Between::default(),
        );
        assert_eq!(found, Some(Reason::SameText));
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
            let found = verdict((title, &here), (title, other), Between::default());
            assert_eq!(found, None, "{other}");
        }
        let found =
            verdict((title, &here), ("People hurt in bus crash", &here), Between::default());
        assert_eq!(found, Some(Reason::SameText));
    }

    #[test]
    fn of_two_texts_of_one_weight_either_may_come_first() {
        let filler: Vec<String> = (0..80).map(|word| format!("word{}", "x".repeat(word))).collect();
        let (few, more) = ("old boats left harbour", "new boats came in from sea");
        let first = Text::new("", &format!("{few} {} {more}", filler.join(" ")));
        let second = Text::new("", &format!("{more} {} {few}", filler.join(" ")));
        assert_eq!(first.weight, second.weight);
        assert_eq!(likeness(&first, &second), likeness(&second, &first));
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
        let found =
            verdict(("Vote put off", &here), ("Ferry wait goes on", &there), Between::default());
        assert_eq!(found, None);
    }

    #[test]
    fn headlines_alone_make_no_story() {
        let title = "Seoul and Tokyo resume talks on export controls";
        assert_eq!(verdict((title, ""), (title, ""), Between::default()), None);
        assert_eq!(verdict((title, "Video"), (title, "Video"), Between::default()), None);
    }

    #[test]
    fn a_marked_headline_of_the_same_source_is_an_update_and_of_another_day_is_not() {
        let first = ("정부, 지소미아 조건부 연장", "정부는 지소미아를 조건부로 연장한다고 밝혔다.");
        let flash = ("[속보] 정부, 지소미아 조건부 연장", "");
        let soon = Between { same_source: true, apart: Duration::from_mins(10) };
        assert_eq!(verdict(flash, first, soon), Some(Reason::Update));
        let later = Between { apart: Duration::from_hours(24), ..soon };
        assert_eq!(verdict(flash, first, later), None);
        assert_eq!(verdict(flash, first, Between::default()), None, "another source");
    }

    #[test]
    fn a_marked_headline_over_the_same_text_is_an_update_and_in_another_paper_a_copy() {
        let soon = Between { same_source: true, apart: Duration::from_hours(2) };
        let (first, again) =
            ("Pact not to end, says Seoul", "UPDATE 2-Pact not to end, says Seoul");
        assert_eq!(verdict((first, STORY), (again, STORY), soon), Some(Reason::Update));
        assert_eq!(verdict((again, STORY), (again, STORY), soon), Some(Reason::SameText));
        let elsewhere = Between { same_source: false, ..soon };
        assert_eq!(verdict((first, STORY), (again, STORY), elsewhere), Some(Reason::SameText));
    }

    #[test]
    fn a_column_with_the_same_line_every_day_is_a_story_every_day() {
        let column = ("Morning briefing", "All you need to know this morning, from our newsroom.");
        let daily = Between { same_source: true, apart: Duration::from_hours(24) };
        assert_eq!(verdict(column, column, daily), None);
    }

    #[test]
    fn the_greatest_text_is_compared_like_any_other() {
        let great = "The committee met again and adjourned without a decision. ".repeat(200_000);
        let text = Text::new("Committee adjourns", &great);
        assert_eq!(text.units.len(), units::UNITS_MAX);
        let alike = likeness(&text, &text);
        assert!((alike.similarity - 1.0).abs() < 1e-9, "{alike:?}");
        assert_eq!(likeness(&text, &Text::default()), Likeness::default());
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
            let (first, second) = (Text::new(&title(&a), &a), Text::new(&title(&b), &b));
            let between = Between { same_source, apart: Duration::from_hours(hours) };
            prop_assert_eq!(likeness(&first, &second), likeness(&second, &first));
            prop_assert_eq!(same(&first, &second, between), same(&second, &first, between));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn no_text_is_too_strange_and_likeness_has_no_direction(
            a in "(?s).{0,80}|[a-c가나.1 ]{0,120}",
            b in "(?s).{0,80}|[a-c가나.1 ]{0,120}",
        ) {
            let (first, second) = (Text::new(&a, &b), Text::new(&b, &a));
            let alike = likeness(&first, &second);
            prop_assert!((0.0..=1.0).contains(&alike.similarity));
            prop_assert!((0.0..=1.0).contains(&alike.containment));
            prop_assert!(alike.similarity <= alike.containment);
            let itself = likeness(&first, &first);
            prop_assert!(first.weight < WEIGHT_MIN || itself.containment > 0.999);
        }
    }
}
