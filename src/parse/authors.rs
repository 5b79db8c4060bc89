//! The authors of an item, whatever form their names are written in.
use super::item_writer::{FieldText, Writer};
use super::limits::AUTHORS_MAX;
use super::vocabulary::Role;
use crate::markup::{Token, Tokenizer, split_name};

impl Writer<'_, '_> {
    /// The names of the authors, from the best source only. An e-mail address is used where no name
    /// is given.
    pub(super) fn authors(&mut self, fields: &[FieldText<'_>]) -> Vec<String> {
        let all = || fields.iter().filter(|field| field.role == Role::Author && !field.is_blank());
        let Some(rank) = all().map(|field| field.rank).min() else { return Vec::new() };
        let mut authors: Vec<String> = Vec::new();
        for field in all().filter(|field| field.rank == rank) {
            if authors.len() >= AUTHORS_MAX {
                self.notes.add("an item with too many authors was cut");
                break;
            }
            if let Some(name) = self.person(field.inner)
                && !authors.contains(&name)
            {
                authors.push(name);
            }
        }
        authors
    }

    /// The name of a person. Atom has elements for name and address; other formats have one line of
    /// text.
    fn person(&mut self, inner: &str) -> Option<String> {
        let (mut name, mut email) = (None, None);
        let mut tokens = Tokenizer::xml(inner);
        while let Some(token) = tokens.next() {
            let Token::Start(tag) = token else { continue };
            let local = split_name(tag.name).1;
            let part = match local {
                _ if local.eq_ignore_ascii_case("name") => &mut name,
                _ if local.eq_ignore_ascii_case("email") => &mut email,
                _ => continue,
            };
            let from = tokens.at();
            let mut to = from;
            while let Some(token) = tokens.next() {
                if matches!(token, Token::End(end) if end == tag.name) {
                    break;
                }
                to = tokens.at();
            }
            *part = Some(tokens.piece(from, to));
        }
        match (name, email) {
            (Some(name), email) => {
                self.label(name).or_else(|| email.and_then(|email| self.label(email)))
            }
            (None, Some(email)) => self.label(email),
            (None, None) => self.label(inner).map(|line| person_name(&line).to_owned()),
        }
    }
}

/// The name in `a@b.example (Name)` or `Name <a@b.example>`. A line of another form is returned
/// whole.
fn person_name(line: &str) -> &str {
    if !line.contains('@') {
        return line;
    }
    let (before, after) = [('(', ')'), ('（', '）'), ('<', '>')]
        .into_iter()
        .find_map(|(open, close)| {
            let (before, rest) = line.split_once(open)?;
            Some((before, rest.rsplit_once(close).map_or(rest, |(inside, _)| inside)))
        })
        .unwrap_or((line, ""));
    [after, before]
        .into_iter()
        .map(str::trim)
        .find(|part| !part.is_empty() && !part.contains('@'))
        .unwrap_or(line)
}
