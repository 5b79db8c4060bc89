//! The tree of a page: lenient, linear and bounded in nodes and depth. Nodes stand in document
//! order, so that an element and all in it is a range.
use super::clues::{self, Clues};
use super::head::Head;
use super::tag::{TAGS, Tag};
use super::token::{Attributes, Token, Tokens};
use super::{Deadline, NODES_MAX};

/// Elements inside one another; deeper ones count as their parent's (browsers stop at 512).
pub(super) const DEPTH_MAX: usize = 256;

/// Tokens between two looks at the clock.
const LOOK_EVERY: u32 = 256;

/// An element or a stretch of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub(super) tag: Tag,
    pub(super) hints: Clues,
    /// Parts of one kind share it.
    pub(super) kind: u32,
    pub(super) parent: u32,
    /// One past the last node inside it.
    pub(super) end: u32,
    /// Of a text node, entities not decoded; of a link, its address.
    pub(super) text: &'a str,
}

impl Node<'_> {
    pub(super) fn is_text(&self) -> bool {
        self.tag == Tag::Text
    }
}

/// A page taken apart.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) head: Head<'a>,
    /// A bound was hit, so there is more to the page than this.
    pub(super) cut: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn read(html: &'a str, clock: Deadline<'_>) -> Self {
        let mut builder = Builder::new();
        let mut left = LOOK_EVERY;
        for token in Tokens::new(html) {
            left -= 1;
            if left == 0 {
                left = LOOK_EVERY;
                builder.tree.cut |= clock.is_over();
            }
            if builder.tree.cut {
                break;
            }
            builder.take(&token);
        }
        builder.finish()
    }

    pub(super) fn node(&self, at: u32) -> Option<&Node<'a>> {
        self.nodes.get(at as usize)
    }

    /// Whether `inner` is `outer` or stands inside it.
    pub(super) fn holds(&self, outer: u32, inner: u32) -> bool {
        self.node(outer).is_some_and(|node| (outer..node.end).contains(&inner))
    }
}

struct Builder<'a> {
    tree: Tree<'a>,
    /// The open elements.
    open: Vec<(u32, Tag)>,
    /// How many of each tag are open, so that an end tag without a start costs nothing.
    counts: [u32; TAGS],
    /// Elements too deep to be opened, whose end tags are to be passed over.
    buried: [u32; TAGS],
}

impl<'a> Builder<'a> {
    fn new() -> Self {
        let root =
            Node { tag: Tag::Html, hints: Clues::default(), kind: 0, parent: 0, end: 0, text: "" };
        Self {
            tree: Tree { nodes: vec![root], head: Head::default(), cut: false },
            open: vec![(0, Tag::Html)],
            counts: [0; TAGS],
            buried: [0; TAGS],
        }
    }

    fn take(&mut self, token: &Token<'a>) {
        match *token {
            Token::Text("") => {}
            Token::Text(text) => {
                self.append(Tag::Text, Clues::default(), text);
            }
            Token::Raw(tag, ref attributes, inside) => {
                self.tree.head.raw(tag, attributes, inside);
                if tag == Tag::Svg || tag == Tag::Iframe {
                    self.append(Tag::Img, Clues::default(), "");
                }
            }
            Token::Open(tag, ref attributes) => self.start(tag, attributes),
            Token::Close(tag) => self.close(tag),
        }
    }

    fn append(&mut self, tag: Tag, hints: Clues, text: &'a str) -> Option<u32> {
        if self.tree.nodes.len() >= NODES_MAX {
            self.tree.cut = true;
            return None;
        }
        let at = u32::try_from(self.tree.nodes.len()).ok()?;
        let parent = self.open.last().map_or(0, |(node, _)| *node);
        self.tree.nodes.push(Node { tag, hints, kind: 0, parent, end: at + 1, text });
        Some(at)
    }

