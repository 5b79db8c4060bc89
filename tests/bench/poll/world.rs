//! The made-up wire of the tests, lent to the bench.
#![expect(clippy::unwrap_used, reason = "a measurement that goes wrong must stop")]
#![expect(clippy::panic, reason = "a measurement that goes wrong must stop")]

#[path = "../../it/world/naive.rs"]
pub mod naive;
#[path = "../../it/world/render.rs"]
pub mod render;
#[path = "../../it/world/tongues.rs"]
pub mod tongues;
#[path = "../../it/world/wire.rs"]
pub mod wire;
