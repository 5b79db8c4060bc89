//! Where feeds come from: sitemaps, pages that name feeds, lists of other readers, hubs.
mod sitemaps;
