//! How severities are written, and the least one that each channel takes.
use std::collections::BTreeMap;

use crate::domain::{Name, Severity};

/// The words for severities, the lowest first.
pub(super) const SEVERITIES: [(&str, Severity); 4] = [
    ("low", Severity::Low),
    ("normal", Severity::Normal),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

/// Channels by name, with the least severity each takes; `None` where that could not be read.
pub(super) type MinSeverities = BTreeMap<Name, Option<Severity>>;
