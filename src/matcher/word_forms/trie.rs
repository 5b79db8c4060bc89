//! The trie of reversed words with a paradigm at its nodes.
//!
//! A node: its own paradigm (0: the one of the node above, otherwise its number plus 1) shifted one
//! bit up, and in the lowest bit whether a guess follows; the paradigm that is guessed; the number of
//! its children; and for each child the length of its label, the label, the length of the child in
//! bytes, the child. All numbers are of variable length, seven bits a byte, the lowest first. A
//! label is letters from the end of the word towards its beginning, by their places in the
//! alphabet. The letter U+0000 stands before the beginning of a word.
//!
//! The trie is cut where all words below a node have its paradigm, so what it holds is which
//! endings decide the paradigm, and the words that are exceptions. A guess joins the paradigms that
//! are usual for an ending, so it has more forms than a single word.
use super::table::Table;

/// Stands before the first letter of a word.
const BEGINNING: char = '\0';
/// What more letters than this decide of a listed word is better than a guess from fewer.
const GUESS_LETTERS_MAX: usize = 5;

/// What the trie knows of a word. 0 stands for the paradigm of words that do not inflect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The number of the paradigm of the word if it is listed.
    pub(super) listed: usize,
    /// The number of the paradigm of a word with this ending that is in no list; 0 if it is that
    /// of the listed words.
    pub(super) guessed: usize,
}

/// The paradigms of `word`.
pub(super) fn paradigms_of(word: &str, table: &Table) -> Found {
    let mut letters = word.chars().rev().chain([BEGINNING]).map(|letter| table.letter(letter));
    let mut found = Found::default();
    let mut node = Some(Node { bytes: table.trie, letters: 0 });
    while let Some(at) = node {
        node = at.child(&mut letters, &mut found);
    }
    found
}

/// What is still to be read of a node.
#[derive(Clone, Copy)]
struct Node {
    /// The letters on the way to it.
    letters: usize,
    bytes: &'static [u8],
}

impl Node {
    /// The next number of variable length.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..28).step_by(7) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= usize::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// The next `length` bytes.
    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// Reads its paradigms into `found`. Returns the child whose label comes next in `letters`; these
    /// are then read past the label.
    fn child(
        mut self,
        letters: &mut (impl Iterator<Item = Option<u8>> + Clone),
        found: &mut Found,
    ) -> Option<Self> {
        let own = self.number()?;
        if own & 1 == 1 {
            found.guessed = self.number()?;
        }
        if own > 1 {
            found.listed = (own >> 1) - 1;
            if own & 1 == 0 && self.letters > GUESS_LETTERS_MAX {
                found.guessed = 0;
            }
        }
        for _ in 0..self.number()? {
            let length = self.number()?;
            let label = self.take(length)?;
            let length = self.number()?;
            let bytes = self.take(length)?;
            let mut ahead = letters.clone();
            if label.iter().all(|letter| ahead.next() == Some(Some(*letter))) {
                *letters = ahead;
                return Some(Self { bytes, letters: self.letters + label.len() });
            }
        }
        None
    }
}
