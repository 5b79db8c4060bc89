//! `feeds`: the sources; found, added, exchanged and watched over.

mod add;
mod address;
mod discover;
mod exchange;
mod files;
mod list;
mod status;

pub(super) use add::{Wanted, add};
pub(super) use discover::{Site, discover};
pub(super) use exchange::{export, import};
pub(super) use list::list;
pub(super) use status::{COVERED, status};
