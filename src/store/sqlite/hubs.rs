//! Hubs: what feeds offer, what is subscribed, and whether it works.
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::handle::Store;
use super::row::{name, text, text_or_null, time};

use crate::domain::{Name, Secret, Timestamp};
use crate::store::error::{Doing, Error};
use crate::store::{
    FeedId, HubAnswer, HubDenial, HubGrant, HubHealth, HubOffer, HubRequest, MISSED_PUSHES_MAX,
    NewSubscription, Poll,
};

/// Offers taken up at one look.
const OFFERS_MAX: u32 = 100;
/// Requests to leave that a hub may ignore before the subscription is merely forgotten.
const LEAVING_TRIES_MAX: u32 = 3;
/// How long a request that was cut off by a crash is taken to be under way.
const UNDER_WAY: Duration = Duration::from_mins(10);
/// How long a hub that said no, or that was found out, is left alone.
const DENIED_REST: Duration = Duration::from_hours(24);
const DISTRUSTED_REST: Duration = Duration::from_hours(7 * 24);

/// Notes what a document offers, and whether its hub had pushed what a poll found. Part of the
/// poll's commit, before the poll's own times are noted.
pub(super) fn after_read(
    db: &Connection,
    poll: &Poll,
    offer: Option<&HubOffer>,
    found: u64,
) -> Result<(), Error> {
    let doing = "noting a feed's hub";
    let FeedId(feed) = poll.feed;
    match offer {
        Some(offer) => db
            .prepare_cached(
                "INSERT INTO hub_offer (feed, hub, topic) VALUES (?1, ?2, ?3)
                 ON CONFLICT (feed) DO UPDATE SET hub = excluded.hub, topic = excluded.topic
                 WHERE hub <> excluded.hub OR topic <> excluded.topic",
            )
            .and_then(|mut upsert| upsert.execute(params![feed, offer.hub, offer.topic])),
        None => db
            .prepare_cached("DELETE FROM hub_offer WHERE feed = ?1")
            .and_then(|mut delete| delete.execute([feed])),
    }
    .doing(doing)?;
    if found == 0 {
        return Ok(());
    }
    // A push since the last poll announced this; a hub confirmed after it could not have.
    db.prepare_cached(
        "UPDATE subscription SET
            missed = CASE WHEN pushed_at > f.succeeded_at THEN 0 ELSE missed + 1 END,
            state = CASE WHEN (pushed_at IS NULL OR pushed_at <= f.succeeded_at)
                          AND missed + 1 >= ?2 THEN 'distrusted' ELSE state END,
            due_at = CASE WHEN (pushed_at IS NULL OR pushed_at <= f.succeeded_at)
                           AND missed + 1 >= ?2 THEN ?3 ELSE due_at END,
            why = CASE WHEN (pushed_at IS NULL OR pushed_at <= f.succeeded_at)
                        AND missed + 1 >= ?2 THEN 'polls found what it had not pushed' ELSE why END
         FROM feed f
         WHERE f.id = ?1 AND subscription.feed = ?1 AND state = 'active'
           AND verified_at < f.succeeded_at",
    )
    .and_then(|mut update| {
        update.execute(params![feed, MISSED_PUSHES_MAX, poll.at.after(DISTRUSTED_REST).0])
    })
    .doing(doing)?;
    Ok(())
}

/// Offers nothing was made of yet.
pub(super) fn unsubscribed_offers(db: &Connection) -> Result<Vec<(Name, HubOffer)>, Error> {
    let doing = "looking for hubs";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, o.hub, o.topic FROM hub_offer o
             JOIN feed f ON f.id = o.feed AND f.active = 1
             WHERE NOT EXISTS (SELECT 1 FROM subscription s WHERE s.feed = o.feed
                 AND s.hub = o.hub AND s.topic = o.topic AND s.state <> 'leaving')
             LIMIT ?1",
        )
        .doing(doing)?;
    let offer =
        |row: &Row<'_>| Ok((name(row, 0)?, HubOffer { hub: text(row, 1)?, topic: text(row, 2)? }));
    select.query_map([OFFERS_MAX], offer).and_then(Iterator::collect).doing(doing)
}

