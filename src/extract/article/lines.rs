//! A page as a list of lines. A line is the text between two boundaries, with the figures that tell
//! prose from everything else.
use std::ops::Range;

use super::deadline::Deadline;
use super::element::Element;
use super::tree::Tree;

/// A line with so many bytes and a sentence in it is prose. White space is not counted. (Bytes, not
/// characters: thirty letters of English are ten characters of Chinese, which have three bytes
/// each.)
const PROSE_BYTES_MIN: u32 = 40;

/// A line with so many bytes is prose whatever it ends with.
const LONG_BYTES_MIN: u32 = 140;

/// Nodes between two looks at the deadline.
const LOOK_EVERY: u32 = 4_096;

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextLine {
    /// The block element it stands in.
    pub(super) node: u32,
    /// Its first text node, and one after its last.
    pub(super) from: u32,
    pub(super) to: u32,
    /// Bytes without white space: all, and those inside links.
    pub(super) bytes: u32,
    pub(super) linked: u32,
    /// Sentences that end in it.
    pub(super) stops: u32,
    /// It ends like a sentence.
    pub(super) closed: bool,
    /// The level of the heading it stands in, or 0.
    pub(super) heading: u8,
}

impl TextLine {
    /// Its weight in the search for the article: 0 if it is not prose.
    pub(super) fn weight(&self) -> u32 {
        let prose = self.bytes >= LONG_BYTES_MIN
            || (self.bytes >= PROSE_BYTES_MIN && (self.closed || self.stops > 0));
        if prose && self.heading == 0 && self.linked.saturating_mul(2) < self.bytes {
            self.bytes - self.linked
        } else {
            0
        }
    }
}

/// All lines of a page.
#[derive(Debug)]
pub(super) struct Lines {
    /// In document order.
    pub(super) all: Vec<TextLine>,
    /// For each node, how many lines begin before it.
    before: Vec<u32>,
    /// The deadline was over before the last line.
    pub(super) is_cut: bool,
}

impl Lines {
    /// Cuts a page into lines. Stops early at the deadline.
    pub(super) fn of(tree: &Tree<'_>, deadline: Deadline<'_>) -> Self {
        let mut walk = Walk::default();
        let mut before = Vec::with_capacity(tree.nodes.len() + 1);
        let mut at = 0_u32;
        let mut skip_until = 0_u32;
        let mut is_cut = false;
        while let Some(node) = tree.node(at) {
            if at.is_multiple_of(LOOK_EVERY) && deadline.is_over() {
                is_cut = true;
                break;
            }
            if at >= skip_until {
                walk.leave(at);
            }
            // An open line began before this node.
            let begun = walk.all.len() + usize::from(walk.open.is_some());
            before.push(u32::try_from(begun).unwrap_or(u32::MAX));
            if at >= skip_until {
                if is_control(node.element) {
                    skip_until = node.end;
                } else {
                    walk.enter(tree, at);
                }
            }
            at += 1;
        }
        walk.cut();
        let count = u32::try_from(walk.all.len()).unwrap_or(u32::MAX);
        before.resize(tree.nodes.len() + 1, count);
        Self { all: walk.all, before, is_cut }
    }

    /// The lines inside a range of nodes.
    pub(super) fn within(&self, from: u32, to: u32) -> Range<usize> {
        let at = |node: u32| self.before.get(node as usize).map_or(self.all.len(), |n| *n as usize);
        let (from, to) = (at(from), at(to));
        from..to.max(from)
    }
}

/// Totals over some lines, in bytes without white space.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineTotals {
    /// In prose.
    pub(super) weight: u64,
    /// In all lines.
    pub(super) bytes: u64,
    /// Inside links.
    pub(super) linked: u64,
    /// Lines of prose.
    pub(super) paragraphs: u64,
}

/// The total before each line. So the total of any part is one subtraction.
#[derive(Debug)]
pub(super) struct RunningTotals(Vec<LineTotals>);

impl RunningTotals {
    /// Counts only the lines that are kept.
    pub(super) fn of(lines: &Lines, kept: &[bool]) -> Self {
        let mut sums = Vec::with_capacity(lines.all.len() + 1);
        let mut sum = LineTotals::default();
        sums.push(sum);
        for (line, kept) in lines.all.iter().zip(kept) {
            if *kept {
                let weight = line.weight();
                sum.weight += u64::from(weight);
                sum.paragraphs += u64::from(weight > 0);
                sum.bytes += u64::from(line.bytes);
                sum.linked += u64::from(line.linked);
            }
            sums.push(sum);
        }
        Self(sums)
    }

    /// The totals of the whole page.
    pub(super) fn total(&self) -> LineTotals {
        self.0.last().copied().unwrap_or_default()
    }

