-- What the clinic says about itself, in JSON. Each change is a row; the last one counts. Nothing of it
-- is about a patient.
CREATE TABLE settings (
    number  INTEGER PRIMARY KEY,
    account BLOB    NOT NULL REFERENCES accounts,
    at      INTEGER NOT NULL,
    body    TEXT    NOT NULL
) STRICT;
