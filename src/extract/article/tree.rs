//! The tree of a page. Any input gives a tree, in linear time, and the number of nodes and the
//! depth are bounded. The nodes are in document order, so an element and all in it are a range.
use super::attributes::Attributes;
use super::clue_set::Clues;
use super::clues::{self, KnownClasses, Said};
use super::deadline::{Cut, Deadline};
use super::element::{ELEMENTS, Element};
use super::head::Head;
use crate::markup::{Tag, Token, Tokenizer};

/// Nodes in the tree of a page.
const NODES_MAX: usize = 300_000;

/// Elements inside one another. The content of deeper ones belongs to the last that fits (browsers
/// stop at 512).
pub(super) const DEPTH_MAX: usize = 256;

/// Tokens between two looks at the deadline.
const LOOK_EVERY: u32 = 256;

/// An element or a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub(super) element: Element,
    /// What its attributes say about its content.
    pub(super) clues: Clues,
    /// Parts of one kind have the same number.
    pub(super) kind: u32,
    /// The index of the element around it; the root is its own parent.
    pub(super) parent: u32,
    /// One after the last node inside it.
    pub(super) end: u32,
    /// The undecoded characters of a text node, the address of a link, the machine's form of a time,
    /// or the classes of another element.
    pub(super) text: &'a str,
}

impl Node<'_> {
    /// Text nodes have no children.
    pub(super) fn is_text(&self) -> bool {
        self.element == Element::Text
    }
}

/// The nodes of a page and what its head says.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) head: Head<'a>,
    /// Bytes inside `noscript` that were not read.
    pub(super) unread_bytes: usize,
    /// A limit was hit, so the page has more than this.
    pub(super) cut: Option<Cut>,
}

/// What is read of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// What a browser shows that runs scripts.
    WithScripts,
    /// What a browser shows that does not: `noscript` is an element like others.
    WithoutScripts,
}

