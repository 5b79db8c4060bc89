-- How a feed stands beyond "failing": what the trouble is (a state's word), how heavy its failures
-- weigh (in quarters of a hard one), how often it said 410 and since when, since when it serves an
-- old batch, since and until when its validators are not believed (and how often they lied), when it
-- was last read whole, where it says it moved (how often, since when), whether it is slow, and its
-- publishing habit (packed by `schedule`).
ALTER TABLE feed ADD COLUMN trouble TEXT;
ALTER TABLE feed ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN gone_times INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN gone_since INTEGER;
ALTER TABLE feed ADD COLUMN stale_since INTEGER;
ALTER TABLE feed ADD COLUMN distrusted_since INTEGER;
ALTER TABLE feed ADD COLUMN distrusted_until INTEGER;
ALTER TABLE feed ADD COLUMN lies INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN audited_at INTEGER;
ALTER TABLE feed ADD COLUMN moved_since INTEGER;
ALTER TABLE feed ADD COLUMN moved_times INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feed ADD COLUMN habit BLOB;

-- A gap has a kind, an estimate of what may have been missed, and what came late instead.
ALTER TABLE possible_loss ADD COLUMN kind TEXT NOT NULL DEFAULT 'overlap';
ALTER TABLE possible_loss ADD COLUMN missed_most INTEGER NOT NULL DEFAULT 0;
ALTER TABLE possible_loss ADD COLUMN delayed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX possible_loss_end ON possible_loss (gap_end);

-- Times in which our own network was down.
CREATE TABLE outage (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('unreachable', 'portal')),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    hosts      INTEGER NOT NULL
) STRICT;