    /// The totals of the nodes from `at` to before `end`.
    pub(super) fn inside(&self, lines: &Lines, at: u32, end: u32) -> LineTotals {
        self.between(lines.within(at, end))
    }

    /// The totals of a range of lines.
    pub(super) fn between(&self, range: Range<usize>) -> LineTotals {
        let get = |index: usize| self.0.get(index).copied().unwrap_or_default();
        let (before, after) = (get(range.start), get(range.end));
        LineTotals {
            weight: after.weight.saturating_sub(before.weight),
            bytes: after.bytes.saturating_sub(before.bytes),
            linked: after.linked.saturating_sub(before.linked),
            paragraphs: after.paragraphs.saturating_sub(before.paragraphs),
        }
    }
}

/// Elements whose text does not belong to the page's text.
pub(super) fn is_control(element: Element) -> bool {
    matches!(
        element,
        Element::Button
            | Element::Select
            | Element::Option
            | Element::Optgroup
            | Element::Textarea
            | Element::Rt
            | Element::Video
            | Element::Dialog
            | Element::Style
            | Element::Script
    )
}

/// The state of the walk over the nodes.
#[derive(Default)]
struct Walk {
    all: Vec<TextLine>,
    /// The line that is not yet ended.
    open: Option<TextLine>,
    /// Where the innermost link ends.
    link_until: u32,
    /// The level of the last heading entered, and where it ends.
    heading_level: u8,
    heading_until: u32,
    block: u32,
    /// The block elements that are open, and where each ends.
    block_until: Vec<(u32, u32)>,
}

impl Walk {
    /// Leaves the blocks that end before the node at `at`.
    fn leave(&mut self, at: u32) {
        while self.block_until.last().is_some_and(|(_, end)| *end <= at) {
            self.block_until.pop();
            self.cut();
        }
        self.block = self.block_until.last().map_or(0, |(node, _)| *node);
    }

    /// Enters an element. A block ends the current line.
    fn enter(&mut self, tree: &Tree<'_>, at: u32) {
        let Some(node) = tree.node(at) else { return };
        if node.is_text() {
            return self.text(at, node.text);
        }
        if node.element == Element::Br {
            return self.cut();
        }
        // A link that reaches the end of the page was left open: its text is no link's.
        let left_open = node.end as usize == tree.nodes.len();
        if node.element == Element::A && !left_open {
            self.link_until = self.link_until.max(node.end);
        }
        if let Some(level) = node.element.heading() {
            (self.heading_level, self.heading_until) = (level, node.end);
        }
        if !node.element.is_inline() {
            self.cut();
            self.block = at;
            self.block_until.push((at, node.end));
        }
    }

    /// Ends the current line.
    fn cut(&mut self) {
        self.all.extend(self.open.take().filter(|line| line.bytes > 0));
    }

    /// Adds a text node to the current line.
    fn text(&mut self, at: u32, text: &str) {
        let measure = TextMeasure::of(text);
        if measure.bytes == 0 && self.open.is_none() {
            return;
        }
        let line = self.open.get_or_insert(TextLine {
            node: self.block,
            from: at,
            to: at,
            bytes: 0,
            linked: 0,
            stops: 0,
            closed: false,
            heading: if at < self.heading_until { self.heading_level } else { 0 },
        });
        line.to = at + 1;
        line.bytes = line.bytes.saturating_add(measure.bytes);
        line.stops += measure.stops;
        if measure.bytes > 0 {
            line.closed = measure.closed;
        }
        if at < self.link_until {
            line.linked = line.linked.saturating_add(measure.bytes);
        }
    }
}

/// What one text node adds to its line.
struct TextMeasure {
    bytes: u32,
    stops: u32,
    closed: bool,
}

impl TextMeasure {
    /// A stop counts as the end of a sentence only before white space: `3.5` has none.
    fn of(text: &str) -> Self {
        let mut bytes = 0_u32;
        let mut stops = 0_u32;
        let mut stopped = false;
        for byte in text.bytes() {
            if byte.is_ascii_whitespace() {
                stops += u32::from(stopped);
                stopped = false;
            } else {
                bytes += 1;
                stopped = matches!(byte, b'.' | b'!' | b'?');
            }
        }
        let wide = |sign: &str| memchr::memmem::find_iter(text.as_bytes(), sign).count();
        if !text.is_ascii() {
            let wide: usize = ["。", "！", "？"].into_iter().map(wide).sum();
            stops = stops.saturating_add(u32::try_from(wide).unwrap_or(u32::MAX));
        }
        // A quotation may end the sentence.
        let last = text.trim_end().trim_end_matches(['"', '”', '’', '\'', ')', '»', '」', '』']);
        let closed = last.ends_with(['.', '!', '?', ':', '。', '！', '？', '…', '：']);
        Self { bytes, stops, closed }
    }
}
