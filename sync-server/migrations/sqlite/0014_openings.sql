-- Records that somebody at the clinic opened without a relation to the patient: why, and how long.

CREATE TABLE openings (
    patient BLOB    NOT NULL REFERENCES patients,
    opening BLOB    NOT NULL,
    account BLOB    NOT NULL REFERENCES accounts,
    -- One of a closed list.
    reason  TEXT    NOT NULL,
    -- What was said besides, sealed.
    words   BLOB,
    at      INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (patient, opening)
) STRICT, WITHOUT ROWID;
CREATE INDEX openings_of_account ON openings (patient, account, until);
