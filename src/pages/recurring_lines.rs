//! Takes the labels out of the end of a page's text that recur on the pages of its host: the list of
//! the site's subjects, the headlines of its campaigns. No rule about one page can tell them from an
//! article.
//!
//! That a line recurs does not prove that it is no news: every report of a long story repeats its
//! background, and stands under the same headline. So only a line goes that also has the form and
//! the place of a label: it is no sentence, and nothing but recurring lines follows it. What goes is
//! named with the article, so that `explain` can say why a word in it fired nothing.
//!
//! What was read is remembered for a while, and only as hashes. After a start it is learned anew from
//! the first pages of each host.
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Hosts that are remembered.
const HOSTS_MAX: usize = 512;

/// Pages of one host that are remembered.
const PAGES_MAX: usize = 12;

/// Lines at the end of a page that are compared and remembered.
const LINES_MAX: usize = 64;

/// Pages about other things that a line recurs on at least, and more than half of those that are
/// remembered.
const OTHERS_MIN: usize = 3;

/// A shorter line may recur by chance, in bytes.
const LABEL_BYTES_MIN: usize = 16;

/// A longer line is prose, in characters.
const LABEL_CHARS_MAX: usize = 160;

/// A page with a larger share of this page's lines tells the same story, in percent.
const SAME_STORY_PERCENT: usize = 50;

/// A text without the labels that recur.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnText {
    pub(super) text: String,
    /// The lines that are not in it.
    pub(super) left_out: Vec<String>,
}

/// The lines of the pages read last, by host.
#[derive(Debug, Default)]
pub(super) struct RecurringLines {
    hosts: HashMap<String, VecDeque<HashSet<u64>>>,
    /// The hosts, longest known first.
    order: VecDeque<String>,
}

impl RecurringLines {
    /// The text of a page without the labels that recur on other pages of its host. The page is
    /// remembered.
    pub(super) fn take_out(&mut self, host: &str, text: String) -> OwnText {
        let lines: Vec<&str> = text.lines().collect();
        let end = lines.len().saturating_sub(LINES_MAX);
        let compared: Vec<Line> = lines.iter().skip(end).map(|line| Line::of(line)).collect();
        let pages = self.pages_of(host);
        let recurring = recurring(pages, &compared);
        pages.push_back(compared.iter().map(|line| line.hash).collect());
        while pages.len() > PAGES_MAX {
            pages.pop_front();
        }
        let run = compared.iter().rev().take_while(|line| recurring.contains(&line.hash)).count();
        let (own, run) = lines.split_at(lines.len() - run);
        let (left_out, kept): (Vec<&str>, Vec<&str>) = run.iter().partition(|line| is_label(line));
        let bytes: usize = left_out.iter().map(|line| line.len()).sum();
        if left_out.is_empty() || bytes * 2 > text.len() {
            return OwnText { text, left_out: Vec::new() };
        }
        let left_out = left_out.into_iter().map(str::to_owned).collect();
        OwnText { text: [own, &kept].concat().join("\n"), left_out }
    }

    /// The pages of a host. One host is forgotten for each new one when there are too many.
    fn pages_of(&mut self, host: &str) -> &mut VecDeque<HashSet<u64>> {
        if !self.hosts.contains_key(host) {
            if self.order.len() >= HOSTS_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.hosts.remove(&oldest);
            }
            self.order.push_back(host.to_owned());
        }
        self.hosts.entry(host.to_owned()).or_default()
    }
}

/// A line of a page.
#[derive(Clone, Copy, Debug)]
struct Line {
    hash: u64,
    bytes: usize,
}

impl Line {
    fn of(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { hash: hasher.finish(), bytes: text.len() }
    }
}

/// Which lines of a page recur on most of the other pages that tell of something else.
fn recurring(pages: &VecDeque<HashSet<u64>>, lines: &[Line]) -> HashSet<u64> {
    let all: usize = lines.iter().map(|line| line.bytes).sum();
    let others: Vec<&HashSet<u64>> = pages
        .iter()
        .filter(|page| {
            let shared = lines.iter().filter(|line| page.contains(&line.hash));
            shared.map(|line| line.bytes).sum::<usize>() * 100 <= all * SAME_STORY_PERCENT
        })
        .collect();
    let recurs = |line: &u64| {
        let count = others.iter().filter(|page| page.contains(line)).count();
        count >= OTHERS_MIN && count * 2 > others.len()
    };
    lines.iter().map(|line| line.hash).filter(recurs).collect()
}

