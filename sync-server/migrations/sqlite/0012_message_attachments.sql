-- What messages name: photos and documents, by their names. Only of messages that name any.

CREATE TABLE message_attachments (
    patient BLOB NOT NULL,
    entry   BLOB NOT NULL,
    -- As in `messages`.
    value   BLOB NOT NULL,
    list    BLOB NOT NULL,
    PRIMARY KEY (patient, entry, value)
) STRICT, WITHOUT ROWID;
