//! What the operator knows of addresses, beside the built-in rules.

/// The operator's rules for telling when two addresses lead to one page. Names of parameters are
/// in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRules {
    /// Parameters that say nothing of the page.
    pub drop: Vec<Pattern>,
    /// Parameters that do, whatever the built-in rules and `drop` say.
    pub keep: Vec<Pattern>,
    /// Addresses that only carry another.
    pub wrap: Vec<Wrapper>,
}

/// The name of a parameter, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub name: String,
    /// Written `name*`: every parameter that begins so.
    pub begins: bool,
}

impl Pattern {
    /// Whether it means this parameter, given in lower case.
    pub fn matches(&self, parameter: &str) -> bool {
        if self.begins { parameter.starts_with(&self.name) } else { parameter == self.name }
    }
}

/// An address that carries another in a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// In lower case, without `www.`.
    pub host: String,
    /// The beginning of the path; `/` is any.
    pub path: String,
    /// The parameter that holds the target, in the case it is written in.
    pub parameter: String,
}
