//! Judges whether a term that begins or ends with a digit has the whole number of the text: `5
//! percent` is not in "3.5 percent", and `300 mph` is not in "1,300 mph".

/// Digits between two marks of thousands.
const GROUP_DIGITS: usize = 3;

/// Whether the number at either end of the bytes `start..end` goes on outside them.
pub(super) fn cuts_number(text: &str, start: usize, end: usize) -> bool {
    let (Some(before), Some(inside), Some(after)) =
        (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    let leading = inside.chars().take_while(|c| c.is_numeric()).count();
    let continues_left = leading > 0 && {
        let mut back = before.chars().rev();
        let mark = back.next();
        let digit = back.next().is_some_and(char::is_numeric);
        digit && mark.is_some_and(|mark| joins_digits(mark, leading == GROUP_DIGITS))
    };
    let continues_right = inside.chars().next_back().is_some_and(char::is_numeric) && {
        let mut ahead = after.chars();
        let mark = ahead.next();
        let group = ahead.clone().take_while(|c| c.is_numeric()).count();
        group > 0 && mark.is_some_and(|mark| joins_digits(mark, group == GROUP_DIGITS))
    };
    continues_left || continues_right
}

/// Whether a sign between two digits makes one number of them. Spaces and apostrophes do so only
/// before a group of three.
fn joins_digits(mark: char, before_group: bool) -> bool {
    match mark {
        '.' | ',' | '٫' | '٬' | '·' => true,
        '\'' | '’' | '\u{A0}' | '\u{2009}' | '\u{202F}' => before_group,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_number_is_told_from_a_number() {
        for (text, inside, cut) in [
            ("rose 7.25 points", "25 points", true),
            ("rose 25 points", "25 points", false),
            ("about 4,200 men", "200 men", true),
            ("about 4\u{202F}200 men", "200 men", true),
            ("page 4\u{A0}20 men", "20 men", false),
            ("costs €90,000", "€90", true),
            ("costs €90, or more", "€90", false),
            ("costs €90.", "€90", false),
            ("version 2.1", "version 2", true),
        ] {
            let start = text.find(inside).unwrap();
            assert_eq!(cuts_number(text, start, start + inside.len()), cut, "{inside}: {text}");
        }
    }
}
