//! Reads the file of one language in place.
//!
//! The file: the eight bytes of [`MAGIC`], the lengths of seven sections, the sections. All numbers
//! are little-endian. The sections are
//! 1. the alphabet: code points of four bytes; the trie names a letter by its place here;
//! 2. strings, sorted by their bytes: endings and letters that paradigms add;
//! 3. sets of endings: places of strings, two bytes each, sorted; the first set holds the endings
//!    that many words have;
//! 4. paradigms: for each stem the number of letters cut from the word (one byte), the place of
//!    the string added instead and the place of its set of endings (two bytes each); a stem with
//!    an empty set marks the plural of a lemma;
//! 5. the trie (`trie.rs`);
//! 6. a Bloom filter of the stems of the language (`bloom.rs`), empty where compounds are not
//!    written as one word;
//! 7. a Bloom filter of the listed words, empty where the forms of all words follow rules.
//!
//! Sections 2 to 4 are lists: the number of items, the offset of each item and of the end (four
//! bytes each), the items.

/// The first bytes of each file. The digit is the version of the format.
const MAGIC: &[u8] = b"wwforms1";
/// The place of a letter that no word of the language has.
const NO_LETTER: u8 = u8::MAX;
const SECTIONS: usize = 7;

/// The data of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    alphabet: &'static [u8],
    /// The place of each ASCII letter in the alphabet, [`NO_LETTER`] for those it lacks.
    ascii: [u8; 128],
    strings: &'static [u8],
    sets: &'static [u8],
    paradigms: &'static [u8],
    /// The bytes that `trie` reads.
    pub(super) trie: &'static [u8],
    /// The stems of words that may stand in a compound; `bloom` reads it.
    pub(super) stems: &'static [u8],
    /// The words whose forms are listed; `bloom` reads it.
    pub(super) listed: &'static [u8],
}

/// How a paradigm makes one stem of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StemRule {
    /// Letters cut from the end of the word.
    pub(super) cut: u8,
    /// The place of the string that is added instead.
    pub(super) added: u16,
    /// The place of the set of endings.
    pub(super) endings: u16,
}

impl Table {
    /// `None` if `file` is no file of this format.
    pub(super) fn read(file: &'static [u8]) -> Option<Self> {
        let lengths = file.strip_prefix(MAGIC)?;
        let mut rest = lengths.get(4 * SECTIONS..)?;
        let mut sections: [&'static [u8]; SECTIONS] = [&[]; SECTIONS];
        for (number, section) in sections.iter_mut().enumerate() {
            (*section, rest) = rest.split_at_checked(number_at(lengths, 4 * number)?)?;
        }
        let [alphabet, strings, sets, paradigms, trie, stems, listed] = sections;
        let mut ascii = [NO_LETTER; 128];
        for (place, code) in (0..NO_LETTER).zip(alphabet.as_chunks::<4>().0) {
            let code = usize::try_from(u32::from_le_bytes(*code)).unwrap_or(usize::MAX);
            if let Some(letter) = ascii.get_mut(code) {
                *letter = place;
            }
        }
        Some(Self { alphabet, ascii, strings, sets, paradigms, trie, stems, listed })
    }

    /// The place of a letter in the alphabet; `None` if no word of the language has it.
    pub(super) fn letter(&self, letter: char) -> Option<u8> {
        if let Some(place) = self.ascii.get(letter as usize) {
            return (*place != NO_LETTER).then_some(*place);
        }
        let code = u32::from(letter).to_le_bytes();
        let place = self.alphabet.as_chunks::<4>().0.iter().position(|known| *known == code)?;
        u8::try_from(place).ok()
    }

    /// Whether some word of the language has a letter.
    pub(super) fn has(&self, letter: char) -> bool {
        self.letter(letter).is_some()
    }

    /// The stems of the paradigm with this number.
    pub(super) fn paradigm(&self, number: usize) -> impl Iterator<Item = StemRule> {
        item(self.paradigms, number).unwrap_or_default().as_chunks::<5>().0.iter().map(
            |&[cut, added, added_high, endings, endings_high]| StemRule {
                cut,
                added: u16::from_le_bytes([added, added_high]),
                endings: u16::from_le_bytes([endings, endings_high]),
            },
        )
    }

    /// The string at this place.
    pub(super) fn string(&self, place: u16) -> &'static str {
        let bytes = item(self.strings, usize::from(place)).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }

    /// All strings of the file.
    #[cfg(test)]
    pub(super) fn strings(&self) -> impl Iterator<Item = String> {
        let count = number_at(self.strings, 0).unwrap_or(0);
        let strings = self.strings;
        (0..count).map(move |number| {
            String::from_utf8(item(strings, number).unwrap_or_default().to_vec()).unwrap()
        })
    }

    /// All letters of the alphabet.
    #[cfg(test)]
    pub(super) fn letters(&self) -> impl Iterator<Item = char> {
        self.alphabet
            .as_chunks::<4>()
            .0
            .iter()
            .map(|code| char::from_u32(u32::from_le_bytes(*code)).unwrap())
    }

    /// The places of the strings of a set of endings, in the order of the strings.
    pub(super) fn set(&self, place: u16) -> &'static [[u8; 2]] {
        item(self.sets, usize::from(place)).unwrap_or_default().as_chunks::<2>().0
    }
}

/// One item of a list.
fn item(list: &'static [u8], number: usize) -> Option<&'static [u8]> {
    let count = number_at(list, 0)?;
    if number >= count {
        return None;
    }
    let first = 4 * (count + 2);
    let start = first.checked_add(number_at(list, 4 * (number + 1))?)?;
    let end = first.checked_add(number_at(list, 4 * (number + 2))?)?;
    list.get(start..end)
}

/// The four-byte number at byte `at`.
fn number_at(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}
