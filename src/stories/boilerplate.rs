//! Removes what is not the story: datelines, bylines, closing lines of agencies, paywall notices,
//! and the labels of revised headlines.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::revision_labels::{AMBIGUOUS_REVISION_LABELS, REVISION_LABELS};
use super::word_lists::BOILERPLATE;

/// A longer line is never a byline or a closing line, in bytes.
const BOILERPLATE_BYTES_MAX: usize = 260;

/// Sentences at the beginning and at the end where bylines and closing lines are searched.
const EDGE_SENTENCES: usize = 5;

/// A dateline ends within this many bytes of the beginning.
const DATELINE_BYTES_MAX: usize = 110;

/// All phrases in one automaton, so that a text is read once. Every text is, so it may take the
/// memory of a DFA. `None` only if there were too many phrases, which a test would notice.
static BOILERPLATE_PHRASES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(BOILERPLATE).ok()
});

/// The sentences that tell the story, without the dateline.
pub(super) fn news_sentences(text: &str) -> Vec<Cow<'_, str>> {
    let all = sentences(text);
    let count = all.len();
    let mut kept: Vec<Cow<'_, str>> = Vec::with_capacity(count);
    for (index, sentence) in all.into_iter().enumerate() {
        let edge = index < EDGE_SENTENCES || index + EDGE_SENTENCES >= count;
        let last = index + 1 == count;
        let sentence = if last { strip_invitation(sentence) } else { sentence };
        if edge && (is_boilerplate(sentence) || is_time_stamp(sentence)) {
            continue;
        }
        // A word or two above a story are a button or a section name.
        if kept.is_empty() && index < EDGE_SENTENCES && index + 1 < count && is_label(sentence) {
            continue;
        }
        let told = if kept.is_empty() { strip_dateline(sentence) } else { sentence };
        kept.extend(without_links(told));
    }
    kept
}

/// How addresses begin.
const ADDRESS_BEGINNINGS: [&str; 3] = ["https://", "http://", "www."];

/// A line with an address and less than this beside it, in bytes, is a link and its label.
const LINKED_SENTENCE_BYTES_MIN: usize = 70;

/// The sentence without the addresses in it; `None` if it is only a link with its label
/// ("Subscribe to our channel: http://…").
fn without_links(sentence: &str) -> Option<Cow<'_, str>> {
    let is_address = |word: &str| ADDRESS_BEGINNINGS.iter().any(|begin| word.contains(begin));
    if !is_address(sentence) {
        return Some(Cow::Borrowed(sentence));
    }
    let words: Vec<&str> = sentence.split_whitespace().filter(|word| !is_address(word)).collect();
    let told = words.join(" ");
    (told.len() >= LINKED_SENTENCE_BYTES_MIN).then_some(Cow::Owned(told))
}

/// The text without its headline, if it begins with it.
pub(super) fn without_title<'a>(text: &'a str, title: &str) -> &'a str {
    let title = title.trim();
    let told_again = title.split_whitespace().count() >= 3 || title.chars().count() >= 10;
    let rest = text.trim_start().strip_prefix(title).filter(|_| told_again);
    // If the same word or sentence goes on behind it, the text only begins with the same words.
    let apart = |rest: &&str| {
        let mark = rest.trim_start_matches(' ');
        mark.is_empty() || mark.starts_with(['\n', '-', '–', '—', '|', '.', '。', ':', '…', '/'])
    };
    rest.filter(apart).filter(|rest| rest.len() > title.len()).unwrap_or(text)
}

/// The longest label: so many words, or so many characters in scripts without spaces.
const LABEL_WORDS_MAX: usize = 4;
const LABEL_CHARS_MAX: usize = 24;

