-- Rows whose bytes lie together, deflated and sealed as one: see src/compaction.rs. A row of `changes`
-- stays for good; its own bytes are empty once a finished pack holds them. A sealed value never is.

CREATE TABLE packs (
    patient   BLOB    NOT NULL,
    document  BLOB    NOT NULL,
    -- Its first and last row. There is no gap between them, and none between finished packs.
    seq_first INTEGER NOT NULL,
    seq_last  INTEGER NOT NULL,
    format    INTEGER NOT NULL,
    -- Bytes of its changes as they were written.
    weight    INTEGER NOT NULL,
    -- Its rows have no bytes of their own any more.
    finished  INTEGER NOT NULL DEFAULT 0,
    frame     BLOB    NOT NULL,
    PRIMARY KEY (patient, document, seq_last, seq_first),
    FOREIGN KEY (patient, document) REFERENCES documents
) STRICT;
CREATE INDEX packs_begun ON packs (patient, document) WHERE finished = 0;

-- Up to which place rows are in finished packs.
ALTER TABLE documents ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;
-- Bytes of the rows behind that, as they lie.
ALTER TABLE documents ADD COLUMN tail_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE documents SET tail_bytes = (
    SELECT coalesce(sum(length(bytes)), 0) FROM changes c
    WHERE c.patient = documents.patient AND c.document = documents.document);
