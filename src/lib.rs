//! wirewatch, a news-monitoring daemon: it polls feeds, finds the articles that mention what you
//! watch, tells copies of one story from new stories, and sends each story once.
//!
//! # The way of an article
//! ```text
//! config ─ Feed, Watch ─► schedule ─ due ─► fetch ─ Fresh | Unchanged | Failed ─► parse ─ Entry
//!    ─► extract ─ Article ─► matcher ─ Finding
//!    ─► store.commit  ┄ ONE transaction: seen keys + article + verdict + alert + one outbox row a
//!                        receiver + validators + next_due ┄
//!    ─ doorbell ─► deliver: lease ─► compose ─ Message ─► begin ─► notify ─ Outcome ─► settle
//! ```
//! Where a feed gives teasers, the commit also leaves a row for the article's page; [`pages`] fetches
//! it, reads its main text, matches again and commits what that changes, beside the polling.
//!
//! [`ingest`] and [`delivery_loop`] never call each other: they meet at the outbox table. parse → extract →
//! match is one pure synchronous function, [`ingest::read`]. [`dedupe::judge`] decides *inside* the
//! commit, under the one writer: only there can two feeds that carry one story at the same moment be
//! told apart. An attempt is on the disk before the socket opens; a crash leaves a visible
//! "unknown" attempt, never a lost alert.
//!
//! # Promises
//! 1. No alert is lost: once a poll is committed, every (alert, receiver) ends as delivered or as a
//!    dead letter that a person is shown (`tests/it/killed.rs`).
//! 2. Every attempt for one (alert, receiver) carries the same id and the same bytes
//!    ([`store::Store::begin_attempt`]).
//! 3. Nothing is silently ignored: what a watch found and why it became no alert is a row of
//!    `finding`.
//!
//! What is told beside alerts, updates of a story and notices to the operator, is a
//! [`domain::Letter`]: it waits in the same outbox and is sent under the same promises. [`health`]
//! decides what the operator is told, [`operator_notices`] commits that together with its messages.
//!
//! # Walkthrough: a restart in the middle of a delivery
//! [`store::Store::open_session`] takes the lock, ends every open attempt as "unknown" and frees its lease.
//! [`delivery_loop::DeliveryLoop::fold_cluster`] leases the row again, finds the message of the first attempt beside
//! it, and sends the same bytes under the same id; a receiver that looks at ids drops the second.
//!
//! # The house
//! A module may use floors below its own; never its own floor's neighbours, never above.
//! `tests/it/tidy.rs` reads the floors from this file.

// Floor 0: what things are.
pub mod domain;
// The syntax of feeds and pages. `parse` and `extract` both need it and may not use each other, so
// it stands below them; like `domain` it uses nothing of the program.
pub mod markup;

// Floor 1: what to decide. Values in, values out: no I/O, no clock, no async.
pub mod compose;
pub mod config;
pub mod extract;
pub mod health;
pub mod matcher;
pub mod parse;
pub mod schedule;
pub mod stories;

// Floor 2: one outside thing each. Strangers to one another.
pub mod fetch;
pub mod notify;
pub mod store;

// Floor 3: loops that carry values between the floors below. Each has a `step(now)`.
pub mod deliver;
pub mod discover;
pub mod ingest;
pub mod operator_notices;
pub mod pages;
pub mod retention;
pub mod web;
pub mod websub;

// Floor 4: the house: start, supervise, stop. Only here: the clock, tasks.
pub mod app;
pub mod demo;

// Floor 5: the door: arguments, words, exit codes. Only here: the environment, standard output.
pub mod cli;
