-- What came from other systems: FHIR resources with all their versions, the names they are known
-- by, and where they stand in charts. `owner` is the patient a resource is about; nothing if it is
-- nobody's, such as a practitioner.

CREATE INDEX patients_by_birth_date ON patients (birth_date);

-- What sources said about who a patient is. Kinds: link, identifier, name, birth_date, sex, phone,
-- address.
CREATE TABLE person_facts (
    patient BLOB NOT NULL REFERENCES patients,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (patient, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_facts_by_value ON person_facts (kind, value);

CREATE TABLE imports (
    import     BLOB    PRIMARY KEY,
    source     TEXT    NOT NULL,
    started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest version of each resource.
CREATE TABLE resources (
    resource   BLOB    PRIMARY KEY,
    owner      BLOB    REFERENCES patients,
    source     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    id         TEXT,
    url        TEXT,
    version    INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    -- When its source changed it; nothing if it did not say.
    updated_at INTEGER,
    -- What it is about and when, in the words of the import.
    thing      TEXT    NOT NULL,
    stored_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX resources_of_owner ON resources (owner, kind, resource);

-- Append-only. The body is the very text that came.
CREATE TABLE resource_versions (
    resource  BLOB    NOT NULL REFERENCES resources,
    version   INTEGER NOT NULL,
    import    BLOB    NOT NULL,
    stored_at INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (resource, version)
) STRICT;

CREATE TABLE resource_keys (
    source   TEXT NOT NULL,
    key      TEXT NOT NULL,
    resource BLOB NOT NULL REFERENCES resources,
    PRIMARY KEY (source, key, resource)
) STRICT, WITHOUT ROWID;

-- In which chart document a resource stands, for good, and its newest entry there.
CREATE TABLE resource_places (
    patient  BLOB NOT NULL REFERENCES patients,
    resource BLOB NOT NULL REFERENCES resources,
    document BLOB NOT NULL,
    entry    BLOB NOT NULL,
    PRIMARY KEY (patient, resource)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_places_of ON resource_places (resource);

-- A chart points to something of nobody's that has not come yet.
CREATE TABLE resources_wanted (
    source  TEXT NOT NULL,
    key     TEXT NOT NULL,
    patient BLOB NOT NULL REFERENCES patients,
    PRIMARY KEY (source, key, patient)
) STRICT, WITHOUT ROWID;

-- What was not attached to anybody, and why.
CREATE TABLE resources_aside (
    aside     INTEGER PRIMARY KEY,
    source    TEXT    NOT NULL,
    why       TEXT    NOT NULL,
    -- The patient's key that it waits for; nothing if a person has to decide.
    waits_for TEXT,
    hash      BLOB    NOT NULL,
    url       TEXT,
    body      TEXT    NOT NULL,
    stored_at INTEGER NOT NULL,
    taken_at  INTEGER
) STRICT;
CREATE INDEX resources_aside_waiting ON resources_aside (source, waits_for) WHERE taken_at IS NULL;
CREATE UNIQUE INDEX resources_aside_once ON resources_aside (source, hash) WHERE taken_at IS NULL;

-- Long contents that were cut out of resources, by their hash.
CREATE TABLE blobs (
    patient BLOB NOT NULL REFERENCES patients,
    blob    TEXT NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (patient, blob)
) STRICT;

-- Programs of the clinic that may send and ask for resources.
CREATE TABLE clients (
    token      BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;
