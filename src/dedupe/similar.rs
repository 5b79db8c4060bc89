//! When two texts are one text. This is the only definition of similarity in the program: the
//! index proposes, the alignment measures, the evidence is weighed, and this decides.
use std::time::Duration;

use super::align::HEAD_WEIGHT;
use super::evidence::{self, Evidence};
use super::measure::{Measured, weight_of};
use super::noise;
use super::units::{self, Kind, Unit};

/// Texts of less than this say too little to be compared, in half words.
const WEIGHT_MIN: usize = 12;

/// Bytes of a text that are read, ten times what [`units::UNITS_MAX`] mostly need: a text of many
/// megabytes costs no more than a long one.
const READ_BYTES_MAX: usize = 256 << 10;

/// A flash has fewer words than this under its headline.
const FLASH_WORDS_MAX: usize = 16;

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
    /// In half words.
    pub(super) weight: usize,
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
        let weight = weight_of(&story);
        Self { units: story, headline, sentences, revised, weight }
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

/// How alike two texts are.
pub fn likeness(a: &Text, b: &Text) -> Likeness {
    Measured::new(a, b).likeness
}

/// What is weighed between two texts; `None` if one says too little to be compared. For those who
/// learn the weights.
pub fn evidence(a: &Text, b: &Text, between: Between) -> Option<Evidence> {
    let comparable = a.is_comparable() && b.is_comparable();
    comparable.then(|| weighed(&Measured::new(a, b), a, b, between))
}

/// Whether a rule keeps two texts apart, however alike they are.
pub fn is_ruled_out(a: &Text, b: &Text, between: Between) -> bool {
    is_apart(&Measured::new(a, b), a, b, between)
}

/// Whether two articles are one story, and why.
pub fn same(a: &Text, b: &Text, between: Between) -> Option<(Reason, Likeness)> {
    let measured = Measured::new(a, b);
    let one = if a.is_comparable() && b.is_comparable() {
        !is_apart(&measured, a, b, between)
            && (is_verbatim(&measured, between)
                || evidence::convinces(&weighed(&measured, a, b, between)))
    } else {
        is_followed(&measured, a, b, between)
    };
    one.then(|| (reason(&measured, a, b, between), measured.likeness))
}

fn weighed(m: &Measured, a: &Text, b: &Text, between: Between) -> Evidence {
    evidence::of(m, between, a.revised || b.revised, between.apart >= DAILY)
}

fn reason(m: &Measured, a: &Text, b: &Text, between: Between) -> Reason {
    let marked = a.revised || b.revised;
    // A mark says that the source wants it read again, unless it only stands twice in a feed.
    let twice = a.revised == b.revised && m.likeness.similarity > 0.99;
    let rewritten = m.likeness.containment < REWRITTEN_BELOW;
    let again = between.same_source && (marked && !twice || rewritten);
    if again { Reason::Update } else { Reason::SameText }
}

/// A source whose two texts have less than this in common wrote its story again.
const REWRITTEN_BELOW: f64 = 0.9;

/// How long a story is looked for after it was told. What is published later in the same words is
/// another year's, or another meeting's.
pub const WINDOW: Duration = Duration::from_hours(7 * 24);

/// Fewest hours between two editions of a daily column.
const DAILY: Duration = Duration::from_hours(12);

/// Longest time between two revisions of one story: under a day, so that a daily column is none.
const REVISIONS_APART_MAX: Duration = Duration::from_hours(14);

/// In a text of fewer words than this one figure or name makes another edition of a template; in
/// one of fewer than twice as many, two; and in a longer one, one more for as many words.
const SWAP_WORDS: usize = 40;
/// What a source marks as revised may have one for as many words: tolls rise.
const REISSUED_SWAP_WORDS: usize = 20;

/// Less of a text than this in another source's is the same event, or the same quotation.
const CONTAINMENT_MIN: f64 = 0.5;
/// … and so is less than this of a short one.
const SHORT_CONTAINMENT_MIN: f64 = 0.6;

