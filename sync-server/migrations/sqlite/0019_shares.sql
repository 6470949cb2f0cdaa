-- Links that open a summary for whoever has them. The server holds what the device sealed, and never
-- the key: that is in the part of the link that browsers do not send.
CREATE TABLE shares (
    -- SHA-256 of the link's id: a copy of this table opens no link.
    share      BLOB    PRIMARY KEY,
    patient    BLOB    NOT NULL REFERENCES patients,
    -- Who made it.
    account    BLOB    NOT NULL,
    -- Sealed on the device; nothing once it is over.
    file       BLOB,
    -- Sealed; nothing if the link opens without one.
    passcode   BLOB,
    uses       INTEGER NOT NULL,
    uses_max   INTEGER NOT NULL,
    -- Wrong passcodes that are left, for as long as the link lives.
    tries_left INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    opened_at  INTEGER,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_of_patient ON shares (patient, at);

CREATE TABLE share_openings (
    opening   BLOB    PRIMARY KEY,
    share     BLOB    NOT NULL REFERENCES shares,
    patient   BLOB    NOT NULL,
    -- Sealed: as whoever opened it calls themselves.
    recipient BLOB    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX openings_of_share ON share_openings (share, at);
