-- What patients wrote, as FHIR for the clinic's EHR, and how the EHR gets in.

-- The newest version of each resource. `changed_at` is different for each change and only grows, so
-- that whoever asks for everything after the last one they saw misses nothing.
CREATE TABLE outgoing (
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    patient    BLOB    NOT NULL REFERENCES patients,
    version    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL UNIQUE,
    -- Of what the record made of it: an answer of the EHR stands for as long as this stays.
    made       BLOB    NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outgoing_of_patient ON outgoing (patient, kind, id);

-- Append-only.
CREATE TABLE outgoing_versions (
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (kind, id, version)
) STRICT;

-- A program that proves who it is with a key: its public keys, and what it may do.
CREATE TABLE client_keys (
    name       TEXT    PRIMARY KEY,
    source     TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    jwks       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;

-- Each proof is used once.
CREATE TABLE client_proofs (
    name     TEXT    NOT NULL,
    proof    TEXT    NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (name, proof)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_tokens (
    token    BLOB    PRIMARY KEY,
    name     TEXT    NOT NULL,
    scopes   TEXT    NOT NULL,
    until_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When each program last asked for what is new.
CREATE TABLE client_fetches (
    name       TEXT    PRIMARY KEY,
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A program looks through what its own source sent.
CREATE INDEX resources_of_source ON resources (source, kind, resource);