/// Two texts with more than this in common and several other figures are of one mould.
const MOULD_CONTAINMENT_MIN: f64 = 0.9;

/// A wall or a slogan stands in texts that have this much in common …
const WALL_CONTAINMENT_MIN: f64 = 0.95;
/// … and tells less than this of each headline.
const WALL_TOLD_MAX: f64 = 0.3;
/// … or than this, if it is longer and two sources have it: few put one wall under their stories.
const SOURCES_WALL_TOLD_MAX: f64 = 0.1;

/// A text of fewer words than this may be a wall or a slogan …
const WALL_WORDS_MAX: usize = 60;
/// … and so may what fewer words than this have from the end of a longer one.
const TAIL_WORDS_MAX: usize = 25;

/// What no likeness outweighs.
fn is_apart(m: &Measured, a: &Text, b: &Text, between: Between) -> bool {
    let Between { same_source, apart } = between;
    if apart > WINDOW {
        return true;
    }
    let swapped = m.found.swapped;
    // Other figures and names in the place of these: the next edition of a template.
    let reissued = same_source && (a.revised || b.revised) && m.words >= SWAP_WORDS;
    let swapped_max = match m.words {
        words if reissued => words / REISSUED_SWAP_WORDS,
        words if words < SWAP_WORDS * 2 => words / SWAP_WORDS,
        words => 1 + words / SWAP_WORDS,
    };
    if swapped > swapped_max {
        return true;
    }
    // It is about somebody else, or says other figures than it shares.
    let figures = m.shared_numbers + m.foreign_numbers;
    if m.subjects >= 2 && swapped >= 3 && !reissued
        || swapped >= 4
            && m.likeness.containment > MOULD_CONTAINMENT_MIN
            && m.shared_numbers * 5 <= figures * 3
    {
        return true;
    }
    if !same_source {
        let short = m.words < SWAP_WORDS;
        if m.likeness.containment < if short { SHORT_CONTAINMENT_MIN } else { CONTAINMENT_MIN } {
            return true;
        }
    } else if a.revised || b.revised {
        // "Live: 16 May", "Live: 17 May"; two flashes of two quakes.
        let flashes = m.words < SWAP_WORDS && m.other_numbers;
        if apart > REVISIONS_APART_MAX || flashes && m.likeness.containment < SHORT_CONTAINMENT_MIN
        {
            return true;
        }
    } else if swapped > 0 || m.likeness.containment < own_min(m, apart) {
        return true;
    }
    // Lists of one kind have all their words in common, and no line.
    if m.words >= SWAP_WORDS && m.found.longest < STRETCH_WEIGHT_MIN {
        return true;
    }
    // A digest holds many stories, and may be the only one to tell the others; a copy is cut from
    // its end.
    if m.ratio > DIGEST_RATIO_MIN && m.found.skipped > DIGEST_SKIPPED_MIN {
        return true;
    }
    // The same lines under the same headline on another day: a column.
    if same_source && apart >= DAILY && m.words < WALL_WORDS_MAX && m.headlines > 0.99 {
        return true;
    }
    // A wall or a slogan stands under every headline and tells none of them; so does a line that
    // many a story ends with.
    let tail = m.words < TAIL_WORDS_MAX && m.found.skipped > HEAD_WEIGHT / 2;
    let general = m.longer_words < WALL_WORDS_MAX || tail;
    let one_headline = m.headlines >= 0.6 && (m.retitled == 0 || m.words >= TAIL_WORDS_MAX);
    let slight = same_source || m.words < TAIL_WORDS_MAX;
    let told_max = if slight { WALL_TOLD_MAX } else { SOURCES_WALL_TOLD_MAX };
    general && m.likeness.containment > WALL_CONTAINMENT_MIN && m.told < told_max && !one_headline
}

/// A digest is longer than one of its stories by more than this factor …
const DIGEST_RATIO_MIN: f64 = 3.0;
/// … and more than this stands before it, in half words.
const DIGEST_SKIPPED_MIN: usize = 80;

