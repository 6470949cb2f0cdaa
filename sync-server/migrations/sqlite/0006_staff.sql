-- How staff sign in: a name, a passphrase and a code that changes every half minute.

ALTER TABLE staff ADD COLUMN prescribes INTEGER NOT NULL DEFAULT 0 CHECK (prescribes IN (0, 1));
ALTER TABLE staff ADD COLUMN ended_at INTEGER;
-- Until now whoever had this role could prescribe.
UPDATE staff SET prescribes = 1 WHERE role = 'clinician';

CREATE TABLE staff_sign_ins (
    account    BLOB    PRIMARY KEY REFERENCES staff,
    -- Keyed hashes: the key is a file beside the database, never in it.
    name       BLOB    NOT NULL UNIQUE,
    verifier   BLOB    NOT NULL,
    -- With the key beside the database this becomes the secret of the codes.
    totp       BLOB    NOT NULL,
    -- The newest step whose code was used: each works once.
    totp_step  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_recovery_codes (
    account BLOB    NOT NULL REFERENCES staff,
    code    BLOB    NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (account, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff_links (
    secret  BLOB    PRIMARY KEY,
    account BLOB    NOT NULL REFERENCES staff,
    totp    BLOB    NOT NULL,
    until   INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- When a code was last given in this session.
ALTER TABLE sessions ADD COLUMN proven_at INTEGER;
