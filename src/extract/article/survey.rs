//! What is known of a page's lines before its article is looked for.
use super::headline::{GivenTitles, headline};
use super::lines::{LineTotals, Lines, RunningTotals};
use super::teasers::teaser_lines;
use super::tree::{Node, Tree};

/// Least prose of a whole story, in bytes without white space: two paragraphs.
const STORY_BYTES_MIN: u64 = 250;

/// The same under a headline: short news has one paragraph.
const HEADED_BYTES_MIN: u64 = 90;

/// A page, its lines, and what stands out in them.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub(super) tree: &'a Tree<'a>,
    pub(super) lines: &'a Lines,
    /// Which lines belong to cards about other articles.
    pub(super) teasers: Vec<bool>,
    /// The line of the headline.
    pub(super) headline: Option<usize>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(tree: &'a Tree<'a>, lines: &'a Lines) -> Self {
        let all = vec![true; lines.all.len()];
        let headline = headline(tree, lines, &all, &GivenTitles::of(tree));
        let headline = headline.map(|headline| headline.line);
        Self { tree, lines, teasers: teaser_lines(tree, lines), headline }
    }

    /// The totals of the lines that are kept and tell of no other article.
    pub(super) fn totals(&self, kept: &[bool]) -> RunningTotals {
        let prose = kept.iter().zip(&self.teasers).map(|(kept, teaser)| *kept && !*teaser);
        RunningTotals::of(self.lines, &prose.collect::<Vec<_>>())
    }

    /// Whether the headline stands in a part.
    pub(super) fn has_headline(&self, at: u32, node: &Node<'_>) -> bool {
        let range = self.lines.within(at, node.end);
        self.headline.is_some_and(|line| range.contains(&line))
    }

    /// Whether there is a story between the headline and a part.
    pub(super) fn story_before(&self, sums: &RunningTotals, at: u32) -> bool {
        let begin = self.lines.within(at, at).start;
        let between = |line| sums.between(line..begin.max(line)).weight;
        self.headline.is_some_and(|line| between(line) >= HEADED_BYTES_MIN)
    }

    /// Whether there is enough prose for a story that stands by itself.
    pub(super) fn is_story(&self, totals: LineTotals) -> bool {
        let least = if self.headline.is_some() { HEADED_BYTES_MIN } else { STORY_BYTES_MIN };
        totals.weight >= least
    }
}
