//! A document in segments, so that a long text goes from the body to feed-rs without being copied.
use std::borrow::Cow;
use std::io::{self, Read};

/// Texts from this length on are kept where they are, in bytes. Copying a shorter one is cheaper.
const LONG_BYTES: usize = 512;

/// XML being written: tags and short texts in one string, long texts beside it.
#[derive(Debug, Default)]
pub(super) struct SegmentedText<'a> {
    short_text: String,
    /// Each long text, and how many bytes of `short_text` come before it.
    long_texts: Vec<(usize, Cow<'a, str>)>,
    /// Bytes of all long texts.
    long_bytes: usize,
}

impl<'a> SegmentedText<'a> {
    /// Appends a text that is copied.
    pub(super) fn push(&mut self, text: &str) {
        self.short_text.push_str(text);
    }

    pub(super) fn push_char(&mut self, character: char) {
        self.short_text.push(character);
    }

    /// Appends a text of any length. A long one is not copied.
    pub(super) fn push_text(&mut self, text: Cow<'a, str>) {
        if text.len() < LONG_BYTES {
            self.short_text.push_str(&text);
        } else {
            self.long_bytes = self.long_bytes.saturating_add(text.len());
            self.long_texts.push((self.short_text.len(), text));
        }
    }

    /// Its bytes, of all segments together.
    pub(super) fn len(&self) -> usize {
        self.short_text.len().saturating_add(self.long_bytes)
    }

    /// Reads the document from its beginning.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { rope: self, short_at: 0, long_at: 0, within: 0 }
    }
}

/// Reads the segments in order.
pub(super) struct Reader<'r> {
    rope: &'r SegmentedText<'r>,
    short_at: usize,
    long_at: usize,
    /// Bytes already read of the next long text.
    within: usize,
}

impl Reader<'_> {
    /// What is left of the current segment, and whether it is a long text.
    fn piece(&self) -> (bool, &[u8]) {
        let short = self.rope.short_text.as_bytes();
        match self.rope.long_texts.get(self.long_at) {
            Some((at, text)) if self.short_at >= *at => {
                (true, text.as_bytes().get(self.within..).unwrap_or_default())
            }
            Some((at, _)) => (false, short.get(self.short_at..*at).unwrap_or_default()),
            None => (false, short.get(self.short_at..).unwrap_or_default()),
        }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut read = 0_usize;
        while let Some(room) = into.get_mut(read..).filter(|room| !room.is_empty()) {
            let (long, piece) = self.piece();
            let length = piece.len().min(room.len());
            if length == 0 && !long {
                break;
            }
            if let (Some(to), Some(from)) = (room.get_mut(..length), piece.get(..length)) {
                to.copy_from_slice(from);
            }
            let done = length == piece.len();
            read = read.saturating_add(length);
            if !long {
                self.short_at = self.short_at.saturating_add(length);
            } else if done {
                (self.long_at, self.within) = (self.long_at.saturating_add(1), 0);
            } else {
                self.within = self.within.saturating_add(length);
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_read_in_order_whatever_the_size_of_the_readers_buffer() {
        let long = "긴 글 ".repeat(400);
        let mut rope = SegmentedText::default();
        let mut wanted = String::new();
        for text in ["<a>", &long, &long, "</a>", "", "<b>", &long] {
            rope.push_text(Cow::Borrowed(text));
            wanted.push_str(text);
        }
        for size in [1, 7, 512, 8_192, 1 << 20] {
            let (mut reader, mut found, mut buffer) = (rope.reader(), Vec::new(), vec![0; size]);
            loop {
                let read = reader.read(&mut buffer).unwrap();
                if read == 0 {
                    break;
                }
                found.extend_from_slice(&buffer[..read]);
            }
            assert_eq!(found, wanted.as_bytes());
        }
    }
}