pub(super) fn add_subscription(
    db: &Connection,
    wanted: &NewSubscription,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(
        "INSERT INTO subscription (id, feed, hub, topic, base, secret, state, due_at)
         SELECT ?1, id, ?3, ?4, ?5, ?6, 'wanted', ?7 FROM feed WHERE name = ?2",
    )
    .and_then(|mut insert| {
        let HubOffer { hub, topic } = &wanted.offer;
        let (secret, name) = (wanted.secret.expose(), wanted.feed.as_str());
        insert.execute(params![wanted.id, name, hub, topic, wanted.base, secret, now.0])
    })
    .doing("wanting a subscription")?;
    Ok(())
}

/// Marks what is to be left: its feed is gone from the configuration or names another hub, or hubs
/// reach us elsewhere. Forgets what was never confirmed and what no hub answers for.
pub(super) fn leave_subscriptions(
    db: &Connection,
    base: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let doing = "leaving hubs";
    let steps: [(&str, &[&dyn rusqlite::ToSql]); 3] = [
        // A callback at an address of the past is heard by nobody, and its lease ends by itself.
        ("DELETE FROM subscription WHERE base <> ?1", &[&base]),
        (
            "UPDATE subscription SET state = 'leaving', pending = NULL, due_at = ?1, attempts = 0
             WHERE state <> 'leaving' AND NOT EXISTS (
                SELECT 1 FROM feed f JOIN hub_offer o ON o.feed = f.id
                WHERE f.id = subscription.feed AND f.active = 1
                  AND o.hub = subscription.hub AND o.topic = subscription.topic)",
            &[&now.0],
        ),
        (
            "DELETE FROM subscription WHERE state = 'leaving'
             AND (verified_at IS NULL OR lease_until < ?1 OR (attempts >= ?2 AND due_at <= ?1))",
            &[&now.0, &LEAVING_TRIES_MAX],
        ),
    ];
    for (sql, values) in steps {
        db.prepare_cached(sql).and_then(|mut step| step.execute(values)).doing(doing)?;
    }
    Ok(())
}

pub(super) fn requests_due(
    db: &Connection,
    most: u32,
    now: Timestamp,
) -> Result<Vec<HubRequest>, Error> {
    let doing = "looking for what hubs are to be asked";
    let mut select = db
        .prepare_cached(
            "SELECT s.id, f.name, s.hub, s.topic, s.secret, s.state = 'leaving', s.attempts
             FROM subscription s JOIN feed f ON f.id = s.feed
             WHERE s.due_at <= ?1 ORDER BY s.due_at LIMIT ?2",
        )
        .doing(doing)?;
    let errand = |row: &Row<'_>| {
        Ok(HubRequest {
            id: text(row, 0)?,
            feed: name(row, 1)?,
            hub: text(row, 2)?,
            topic: text(row, 3)?,
            secret: Secret::new(text(row, 4)?),
            leaving: row.get(5)?,
            attempts: row.get(6)?,
        })
    };
    select.query_map(params![now.0, most], errand).and_then(Iterator::collect).doing(doing)
}

/// A request is about to be sent: from now on the hub may ask back.
pub(super) fn count_request(db: &Connection, id: &str, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE subscription SET due_at = ?2,
            pending = CASE state WHEN 'leaving' THEN 'unsubscribe' ELSE 'subscribe' END
         WHERE id = ?1",
    )
    .and_then(|mut update| update.execute(params![id, now.after(UNDER_WAY).0]))
    .doing("asking a hub")?;
    Ok(())
}

