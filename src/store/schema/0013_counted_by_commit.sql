-- Articles and stories are added by the commit of a poll alone, many at a time. It adds their number
-- to the counters itself, once: a trigger does it for each row, and makes SQLite keep a copy of every
-- page that the row's statement touches. The triggers for rows that are changed or removed stay.
DROP TRIGGER article_added;
DROP TRIGGER story_added;