/// Whether a line has the form of a label: it is no long line, and no sentence ends in it.
fn is_label(line: &str) -> bool {
    const STOPS: [char; 8] = ['.', '!', '?', '…', '؟', '।', '۔', '។'];
    const CLOSING: [char; 9] = ['"', '\'', '”', '’', '»', '」', '』', ')', '）'];
    let is_end = |word: &str| word.trim_end_matches(CLOSING).ends_with(STOPS);
    // Thai and Lao write no full stops: the form of such a line says nothing.
    let unmarked = |c: char| matches!(c, '\u{e00}'..='\u{eff}');
    // Between words that are not spaced, these are always the end of a sentence.
    let wide_stop = |c: char| matches!(c, '。' | '！' | '？');
    (LABEL_BYTES_MIN..).contains(&line.len())
        && line.chars().count() <= LABEL_CHARS_MAX
        && !line.contains(|c| unmarked(c) || wide_stop(c))
        && !line.split_whitespace().any(is_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = "Our subjects: harbours, the GSOMIA treaty, weather and rope";
    const BACKGROUND: &str = "The GSOMIA treaty was signed ten years ago, and may end by a letter.";

    fn page(n: usize, recurring: &str) -> String {
        format!(
            "Report {n} of the council, which met at noon and spoke of berth {n} for an hour.\n\
             Berth {n} was closed in spring, and ships of the line {n} lie elsewhere since.\n\
             {recurring}"
        )
    }

    /// What is left out of the last of twenty pages.
    fn left_out_at_last(page: impl Fn(usize) -> String) -> Vec<String> {
        let mut lines = RecurringLines::default();
        let last = (0..20).map(|n| lines.take_out("a.example", page(n))).last();
        last.map(|own| own.left_out).unwrap_or_default()
    }

    #[test]
    fn a_label_under_most_pages_of_a_host_is_left_out_of_the_next() {
        let mut lines = RecurringLines::default();
        for n in 0..OTHERS_MIN {
            assert!(lines.take_out("a.example", page(n, LABEL)).left_out.is_empty());
        }
        for n in OTHERS_MIN..40 {
            let own = lines.take_out("a.example", page(n, LABEL));
            assert_eq!(own.left_out, [LABEL], "page {n}");
            assert!(own.text.contains("Berth") && !own.text.contains("GSOMIA"), "{}", own.text);
        }
        assert!(lines.take_out("b.example", page(50, LABEL)).left_out.is_empty(), "another host");
    }

    #[test]
    fn a_sentence_stays_wherever_it_recurs() {
        for sentence in [
            BACKGROUND,
            "“The treaty with GSOMIA ends on Friday.”",
            "지소미아는 2016년 11월 양국이 맺은 군사정보 협정이다.",
            "日韓GSOMIAは2016年に結ばれた軍事情報の協定である。防衛省による",
            "สนธิสัญญานี้ลงนามเมื่อสิบปีก่อนและอาจสิ้นสุดลงด้วยจดหมาย",
        ] {
            assert!(left_out_at_last(|n| page(n, sentence)).is_empty(), "{sentence}");
        }
        let both = format!("{LABEL}\n{BACKGROUND}");
        assert_eq!(left_out_at_last(|n| page(n, &both)), [LABEL]);
    }

    #[test]
    fn a_standing_headline_over_the_text_or_in_it_stays() {
        let over = |n| format!("The GSOMIA talks day by day\n{}", page(n, LABEL));
        assert_eq!(left_out_at_last(over), [LABEL]);
        let inside = |n| page(n, &format!("What the GSOMIA treaty says\nBerth {n} is next."));
        assert!(left_out_at_last(inside).is_empty());
    }

    #[test]
    fn what_reports_of_one_story_share_stays() {
        let shared = format!("{BACKGROUND}\nThe GSOMIA talks day by day");
        assert!(left_out_at_last(|n| format!("Day {n} of the talks\n{shared}")).is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut lines = RecurringLines::default();
        for n in 0..HOSTS_MAX * 2 {
            lines.take_out(&format!("{n}.example"), page(n, LABEL));
        }
        let each: Vec<String> = (0..10_000).map(|n| format!("Line {n} of a long text.")).collect();
        let long = each.join("\n");
        for _ in 0..40 {
            lines.take_out("long.example", long.clone());
        }
        assert_eq!((lines.hosts.len(), lines.order.len()), (HOSTS_MAX, HOSTS_MAX));
        let kept = &lines.hosts["long.example"];
        assert!(kept.len() == PAGES_MAX && kept.iter().all(|page| page.len() <= LINES_MAX));
    }
}
