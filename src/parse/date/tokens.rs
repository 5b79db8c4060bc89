//! A date's text cut into numbers, words and signs.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A number, how many digits it had, and the unit written behind it in Chinese, Japanese or
    /// Korean.
    Number(i64, usize, Option<char>),
    /// In lower case.
    Word(String),
    Sign(char),
    Space,
}

/// The parts of a text; what stands in brackets is a remark and left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().map(narrow).peekable();
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
            _ if character.is_alphabetic() => {
                let mut word: String = character.to_lowercase().collect();
                while let Some(letter) = chars.next_if(|c| c.is_alphabetic() || is_mark(*c)) {
                    word.extend(letter.to_lowercase());
                }
                tokens.push(Token::Word(word));
            }
            _ => tokens.push(Token::Sign(character)),
        }
    }
    tokens
}

/// Years, months, days, hours, minutes, seconds.
const UNITS: &str = "年년月월日일時时点點시分분秒초";

fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{b7}')
}

/// Full-width digits and signs as ASCII, and one sign for each kind of dash.
fn narrow(character: char) -> char {
    match character {
        '！'..='～' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        '\u{2010}'..='\u{2014}' | '\u{2212}' => '-',
        _ => character,
    }
}