/// Whether a line is a label of the page ("Share", "Listen to this article", "글자크기 설정"): no
/// sentence, and no figure in it.
fn is_label(line: &str) -> bool {
    let ends = line.ends_with(['.', '!', '?', '。', '…', '"', '”', '」']);
    let words = line.split_whitespace().count();
    let wide = line.chars().filter(|c| super::terms::is_glyph(*c)).count();
    let short = words <= LABEL_WORDS_MAX && line.chars().count() <= LABEL_CHARS_MAX && wide <= 12;
    short && !ends && !line.contains(|c: char| c.is_numeric())
}

/// The longest line that only says when a page was made or changed, in bytes.
const STAMP_BYTES_MAX: usize = 120;

/// Whether a line is a time stamp ("Updated: 18 Nov 2025, 10:40 GMT"): it has a year, and more
/// digits than a sentence of its length.
fn is_time_stamp(line: &str) -> bool {
    if line.len() > STAMP_BYTES_MAX || line.ends_with(['。', '!', '?']) {
        return false;
    }
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let year = line.as_bytes().windows(4).any(|run| {
        matches!(run, [b'1', b'9', ..] | [b'2', b'0', ..]) && run.iter().all(u8::is_ascii_digit)
    });
    let clock = line.contains([':', 'h', '時', '시', '时', '時']);
    year && clock && digits >= 10 && letters <= digits * 2
}

/// Splits a text at line feeds and after the signs that end a sentence.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let length = match byte {
            b'\n' | b'!' | b'?' => 1,
            b'.' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {
                usize::from(!is_initial(text, at))
            }
            // The ideographic full stop.
            0xe3 if bytes.get(at..at + 3) == Some("。".as_bytes()) => 3,
            _ => 0,
        };
        if length > 0 {
            let end = at + length;
            found.extend(text.get(begin..end).map(str::trim).filter(|s| s.len() > 1));
            begin = end;
        }
    }
    found.extend(text.get(begin..).map(str::trim).filter(|s| !s.is_empty()));
    found
}

/// Whether the full stop at `at` ends an initial or a short abbreviation ("J.", "Feb.", "No.").
fn is_initial(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let capital = word.chars().next().is_some_and(char::is_uppercase);
    word.chars().all(|c| c.is_ascii_digit()) || (capital && word.chars().count() <= 3)
}

/// A phrase this far into a sentence, in bytes, follows something that was told.
const INVITATION_BYTES_MIN: usize = 60;

/// The sentence without the "Read more" that a feed puts at the end of a summary, where the text
/// before it did not look like the end of a sentence.
fn strip_invitation(sentence: &str) -> &str {
    if sentence.len() > BOILERPLATE_BYTES_MAX {
        return sentence;
    }
    let lower = sentence.to_ascii_lowercase();
    let found = BOILERPLATE_PHRASES.as_ref().and_then(|finder| finder.find(&lower));
    let at = found.map(|found| found.start()).filter(|at| *at >= INVITATION_BYTES_MIN);
    let told = at.and_then(|at| sentence.get(..at)).map(str::trim_end);
    told.filter(|told| told.ends_with(['.', '!', '?', '…', '"', '”'])).unwrap_or(sentence)
}

/// Whether a sentence is a byline, a closing line of an agency or another line that is no part of
/// the story.
fn is_boilerplate(sentence: &str) -> bool {
    if sentence.len() > BOILERPLATE_BYTES_MAX {
        return false;
    }
    let lower = sentence.to_lowercase();
    let words = lower.split_whitespace().count();
    let byline = lower.starts_with("by ") && words <= 6 && !lower.ends_with('.');
    let address = lower.contains('@') && words <= 8;
    let reporter = lower.ends_with("기자") && lower.chars().count() <= 14;
    let end = matches!(lower.as_str(), "(끝)" | "<끝>" | "(end)" | "(了)" | "ends" | "enditem");
    let rights = lower.starts_with(['©', 'ⓒ']) || lower.starts_with("(c)");
    byline
        || address
        || reporter
        || end
        || rights
        || BOILERPLATE_PHRASES.as_ref().is_some_and(|finder| finder.is_match(&lower))
}

