//! Wires the program, starts it, and stops it in order. Only here are tasks owned and the clock
//! read.
//!
//! `CheckedConfig` → `Prepared` → `Running`: a configuration is read and compiled, then everything
//! it needs that can fail is built, and only then the running loops are touched.

mod application;
mod changes;
mod clock;
mod heartbeats;
mod hubs;
mod last_words;
mod plan;
mod prepared;
mod running;
mod service;
mod supervisor;

pub use application::{App, OnceSummary};
pub use clock::wall;
pub use hubs::{HubEnds, websub_handler};
pub use last_words::LastWords;
pub use plan::{CheckedConfig, compile};
pub use prepared::{check_offline, is_passing};
pub use running::{ReloadError, Running};
pub use service::{ServiceRequest, Signals, notify_refused, notify_request, notify_waiting};
