//! Decides what an article is to one that was told: a copy, a follow-up or another story.
//!
//! An article may be silent only if it says nothing that was not told. So a copy is an article with
//! nothing new in its headline and lead, and almost nothing in the rest. The limits were set on
//! pairs of real news that a person had read, so that no neighbouring value silences news; every
//! limit may be moved by a third without another figure of wrong silences.
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
    (is_text_told(novelty) && adds_nothing(novelty)).then_some(CopyReason::NothingNew)
}

/// Without a text only the same source's same headline says nothing new: headlines alone never
/// merge the stories of two sources.
fn is_same_headline(novelty: &Novelty, between: PairContext) -> bool {
    between.same_source
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
