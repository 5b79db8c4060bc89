-- What is told beside alerts: news of a story already told, and news of the service itself.
-- Immutable. `payload` is the letter as JSON; every message is composed from it. `story`, `alert`
-- and `watch` are set where it is about one.
CREATE TABLE letter (
    id         BLOB    PRIMARY KEY,
    kind       TEXT    NOT NULL,
    story      INTEGER,
    alert      BLOB REFERENCES alert (id),
    watch      TEXT,
    created_at INTEGER NOT NULL,
    payload    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_story ON letter (story) WHERE story IS NOT NULL;
CREATE INDEX letter_created ON letter (created_at);

-- The letter a message carries; NULL where it carries alerts.
ALTER TABLE outbox ADD COLUMN letter BLOB REFERENCES letter (id);
CREATE INDEX outbox_letter ON outbox (letter) WHERE letter IS NOT NULL;
