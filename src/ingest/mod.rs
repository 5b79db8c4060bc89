//! Polls feeds when they are due: schedule → fetch → parse → extract → match → commit.
//!
//! [`run`] is the loop, and [`state`] what it holds. [`queue`] says which feed is polled now,
//! [`poll`] polls it, [`next_poll`] decides when it is due again, [`finish`] takes the result back.

mod compare;
mod context;
mod due;
mod extraction;
mod failure;
mod finish;
mod hub_pushes;
mod lanes;
mod more_texts;
mod network;
mod next_poll;
mod not_a_feed;
mod outages;
mod outcome;
mod plan;
mod plan_change;
mod poll;
mod pushed;
mod queue;
mod replan;
mod round;
mod run;
mod sitemaps;
mod state;

pub use extraction::{FeedContent, extract_feed, fired};
pub use plan::{Plan, WatchInfo};
pub use plan_change::{HubPushes, PlanChange};
pub use round::Round;
pub use state::Ingest;
