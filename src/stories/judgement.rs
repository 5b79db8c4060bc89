//! Decides what an article is to one that was told: a copy, a follow-up or another story.
//!
//! An article may be silent only if it says nothing that was not told. So a copy is an article with
//! nothing new in its headline and lead, and almost nothing in the rest. The limits were set on
//! pairs of real news that a person had read, so that no neighbouring value silences news.
//!
//! In doubt the louder answer is given: a wrong silence is a missed alert, a wrong alert is a
//! message in a thread.
use super::article_text::ArticleText;
use super::novelty::{Novelty, PairContext};

/// What an article is to one that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It says nothing new.
    Copy(CopyReason),
    /// It is of the same story and says something new.
    FollowUp,
    /// It is of another story.
    Other,
}

/// Why an article says nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyReason {
    /// Nothing is new in headline and lead, and almost nothing in the rest.
    NothingNew,
    /// The whole text was told; the headline puts it in other words.
    Reheadlined,
    /// What was told was a cut teaser; this is the same story under the same headline, less cut.
    LessCut,
}

impl CopyReason {
    /// The words for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingNew => "nothing new",
            Self::Reheadlined => "the same text under another headline",
            Self::LessCut => "the same teaser, less cut",
        }
    }
}

/// The judgement on two articles.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    /// What the later article is to the earlier one.
    pub relation: Relation,
    /// How much the two have in common, from 0 to 1: the share of the new article that was told.
    pub similarity: f64,
    /// The share of it that was not told, by its headline or by its text.
    pub novelty: f64,
    /// How near the two stand, to choose among several told articles. Without a unit.
    pub kinship: f64,
}

/// Judges what `new` is to `told`.
pub fn judge(new: &ArticleText, told: &ArticleText, between: PairContext) -> Judgement {
    let novelty = Novelty::of(new, told, between);
    let kinship = kinship(&novelty, between);
    let relation = match copy_reason(&novelty, told, between) {
        Some(reason) => Relation::Copy(reason),
        None if is_same_story(&novelty, between) && kinship >= KINSHIP_MIN => Relation::FollowUp,
        None => Relation::Other,
    };
    let all = novelty.headline.all + novelty.body().all;
    let new_weight = novelty.headline.weight + novelty.body().weight;
    Judgement {
        relation,
        similarity: if all > 0.0 { 1.0 - new_weight / all } else { 0.0 },
        novelty: novelty.share(),
        kinship,
    }
}

/// A headline with fewer terms says too little to be compared, by weight.
const HEADLINE_WEIGHT_MIN: f64 = 2.0;

/// With less text than this, by weight, there is only the headline.
const BODY_WEIGHT_MIN: f64 = 3.0;

/// A headline alone is compared if it says at least this, by weight.
const LONE_HEADLINE_WEIGHT_MIN: f64 = 4.0;

/// Why an article is a copy of one that was told; `None` if it is none.
fn copy_reason(novelty: &Novelty, told: &ArticleText, between: PairContext) -> Option<CopyReason> {
    let headline = novelty.headline;
    // A figure in the headline, one in the place of another, a new subject and a correction are
    // news whatever the rest says.
    let replaced = novelty.beside_headline.figures > 0 && novelty.told_headline.figures > 0;
    if novelty.corrects || headline.figures > 0 || replaced || novelty.new_subject {
        return None;
    }
    if is_text_told(novelty) && is_reheadlined(novelty, between) {
        return Some(CopyReason::Reheadlined);
    }
    if headline.all < HEADLINE_WEIGHT_MIN {
        return None;
    }
    if novelty.body().all < BODY_WEIGHT_MIN {
        return is_same_headline(novelty, between).then_some(CopyReason::NothingNew);
    }
    if is_less_cut(novelty, told, between) {
        return Some(CopyReason::LessCut);
    }
    // "Three new cases today" says the same on many days, and is news on each.
    let report = novelty.day_apart && novelty.body().all < LONG_WEIGHT_MIN;
    let copy = !report && is_text_told(novelty) && adds_nothing(novelty);
    copy.then_some(CopyReason::NothingNew)
}

