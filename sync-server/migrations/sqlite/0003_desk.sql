-- What staff note on the items of their queue: who works on it, which warning was looked at. For the
-- clinic alone; nothing of it is in the record. Append-only: the newest line of a kind counts.
CREATE TABLE desk_notes (
    patient BLOB    NOT NULL REFERENCES patients,
    item    BLOB    NOT NULL,
    -- Dense, so that two who act at once cannot both be the next.
    number  INTEGER NOT NULL,
    account BLOB    NOT NULL REFERENCES accounts,
    name    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    what    TEXT    NOT NULL,
    PRIMARY KEY (patient, item, number)
) STRICT, WITHOUT ROWID;