/// The sentence behind its dateline: "SEOUL, Feb. 12 (Agency) -- ", "(서울=통신) 홍길동 기자 = ", "【東京通信】",
/// "某社北京2月12日电(记者某) ".
fn strip_dateline(sentence: &str) -> &str {
    let mut rest = sentence;
    // Text in brackets, then perhaps the name of a reporter before an equals sign.
    while let Some(inner) = after_bracket(rest) {
        rest = inner;
    }
    let head = head_of(rest);
    if let Some((before, _)) = head.split_once('=')
        && before.len() <= 60
    {
        rest = rest.get(before.len() + 1..).unwrap_or_default();
    } else if let Some(at) = dateline_end(head) {
        rest = rest.get(at..).unwrap_or_default();
    }
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "-–—:=|".contains(c));
    // A text that is only a dateline is kept.
    if rest.is_empty() { sentence } else { rest }
}

fn head_of(text: &str) -> &str {
    text.get(..text.floor_char_boundary(DATELINE_BYTES_MAX)).unwrap_or_default()
}

fn after_bracket(text: &str) -> Option<&str> {
    let open = text.chars().next()?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '【' => '】',
        '〔' => '〕',
        '<' => '>',
        '《' => '》',
        _ => return None,
    };
    let end = head_of(text).find(close)? + close.len_utf8();
    let rest = text.get(end..)?.trim_start();
    (!rest.is_empty()).then_some(rest)
}

/// The end of the dateline at the head of a text, if there is one without brackets.
fn dateline_end(head: &str) -> Option<usize> {
    // "… (Agency) - ": a bracket is closed before a dash.
    if let Some(close) = head.find(')') {
        let after = head.get(close + 1..)?.trim_start();
        let dash = after.starts_with(['-', '–', '—', ':']);
        let place = head.chars().next().is_some_and(char::is_uppercase);
        if dash && place {
            return Some(close + 1);
        }
    }
    // "某社北京2月12日电": sent on a day.
    for wired in ['电', '電', '讯', '訊'] {
        if let Some(at) = head.find(wired)
            && at <= 60
            && head.get(..at)?.contains(['社', '网', '網', '报', '報'])
        {
            let end = at + wired.len_utf8();
            let rest = head.get(end..)?;
            return Some(after_bracket(rest).map_or(end, |after| head.len() - after.len()));
        }
    }
    // "NEW YORK — ": capitals before a dash.
    let (at, dash) = [" — ", " – ", " -- ", " - "]
        .iter()
        .filter_map(|dash| head.find(dash).map(|at| (at, dash.len())))
        .min()?;
    let place = head.get(..at)?;
    let first = place.split([',', ' ', '/']).next()?;
    let capitals = first.len() >= 3 && first.chars().all(char::is_uppercase);
    (capitals && at <= 48).then_some(at + dash)
}

/// The headline without the labels around it, and whether one of them says that the story was
/// revised.
pub(super) fn without_revision_label(title: &str) -> (String, bool) {
    let mut rest = title.trim().to_lowercase();
    let mut revised = false;
    // Each round removes a label, or is the last.
    while let Some((shorter, mark)) = strip_label(&rest) {
        if shorter.is_empty() {
            break;
        }
        revised |= mark;
        rest = shorter;
    }
    (rest, revised)
}

/// The headline without the labels around it, in its own capitals.
pub(super) fn without_label(title: &str) -> &str {
    let lower = title.to_lowercase();
    let (bare, _) = without_revision_label(title);
    // In a few scripts a letter has another length in lower case. Then the label stays.
    let at = lower.find(&bare).filter(|_| lower.len() == title.len());
    at.and_then(|at| title.get(at..at + bare.len())).unwrap_or(title)
}

