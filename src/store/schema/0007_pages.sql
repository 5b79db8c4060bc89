-- The page of an article whose feed asks for full text: waiting, read or given up. An attempt is
-- counted, and the row moved into the future, before anything is asked: a crash costs a wait, and a
-- page that crashes its reader is not read for ever.
CREATE TABLE page (
    article    INTEGER PRIMARY KEY REFERENCES article (id),
    url        TEXT    NOT NULL,
    host       TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('due', 'read', 'given-up')),
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    ended_at   INTEGER,
    characters INTEGER,
    canonical  TEXT,
    why        TEXT
) STRICT;
CREATE INDEX page_due ON page (host, due_at) WHERE state = 'due';
CREATE INDEX page_given_up ON page (article) WHERE state = 'given-up';
