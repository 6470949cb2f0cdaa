-- What a caregiver may have of a record, how long, and who said so.

ALTER TABLE grants ADD COLUMN results INTEGER NOT NULL DEFAULT 1 CHECK (results IN (0, 1));
ALTER TABLE grants ADD COLUMN visits  INTEGER NOT NULL DEFAULT 1 CHECK (visits IN (0, 1));
-- When it ends by itself; nothing if it does not.
ALTER TABLE grants ADD COLUMN until     INTEGER;
-- It ends when the patient reaches this age: a parent's access to a child's record.
ALTER TABLE grants ADD COLUMN until_age INTEGER;
CREATE INDEX grants_until ON grants (until) WHERE until IS NOT NULL AND ended_at IS NULL;
CREATE INDEX grants_until_age ON grants (until_age) WHERE until_age IS NOT NULL AND ended_at IS NULL;

-- Each time that access was given: who agreed, who wrote it down, and to what. Append-only.
CREATE TABLE consents (
    patient   BLOB    NOT NULL REFERENCES patients,
    account   BLOB    NOT NULL,
    number    INTEGER NOT NULL,
    consent   TEXT    NOT NULL CHECK (consent IN ('patient', 'parent', 'legal')),
    -- Nothing if it was somebody at the server's own terminal.
    noted_by  BLOB,
    at        INTEGER NOT NULL,
    level     TEXT    NOT NULL CHECK (level IN ('caregiver', 'chart_only')),
    results   INTEGER NOT NULL CHECK (results IN (0, 1)),
    visits    INTEGER NOT NULL CHECK (visits IN (0, 1)),
    until     INTEGER,
    until_age INTEGER,
    PRIMARY KEY (patient, account, number)
) STRICT, WITHOUT ROWID;
