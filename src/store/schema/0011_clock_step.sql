-- That the wall clock was set: the time after it, and by how many milliseconds (back if negative).
CREATE TABLE clock_step (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    by_ms INTEGER NOT NULL
) STRICT;
