-- What people wrote is sealed: see src/store/sqlite/sealed.rs, which lists every such column. These
-- tables take the place of the ones in clear. This runs only where they are empty: the content of an
-- older database goes into a new file, see src/store/sqlite/reseal.rs.

DROP TABLE accounts;
CREATE TABLE accounts (
    account    BLOB    PRIMARY KEY,
    name       BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

DROP TABLE patients;
CREATE TABLE patients (
    patient     BLOB    PRIMARY KEY,
    name        BLOB    NOT NULL,
    birth_date  BLOB    NOT NULL,
    -- Stands for the birth date where somebody is looked for by it.
    birth_token BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX patients_by_birth_date ON patients (birth_token);

DROP TABLE written;
CREATE TABLE written (
    patient  BLOB    NOT NULL,
    document BLOB    NOT NULL,
    map      TEXT    NOT NULL CHECK (map IN ('entries', 'registers')),
    key      BLOB    NOT NULL,
    counter  INTEGER NOT NULL,
    actor    BLOB    NOT NULL,
    PRIMARY KEY (patient, document, map, key, counter, actor)
) STRICT, WITHOUT ROWID;

DROP TABLE threads;
CREATE TABLE threads (
    patient  BLOB    NOT NULL,
    thread   BLOB    NOT NULL,
    topic    BLOB    NOT NULL,
    audience TEXT    NOT NULL CHECK (audience IN ('circle', 'private')),
    founder  BLOB,
    -- Its first message has not come yet, but another one has.
    awaited  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (patient, thread)
) STRICT, WITHOUT ROWID;

DROP TABLE messages;
CREATE TABLE messages (
    patient     BLOB    NOT NULL,
    thread      BLOB    NOT NULL,
    entry       BLOB    NOT NULL,
    -- A token for audience, author and words: two values of one entry are two messages.
    value       BLOB    NOT NULL,
    account     BLOB,
    -- The name a member of staff signed with; nothing if a patient or caregiver wrote it.
    clinic_name BLOB,
    text        BLOB    NOT NULL,
    written_at  INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- A member of staff has opened it.
    seen        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (patient, entry, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_of_thread ON messages (patient, thread, received_at, entry);

DROP TABLE replies;
CREATE TABLE replies (
    author  BLOB NOT NULL,
    key     BLOB NOT NULL,
    patient BLOB NOT NULL,
    entry   BLOB NOT NULL,
    PRIMARY KEY (author, key)
) STRICT, WITHOUT ROWID;

DROP TABLE person_facts;
CREATE TABLE person_facts (
    patient BLOB NOT NULL REFERENCES patients,
    kind    TEXT NOT NULL,
    token   BLOB NOT NULL,
    value   BLOB NOT NULL,
    PRIMARY KEY (patient, kind, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_facts_by_value ON person_facts (token);

DROP TABLE resource_versions;
DROP TABLE resource_keys;
DROP TABLE resource_places;
DROP TABLE resources;
CREATE TABLE resources (
    resource   BLOB    PRIMARY KEY,
    owner      BLOB    REFERENCES patients,
    source     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    id         BLOB,
    url        BLOB,
    version    INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    -- When its source changed it; nothing if it did not say.
    updated_at INTEGER,
    -- What it is about and when, in the words of the import.
    thing      BLOB    NOT NULL,
    stored_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX resources_of_owner ON resources (owner, kind, resource);
CREATE INDEX resources_of_source ON resources (source, kind, resource);

CREATE TABLE resource_versions (
    resource  BLOB    NOT NULL REFERENCES resources,
    version   INTEGER NOT NULL,
    -- As in its resource: it says whose key seals the body.
    owner     BLOB,
    import    BLOB    NOT NULL,
    stored_at INTEGER NOT NULL,
    body      BLOB    NOT NULL,
    PRIMARY KEY (resource, version)
) STRICT;

CREATE TABLE resource_keys (
    source   TEXT NOT NULL,
    key      BLOB NOT NULL,
    resource BLOB NOT NULL REFERENCES resources,
    PRIMARY KEY (source, key, resource)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_keys_of ON resource_keys (resource);

CREATE TABLE resource_places (
    patient  BLOB NOT NULL REFERENCES patients,
    resource BLOB NOT NULL REFERENCES resources,
    document BLOB NOT NULL,
    entry    BLOB NOT NULL,
    PRIMARY KEY (patient, resource)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_places_of ON resource_places (resource);

DROP TABLE resources_wanted;
CREATE TABLE resources_wanted (
    source  TEXT NOT NULL,
    key     BLOB NOT NULL,
    patient BLOB NOT NULL REFERENCES patients,
    PRIMARY KEY (source, key, patient)
) STRICT, WITHOUT ROWID;

DROP TABLE resources_aside;
CREATE TABLE resources_aside (
    aside     INTEGER PRIMARY KEY,
    source    TEXT    NOT NULL,
    why       TEXT    NOT NULL,
    -- The patient's key that it waits for; nothing if a person has to decide.
    waits_for BLOB,
    hash      BLOB    NOT NULL,
    url       BLOB,
    body      BLOB    NOT NULL,
    stored_at INTEGER NOT NULL,
    taken_at  INTEGER
) STRICT;
CREATE INDEX resources_aside_waiting ON resources_aside (source, waits_for) WHERE taken_at IS NULL;
CREATE UNIQUE INDEX resources_aside_once ON resources_aside (source, hash) WHERE taken_at IS NULL;

DROP TABLE blobs;
CREATE TABLE blobs (
    patient BLOB NOT NULL REFERENCES patients,
    blob    BLOB NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (patient, blob)
) STRICT;

DROP TABLE outgoing_versions;
CREATE TABLE outgoing_versions (
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    -- As in its resource: it says whose key seals the body.
    patient    BLOB    NOT NULL,
    changed_at INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (kind, id, version)
) STRICT;

DROP TABLE desk_notes;
CREATE TABLE desk_notes (
    patient BLOB    NOT NULL REFERENCES patients,
    item    BLOB    NOT NULL,
    -- Dense, so that two who act at once cannot both be the next.
    number  INTEGER NOT NULL,
    account BLOB    NOT NULL REFERENCES accounts,
    name    BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    what    BLOB    NOT NULL,
    PRIMARY KEY (patient, item, number)
) STRICT, WITHOUT ROWID;