/// A request was answered. If the hub has confirmed it already, there is nothing left to note.
pub(super) fn record_answer(db: &Connection, answered: &HubAnswer) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE subscription SET attempts = attempts + 1, due_at = ?2, why = ?3
         WHERE id = ?1 AND pending IS NOT NULL",
    )
    .and_then(|mut update| update.execute(params![answered.id, answered.due.0, answered.why]))
    .doing("noting a hub's answer")?;
    Ok(())
}

/// A hub asks whether we want it: `true` if just this was asked for and is not confirmed yet.
pub(super) fn record_grant(
    db: &Connection,
    granted: &HubGrant,
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = db
        .prepare_cached(
            "UPDATE subscription SET
                -- One that was found out is on trial.
                missed = CASE state WHEN 'distrusted' THEN ?6 - 1 ELSE missed END,
                state = 'active', pending = NULL, attempts = 0, why = NULL,
                verified_at = ?3, lease_until = ?4, due_at = ?5
             WHERE id = ?1 AND topic = ?2 AND pending = 'subscribe' AND state <> 'leaving'",
        )
        .and_then(|mut update| {
            let (until, renew) = (now.after(granted.lease), now.after(granted.renew_in));
            let values =
                params![granted.id, granted.topic, now.0, until.0, renew.0, MISSED_PUSHES_MAX];
            update.execute(values)
        })
        .doing("noting a hub's word")?;
    Ok(changed > 0)
}

pub(super) fn record_denial(
    db: &Connection,
    denied: &HubDenial,
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = db
        .prepare_cached(
            "UPDATE subscription SET state = 'denied', pending = NULL, due_at = ?3, why = ?4
             WHERE id = ?1 AND topic = ?2 AND state <> 'leaving'",
        )
        .and_then(|mut update| {
            let HubDenial { id, topic, reason } = denied;
            update.execute(params![id, topic, now.after(DENIED_REST).0, reason])
        })
        .doing("noting a hub's word")?;
    Ok(changed > 0)
}

/// A hub asks whether we want to leave: `true`, and it is forgotten, if we do.
pub(super) fn remove_subscription(db: &Connection, id: &str, topic: &str) -> Result<bool, Error> {
    let changed = db
        .prepare_cached(
            "DELETE FROM subscription
             WHERE id = ?1 AND topic = ?2 AND pending = 'unsubscribe' AND state = 'leaving'",
        )
        .and_then(|mut delete| delete.execute([id, topic]))
        .doing("noting a hub's word")?;
    Ok(changed > 0)
}

/// The feed and the secret of a subscription a hub may push to.
pub(super) fn secret(db: &Connection, id: &str) -> Result<Option<(Name, Secret)>, Error> {
    db.prepare_cached(
        "SELECT f.name, s.secret FROM subscription s JOIN feed f ON f.id = s.feed AND f.active = 1
         WHERE s.id = ?1 AND s.state IN ('active', 'distrusted')",
    )
    .and_then(|mut select| {
        select.query_row([id], |row| Ok((name(row, 0)?, Secret::new(text(row, 1)?)))).optional()
    })
    .doing("reading a subscription")
}

/// Counts a push; only one with a good signature says that the hub works.
pub(super) fn record_push(
    db: &Connection,
    id: &str,
    good: bool,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE subscription SET pushes = pushes + ?2, dropped = dropped + 1 - ?2,
            pushed_at = CASE ?2 WHEN 1 THEN ?3 ELSE pushed_at END
         WHERE id = ?1",
    )
    .and_then(|mut update| update.execute(params![id, good, now.0]))
    .doing("counting a push")?;
    Ok(())
}

/// Feeds whose hubs have pushed, hold their leases and were not found to miss anything.
pub(super) fn pushing_feeds(db: &Connection, now: Timestamp) -> Result<Vec<Name>, Error> {
    let doing = "reading subscriptions";
    let mut select = db
        .prepare_cached(
            "SELECT f.name FROM subscription s JOIN feed f ON f.id = s.feed AND f.active = 1
             WHERE s.state = 'active' AND s.pushes > 0 AND s.missed = 0 AND s.lease_until > ?1",
        )
        .doing(doing)?;
    select.query_map([now.0], |row| name(row, 0)).and_then(Iterator::collect).doing(doing)
}

