-- Photos and documents that messages name, in sealed pieces. One is there for others only when it is
-- whole: all pieces are there and are what its name says.

CREATE TABLE attachments (
    patient    BLOB    NOT NULL REFERENCES patients,
    -- A token for its name.
    attachment BLOB    NOT NULL,
    -- Who brought it.
    account    BLOB    NOT NULL,
    media      TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    -- Pieces that are there, from the first on.
    has        INTEGER NOT NULL,
    is_whole   INTEGER NOT NULL CHECK (is_whole IN (0, 1)),
    at         INTEGER NOT NULL,
    PRIMARY KEY (patient, attachment)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment_pieces (
    patient    BLOB    NOT NULL,
    attachment BLOB    NOT NULL,
    piece      INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (patient, attachment, piece),
    FOREIGN KEY (patient, attachment) REFERENCES attachments
) STRICT;
