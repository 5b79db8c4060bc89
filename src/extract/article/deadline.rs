//! When reading a page must end.

/// Says whether reading has taken too long; asked between pieces.
#[derive(Clone, Copy)]
pub struct Deadline<'a>(&'a dyn Fn() -> bool);

/// Why a page was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The deadline was over. Another time it may be read whole.
    Time,
    /// It has more than is read of any page.
    Size,
}

impl<'a> Deadline<'a> {
    /// The caller owns the clock: this layer must not read one.
    pub fn new(is_over: &'a dyn Fn() -> bool) -> Self {
        Self(is_over)
    }

    /// Whether the time is over.
    pub(super) fn is_over(self) -> bool {
        (self.0)()
    }
}

impl std::fmt::Debug for Deadline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deadline")
    }
}
