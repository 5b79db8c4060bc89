-- What the reader made of an alert: worth it, or noise. The last word stands.
CREATE TABLE verdict (
    alert BLOB    PRIMARY KEY REFERENCES alert (id),
    word  TEXT    NOT NULL CHECK (word IN ('ack', 'noise')),
    at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_article ON finding (article);
CREATE INDEX alert_article ON alert (article);
