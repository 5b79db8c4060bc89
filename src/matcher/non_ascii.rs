//! The filter for terms that begin beyond ASCII: by their first characters, or by their whole first
//! word and the letter that begins the next.
use super::characters::{self, CharClass, Fold};
use super::prefilter::BitSet;
use super::term::Term;

/// Characters of a beginning that are looked at.
const STEM_CHARS_MAX: usize = 8;
/// Characters of a first word that are looked at.
const WORD_CHARS_MAX: usize = 12;

/// Keys of beginnings. A text's beginning may be one of a term; if it is not here it is none.
#[derive(Debug)]
pub(super) struct NonAsciiFilter {
    /// The first two characters of every term, or the only one.
    first_pairs: BitSet,
    /// The first few characters, as many as the term surely has: bit `n` of `stem_lengths` says some
    /// terms have `n`.
    stems: BitSet,
    stem_lengths: u16,
    /// Whole first words with the first letter of the next word.
    words: BitSet,
    empty: bool,
}

/// Keys gathered before the sizes of the tables are known.
#[derive(Default)]
pub(super) struct Keys {
    gate: Vec<u64>,
    stems: Vec<u64>,
    stem_lengths: u16,
    words: Vec<u64>,
}

impl Keys {
    pub(super) fn add(&mut self, term: &Term) {
        let kind = |c: char| characters::char_info(c).class;
        let Some(first) = term.head.chars().next() else { return };
        let own = kind(first);
        let stem: Vec<char> =
            term.head.chars().take_while(|c| kind(*c).is_word()).take(STEM_CHARS_MAX).collect();
        self.gate.push(match stem.get(1) {
            Some(second) => mix(mix(0, first), *second),
            None => mix(0, first),
        });
        if matches!(own, CharClass::Spaced | CharClass::Hangul) {
            let run: Vec<char> = term.head.chars().take_while(|c| kind(*c) == own).collect();
            let mut after = term.head.chars().skip(run.len());
            let next = (after.next() == Some(' ')).then(|| after.next()).flatten();
            if let Some(next) = next.filter(|c| kind(*c).is_word())
                && run.len() <= WORD_CHARS_MAX
            {
                self.words.push(mix(mix(hash(&run), ' '), next));
                return;
            }
            let run: Vec<char> = run.into_iter().take(STEM_CHARS_MAX).collect();
            self.add_stem(&run);
        } else if stem.is_empty() {
            self.add_stem(&[first]);
        } else {
            self.add_stem(&stem);
        }
    }

    fn add_stem(&mut self, stem: &[char]) {
        self.stem_lengths |= 1 << stem.len();
        self.stems.push(hash(stem));
        // A term known by one character must pass whatever follows.
        if let [only] = stem {
            self.gate.push(mix(0, *only));
        }
    }
}

