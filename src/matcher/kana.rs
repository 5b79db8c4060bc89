//! The spellings of Katakana that readers take for one: small letters (キャノン and キヤノン), the
//! sound of V (ヴェトナム and ベトナム), the long mark at the end of a word (サーバー and サーバ), and
//! the dot or space between two words (コブラ・ゴールド and コブラゴールド).

/// The long mark, in full and in half width.
const LONG_MARKS: [char; 2] = [LONG_MARK, 'ｰ'];
/// The long mark in full width.
pub(super) const LONG_MARK: char = 'ー';
/// Long marks that are passed to see whether a word ends. A text with more is an attack.
const MARKS_MAX: usize = 8;

/// The large letter for a small one.
pub(super) fn large(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        _ => c,
    }
}

/// The letter for `ヴ` and the small letter behind it; `None` for another letter.
pub(super) fn with_v(small: char) -> Option<char> {
    match small {
        'ァ' => Some('バ'),
        'ィ' => Some('ビ'),
        'ェ' => Some('ベ'),
        'ォ' => Some('ボ'),
        _ => None,
    }
}

/// Whether `c` is a Katakana letter, the long mark included.
pub(super) fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | 'ㇰ'..='ㇿ' | 'ｦ'..='ﾟ')
}

/// Whether `text` begins with a long mark that ends a word, so that it may be left out.
pub(super) fn has_final_long_mark(text: &str) -> bool {
    let mut marks = text.chars().take(MARKS_MAX);
    marks.next().is_some_and(|c| LONG_MARKS.contains(&c))
        && !marks.find(|c| !LONG_MARKS.contains(c)).is_some_and(is_katakana)
}
