//! Reads a repaired document in parts: feed-rs holds an item in several times its bytes, and a
//! document may have ten thousands of them.
use super::error::Error;
use super::feed_parts::{Batch, ReadBatch};
use super::item_writer::ItemExtras;
use super::vocabulary::DocumentFormat;
use crate::domain::Entry;

/// Bytes of repaired XML that are read together.
const BATCH_BYTES: usize = 256 << 10;

/// The parts of one document: those that were read, and the one that is being written.
pub(super) struct Batches<'a> {
    format: DocumentFormat,
    /// `None` leaves the whole document in one part, for those who want to see it.
    read: Option<ReadBatch>,
    pub(super) current: Batch<'a>,
    entries: Vec<Entry>,
    /// Why a part could not be read: then the document is not.
    fault: Option<Error>,
    /// Items of all parts.
    pub(super) items: usize,
}

impl<'a> Batches<'a> {
    pub(super) fn new(format: DocumentFormat, read: Option<ReadBatch>) -> Self {
        let (current, entries) = (Batch::default(), Vec::new());
        let mut batches = Self { format, read, current, entries, fault: None, items: 0 };
        batches.begin();
        batches
    }

    /// Notes that an item was written to the current part.
    pub(super) fn item_written(&mut self, extras: ItemExtras) {
        self.items = self.items.saturating_add(1);
        self.current.items.push(extras);
        let Some(read) = self.read.filter(|_| self.current.xml.len() >= BATCH_BYTES) else {
            return;
        };
        self.end();
        let batch = std::mem::take(&mut self.current);
        if self.fault.is_none() {
            match read(batch) {
                Ok(entries) => self.entries.extend(entries),
                Err(fault) => self.fault = Some(fault),
            }
        }
        self.begin();
    }

    /// The entries that were read, and the last part, which was not.
    pub(super) fn finish(mut self) -> Result<(Vec<Entry>, Batch<'a>), Error> {
        self.end();
        self.fault.map_or(Ok((self.entries, self.current)), Err)
    }

    fn begin(&mut self) {
        self.current.xml.push(match self.format {
            DocumentFormat::Atom => "<feed xmlns=\"http://www.w3.org/2005/Atom\">",
            DocumentFormat::Rss | DocumentFormat::Rdf | DocumentFormat::Cdf | DocumentFormat::Sitemap => {
                "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>"
            }
        });
    }

    fn end(&mut self) {
        self.current.xml.push(match self.format {
            DocumentFormat::Atom => "</feed>",
            DocumentFormat::Rss
            | DocumentFormat::Rdf
            | DocumentFormat::Cdf
            | DocumentFormat::Sitemap => "</channel></rss>",
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::{ResponseContext, document};

    #[test]
    fn a_document_of_many_parts_keeps_its_title_and_its_items_in_order() {
        let text = "words of one item ".repeat(40);
        for (open, close) in [
            ("<rss version='2.0'><channel><title>T</title>", "</channel></rss>"),
            ("<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>", "</feed>"),
        ] {
            let atom = open.starts_with("<feed");
            let (item, id) = if atom { ("entry", "id") } else { ("item", "guid") };
            let items: Vec<String> = (0..3_000)
                .map(|at| format!("<{item}><title>n{at}</title><{id}>i{at}</{id}><summary>{text}</summary></{item}>"))
                .collect();
            let items = items.concat();
            let body = format!("{open}{items}{close}");
            let read = document(body.as_bytes(), &ResponseContext::default()).unwrap();
            assert_eq!(read.title.as_deref(), Some("T"));
            let ids: Vec<_> = read.entries.iter().filter_map(|entry| entry.id.clone()).collect();
            let wanted: Vec<_> = (0..3_000).map(|at| format!("i{at}")).collect();
            assert_eq!(ids, wanted);
        }
    }
}