/// Without a text only the same source's same headline says nothing new: headlines alone never
/// merge the stories of two sources.
fn is_same_headline(novelty: &Novelty, between: PairContext) -> bool {
    between.same_source
        && !novelty.day_apart
        && novelty.headline.all >= LONE_HEADLINE_WEIGHT_MIN
        && novelty.beside_headline.weight == 0.0
        && novelty.told_headline.weight == 0.0
}

/// The most that may be new in a headline, as a share.
const HEADLINE_NEW_MAX: f64 = 0.26;

/// A headline that a teaser less cut may leave out of the one that was told, as a share.
const CUT_HEADLINE_LOST_MAX: f64 = 0.25;

/// What a teaser less cut may lack of the cut one, as a share.
const CUT_BODY_LOST_MAX: f64 = 0.15;

/// New figures in a teaser less cut. More are a list or a table.
const CUT_FIGURES_MAX: usize = 2;

/// Whether a teaser, or a headline without a text, was told, and now comes more of the same text
/// under the same headline. What the cut hid is no news: the reader was sent to it.
fn is_less_cut(novelty: &Novelty, told: &ArticleText, between: PairContext) -> bool {
    let bare = novelty.told_body.all < BODY_WEIGHT_MIN;
    let headline_new_max = if bare { 0.0 } else { HEADLINE_NEW_MAX };
    (told.cut && !bare || bare && between.same_source)
        && !novelty.day_apart
        && novelty.body().figures <= CUT_FIGURES_MAX
        && novelty.headline.share() <= headline_new_max
        && novelty.told_headline.share() <= CUT_HEADLINE_LOST_MAX
        && novelty.told_body.share() <= CUT_BODY_LOST_MAX
}

/// A text that says less than this, by weight, is a standing line ("Good morning").
const STANDING_LINE_WEIGHT_MAX: f64 = 6.0;

/// In a text with less than this, by weight, a figure that is missing from the headline may be what
/// tells two stories apart ("second man charged").
const SHORT_WEIGHT_MAX: f64 = 15.0;

/// Whether the text can be judged, and has no new figure.
fn is_text_told(novelty: &Novelty) -> bool {
    let body = novelty.body();
    let short = body.all < SHORT_WEIGHT_MAX;
    body.figures == 0
        && body.all >= STANDING_LINE_WEIGHT_MAX
        && !(short && novelty.told_headline.figures > 0)
}

/// A text of this weight is the story, whatever stands above it.
const LONG_WEIGHT_MIN: f64 = 25.0;

/// What may be new in such a text, as a share: a byline, a caption.
const LONG_NEW_MAX: f64 = 0.03;

/// What such a text may lack of the lead that was told, as a share.
const LONG_LEAD_LOST_MAX: f64 = 0.2;

/// The most that may be new in the headline over such a text in the same source …
const LONG_HEADLINE_NEW_MAX: f64 = 0.5;
/// … and the most of the told headline that it may not have, as shares. Beyond these the text is
/// what the source puts under all its items.
const LONG_HEADLINE_LOST_MAX: f64 = 0.6;

/// Whether the whole of a longer text was told, and only the headline puts it in other words. Two
/// sources share no standing texts, so between them the headline does not matter.
fn is_reheadlined(novelty: &Novelty, between: PairContext) -> bool {
    let body = novelty.body();
    let text = body.all >= LONG_WEIGHT_MIN
        && body.share() <= LONG_NEW_MAX
        && novelty.told_lead.share() <= LONG_LEAD_LOST_MAX;
    let headline = novelty.headline.share() <= LONG_HEADLINE_NEW_MAX
        && novelty.told_headline.share() <= LONG_HEADLINE_LOST_MAX;
    text && (headline || !between.same_source)
}

/// The most that may be new in the lead, as a share …
const LEAD_NEW_MAX: f64 = 0.35;
/// … and in headline and lead, added.
const HEADLINE_AND_LEAD_NEW_MAX: f64 = 0.36;

