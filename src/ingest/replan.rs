//! Goes on with another configuration while polls are under way. They end as they began, under the
//! old one, and hold nothing up.
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::lanes::Class;
use super::plan::Plan;
use super::plan_change::PlanChange;
use super::state::Ingest;
use crate::domain::{Name, Timestamp, Validators};
use crate::fetch::Gate;
use crate::store::{self, FeedId};

impl Ingest {
    /// Takes changes of the plan from now on.
    pub fn follow(&mut self, changes: mpsc::Receiver<PlanChange>) {
        self.plan_changes = Some(changes);
    }

    pub(super) async fn take_change(&mut self, change: PlanChange) -> anyhow::Result<()> {
        let PlanChange { plan, gate, pushes, done } = change;
        // The new states are read from the store: what is not stored yet must be there first.
        self.store_unchanged();
        while let Some(stored) = self.store_writes.join_next().await {
            self.unchanged_stored(stored)?;
        }
        let changed = self.change_plan(plan, gate).await;
        if changed.is_ok() {
            self.pushes = None;
            if let Some((due, trusted)) = pushes {
                self.listen(due, trusted);
            }
        }
        // Whoever asked may have gone: the process is stopping.
        drop(done.send(changed));
        Ok(())
    }

    async fn change_plan(&mut self, plan: Arc<Plan>, gate: Arc<Gate>) -> Result<(), store::Error> {
        let shared = Arc::clone(&self.shared);
        let (store, clock) = (shared.store.clone(), shared.clock.clone());
        let now = clock.now();
        let mut next = Self::prepare(plan, store, gate, clock, self.rng.fork()).await?;
        let due: HashMap<usize, Timestamp> =
            self.queue.drain().map(|Reverse((due, index))| (index, due)).collect();
        let new_plan = Arc::clone(&next.shared.plan);
        let index: HashMap<&Name, usize> =
            new_plan.feeds.iter().enumerate().map(|(index, feed)| (&feed.name, index)).collect();
        let mut queue: HashMap<usize, Timestamp> =
            next.queue.drain().map(|Reverse((due, index))| (index, due)).collect();
        for (old, feed) in shared.plan.feeds.iter().enumerate() {
            let Some(&new) = index.get(&feed.name) else { continue };
            let moved = new_plan.feeds.get(new).is_none_or(|now| now.url != feed.url);
            if self.states.get(old).is_some_and(Option::is_some) {
                // Not in the queue: it was about to be asked.
                let before = due.get(&old).copied().unwrap_or(now);
                let stored = next.states.get(new).and_then(Option::as_ref);
                let due = stored.map_or(before, |state| before.min(state.next_due));
                queue.insert(new, if moved { now } else { due });
                continue;
            }
            let Some(state) = next.states.get_mut(new).and_then(Option::take) else { continue };
            queue.remove(&new);
            let class = self.lanes.class_of(old).unwrap_or(Class::Unproven);
            next.lanes.start(new, class, now);
            if moved {
                next.moved.insert(state.id);
            }
        }
        next.queue = queue.into_iter().map(|(index, due)| Reverse((due, index))).collect();
        std::mem::swap(&mut next.polls, &mut self.polls);
        std::mem::swap(&mut next.round, &mut self.round);
        std::mem::swap(&mut next.plan_changes, &mut self.plan_changes);
        next.paused_until = self.paused_until;
        *self = next;
        Ok(())
    }

    /// Where the state of a feed belongs now, if the feed is still polled. A poll that began at an
    /// address the feed no longer has brings validators that mean nothing at the new one.
    pub(super) fn place_of(&mut self, id: FeedId, validators: &mut Validators) -> Option<usize> {
        if self.moved.remove(&id) {
            *validators = Validators::default();
        }
        self.index_by_id.get(&id).copied()
    }
}
