//! Cuts the text of a date into numbers, words and signs.

/// One part of the text of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A number, how many digits it had, and the unit behind it in Chinese, Japanese or Korean.
    Number(i64, usize, Option<char>),
    /// In lower case.
    Word(String),
    Sign(char),
    Space,
}

/// The parts of a text. Text in brackets is a remark and is left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().map(to_ascii).filter(|c| !is_direction_mark(*c)).peekable();
    let mut depth = 0_u8;
    while let Some(character) = chars.next() {
        match character {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if character.is_whitespace() => tokens.push(Token::Space),
            '0'..='9' => {
                let mut digits = String::from(character);
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                let unit = chars.next_if(|c| UNITS.contains(*c));
                let value = digits.parse().unwrap_or(i64::MAX);
                tokens.push(Token::Number(value, digits.len(), unit));
            }
            _ if han_digit(character).is_some() => {
                let mut digits = String::from(character);
                while let Some(digit) = chars.next_if(|c| han_digit(*c).is_some()) {
                    digits.push(digit);
                }
                let unit = chars.next_if(|c| UNITS.contains(*c));
                tokens.push(match (han_number(&digits), unit) {
                    (Some((value, length)), Some(unit)) => Token::Number(value, length, Some(unit)),
                    _ => Token::Word(digits),
                });
            }
            _ if character.is_alphabetic() => {
                let mut word: String = character.to_lowercase().collect();
                while let Some(letter) = chars.next_if(|c| {
                    // The name of an era ends where its years begin, also when the number is
                    // written as a word.
                    (c.is_alphabetic() || is_mark(*c))
                        && !(is_han_numeral(*c) && super::words::era(&word).is_some())
                }) {
                    word.extend(letter.to_lowercase());
                }
                tokens.push(Token::Word(word));
            }
            _ => tokens.push(Token::Sign(character)),
        }
    }
    tokens
}

/// Units for years, months, days, hours, minutes and seconds.
const UNITS: &str = "年년月월日일時时点點시分분秒초";

/// Marks inside words that are no letters: accents, and the vowel signs of Hindi and Thai.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{b7}'
            | '\u{64b}'..='\u{65f}'
            | '\u{93c}'
            | '\u{94d}'
            | '\u{e47}'..='\u{e4e}'
    )
}

/// Direction marks. They stand between the parts of Arabic and Hebrew dates and have no meaning
/// there.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `元` is the first year of an era.
fn is_han_numeral(character: char) -> bool {
    han_digit(character).is_some() || character == '元'
}

/// The value of a Chinese numeral. Ten marks a place, it is not a digit.
fn han_digit(character: char) -> Option<i64> {
    let at = "〇一二三四五六七八九十".chars().position(|digit| digit == character);
    let at = if character == '零' { Some(0) } else { at };
    at.and_then(|at| i64::try_from(at).ok())
}

/// A number in Chinese numerals, digit by digit (`二〇二四`) or counted (`二十八`), and how many digits it
/// would have.
fn han_number(text: &str) -> Option<(i64, usize)> {
    let mut value = 0_i64;
    if text.contains('十') {
        let (tens, ones) = text.split_once('十')?;
        let one = |text: &str, none| match text.chars().collect::<Vec<_>>().as_slice() {
            [] => Some(none),
            [digit] => han_digit(*digit).filter(|digit| *digit < 10),
            _ => None,
        };
        value = one(tens, 1)?.checked_mul(10)?.checked_add(one(ones, 0)?)?;
        return Some((value, 2));
    }
    for digit in text.chars() {
        value = value.checked_mul(10)?.checked_add(han_digit(digit)?)?;
    }
    Some((value, text.chars().count()))
}

/// Full-width digits and signs as ASCII, and all dashes as one.
fn to_ascii(character: char) -> char {
    match character {
        '！'..='～' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        // The digits of Arabic, Persian, Hindi, Bengali and Thai.
        '\u{660}'..='\u{669}' => digit_from(character, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit_from(character, 0x6f0),
        '\u{966}'..='\u{96f}' => digit_from(character, 0x966),
        '\u{9e6}'..='\u{9ef}' => digit_from(character, 0x9e6),
        '\u{e50}'..='\u{e59}' => digit_from(character, 0xe50),
        '،' => ',',
        '\u{2010}'..='\u{2014}' | '\u{2212}' => '-',
        _ => character,
    }
}

/// The ASCII digit for a digit of a script whose zero is `zero`.
fn digit_from(character: char, zero: u32) -> char {
    let value = u32::from(character).saturating_sub(zero);
    char::from_digit(value, 10).unwrap_or(character)
}
