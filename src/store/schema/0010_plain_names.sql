-- Tables get the names of what they hold. Rows, columns and references stay as they are.
ALTER TABLE met RENAME TO outlet_hour;
ALTER TABLE met_span RENAME TO outlet_span;
ALTER TABLE told_step RENAME TO update_sent;
ALTER TABLE carries RENAME TO delivery_alert;
ALTER TABLE parted RENAME TO split_pair;
ALTER TABLE fact RENAME TO setting;
ALTER TABLE letter RENAME TO message;
ALTER TABLE told RENAME TO operator_notice;

-- SQLite cannot rename an index.
DROP INDEX carries_delivery;
CREATE INDEX delivery_alert_delivery ON delivery_alert (delivery);
DROP INDEX letter_story;
CREATE INDEX message_story ON message (story) WHERE story IS NOT NULL;
DROP INDEX letter_created;
CREATE INDEX message_created ON message (created_at);

-- Which store this is: the lock file beside it names the same number, so that another file in its
-- place is noticed.
INSERT INTO setting (name, value) VALUES ('store_id', random());

-- What retention walks by.
CREATE INDEX seen_gone ON seen (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX seen_article ON seen (article);
CREATE INDEX story_opened ON story (opened_at);
CREATE INDEX message_alert ON message (alert) WHERE alert IS NOT NULL;
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_sent_bytes ON outbox (ended_at) WHERE state = 'delivered' AND message IS NOT NULL;
CREATE INDEX split_pair_story ON split_pair (story);
CREATE INDEX outage_ended ON outage (ended_at);
CREATE INDEX outlet_hour_hour ON outlet_hour (hour);
CREATE INDEX outlet_span_span ON outlet_span (span);

-- Numbers of rows for `status`, which must not read a million rows to count them. The triggers keep
-- them in the transaction that changes the rows. `what` is a table (for `delivery`: alerts times
-- receivers; for `message`: updates and notices times receivers; for `feed`: articles of the feed
-- whose number is the word), `word` the kind of row.
CREATE TABLE counter (
    what TEXT    NOT NULL,
    word TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (what, word)
) STRICT, WITHOUT ROWID;
INSERT INTO counter SELECT 'article', reason, count(*) FROM article GROUP BY reason;
INSERT INTO counter SELECT 'feed', CAST(feed AS TEXT), count(*) FROM article GROUP BY feed;
INSERT INTO counter SELECT 'story', 'open', count(*) FROM story WHERE merged_into IS NULL;
INSERT INTO counter SELECT 'finding', outcome, count(*) FROM finding GROUP BY outcome;
INSERT INTO counter SELECT 'alert', 'all', count(*) FROM alert;
INSERT INTO counter SELECT 'delivery', o.state, count(*)
    FROM delivery_alert d JOIN outbox o ON o.id = d.delivery GROUP BY o.state;
INSERT INTO counter SELECT 'message', state, count(*)
    FROM outbox WHERE letter IS NOT NULL GROUP BY state;

CREATE TRIGGER article_added AFTER INSERT ON article BEGIN
    INSERT INTO counter VALUES ('article', new.reason, 1)
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
    INSERT INTO counter VALUES ('feed', CAST(new.feed AS TEXT), 1)
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER article_removed AFTER DELETE ON article BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'article' AND word = old.reason;
    UPDATE counter SET n = n - 1 WHERE what = 'feed' AND word = CAST(old.feed AS TEXT);
END;
CREATE TRIGGER article_changed AFTER UPDATE OF reason ON article WHEN old.reason <> new.reason BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'article' AND word = old.reason;
    INSERT INTO counter VALUES ('article', new.reason, 1)
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER story_added AFTER INSERT ON story WHEN new.merged_into IS NULL BEGIN
    UPDATE counter SET n = n + 1 WHERE what = 'story' AND word = 'open';
END;
CREATE TRIGGER story_removed AFTER DELETE ON story WHEN old.merged_into IS NULL BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'story' AND word = 'open';
END;
CREATE TRIGGER story_merged AFTER UPDATE OF merged_into ON story
WHEN old.merged_into IS NULL AND new.merged_into IS NOT NULL BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'story' AND word = 'open';
END;

CREATE TRIGGER finding_added AFTER INSERT ON finding BEGIN
    INSERT INTO counter VALUES ('finding', new.outcome, 1)
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER finding_removed AFTER DELETE ON finding BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'finding' AND word = old.outcome;
END;

CREATE TRIGGER alert_added AFTER INSERT ON alert BEGIN
    UPDATE counter SET n = n + 1 WHERE what = 'alert' AND word = 'all';
END;
CREATE TRIGGER alert_removed AFTER DELETE ON alert BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'alert' AND word = 'all';
END;

CREATE TRIGGER delivery_added AFTER INSERT ON delivery_alert BEGIN
    INSERT INTO counter SELECT 'delivery', state, 1 FROM outbox WHERE id = new.delivery
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER delivery_removed AFTER DELETE ON delivery_alert BEGIN
    UPDATE counter SET n = n - 1
        WHERE what = 'delivery' AND word = (SELECT state FROM outbox WHERE id = old.delivery);
END;

CREATE TRIGGER message_added AFTER INSERT ON outbox WHEN new.letter IS NOT NULL BEGIN
    INSERT INTO counter VALUES ('message', new.state, 1)
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER message_removed AFTER DELETE ON outbox WHEN old.letter IS NOT NULL BEGIN
    UPDATE counter SET n = n - 1 WHERE what = 'message' AND word = old.state;
END;
CREATE TRIGGER outbox_moved AFTER UPDATE OF state ON outbox WHEN old.state <> new.state BEGIN
    UPDATE counter SET n = n - (SELECT count(*) FROM delivery_alert WHERE delivery = old.id)
        WHERE what = 'delivery' AND word = old.state;
    INSERT INTO counter
        SELECT 'delivery', new.state, count(*) FROM delivery_alert WHERE delivery = new.id
        ON CONFLICT (what, word) DO UPDATE SET n = n + excluded.n;
    UPDATE counter SET n = n - 1
        WHERE what = 'message' AND word = old.state AND old.letter IS NOT NULL;
    INSERT INTO counter SELECT 'message', new.state, 1 WHERE new.letter IS NOT NULL
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
