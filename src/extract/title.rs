//! Cleans a title so that it fits on one line and into a mail header. Nothing in it can end the
//! line, change the reading direction or be invisible.
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use super::plain::plain_within;

/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 300;

/// How much of a text is read to make a title, in bytes.
const SOURCE_BYTES_MAX: usize = 16 << 10;

/// One line of plain text in NFC. Markup and references are decoded and white space is collapsed;
/// controls, direction marks and invisible characters are removed. At most [`TITLE_CHARS_MAX`]
/// characters remain; `…` shows a cut. Applying it twice changes nothing more.
pub fn title(text: &str) -> String {
    let mut line = clean_once(text);
    // Removing a character can create a tag or a reference: an invisible character may have split
    // it.
    for _ in 0..ROUNDS_MAX {
        let again = clean_once(&line);
        if again == line {
            break;
        }
        line = again;
    }
    line
}

/// Cleans once.
fn clean_once(text: &str) -> String {
    let plain = plain_within(text, SOURCE_BYTES_MAX).text;
    let mut line = String::with_capacity(plain.len().min(1 << 10));
    let mut before = None;
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() || is_blank(c) {
            if before.is_some_and(|c| c != ' ') {
                line.push(' ');
                before = Some(' ');
            }
        } else if is_joiner(c) {
            if joins(before) && joins(chars.peek().copied()) {
                line.push(c);
            }
        } else if !is_hidden(c) {
            line.push(c);
            before = Some(c);
        }
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(line.trim_end());
    shortened(&composed)
}

/// Most often a title is cleaned. Two rounds are enough for any title seen so far.
const ROUNDS_MAX: usize = 4;

/// Cuts after [`TITLE_CHARS_MAX`] characters, but never between a letter and its accent.
fn shortened(line: &str) -> String {
    if line.chars().nth(TITLE_CHARS_MAX).is_none() {
        return line.to_owned();
    }
    let class = CanonicalCombiningClassMapBorrowed::new();
    let chars: Vec<char> = line.chars().take(TITLE_CHARS_MAX).collect();
    let mut keep = TITLE_CHARS_MAX - 1;
    let attaches = |c: &char| class.get32_u8(u32::from(*c)) != 0 || is_joiner(*c);
    while keep > TITLE_CHARS_MAX / 2 && chars.get(keep).is_some_and(attaches) {
        keep -= 1;
    }
    let mut cut: String = chars.iter().take(keep).collect();
    cut.truncate(cut.trim_end_matches(|c: char| c.is_whitespace() || is_joiner(c)).len());
    cut.push('…');
    cut
}

/// Characters that look like white space but are letters: the Hangul fillers.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}')
}

/// Characters that are invisible or control the direction of others.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
        )
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a joiner beside this character has a meaning. It has one in scripts whose letters it
/// shapes, and between the parts of an emoji.
fn joins(c: Option<char>) -> bool {
    c.is_some_and(|c| {
        matches!(
            c,
            '\u{600}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
                | '\u{2190}'..='\u{2bff}' | '\u{a840}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}'
                | '\u{fe0f}' | '\u{fe70}'..='\u{fefe}' | '\u{1f000}'..='\u{1faff}'
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_title_is_one_clean_line() {
        for (text, expected) in [
            ("  Seoul\r\n\tand   Tokyo  ", "Seoul and Tokyo"),
            ("<b>Budget</b> &amp; tax &#8211; what&#39;s next", "Budget & tax – what's next"),
            ("a\u{2028}b\u{2029}c\u{85}d", "a b c d"),
            ("pay\u{202e}gpj.exe", "paygpj.exe"),
            ("\u{2066}Seoul\u{2069} \u{200e}talks\u{feff}", "Seoul talks"),
            ("Staats\u{ad}vertrag so\u{200b}on", "Staatsvertrag soon"),
            ("e\u{301}tat", "état"),
            ("zero\u{200c}width\u{200d}", "zerowidth"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👩\u{200d}🚒 wins", "👩\u{200d}🚒 wins"),
            ("x\u{0}\u{7}\u{9b}y", "xy"),
            ("\u{3164}", ""),
            ("Subject: a\r\nBcc: b@example.org", "Subject: a Bcc: b@example.org"),
        ] {
            assert_eq!(title(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_before_a_letter_with_its_accents() {
        let long = title(&"a".repeat(400));
        assert_eq!(long.chars().count(), TITLE_CHARS_MAX);
        assert!(long.ends_with("a…"));
        // The cross above has no composed form, so it stays a character of its own.
        let marked = title(&"x\u{33d}".repeat(200));
        assert!(marked.ends_with("\u{33d}…"), "{marked:?}");
        assert!(marked.chars().count() <= TITLE_CHARS_MAX);
    }

    proptest! {
        #[test]
        fn no_title_breaks_its_line_and_twice_is_once(text in "\\PC{0,80}|(?s).{0,80}") {
            let once = title(&text);
            prop_assert!(once.chars().count() <= TITLE_CHARS_MAX);
            prop_assert!(!once.chars().any(|c| c.is_control() || is_hidden(c)));
            prop_assert_eq!(title(&once), once);
        }
    }
}
