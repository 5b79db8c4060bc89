-- Stories: copies with their likeness, updates sent, what people joined and parted.

-- To the article in `copy_of`, where texts were compared.
ALTER TABLE article ADD COLUMN similarity REAL;
CREATE INDEX article_copies ON article (reason) WHERE reason <> 'new';

-- The story a person merged this one into: its articles, findings and alerts went there.
ALTER TABLE story ADD COLUMN merged_into INTEGER;

-- What watches that share their stories call it; a receiver hears of a story once a name.
ALTER TABLE alert ADD COLUMN shares TEXT;
CREATE INDEX alert_story ON alert (story);

-- Two further outcomes: an update of a told story, and a story that a watch sharing it told.
CREATE TABLE finding_next (
    story   INTEGER NOT NULL,
    watch   TEXT    NOT NULL,
    article INTEGER NOT NULL REFERENCES article (id),
    outcome TEXT    NOT NULL CHECK (outcome IN
        ('alert', 'baseline', 'attached', 'churn', 'told-before', 'update', 'shared')),
    at      INTEGER NOT NULL,
    PRIMARY KEY (story, watch, article)
) STRICT, WITHOUT ROWID;
INSERT INTO finding_next SELECT story, watch, article, outcome, at FROM finding;
DROP TABLE finding;
ALTER TABLE finding_next RENAME TO finding;
CREATE INDEX finding_article ON finding (article);

-- Each step of a story that was told once to a watch: "outlets:5", "language:ko", "headline" …
-- `letter` is NULL where the alert itself had not left yet and told it.
CREATE TABLE told_step (
    story   INTEGER NOT NULL,
    watch   TEXT    NOT NULL,
    step    TEXT    NOT NULL,
    article INTEGER NOT NULL,
    letter  BLOB,
    at      INTEGER NOT NULL,
    PRIMARY KEY (story, watch, step)
) STRICT, WITHOUT ROWID;

-- An article that a person took out of a story: it never goes back there by itself.
CREATE TABLE parted (
    article INTEGER NOT NULL,
    story   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (article, story)
) STRICT, WITHOUT ROWID;