impl<'a> Tree<'a> {
    /// Reads a page up to its end, a limit or the deadline.
    pub(super) fn read(html: &'a str, reading: Reading, deadline: Deadline<'_>) -> Self {
        let mut builder = Builder::new(html, reading);
        let mut left = LOOK_EVERY;
        while let Some(token) = builder.tokens.next() {
            left -= 1;
            if left == 0 {
                left = LOOK_EVERY;
                if deadline.is_over() {
                    builder.tree.cut = Some(Cut::Time);
                }
            }
            if builder.tree.cut.is_some() {
                break;
            }
            match token {
                Token::Text(text) | Token::Cdata(text) => {
                    builder.append(Element::Text, Clues::default(), text);
                }
                Token::Start(tag) => builder.start(&tag),
                Token::End(name) => builder.close(Element::of(name.as_bytes())),
                Token::Doctype(_) | Token::Skipped | Token::CutOff => {}
            }
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

/// The tree while it is built.
struct Builder<'a> {
    tokens: Tokenizer<'a>,
    classes: KnownClasses<'a>,
    reading: Reading,
    /// `<script/>` has no content on this page. Browsers know no such thing in HTML, but the page is
    /// written as XHTML.
    empty_scripts: bool,
    tree: Tree<'a>,
    /// The open elements.
    open_elements: Vec<(u32, Element)>,
    /// How many elements of each name are open. So an end tag without a start tag costs nothing.
    counts: [u32; ELEMENTS],
    /// How many elements of each name were too deep to open. Their end tags are skipped.
    buried: [u32; ELEMENTS],
}

impl<'a> Builder<'a> {
    fn new(html: &'a str, reading: Reading) -> Self {
        let root = Node {
            element: Element::Html,
            clues: Clues::default(),
            kind: 0,
            parent: 0,
            end: 0,
            text: "",
        };
        Self {
            tokens: Tokenizer::html(html),
            classes: KnownClasses::default(),
            reading,
            empty_scripts: false,
            tree: Tree { nodes: vec![root], head: Head::default(), unread_bytes: 0, cut: None },
            open_elements: vec![(0, Element::Html)],
            counts: [0; ELEMENTS],
            buried: [0; ELEMENTS],
        }
    }

    /// Adds a node inside the innermost open element; `None` at the limit.
    fn append(&mut self, element: Element, clues: Clues, text: &'a str) -> Option<u32> {
        if self.tree.nodes.len() >= NODES_MAX {
            self.tree.cut = Some(Cut::Size);
            return None;
        }
        let at = u32::try_from(self.tree.nodes.len()).ok()?;
        let parent = self.open_elements.last().map_or(0, |(node, _)| *node);
        self.tree.nodes.push(Node { element, clues, kind: 0, parent, end: at + 1, text });
        Some(at)
    }

    /// Handles a start tag. An element with raw content is taken whole.
    fn start(&mut self, tag: &Tag<'a>) {
        let element = Element::of(tag.name.as_bytes());
        let attributes = Attributes::of(tag);
        let without_scripts = self.reading == Reading::WithoutScripts;
        let is_markup = attributes.shadow_root || (element == Element::Noscript && without_scripts);
        // `<svg/>` is the one element of these that a slash closes in HTML.
        let is_closed = tag.empty && (element == Element::Svg || self.empty_scripts);
        if element.is_raw() && !is_markup && !is_closed {
            let before = self.tokens.at();
            if let Some(content) = self.tokens.raw_content(tag.name) {
                if tag.empty && has_page_in_it(content) {
                    self.empty_scripts = true;
                    return self.tokens.go_to(before);
                }
                if element == Element::Noscript {
                    self.tree.unread_bytes = self.tree.unread_bytes.saturating_add(content.len());
                }
                self.tree.head.raw(element, &attributes, content);
                if matches!(element, Element::Svg | Element::Iframe) {
                    self.append(Element::Img, Clues::default(), "");
                }
                return;
            }
            let is_outside = tag.attribute("src").is_some();
            if matches!(element, Element::Script | Element::Style) && !(tag.empty || is_outside) {
                // The page was cut off inside a script: nothing of its text is left.
                self.tokens.skip_rest();
                return;
            }
        }
        // `<x/>` has no content where `x` is no element of HTML. Browsers ignore the slash of the
        // others.
        let is_empty = matches!(element, Element::Block | Element::Inline) || element.is_raw();
        let is_unclosed_script = element == Element::Script;
        if (tag.empty && is_empty && !is_markup) || is_unclosed_script {
            return;
        }
        self.open(element, &attributes);
    }

    /// Opens an element, after those are closed that end where it begins.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule of two of all tags")]
    fn open(&mut self, element: Element, attributes: &Attributes<'a>) {
        self.tree.head.start(element, attributes);
        let of_head = matches!(element, Element::Meta | Element::Link | Element::Base);
        if of_head || matches!(element, Element::Html | Element::Head | Element::Body) {
            return;
        }
        self.close_implied(element);
        let text = match element {
            Element::A => attributes.href,
            Element::Time => attributes.datetime,
            _ => attributes.class,
        };
        let Said { clues, kind } = clues::of(element, attributes, &mut self.classes);
        let Some(at) = self.append(element, clues, text) else { return };
        if let Some(node) = self.tree.nodes.get_mut(at as usize) {
            node.kind = kind;
        }
        if element.is_void() {
            return;
        }
        if self.open_elements.len() >= DEPTH_MAX {
            count(&mut self.buried, element, 1);
            return;
        }
        self.open_elements.push((at, element));
        count(&mut self.counts, element, 1);
    }

    /// Closes the elements that end without an end tag where `element` begins.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule of a handful of all tags")]
    fn close_implied(&mut self, element: Element) {
        match element {
            Element::Li => {
                self.close_up_to(&[Element::Li], &[Element::Ul, Element::Ol, Element::Menu]);
            }
            Element::Dd | Element::Dt => {
                self.close_up_to(&[Element::Dd, Element::Dt], &[Element::Dl]);
            }
            Element::Tr => self.close_up_to(&[Element::Tr], &[Element::Table]),
            Element::Td | Element::Th => {
                self.close_up_to(&[Element::Td, Element::Th], &[Element::Tr, Element::Table]);
            }
            Element::Tbody => self.close_up_to(&[Element::Tbody], &[Element::Table]),
            Element::Option => self.close_up_to(&[Element::Option], &[Element::Select]),
            Element::A => self.close_up_to(&[Element::A], &[]),
            _ => {}
        }
        if !element.is_inline() && self.is_open(Element::P) {
            self.close_up_to(&[Element::P], &[]);
        }
        let top = self.open_elements.last().and_then(|(_, element)| element.heading());
        if element.heading().is_some() && top.is_some() {
            self.pop();
        }
    }

    fn is_open(&self, element: Element) -> bool {
        self.counts.get(element as usize).is_some_and(|count| *count > 0)
    }

    /// Closes the innermost of `elements` and all in it, unless one of `walls` stands in between. A
    /// link is closed only through elements inside a line.
    fn close_up_to(&mut self, elements: &[Element], walls: &[Element]) {
        if !elements.iter().any(|element| self.is_open(*element)) {
            return;
        }
        let inline = elements.contains(&Element::A);
        let of_table = elements.iter().all(|element| element.is_of_table());
        for depth in (1..self.open_elements.len()).rev() {
            let Some((_, open)) = self.open_elements.get(depth).copied() else { return };
            if elements.contains(&open) {
                return self.pop_to(depth);
            }
            let wall = walls.contains(&open) || (!of_table && open.is_wall());
            if wall || (inline && !open.is_inline()) {
                return;
            }
        }
    }

    /// Handles an end tag, as leniently as browsers do: the wrong nesting of one element must not
    /// close its neighbours.
    fn close(&mut self, element: Element) {
        if matches!(element, Element::Html | Element::Head | Element::Body) {
            return;
        }
        if element == Element::Br {
            self.append(Element::Br, Clues::default(), "");
            return;
        }
        if self.buried.get(element as usize).is_some_and(|count| *count > 0) {
            count(&mut self.buried, element, -1);
            return;
        }
        if !self.is_open(element) {
            return;
        }
        for depth in (1..self.open_elements.len()).rev() {
            let Some((_, open)) = self.open_elements.get(depth).copied() else { return };
            let heading = element.heading().is_some() && open.heading().is_some();
            if open == element || heading {
                return self.pop_to(depth);
            }
            // `</b>` in `<b><p></b>` ends the bold text, not the paragraph. Only end tags of tables
            // close the cell they stand in.
            let inline = element.is_inline() && !open.is_inline();
            if inline || (open.is_wall() && !element.is_of_table()) {
                return;
            }
        }
    }

    fn pop_to(&mut self, depth: usize) {
        while self.open_elements.len() > depth {
            self.pop();
        }
    }

    /// Closes the innermost element: it ends before the next node.
    fn pop(&mut self) {
        let end = u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX);
        let Some((at, element)) = self.open_elements.pop() else { return };
        count(&mut self.counts, element, -1);
        if let Some(node) = self.tree.nodes.get_mut(at as usize) {
            node.end = end;
        }
    }

    /// Closes all elements that are still open.
    fn finish(mut self) -> Tree<'a> {
        self.pop_to(0);
        self.tree
    }
}

/// Whether the content of `<script/>` up to the next end tag has the page's own parts in it. Then the
/// end tag belongs to another script.
fn has_page_in_it(content: &str) -> bool {
    let parts = ["<body", "</head", "<p>", "<p ", "<div"];
    parts.iter().any(|part| memchr::memmem::find(content.as_bytes(), part.as_bytes()).is_some())
}

/// Adds to the count of an element.
fn count(counts: &mut [u32; ELEMENTS], element: Element, by: i32) {
    if let Some(count) = counts.get_mut(element as usize) {
        *count = count.saturating_add_signed(by);
    }
}