/// Removes one label at the beginning or end of a headline, and says whether it means a revision;
/// `None` if there is none.
fn strip_label(title: &str) -> Option<(String, bool)> {
    let pairs = [('(', ')'), ('[', ']'), ('【', '】'), ('〔', '〕'), ('<', '>'), ('《', '》')];
    for (open, close) in pairs {
        if let Some((group, rest)) =
            title.strip_prefix(open).and_then(|inner| inner.split_once(close))
            && is_label_group(group)
        {
            return Some((rest.trim().to_owned(), is_revision_label(group)));
        }
        if let Some((rest, group)) =
            title.strip_suffix(close).and_then(|inner| inner.rsplit_once(open))
            && is_label_group(group)
        {
            return Some((rest.trim().to_owned(), is_revision_label(group)));
        }
    }
    let trimmed = title.trim_matches(|c: char| "+*-–—|:·… ".contains(c));
    if trimmed.len() < title.len() && !trimmed.is_empty() {
        return Some((trimmed.to_owned(), false));
    }
    if let Some((before, after)) = title.split_once([':', '-', '–', '—', '|', '/'])
        && before.chars().count() <= LEADING_CHARS_MAX
        && is_revision_label(before)
    {
        return Some((after.trim().to_owned(), true));
    }
    if let Some((before, after)) = title.rsplit_once([':', '-', '–', '—', '|'])
        && after.chars().count() <= LEADING_CHARS_MAX
        && is_revision_label(after)
    {
        return Some((before.trim().to_owned(), true));
    }
    None
}

/// Longer text before a colon, or behind a dash, is part of the headline, in characters.
const LEADING_CHARS_MAX: usize = 24;

/// Longer text in brackets is part of the headline, in characters …
const GROUP_CHARS_MAX: usize = 16;
/// … unless it begins with a label: "(neu: Stimmen und Hintergrund)".
const EXPLAINED_CHARS_MAX: usize = 48;

/// Whether text in brackets is a label. "(18일)" or "(3)" is the number of an issue, so it is none;
/// "(종합2보)" is.
fn is_label_group(group: &str) -> bool {
    let length = group.chars().count();
    length <= EXPLAINED_CHARS_MAX && is_revision_label(group)
        || length <= GROUP_CHARS_MAX && !group.contains(|c: char| c.is_numeric())
}

