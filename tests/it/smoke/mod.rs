//! The world is tested before anything is tested in it.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod daemon;
mod feeds;
mod hooks;
mod ledger;
mod mail;
mod naive;
mod packing;
mod render;
mod wire;
