//! How much of a message a webhook takes.

/// What receivers are asked to take (Standard Webhooks, "payload size"): longer texts are cut until
/// the body is this small, but no alert is ever left out for it.
pub const BODY_BYTES_MAX: usize = 20 * 1_024;

/// The limits of one level of cutting.
#[derive(Clone, Copy)]
pub(super) struct SizeLimits {
    /// Characters of the title and of each word of a hit.
    pub(super) word_chars: usize,
    pub(super) snippet_chars: usize,
    pub(super) hits: usize,
    /// Elements of each list of an update or a notice, its copies and sentences among them.
    pub(super) list: usize,
}

/// From everything to the least that is still useful. The first is the file's.
pub(super) const SIZE_LIMITS: [SizeLimits; 5] = [
    SizeLimits {
        word_chars: usize::MAX,
        snippet_chars: usize::MAX,
        hits: usize::MAX,
        list: usize::MAX,
    },
    SizeLimits { word_chars: 300, snippet_chars: 1_000, hits: 50, list: 50 },
    SizeLimits { word_chars: 150, snippet_chars: 300, hits: 20, list: 30 },
    SizeLimits { word_chars: 100, snippet_chars: 100, hits: 3, list: 20 },
    SizeLimits { word_chars: 60, snippet_chars: 0, hits: 0, list: 5 },
];
