-- The hub a feed's document names, and the address the hub knows the feed by.
CREATE TABLE hub_offer (
    feed  INTEGER PRIMARY KEY REFERENCES feed (id),
    hub   TEXT    NOT NULL,
    topic TEXT    NOT NULL
) STRICT;

-- What is asked of hubs, under the id our callback carries. `base` is the address they reach us at:
-- another one is another subscription. `state` is what holds; `pending` is the request a hub may ask
-- back about. `due_at` is when the next request is due: the first, a renewal, another try.
-- `missed` counts polls in a row that found what the hub had not pushed.
CREATE TABLE subscription (
    id          TEXT    NOT NULL PRIMARY KEY,
    feed        INTEGER NOT NULL REFERENCES feed (id),
    hub         TEXT    NOT NULL,
    topic       TEXT    NOT NULL,
    base        TEXT    NOT NULL,
    secret      TEXT    NOT NULL,
    state       TEXT    NOT NULL
        CHECK (state IN ('wanted', 'active', 'distrusted', 'denied', 'leaving')),
    pending     TEXT CHECK (pending IN ('subscribe', 'unsubscribe')),
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    verified_at INTEGER,
    lease_until INTEGER,
    pushed_at   INTEGER,
    pushes      INTEGER NOT NULL DEFAULT 0,
    dropped     INTEGER NOT NULL DEFAULT 0,
    missed      INTEGER NOT NULL DEFAULT 0,
    why         TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX subscription_by_feed ON subscription (feed);
CREATE INDEX subscription_by_due ON subscription (due_at);
