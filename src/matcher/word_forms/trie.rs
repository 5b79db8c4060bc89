//! The trie of reversed words with a paradigm at its nodes.
//!
//! A node: its paradigm (0: the one of the node above, otherwise its number plus 1), the number of
//! its children, and for each child the length of its label, the label, the length of the child in
//! bytes, the child. All numbers are of variable length, seven bits a byte, the lowest first. A
//! label is letters from the end of the word towards its beginning, by their places in the
//! alphabet. The letter U+0000 stands before the beginning of a word.
//!
//! The trie is cut where all words below a node have its paradigm, so what it holds is which
//! endings decide the paradigm, and the words that are exceptions.
use super::table::Table;

/// Stands before the first letter of a word.
const BEGINNING: char = '\0';

/// The number of the paradigm of `word`: its own if it is listed, otherwise that of most listed
/// words that share its longest known ending. `None` if no words are known with this ending.
pub(super) fn paradigm_of(word: &str, table: &Table) -> Option<usize> {
    let mut letters = word.chars().rev().chain([BEGINNING]).map(|letter| table.letter(letter));
    let mut at = Node { bytes: table.trie };
    let mut found = 0;
    loop {
        let own = at.number()?;
        if own > 0 {
            found = own - 1;
        }
        let children = at.number()?;
        match at.child(children, &mut letters) {
            Some(child) => at = child,
            None => return (found > 0).then_some(found),
        }
    }
}

/// What is still to be read of a node.
#[derive(Clone, Copy)]
struct Node {
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

    /// The child whose label comes next in `letters`; these are then read past the label.
    fn child(
        mut self,
        children: usize,
        letters: &mut (impl Iterator<Item = Option<u8>> + Clone),
    ) -> Option<Self> {
        for _ in 0..children {
            let length = self.number()?;
            let label = self.take(length)?;
            let length = self.number()?;
            let bytes = self.take(length)?;
            let mut ahead = letters.clone();
            if label.iter().all(|letter| ahead.next() == Some(Some(*letter))) {
                *letters = ahead;
                return Some(Self { bytes });
            }
        }
        None
    }
}