/// Whether a label means that the story was revised.
fn is_revision_label(mark: &str) -> bool {
    let first = mark.split([':', ' ', '-', '–', ',']).next().unwrap_or_default();
    let explained = mark.contains([':', '–', ',']) || mark.contains(" - ");
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let bare = letters(mark);
    REVISION_LABELS.contains(&bare.as_str())
        || (bare.chars().count() <= 6
            && AMBIGUOUS_REVISION_LABELS.iter().any(|mark| bare.contains(mark)))
        || explained && REVISION_LABELS.contains(&letters(first).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_are_not_the_story() {
        for (text, told) in [
            ("SEOUL, Feb. 12 (UPI) -- Talks began.", "Talks began."),
            ("WASHINGTON (AP) — Talks began.", "Talks began."),
            ("NEW YORK — Talks began.", "Talks began."),
            ("Berlin/Paris (dpa) - Es begann.", "Es begann."),
            ("(서울=연합뉴스) 홍길동 기자 = 회담이 시작됐다.", "회담이 시작됐다."),
            ("[서울=뉴시스]홍길동 기자 = 회담이 시작됐다.", "회담이 시작됐다."),
            ("【ソウル聯合ニュース】会談が始まった。", "会談が始まった。"),
            ("[東京 12日 ロイター] - 会談が始まった。", "会談が始まった。"),
            ("新华社北京2月12日电(记者 张三)会谈开始。", "会谈开始。"),
            ("Talks (in Seoul) began - slowly.", "Talks (in Seoul) began - slowly."),
        ] {
            assert_eq!(news_sentences(text), [told], "{text}");
        }
    }

    #[test]
    fn bylines_tails_and_walls_are_not_the_story() {
        for text in [
            "By Jane Doe\nTalks began.\n(Reporting by Jane Doe; Editing by John Roe)",
            "Talks began.\n© 2026 Agency. All rights reserved.",
            "Talks began.\nSubscribe to read the full story",
            "Talks began.\njane@example.org",
        ] {
            assert_eq!(news_sentences(text), ["Talks began."], "{text}");
        }
        assert_eq!(news_sentences("회담이 시작됐다.\nhong@yna.co.kr\n(끝)"), ["회담이 시작됐다."]);
        assert!(news_sentences("Sign in to continue reading.").is_empty());
        let told = "A director who lied about the buyers of servers was sentenced on Nov 18.";
        assert_eq!(news_sentences(&format!("{told} Read more")), [told]);
    }

    #[test]
    fn what_a_page_puts_over_a_story_is_not_the_story() {
        for furniture in [
            "Published: 18 Nov 2025, 09:12 GMT | Updated: 18 Nov 2025, 10:40 GMT",
            "입력 2025.11.18 09:12 수정 2025.11.18 10:40",
            "2025年11月18日 9時12分",
            "Publié le 18/11/2025 à 09h12, mis à jour à 10h40",
            "Listen to this article",
            "Share",
            "글자크기 설정",
            "Lesezeit: 2 Min.",
        ] {
            let text = format!("{furniture}\nTalks began in the old town hall.");
            assert_eq!(news_sentences(&text), ["Talks began in the old town hall."], "{furniture}");
        }
        // What tells one drawing or result from the next is no furniture.
        assert_eq!(news_sentences("04-11-19-27-33\nThe draw.").len(), 2);
        assert_eq!(news_sentences("Leeds 2 Derby 0\nLeeds won again.").len(), 2);
        assert_eq!(news_sentences("Talks began"), ["Talks began"], "a text that is only a label");
    }

    #[test]
    fn a_text_that_says_its_headline_first_is_read_without_it() {
        let title = "Talks begin in Leeds";
        assert_eq!(
            without_title("Talks begin in Leeds - Ministers met in the old town hall.", title)
                .trim_start_matches([' ', '-']),
            "Ministers met in the old town hall."
        );
        assert_eq!(
            without_title("Talks begin in Leeds.\nMinisters met in the old town hall.", title),
            ".\nMinisters met in the old town hall."
        );
        let sentence = "Talks begin in Leeds on Monday.";
        assert_eq!(without_title(sentence, title), sentence);
        assert_eq!(without_title(title, title), title, "nothing would be left");
    }

    #[test]
    fn marks_of_a_revision_come_off_and_are_told() {
        for (title, bare, revised) in [
            ("정부, 지소미아 종료(종합2보)", "정부, 지소미아 종료", true),
            ("[속보] 정부, 지소미아 종료", "정부, 지소미아 종료", true),
            ("UPDATE 2-Seoul ends pact", "seoul ends pact", true),
            ("CORRECTED: Seoul ends pact", "seoul ends pact", true),
            ("Live: Seoul ends pact", "seoul ends pact", true),
            ("Seoul ends pact – live updates", "seoul ends pact", true),
            ("EILMELDUNG: Seoul kündigt Pakt", "seoul kündigt pakt", true),
            ("【速報】韓国が終了を決定", "韓国が終了を決定", true),
            ("快讯:韩国终止协定", "韩国终止协定", true),
            ("[영상] 정부, 지소미아 종료", "정부, 지소미아 종료", false),
            ("Seoul: pact ends", "seoul: pact ends", false),
            ("(종합)", "(종합)", false),
            ("시세표(18일)", "시세표(18일)", false),
            ("(Berichtigung: Zahl der Folgen) Talks end", "talks end", true),
            ("(CORRECTIF) Talks end", "talks end", true),
            ("[고침] 정부, 지소미아 종료", "정부, 지소미아 종료", true),
            ("Talks end (and what comes next)", "talks end (and what comes next)", false),
        ] {
            assert_eq!(without_revision_label(title), (bare.to_owned(), revised), "{title}");
        }
    }
}
