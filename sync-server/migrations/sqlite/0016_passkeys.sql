-- What signs in besides a passphrase. Nobody signs in with a copy of this.
CREATE TABLE passkeys (
    -- The authenticator chose it.
    credential      BLOB    PRIMARY KEY,
    account         BLOB    NOT NULL REFERENCES accounts,
    door            TEXT    NOT NULL CHECK (door IN ('portal', 'clinic')),
    -- Public; as COSE (RFC 9052).
    key             BLOB    NOT NULL,
    -- Only grows; some authenticators stay at nought.
    counter         INTEGER NOT NULL,
    backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    backed_up       INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
    -- Sealed: a person called it so.
    name            BLOB    NOT NULL,
    -- Sealed on a device for the person's next one, with what only this passkey answers.
    carried         BLOB,
    added_at        INTEGER NOT NULL,
    used_at         INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX passkeys_of_account ON passkeys (account, door);
