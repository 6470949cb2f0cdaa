-- Signing in on another device, and which sessions were opened by a link of the demo.

CREATE TABLE sign_ins (
    account    BLOB    PRIMARY KEY REFERENCES accounts,
    -- Keyed hashes: the key is a file beside the database, never in it.
    name       BLOB    NOT NULL UNIQUE,
    verifier   BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE sessions ADD COLUMN demo INTEGER NOT NULL DEFAULT 0 CHECK (demo IN (0, 1));