/// Two texts of two sources that are the same to the word, under headlines that say what they tell:
/// a short one, where there is little to weigh, and a day later, is a copy all the same.
fn is_verbatim(m: &Measured, between: Between) -> bool {
    !between.same_source
        && m.likeness.similarity >= VERBATIM_MIN
        && m.words >= VERBATIM_WORDS_MIN
        && m.told >= WALL_TOLD_MAX
        && m.found.swapped + m.found.reworded == 0
}

/// From this similarity on two texts are the same to the word, but for a comma's worth.
const VERBATIM_MIN: f64 = 0.97;

/// Fewer words than this may be a form that is filled in for every event.
const VERBATIM_WORDS_MIN: usize = 12;

/// How much a text must have of another that its source published, if no mark says that it is the
/// same story: less under the very same headline soon after.
fn own_min(m: &Measured, apart: Duration) -> f64 {
    let again = m.headlines > 0.99 && apart <= UNMARKED_APART_MAX;
    if again { SHORT_CONTAINMENT_MIN } else { OWN_CONTAINMENT_MIN }
}

/// Longest time between two versions of a story that have no mark.
const UNMARKED_APART_MAX: Duration = Duration::from_hours(6);

/// Less than this in a source's own unmarked text is its next story.
const OWN_CONTAINMENT_MIN: f64 = 0.85;

/// What a copy of some length holds in one piece at least, in half words.
const STRETCH_WEIGHT_MIN: usize = 14;

/// Whether a flash that has no text is followed by its story: a mark says so, and the headline
/// says the same and perhaps more.
fn is_followed(m: &Measured, a: &Text, b: &Text, between: Between) -> bool {
    between.same_source
        && between.apart <= REVISIONS_APART_MAX
        && (a.revised || b.revised)
        && m.headlines >= 0.6
        && m.retitled == 0
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

    const RAIDS: &str = "Police arrested 14 people on Tuesday in raids on a ring that smuggled \
        songbirds across the Danube, prosecutors in Vienna said.";

    #[test]
    fn a_short_text_to_the_word_is_a_copy_the_next_day_and_not_the_next_month() {
        let title = "Raids on songbird smugglers";
        let apart = |days: u64| {
            let between = Between { same_source: false, apart: Duration::from_hours(24 * days) };
            verdict((title, RAIDS), ("Songbird ring raided", RAIDS), between)
        };
        assert_eq!(apart(1), Some(Reason::SameText));
        assert_eq!(apart(30), None);
    }

    #[test]
    fn one_story_in_both_chinese_scripts_is_one() {
        let mainland = "工业和信息化部18日表示,将加强对稀土出口的管理,违规企业将被列入名单。发言人说,有关措施\
            自下月1日起施行,共涉及12类产品。";
        let island = "工業和信息化部18日表示，將加強對稀土出口的管理，違規企業將被列入名單。發言人說，有關措施\
            自下月1日起施行，共涉及12類產品。";
        let (read, again) =
            (Text::new("稀土出口管理加强", mainland), Text::new("稀土管制升級", island));
        assert!(likeness(&read, &again).similarity > 0.95, "{:?}", likeness(&read, &again));
        assert!(same(&read, &again, Between::default()).is_some());
    }

    #[test]
    fn lists_with_one_vocabulary_are_not_one_text() {
        let towns = ["Leeds", "Derby", "Luton", "Poole", "Wigan", "Crewe", "Epsom", "Truro"];
        let list = |step: usize| {
            let games =
                (0..24).map(|n| format!("{} beat {}.", towns[n * step % 8], towns[(n + step) % 8]));
            games.collect::<Vec<_>>().join(" ")
        };
        let found = verdict(("Results", &list(1)), ("All results", &list(3)), Between::default());
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
        let cut = verdict((title, &brief), (title, &long), Between::default());
        assert_eq!(cut, Some(Reason::SameText), "what follows makes it no other story");
        assert_eq!(verdict((title, &brief), (title, &digest), Between::default()), None);
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
