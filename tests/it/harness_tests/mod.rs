//! The world is tested before anything is tested in it.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod compression;
mod daemon;
mod delivery_check;
mod feed_formats;
mod feed_server;
mod mail_server;
mod news_generator;
mod reference_matcher;
mod webhook_receiver;
mod work;
