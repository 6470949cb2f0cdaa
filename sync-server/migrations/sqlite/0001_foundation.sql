-- People, the change log and the clinic's worklist. Tables that hold something about a patient
-- lead with the patient. Ids are 16 bytes, times are milliseconds since 1970.

CREATE TABLE server (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    -- New for each database; a restored one keeps it, so nothing may rely on it alone.
    incarnation BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    account    BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE patients (
    patient    BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    birth_date TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
    account BLOB PRIMARY KEY REFERENCES accounts,
    role    TEXT NOT NULL CHECK (role IN ('front_desk', 'nurse', 'clinician', 'pharmacist', 'admin'))
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    patient  BLOB    NOT NULL REFERENCES patients,
    account  BLOB    NOT NULL REFERENCES accounts,
    level    TEXT    NOT NULL CHECK (level IN ('own', 'caregiver', 'chart_only')),
    given_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (patient, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_of_account ON grants (account);
-- A record is somebody's own at most once.
CREATE UNIQUE INDEX grants_own ON grants (patient) WHERE level = 'own' AND ended_at IS NULL;

CREATE TABLE sessions (
    token      BLOB    PRIMARY KEY,
    account    BLOB    NOT NULL REFERENCES accounts,
    device     BLOB    NOT NULL,
    slot       TEXT    NOT NULL,
    door       TEXT    NOT NULL CHECK (door IN ('portal', 'clinic')),
    created_at INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_account ON sessions (account);

CREATE TABLE tickets (
    ticket  BLOB    PRIMARY KEY,
    session BLOB    NOT NULL REFERENCES sessions ON DELETE CASCADE,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    secret     BLOB    PRIMARY KEY,
    patient    BLOB    NOT NULL REFERENCES patients,
    tries      INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    patient    BLOB    NOT NULL REFERENCES patients,
    document   BLOB    NOT NULL,
    seq_last   INTEGER NOT NULL,
    -- The sum of the hashes of all its rows.
    sum        BLOB    NOT NULL,
    -- How far the projector has come.
    projected  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (patient, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_unprojected ON documents (patient) WHERE projected < seq_last;

-- Append-only. `seq` is dense and in commit order.
CREATE TABLE changes (
    patient     BLOB    NOT NULL,
    document    BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    bytes       BLOB    NOT NULL,
    account     BLOB,
    device      BLOB,
    received_at INTEGER NOT NULL,
    receipt     BLOB    NOT NULL,
    -- The counter of its last operation; nothing for a mark.
    op_max      INTEGER,
    PRIMARY KEY (patient, document, seq),
    FOREIGN KEY (patient, document) REFERENCES documents
) STRICT;
CREATE UNIQUE INDEX changes_by_hash ON changes (patient, document, hash);

-- An actor belongs to the account of its first accepted change, or to the server itself.
CREATE TABLE actors (
    patient   BLOB    NOT NULL,
    document  BLOB    NOT NULL,
    actor     BLOB    NOT NULL,
    account   BLOB,
    actor_seq INTEGER NOT NULL,
    op_max    INTEGER NOT NULL,
    -- Its last change; the next one has to build on it.
    hash      BLOB    NOT NULL,
    PRIMARY KEY (patient, document, actor)
) STRICT, WITHOUT ROWID;

-- Every operation that wrote to a name which may be written again.
CREATE TABLE written (
    patient  BLOB    NOT NULL,
    document BLOB    NOT NULL,
    map      TEXT    NOT NULL CHECK (map IN ('entries', 'registers')),
    key      TEXT    NOT NULL,
    counter  INTEGER NOT NULL,
    actor    BLOB    NOT NULL,
    PRIMARY KEY (patient, document, map, key, counter, actor)
) STRICT, WITHOUT ROWID;

CREATE TABLE threads (
    patient  BLOB NOT NULL,
    thread   BLOB NOT NULL,
    topic    TEXT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('circle', 'private')),
    founder  BLOB,
    -- Its first message has not come yet, but another one has.
    awaited  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (patient, thread)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    patient     BLOB    NOT NULL,
    thread      BLOB    NOT NULL,
    entry       BLOB    NOT NULL,
    -- A hash of audience, author and words: two values of one entry are two messages.
    value       BLOB    NOT NULL,
    account     BLOB,
    -- The name a member of staff signed with; nothing if a patient or caregiver wrote it.
    clinic_name TEXT,
    text        TEXT    NOT NULL,
    written_at  INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- A member of staff has opened it.
    seen        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (patient, entry, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_of_thread ON messages (patient, thread, received_at, entry);

CREATE TABLE replies (
    author  BLOB NOT NULL,
    key     TEXT NOT NULL,
    patient BLOB NOT NULL,
    entry   BLOB NOT NULL,
    PRIMARY KEY (author, key)
) STRICT, WITHOUT ROWID;