/// The most that may be new behind the lead, as a share.
const REST_NEW_MAX: f64 = 0.1;

/// What an article may lack of the headline that was told, as a share: another story in the same
/// background lacks more. Less if its own headline says something new.
const HEADLINE_LOST_MAX: f64 = 0.6;
const CHANGED_HEADLINE_LOST_MAX: f64 = 0.4;

/// Whether headline, lead and rest say nothing that counts.
fn adds_nothing(novelty: &Novelty) -> bool {
    let (headline, lead) = (novelty.headline.share(), novelty.lead.share());
    let lost_max = if headline > 0.0 { CHANGED_HEADLINE_LOST_MAX } else { HEADLINE_LOST_MAX };
    headline <= HEADLINE_NEW_MAX
        && lead <= LEAD_NEW_MAX
        && headline + lead <= HEADLINE_AND_LEAD_NEW_MAX
        && novelty.rest.share() <= REST_NEW_MAX
        && novelty.told_headline.share() <= lost_max
}

/// Terms that the headlines and leads of one story share at least, by weight.
const SHARED_WEIGHT_MIN: f64 = 4.0;

/// Further shared terms say no more.
const SHARED_WEIGHT_MAX: f64 = 10.0;

/// Headlines of one source that share this part are two issues of a series if they are days apart,
/// or name other things.
const SERIES_HEADLINE_MIN: f64 = 0.5;

/// Headlines of one story in one source share at least this part …
const OWN_HEADLINE_MIN: f64 = 0.3;
/// … and the later article lacks at most this part of the headline that was told.
const OWN_HEADLINE_LOST_MAX: f64 = 0.75;

/// From this kinship on two articles are of one story.
const KINSHIP_MIN: f64 = 0.29;

/// What a shared term of headline and lead adds to the kinship.
const SHARED_TERM_KINSHIP: f64 = 0.03;

/// What being from one source takes away: its stories resemble each other in any case.
const OWN_KINSHIP: f64 = 0.3;

/// What each day between two articles takes away, for five days at most.
const DAY_KINSHIP: f64 = 0.13;
const DAYS_MAX: f64 = 5.0;

/// How near two articles stand: the mean of the part of each headline that the other article has,
/// more for each shared term, less for one source and for each day.
fn kinship(novelty: &Novelty, between: PairContext) -> f64 {
    let headlines = 1.0 - f64::midpoint(novelty.headline.share(), novelty.told_headline.share());
    let days = (between.time_apart.as_secs_f64() / 86_400.0).min(DAYS_MAX);
    let own = if between.same_source { OWN_KINSHIP } else { 0.0 };
    headlines + SHARED_TERM_KINSHIP * novelty.shared.min(SHARED_WEIGHT_MAX)
        - own
        - DAY_KINSHIP * days
}

