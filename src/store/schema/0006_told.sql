-- What the operator was told of the service itself and that was not taken back, by subject
-- (`feed:NAME`, `network` …), so that a restart repeats nothing.
CREATE TABLE told (
    subject  TEXT    PRIMARY KEY,
    word     TEXT    NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When each channel last took something.
CREATE INDEX outbox_delivered ON outbox (channel, ended_at) WHERE state = 'delivered';
