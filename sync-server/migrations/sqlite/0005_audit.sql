-- Who read or wrote whose record. Append-only, numbered without gaps, each entry linked to the one
-- before by its hash. The columns beside the body are there to be searched.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    patient BLOB,
    account BLOB,
    body    TEXT    NOT NULL,
    hash    BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_of_patient ON audit (patient, number) WHERE patient IS NOT NULL;
CREATE INDEX audit_of_account ON audit (account, number) WHERE account IS NOT NULL;

-- Up to which entry patients were told.
CREATE TABLE audit_told (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL
) STRICT;
