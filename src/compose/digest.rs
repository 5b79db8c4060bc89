//! The order of the alerts in a digest.
use std::cmp::Reverse;
use std::collections::HashMap;

use crate::domain::Alert;

/// The alerts by watch: the watch with the most severe alert first, and the alerts of each watch
/// in the given order.
pub(super) fn by_watch(alerts: &[Alert]) -> Vec<Vec<&Alert>> {
    let mut groups: Vec<Vec<&Alert>> = Vec::new();
    let mut places = HashMap::new();
    for alert in alerts {
        let place = *places.entry(&alert.watch).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(alert),
            None => groups.push(vec![alert]),
        }
    }
    let loudest = |group: &Vec<&Alert>| group.iter().map(|alert| alert.severity).max();
    groups.sort_by_key(|group| Reverse(loudest(group)));
    groups
}
