//! wirewatch, a news-monitoring daemon: it polls feeds, finds the articles that mention what you
//! watch, tells copies of one story from new stories, and sends each story once.
//!
//! `README.md` says what is promised and which test keeps each promise; `docs/ARCHITECTURE.md` shows
//! the way of an article and where to look for what.
//!
//! # Layers
//! A module may use layers below its own; never a neighbour of its own layer, never one above, and
//! no two files use each other. `tests/it/tidy` reads the layers from this file.

// Layer 0: domain. Nouns only: what things are.
pub mod domain;
// The syntax of feeds and pages. `parse` and `extract` both need it and may not use each other, so
// it stands below them; like `domain` it uses nothing of the program.
pub mod markup;

// Layer 1: core. Decisions: values in, values out; no clock, no I/O, no async. `config` alone reads
// the files it is about.
pub mod compose;
pub mod config;
pub mod extract;
pub mod health;
pub mod matcher;
pub mod parse;
pub mod schedule;
pub mod stories;

// Layer 2: adapters. One outside thing each; they do not know one another.
pub mod fetch;
pub mod notify;
pub mod store;

// Layer 3: services. Carry values between the layers below; each has a `step(now)`.
pub mod clock_monitor;
pub mod deliver;
pub mod discover;
pub mod ingest;
pub mod operator_notices;
pub mod pages;
pub mod retention;
pub mod web;
pub mod websub;

// Layer 4: application. Wiring, supervision, signals, reload; only here: the clock, tasks.
pub mod app;
pub mod demo;

// Layer 5: interface. Arguments, exit codes, words for people; only here: the environment, standard
// output.
pub mod cli;
