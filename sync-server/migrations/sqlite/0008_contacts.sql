-- When a device of somebody was last here, and up to when it held everything.
CREATE TABLE contacts (
    account  BLOB    PRIMARY KEY REFERENCES accounts,
    heard_at INTEGER NOT NULL,
    -- Everything that was written before this is on a device of theirs.
    level_at INTEGER
) STRICT, WITHOUT ROWID;