pub(super) fn health(db: &Connection) -> Result<Vec<HubHealth>, Error> {
    let doing = "reading subscriptions";
    let mut select = db
        .prepare_cached(
            "SELECT f.name, s.hub, s.state, s.lease_until, s.pushed_at, s.pushes, s.dropped,
                    s.missed, s.why
             FROM subscription s JOIN feed f ON f.id = s.feed ORDER BY f.name, s.id",
        )
        .doing(doing)?;
    let health = |row: &Row<'_>| {
        Ok(HubHealth {
            feed: name(row, 0)?,
            hub: text(row, 1)?,
            state: text(row, 2)?,
            lease_until: time(row, 3)?,
            pushed_at: time(row, 4)?,
            pushes: row.get(5)?,
            dropped: row.get(6)?,
            missed: row.get(7)?,
            why: text_or_null(row, 8)?,
        })
    };
    select.query_map([], health).and_then(Iterator::collect).doing(doing)
}

impl Store {
    /// Offers of configured feeds that nothing was made of yet.
    pub async fn unsubscribed_offers(&self) -> Result<Vec<(Name, HubOffer)>, Error> {
        self.writer.run(unsubscribed_offers).await
    }

    /// Keeps a subscription to be asked for.
    pub async fn add_subscription(
        &self,
        wanted: NewSubscription,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.writer.run(move |db| add_subscription(db, &wanted, now)).await
    }

    /// Marks subscriptions of feeds that are gone or name another hub as to be left, and forgets
    /// those made under another address than `base`.
    pub async fn leave_subscriptions(&self, base: String, now: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| leave_subscriptions(db, &base, now)).await
    }

    /// Up to `most` requests that are due, the longest due first.
    pub async fn hub_requests_due(
        &self,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<HubRequest>, Error> {
        self.writer.run(move |db| requests_due(db, most, now)).await
    }

    /// A request is about to be sent: from now on the hub may ask back about it.
    pub async fn count_hub_request(&self, id: String, now: Timestamp) -> Result<(), Error> {
        self.writer.run(move |db| count_request(db, &id, now)).await
    }

    /// How a request ended.
    pub async fn record_hub_answer(&self, answered: HubAnswer) -> Result<(), Error> {
        self.writer.run(move |db| record_answer(db, &answered)).await
    }

    /// A hub confirms; `false` if that was not asked for, or is confirmed already.
    pub async fn record_hub_grant(&self, grant: HubGrant, now: Timestamp) -> Result<bool, Error> {
        self.writer.run(move |db| record_grant(db, &grant, now)).await
    }

    /// A hub refuses, or ends what it had granted; `false` if there is no such subscription.
    pub async fn record_hub_denial(
        &self,
        denied: HubDenial,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.writer.run(move |db| record_denial(db, &denied, now)).await
    }

    /// A hub confirms that we left; `false` if we did not ask for that.
    pub async fn remove_hub(&self, id: String, topic: String) -> Result<bool, Error> {
        self.writer.run(move |db| remove_subscription(db, &id, &topic)).await
    }

    /// The feed and the secret of a subscription that a hub may push to.
    pub async fn hub_secret(&self, id: String) -> Result<Option<(Name, Secret)>, Error> {
        self.writer.run(move |db| secret(db, &id)).await
    }

    /// Counts a push, and whether its signature was good.
    pub async fn record_hub_push(
        &self,
        id: String,
        good: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.writer.run(move |db| record_push(db, &id, good, now)).await
    }

    /// Feeds whose hubs may be relied on at `now`.
    pub async fn pushing_feeds(&self, now: Timestamp) -> Result<Vec<Name>, Error> {
        self.writer.run(move |db| pushing_feeds(db, now)).await
    }
}