/// Whether nothing speaks against one story.
fn is_same_story(novelty: &Novelty, between: PairContext) -> bool {
    let enough = novelty.shared >= SHARED_WEIGHT_MIN;
    if !between.same_source {
        return enough;
    }
    let headlines = 1.0 - novelty.beside_headline.share();
    let replaced = novelty.headline.names > 0 && novelty.told_headline.names > 0
        || novelty.headline.figures > 0 && novelty.told_headline.weight > 0.0;
    let series = headlines >= SERIES_HEADLINE_MIN && (novelty.day_apart || replaced);
    let own =
        headlines >= OWN_HEADLINE_MIN && novelty.told_headline.share() <= OWN_HEADLINE_LOST_MAX;
    enough && own && !series && !novelty.new_subject
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const WIRE: &str = "Police arrested 14 people on Tuesday in raids on a ring that smuggled \
        songbirds across the Danube, prosecutors in Vienna said. Officers found 2,300 goldfinches \
        in the cellar of a farmhouse near Tulln. A veterinarian clipped the wings, and customs \
        men at Krems looked away for money.";

    /// What the second article is to the first, so many hours later, in the same source or not.
    fn relation(told: [&str; 2], new: [&str; 2], hours: u64, same_source: bool) -> Relation {
        let text = |[title, text]: [&str; 2]| ArticleText::new(title, text);
        let between = PairContext { same_source, time_apart: Duration::from_hours(hours) };
        judge(&text(new), &text(told), between).relation
    }

    fn is_silent(told: [&str; 2], new: [&str; 2], hours: u64, same_source: bool) -> bool {
        matches!(relation(told, new, hours, same_source), Relation::Copy(_))
    }

    #[test]
    fn the_same_text_is_silent_under_another_papers_headline() {
        let told = ["Raids on songbird smugglers", WIRE];
        assert!(is_silent(told, ["Raids on songbird smugglers", WIRE], 1, false));
        assert!(is_silent(told, ["What the cellar hid", WIRE], 1, false));
        // In one source it may be what stands under all its items.
        assert!(!is_silent(told, ["Choir of Linz wins prize", WIRE], 1, true));
    }

    #[test]
    fn a_figure_or_a_name_in_the_headline_is_news_whatever_stands_below() {
        let lead = "Most of the dead were in the hills above the river, the district said.";
        let told = ["Flood kills 200 in Lower Austria", lead];
        assert!(!is_silent(told, ["Flood kills 300 in Lower Austria", lead], 3, true));
        assert_eq!(
            relation(told, ["Flood kills more than 300 in Lower Austria", lead], 3, false),
            Relation::FollowUp
        );
        let guest = |who: &str| format!("President of {who} arrives in Linz for the summit");
        let (one, other) = (guest("Malta"), guest("Ghana"));
        assert!(!is_silent([&one, &one], [&other, &other], 3, true));
    }

    #[test]
    fn a_correction_is_told() {
        let told = ["Raids on songbird smugglers", WIRE];
        assert!(!is_silent(told, ["CORRECTED: Raids on songbird smugglers", WIRE], 1, true));
        let noted = format!("{WIRE} (Corrects the name of the village)");
        assert!(!is_silent(told, ["Raids on songbird smugglers", &noted], 1, true));
    }

    #[test]
    fn what_is_new_behind_the_lead_is_told() {
        let told = ["Raids on songbird smugglers", WIRE];
        let more = format!("{WIRE} Huber, the minister, resigned over the raids in the evening.");
        assert!(!is_silent(told, ["Raids on songbird smugglers", &more], 2, true));
    }

    #[test]
    fn more_of_a_cut_teaser_under_its_headline_is_silent_and_a_list_is_not() {
        let title = "Raids on songbird smugglers near Vienna";
        let cut = "Police arrested 14 people on Tuesday in raids on a ring that smuggled ...";
        let more = "Police arrested 14 people on Tuesday in raids on a ring that smuggled songbirds \
            across the Danube, prosecutors in Vienna said.";
        assert!(is_silent([title, cut], [title, more], 1, false));
        let list = format!("{more} 11 cages, 23 nets, 40 traps and 3 vans were seized.");
        assert!(!is_silent([title, cut], [title, &list], 1, false));
    }

    #[test]
    fn a_short_report_that_says_the_same_another_day_is_told() {
        let title = "One new case in managed isolation today";
        let text = "There is one new case of measles in managed isolation today, the ministry of \
            health has confirmed.";
        assert!(is_silent([title, text], [title, text], 2, true));
        assert!(!is_silent([title, text], [title, text], 72, true));
    }

    #[test]
    fn headlines_alone_merge_no_two_sources() {
        let title = "Seoul and Tokyo resume talks on export controls";
        assert!(is_silent([title, ""], [title, ""], 1, true));
        assert!(!is_silent([title, ""], [title, ""], 1, false));
    }

    #[test]
    fn a_standing_line_and_an_empty_article_are_told() {
        let title = "Morning briefing: what you need to know today";
        let line = "All you need to read over breakfast.";
        assert!(!is_silent([title, line], [title, line], 1, true));
        assert!(!is_silent([title, ""], [title, ""], 24, true), "another day");
        assert!(!is_silent(["", ""], ["", ""], 1, true));
    }
}