    fn start(&mut self, tag: Tag, attributes: &Attributes<'a>) {
        self.tree.head.element(tag, attributes);
        if matches!(tag, Tag::Html | Tag::Head | Tag::Body | Tag::Meta | Tag::Link | Tag::Base) {
            return;
        }
        self.close_implied(tag);
        let text = if tag == Tag::A { attributes.href } else { "" };
        let hints = clues::of(tag, attributes);
        let Some(at) = self.append(tag, hints, text) else { return };
        if hints != Clues::default()
            && let Some(node) = self.tree.nodes.get_mut(at as usize)
        {
            node.kind = clues::kind(hints, attributes);
        }
        if tag.is_void() {
            return;
        }
        if self.open.len() >= DEPTH_MAX {
            count(&mut self.buried, tag, 1);
            return;
        }
        self.open.push((at, tag));
        count(&mut self.counts, tag, 1);
    }

    /// Ends what the start of `tag` ends without saying so.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule of a handful of all tags")]
    fn close_implied(&mut self, tag: Tag) {
        match tag {
            Tag::Li => self.close_up_to(&[Tag::Li], &[Tag::Ul, Tag::Ol, Tag::Menu]),
            Tag::Dd | Tag::Dt => self.close_up_to(&[Tag::Dd, Tag::Dt], &[Tag::Dl]),
            Tag::Tr => self.close_up_to(&[Tag::Tr], &[Tag::Table]),
            Tag::Td | Tag::Th => self.close_up_to(&[Tag::Td, Tag::Th], &[Tag::Tr, Tag::Table]),
            Tag::Tbody => self.close_up_to(&[Tag::Tbody], &[Tag::Table]),
            Tag::Option => self.close_up_to(&[Tag::Option], &[Tag::Select]),
            Tag::A => self.close_up_to(&[Tag::A], &[]),
            _ => {}
        }
        if !tag.is_inline() && self.is_open(Tag::P) {
            self.close_up_to(&[Tag::P], &[]);
        }
        let top = self.open.last().and_then(|(_, tag)| tag.heading());
        if tag.heading().is_some() && top.is_some() {
            self.pop();
        }
    }

    fn is_open(&self, tag: Tag) -> bool {
        self.counts.get(tag as usize).is_some_and(|count| *count > 0)
    }

    /// Ends the innermost of `write_tags`, and all in it, unless one of `walls` stands in between. A
    /// link reaches only through what stands within a line.
    fn close_up_to(&mut self, tags: &[Tag], walls: &[Tag]) {
        if !tags.iter().any(|tag| self.is_open(*tag)) {
            return;
        }
        let inline = tags.contains(&Tag::A);
        let of_table = tags.iter().all(|tag| tag.is_of_table());
        for depth in (1..self.open.len()).rev() {
            let Some((_, open)) = self.open.get(depth).copied() else { return };
            if tags.contains(&open) {
                return self.pop_to(depth);
            }
            let wall = walls.contains(&open) || (!of_table && open.is_wall());
            if wall || (inline && !open.is_inline()) {
                return;
            }
        }
    }

    fn close(&mut self, tag: Tag) {
        if matches!(tag, Tag::Html | Tag::Head | Tag::Body) {
            return;
        }
        if tag == Tag::Br {
            self.append(Tag::Br, Clues::default(), "");
            return;
        }
        if self.buried.get(tag as usize).is_some_and(|count| *count > 0) {
            count(&mut self.buried, tag, -1);
            return;
        }
        if !self.is_open(tag) {
            return;
        }
        for depth in (1..self.open.len()).rev() {
            let Some((_, open)) = self.open.get(depth).copied() else { return };
            let heading = tag.heading().is_some() && open.heading().is_some();
            if open == tag || heading {
                return self.pop_to(depth);
            }
            // `<b><p></b>` ends the bold type, not the paragraph; and no end tag leaves the cell
            // it stands in, but a table's.
            let inline = tag.is_inline() && !open.is_inline();
            if inline || (open.is_wall() && !tag.is_of_table()) {
                return;
            }
        }
    }

    fn pop_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let end = u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX);
        let Some((at, tag)) = self.open.pop() else { return };
        count(&mut self.counts, tag, -1);
        if let Some(node) = self.tree.nodes.get_mut(at as usize) {
            node.end = end;
        }
    }

    fn finish(mut self) -> Tree<'a> {
        self.pop_to(0);
        self.tree
    }
}

fn count(counts: &mut [u32; TAGS], tag: Tag, by: i32) {
    if let Some(count) = counts.get_mut(tag as usize) {
        *count = count.saturating_add_signed(by);
    }
}