impl NonAsciiFilter {
    pub(super) fn new(mut keys: Keys) -> Self {
        for list in [&mut keys.gate, &mut keys.stems, &mut keys.words] {
            list.sort_unstable();
            list.dedup();
        }
        Self {
            first_pairs: BitSet::new(&keys.gate),
            stems: BitSet::new(&keys.stems),
            stem_lengths: keys.stem_lengths,
            words: BitSet::new(&keys.words),
            empty: keys.gate.is_empty(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.first_pairs.bytes() + self.stems.bytes() + self.words.bytes()
    }

    /// Whether a term may begin at byte `polled_at` of `text`, where a character beyond ASCII stands.
    #[inline]
    pub(super) fn may_begin(&self, text: &str, at: usize) -> bool {
        if self.empty {
            return false;
        }
        let mut folded = FoldedChars { rest: text.get(at..).unwrap_or_default() };
        let NextChar::Char(first, kind) = folded.next() else { return true };
        let single = mix(0, first);
        match folded.next() {
            NextChar::Unknown => true,
            NextChar::Char(second, _) => {
                let two = mix(single, second);
                (self.first_pairs.has(two) || self.first_pairs.has(single))
                    && self.may_continue(text, at, kind)
            }
            NextChar::End => self.first_pairs.has(single) && self.may_continue(text, at, kind),
        }
    }

    /// The same for the plain letter `c` at byte `polled_at`, quickly where plain letters follow.
    #[inline]
    pub(super) fn may_begin_plain(&self, text: &str, at: usize, c: char) -> bool {
        if self.empty {
            return false;
        }
        let mut after = text.get(at + c.len_utf8()..).unwrap_or_default().chars();
        let plain = |c: char| c.is_ascii() || characters::ascii_class(c).is_some();
        match (after.next().filter(|c| characters::ascii_class(*c).is_some()), after.next()) {
            (Some(second), third) if third.is_none_or(plain) => {
                let single = mix(0, c);
                (self.first_pairs.has(mix(single, second)) || self.first_pairs.has(single))
                    && self.may_begin(text, at)
            }
            _ => self.may_begin(text, at),
        }
    }

    fn may_continue(&self, text: &str, at: usize, own: CharClass) -> bool {
        let mut folded = FoldedChars { rest: text.get(at..).unwrap_or_default() };
        let (mut key, mut in_word) = (0, matches!(own, CharClass::Spaced | CharClass::Hangul));
        for length in 1..=WORD_CHARS_MAX + 1 {
            let (c, kind) = match folded.next() {
                NextChar::Char(c, kind) => (c, kind),
                NextChar::Unknown => return true,
                NextChar::End => return false,
            };
            if in_word && kind != own {
                in_word = false;
                if matches!(kind, CharClass::Space | CharClass::Dash) {
                    return match folded.next() {
                        NextChar::Char(next, kind) if kind.is_word() => {
                            self.words.has(mix(mix(key, ' '), next))
                        }
                        // More separators, or a quotation mark: not worth following here.
                        NextChar::Char(_, CharClass::Space | CharClass::Dash)
                        | NextChar::Unknown => true,
                        NextChar::Char(..) | NextChar::End => false,
                    };
                }
            }
            if !in_word && length > STEM_CHARS_MAX {
                return false;
            }
            key = mix(key, c);
            if length <= STEM_CHARS_MAX
                && self.stem_lengths & (1 << length) != 0
                && self.stems.has(key)
            {
                return true;
            }
        }
        false
    }
}

fn hash(chars: &[char]) -> u64 {
    chars.iter().fold(0, |key, c| mix(key, *c))
}

/// Adds a character to a key; the multiplier is that of 64-bit FNV.
#[inline]
fn mix(key: u64, c: char) -> u64 {
    (key.rotate_left(5) ^ u64::from(u32::from(c)) ^ 0x9E37).wrapping_mul(0x0000_0100_0000_01B3)
}

/// One folded character of a text.
enum NextChar {
    Char(char, CharClass),
    /// Something that folds in a way that takes a closer look.
    Unknown,
    End,
}

/// Reads folded characters, as long as that is easy.
struct FoldedChars<'t> {
    rest: &'t str,
}

impl FoldedChars<'_> {
    #[inline]
    fn next(&mut self) -> NextChar {
        let mut chars = self.rest.chars();
        let Some(c) = chars.next() else { return NextChar::End };
        self.rest = chars.as_str();
        // What joins a character changes what it folds to, and may hide behind what is not seen.
        if let Some(after) = chars.next().filter(|after| !after.is_ascii()) {
            let after = characters::char_info(after);
            if after.joins || after.class == CharClass::Ignored {
                return NextChar::Unknown;
            }
        }
        if let Some(kind) = characters::ascii_class(c) {
            return NextChar::Char(c, kind);
        }
        let (letter, fold) = characters::char_info_and_fold(c);
        match fold {
            _ if letter.joins || letter.class == CharClass::Ignored => NextChar::Unknown,
            Fold::Char(folded) => NextChar::Char(folded, letter.class),
            Fold::Text(_) => NextChar::Unknown,
        }
    }
}
