-- What the spine stands on. Times are milliseconds since 1970 UTC; hashes are 64-bit, stored signed.

-- One row a feed, by name. `active` is 0 for a feed that left the configuration: its memory stays,
-- so that it may come back without alerting again.
CREATE TABLE feed (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    url           TEXT    NOT NULL,
    active        INTEGER NOT NULL DEFAULT 1,
    next_due      INTEGER NOT NULL,
    interval_ms   INTEGER NOT NULL,
    etag          TEXT,
    last_modified TEXT,
    failures      INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    last_error    TEXT,
    polled_at     INTEGER,
    succeeded_at  INTEGER,
    changed_at    INTEGER,
    baseline_at   INTEGER,
    moved_to      TEXT,
    mended        TEXT
) STRICT;

-- What the feed held at its last successful poll: 16 bytes an item (identity hash, revision hash,
-- both big-endian). Apart from `feed`, so that an unchanged poll rewrites a small row.
CREATE TABLE feed_window (
    feed  INTEGER PRIMARY KEY REFERENCES feed (id),
    items BLOB    NOT NULL
) STRICT;

-- Every key ever seen in a feed. `role` 0 is an article's identity, 1 another key it can be
-- recognised by. `stories` counts the stories opened by articles that carried the key: one that
-- many carry identifies nothing. `gone_at` is set when the item left the feed, cleared when it is back.
CREATE TABLE seen (
    feed    INTEGER NOT NULL REFERENCES feed (id),
    hash    INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    role    INTEGER NOT NULL,
    article INTEGER NOT NULL,
    stories INTEGER NOT NULL,
    gone_at INTEGER,
    PRIMARY KEY (feed, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE story (
    id        INTEGER PRIMARY KEY,
    opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE article (
    id            INTEGER PRIMARY KEY,
    feed          INTEGER NOT NULL REFERENCES feed (id),
    story         INTEGER NOT NULL REFERENCES story (id),
    reason        TEXT    NOT NULL,
    copy_of       INTEGER,
    first_seen    INTEGER NOT NULL,
    published     INTEGER,
    published_raw TEXT,
    identity      INTEGER NOT NULL,
    revision      INTEGER NOT NULL,
    revised_at    INTEGER,
    url           TEXT,
    canonical     INTEGER,
    title         TEXT    NOT NULL,
    summary       TEXT    NOT NULL,
    content       TEXT    NOT NULL,
    authors       TEXT,
    tags          TEXT,
    language      TEXT
) STRICT;
CREATE INDEX article_canonical ON article (canonical) WHERE canonical IS NOT NULL;
CREATE INDEX article_story ON article (story);
CREATE INDEX article_first_seen ON article (first_seen);

-- Every watch that fired on an article and what came of it: an alert, or the reason why not.
CREATE TABLE finding (
    story   INTEGER NOT NULL,
    watch   TEXT    NOT NULL,
    article INTEGER NOT NULL REFERENCES article (id),
    outcome TEXT    NOT NULL CHECK (outcome IN ('alert', 'baseline', 'attached', 'churn', 'told-before')),
    at      INTEGER NOT NULL,
    PRIMARY KEY (story, watch, article)
) STRICT, WITHOUT ROWID;

-- Immutable. `payload` is the alert as JSON; every message is composed from it.
CREATE TABLE alert (
    id         BLOB    PRIMARY KEY,
    story      INTEGER NOT NULL,
    article    INTEGER,
    watch      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    payload    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_created ON alert (created_at);

-- One row a message to one receiver. `message` is NULL until the first attempt and never changes
-- after it, so that a retry repeats the same bytes, whatever was configured or upgraded meanwhile.
CREATE TABLE outbox (
    id          BLOB    PRIMARY KEY,
    channel     TEXT    NOT NULL,
    recipient   TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'delivered', 'dead', 'dropped')),
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    lease_token INTEGER,
    lease_until INTEGER,
    message     BLOB,
    last_error  TEXT,
    ended_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (channel, due_at) WHERE state = 'pending';
CREATE INDEX outbox_state ON outbox (state);

-- Which alerts a message carries: one, or all of a digest. An alert goes to a receiver once.
CREATE TABLE carries (
    alert     BLOB NOT NULL REFERENCES alert (id),
    channel   TEXT NOT NULL,
    recipient TEXT NOT NULL,
    delivery  BLOB NOT NULL REFERENCES outbox (id),
    PRIMARY KEY (alert, channel, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX carries_delivery ON carries (delivery);

-- Written before the socket is opened: a crash leaves a row whose outcome is unknown, never a
-- sending nobody knows of.
CREATE TABLE attempt (
    id          INTEGER PRIMARY KEY,
    delivery    BLOB    NOT NULL REFERENCES outbox (id),
    n           INTEGER NOT NULL,
    lease_token INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    outcome     TEXT,
    detail      TEXT
) STRICT;
CREATE INDEX attempt_delivery ON attempt (delivery);
CREATE INDEX attempt_open ON attempt (id) WHERE ended_at IS NULL;

-- A channel that is broken as a whole (credentials, TLS, 410 Gone). `paused_until` NULL with a
-- reason means: until a person acts.
CREATE TABLE channel (
    name         TEXT    PRIMARY KEY,
    paused_at    INTEGER,
    paused_until INTEGER,
    pauses       INTEGER NOT NULL DEFAULT 0,
    why          TEXT,
    next_seq     INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

-- Two polls of a feed that had nothing in common: items may have come and gone between them.
CREATE TABLE possible_loss (
    id         INTEGER PRIMARY KEY,
    feed       INTEGER NOT NULL REFERENCES feed (id),
    gap_start  INTEGER NOT NULL,
    gap_end    INTEGER NOT NULL,
    window_len INTEGER NOT NULL
) STRICT;

-- Single facts: the next lease token, the last write probe.
CREATE TABLE fact (
    name  TEXT    PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO fact (name, value) VALUES ('lease_token', 0), ('probed_at', 0);
