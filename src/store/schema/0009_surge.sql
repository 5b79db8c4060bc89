-- What a surge is judged by: since when a watch is known (its habit begins there) and since when it
-- meets far more outlets than it is used to; the outlets that told it a story of their own in each of
-- the last hours; and how many they were in each span of six hours (numbered from 1970) before.
CREATE TABLE watch (
    name          TEXT    PRIMARY KEY,
    since         INTEGER NOT NULL,
    surging_since INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE met (
    watch TEXT    NOT NULL,
    hour  INTEGER NOT NULL,
    feed  INTEGER NOT NULL,
    PRIMARY KEY (watch, hour, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE met_span (
    watch   TEXT    NOT NULL,
    span    INTEGER NOT NULL,
    outlets INTEGER NOT NULL,
    PRIMARY KEY (watch, span)
) STRICT, WITHOUT ROWID;
