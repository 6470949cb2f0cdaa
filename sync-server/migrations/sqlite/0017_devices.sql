-- The devices of patients and caregivers, as their people see them. One that signs out itself is
-- deleted; one whose access was ended stays, so that it is told at its next contact.

CREATE TABLE devices (
    device    BLOB    PRIMARY KEY,
    account   BLOB    NOT NULL REFERENCES accounts,
    -- Browser and system, from a closed list; empty where nobody can tell.
    kind      TEXT    NOT NULL,
    -- What its person calls it, sealed.
    name      BLOB,
    first_at  INTEGER NOT NULL,
    heard_at  INTEGER NOT NULL,
    ended_at  INTEGER,
    -- Why the clinic ended it, in words, sealed.
    ended_for BLOB,
    -- When it was told to give up what it holds.
    told_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_of_account ON devices (account);
CREATE INDEX sessions_of_device ON sessions (device);

INSERT INTO devices (device, account, kind, first_at, heard_at)
SELECT device, max(account), '', min(created_at), max(created_at)
FROM sessions WHERE door = 'portal' AND ended_at IS NULL GROUP BY device;
