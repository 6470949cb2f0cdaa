//! What is sealed in the database, and what stands in for it where something is looked for. **This
//! is the one place that says so**: a column is a line of `SEALED` and is written and read through
//! `Db::seal` and `Db::open`; a column that is searched is a line of `TOKENS` and is made by
//! `Db::token`. Everything else is in clear: ids, places, times, types, states, queue columns.

use std::ops::Deref;

use rusqlite::Transaction;
use rusqlite::types::ValueRef;

use super::key_store::Keys;
use super::{StoreError, packs};
use crate::sealing::{Owner, Token, place};
use crate::world::OsRng;

/// A transaction, and the keys to what it reads and writes.
#[derive(Clone, Copy)]
pub struct Db<'a> {
    transaction: &'a Transaction<'a>,
    keys: &'a Keys,
}

/// A column whose values are sealed.
pub struct Sealed {
    pub table: &'static str,
    pub column: &'static str,
    pub owner: OwnedBy,
    /// The columns that say which row and version it is, as they are bound. All of them in clear.
    pub row: &'static [&'static str],
    /// Where a value may also lie elsewhere, and is empty here: what else is looked at then.
    pub also: Option<Also>,
}

type Also = fn(Db<'_>) -> Result<(), StoreError>;

/// Whose key seals a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnedBy {
    Clinic,
    /// The patient in this column.
    Patient(&'static str),
    /// The same, and the clinic where there is none.
    PatientOrClinic(&'static str),
    Account(&'static str),
}

/// A column that holds a token for a value that is looked for.
pub struct Searched {
    pub table: &'static str,
    pub column: &'static str,
    /// What goes into the token: columns of the row, before any of them was sealed.
    pub of: &'static [&'static str],
}

const fn sealed(
    table: &'static str,
    column: &'static str,
    owner: OwnedBy,
    row: &'static [&'static str],
) -> Sealed {
    Sealed { table, column, owner, row, also: None }
}

const fn searched(
    table: &'static str,
    column: &'static str,
    of: &'static [&'static str],
) -> Searched {
    Searched { table, column, of }
}

const PATIENT: OwnedBy = OwnedBy::Patient("patient");
const OWNER: OwnedBy = OwnedBy::PatientOrClinic("owner");

pub const ACCOUNT_NAME: Sealed = sealed("accounts", "name", OwnedBy::Account("account"), &[]);
pub const PASSKEY_NAME: Sealed =
    sealed("passkeys", "name", OwnedBy::Account("account"), &["credential"]);
pub const DEVICE_NAME: Sealed = sealed("devices", "name", OwnedBy::Account("account"), &["device"]);
pub const DEVICE_ENDED_FOR: Sealed =
    sealed("devices", "ended_for", OwnedBy::Account("account"), &["device"]);
pub const PATIENT_NAME: Sealed = sealed("patients", "name", PATIENT, &[]);
pub const BIRTH_DATE: Sealed = sealed("patients", "birth_date", PATIENT, &[]);
pub const CHANGE: Sealed = Sealed {
    also: Some(packs::check),
    ..sealed("changes", "bytes", PATIENT, &["document", "seq", "hash"])
};
pub const PACK: Sealed = Sealed {
    also: Some(packs::check),
    ..sealed("packs", "frame", PATIENT, &["document", "seq_first", "seq_last", "format"])
};
pub const TOPIC: Sealed = sealed("threads", "topic", PATIENT, &["thread", "awaited"]);
pub const CLINIC_NAME: Sealed =
    sealed("messages", "clinic_name", PATIENT, &["thread", "entry", "value"]);
pub const TEXT: Sealed = sealed("messages", "text", PATIENT, &["thread", "entry", "value"]);
pub const ATTACHED: Sealed = sealed("message_attachments", "list", PATIENT, &["entry", "value"]);
pub const NOTED_BY: Sealed = sealed("desk_notes", "name", PATIENT, &["item", "number"]);
pub const NOTED: Sealed = sealed("desk_notes", "what", PATIENT, &["item", "number"]);
pub const OPENED_FOR: Sealed = sealed("openings", "words", PATIENT, &["opening"]);
pub const SHARE_PASSCODE: Sealed = sealed("shares", "passcode", PATIENT, &["share"]);
pub const RECIPIENT: Sealed = sealed("share_openings", "recipient", PATIENT, &["opening"]);
pub const FACT: Sealed = sealed("person_facts", "value", PATIENT, &["kind", "token"]);
pub const RESOURCE_ID: Sealed = sealed("resources", "id", OWNER, &["resource", "version"]);
pub const RESOURCE_URL: Sealed = sealed("resources", "url", OWNER, &["resource", "version"]);
pub const RESOURCE_HASH: Sealed = sealed("resources", "hash", OWNER, &["resource", "version"]);
pub const RESOURCE_THING: Sealed = sealed("resources", "thing", OWNER, &["resource", "version"]);
pub const RESOURCE_BODY: Sealed =
    sealed("resource_versions", "body", OWNER, &["resource", "version"]);
pub const ASIDE_URL: Sealed =
    sealed("resources_aside", "url", OwnedBy::Clinic, &["source", "hash"]);
pub const ASIDE_BODY: Sealed =
    sealed("resources_aside", "body", OwnedBy::Clinic, &["source", "hash"]);
pub const BLOB: Sealed = sealed("blobs", "bytes", PATIENT, &["blob"]);
pub const PIECE: Sealed = sealed("attachment_pieces", "bytes", PATIENT, &["attachment", "piece"]);
pub const OUTGOING_BODY: Sealed =
    sealed("outgoing_versions", "body", PATIENT, &["kind", "id", "version"]);

/// Every sealed column.
pub const SEALED: [&Sealed; 28] = [
    &ACCOUNT_NAME,
    &PASSKEY_NAME,
    &DEVICE_NAME,
    &DEVICE_ENDED_FOR,
    &PATIENT_NAME,
    &BIRTH_DATE,
    &CHANGE,
    &PACK,
    &TOPIC,
    &CLINIC_NAME,
    &TEXT,
    &ATTACHED,
    &NOTED_BY,
    &NOTED,
    &OPENED_FOR,
    &SHARE_PASSCODE,
    &RECIPIENT,
    &FACT,
    &RESOURCE_ID,
    &RESOURCE_URL,
    &RESOURCE_HASH,
    &RESOURCE_THING,
    &RESOURCE_BODY,
    &ASIDE_URL,
    &ASIDE_BODY,
    &BLOB,
    &PIECE,
    &OUTGOING_BODY,
];

pub const BIRTH_TOKEN: Searched = searched("patients", "birth_token", &["birth_date"]);
pub const FACT_TOKEN: Searched = searched("person_facts", "token", &["kind", "value"]);
pub const KEY_TOKEN: Searched = searched("resource_keys", "key", &["key"]);
pub const WANTED_TOKEN: Searched = searched("resources_wanted", "key", &["key"]);
pub const WAITS_TOKEN: Searched = searched("resources_aside", "waits_for", &["waits_for"]);
pub const ASIDE_TOKEN: Searched = searched("resources_aside", "hash", &["hash"]);
pub const BLOB_TOKEN: Searched = searched("blobs", "blob", &["patient", "blob"]);
/// Over a hash of the words, which somebody could otherwise guess and compare.
pub const MESSAGE_TOKEN: Searched = searched("messages", "value", &["value"]);
/// A key that the client chose, and may have put anything into.
pub const REPLY_TOKEN: Searched = searched("replies", "key", &["key"]);
pub const WRITTEN_TOKEN: Searched = searched("written", "key", &["key"]);
pub const ATTACHMENT_TOKEN: Searched =
    searched("attachments", "attachment", &["patient", "attachment"]);

/// Every searched column.
pub const TOKENS: [&Searched; 11] = [
    &BIRTH_TOKEN,
    &FACT_TOKEN,
    &KEY_TOKEN,
    &WANTED_TOKEN,
    &WAITS_TOKEN,
    &ASIDE_TOKEN,
    &BLOB_TOKEN,
    &MESSAGE_TOKEN,
    &REPLY_TOKEN,
    &WRITTEN_TOKEN,
    &ATTACHMENT_TOKEN,
];

impl<'a> Db<'a> {
    pub const fn new(transaction: &'a Transaction<'a>, keys: &'a Keys) -> Self {
        Self { transaction, keys }
    }

    pub const fn keys(&self) -> &'a Keys {
        self.keys
    }

    /// Seals a value for one row of one column.
    pub fn seal(
        &self,
        column: &Sealed,
        owner: Owner,
        row: &[&[u8]],
        value: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let bound = place(owner, column.table, column.column, row);
        Ok(self.keys.of(owner)?.seal(&bound, value, &mut OsRng))
    }

    /// Opens it. What was changed, or moved here from another place, does not open.
    pub fn open(
        &self,
        column: &Sealed,
        owner: Owner,
        row: &[&[u8]],
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let bound = place(owner, column.table, column.column, row);
        self.keys.of(owner)?.open(&bound, sealed).ok_or(StoreError::Damaged(column.table))
    }

    /// The same for a text.
    pub fn open_text(
        &self,
        column: &Sealed,
        owner: Owner,
        row: &[&[u8]],
        sealed: &[u8],
    ) -> Result<String, StoreError> {
        let bytes = self.open(column, owner, row, sealed)?;
        String::from_utf8(bytes).map_err(|_| StoreError::Damaged(column.table))
    }

    pub fn token(&self, column: &Searched, parts: &[&[u8]]) -> Token {
        let (table, name) = (column.table.as_bytes(), column.column.as_bytes());
        self.keys.search().token(&[&[table, name], parts].concat())
    }
}

impl<'a> Deref for Db<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        self.transaction
    }
}

/// A number as it is bound.
pub const fn number(number: i64) -> [u8; 8] {
    number.to_be_bytes()
}

/// A column's value as it is bound.
pub fn part(value: ValueRef<'_>) -> Vec<u8> {
    match value {
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(value) => number(value).to_vec(),
        ValueRef::Real(value) => value.to_be_bytes().to_vec(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
    }
}

impl OwnedBy {
    /// The column that names the owner; nothing if there is no need to look.
    pub const fn column(self) -> Option<&'static str> {
        match self {
            Self::Clinic => None,
            Self::Patient(column) | Self::PatientOrClinic(column) | Self::Account(column) => {
                Some(column)
            }
        }
    }

    /// Who it is, from the bytes of that column.
    pub fn owner(self, id: &[u8]) -> Option<Owner> {
        let kind = match self {
            Self::Clinic => return Some(Owner::Clinic),
            Self::PatientOrClinic(_) if id.is_empty() => return Some(Owner::Clinic),
            Self::Patient(_) | Self::PatientOrClinic(_) => 1,
            Self::Account(_) => 2,
        };
        Owner::from_bytes(&[&[kind], id].concat())
    }
}

/// Opens every sealed value of the database, and answers how many there are.
pub fn open_all(db: Db<'_>) -> Result<u64, StoreError> {
    let mut count = 0;
    for column in SEALED {
        count += open_column(db, column)?;
    }
    Ok(count)
}

/// The same for one column.
pub fn open_column(db: Db<'_>, sealed: &Sealed) -> Result<u64, StoreError> {
    let Sealed { table, column, owner, row, also } = sealed;
    let names: Vec<&str> = owner.column().into_iter().chain(row.iter().copied()).collect();
    let named: String = names.iter().map(|name| format!(", {name}")).collect();
    let sql = format!("SELECT {column}{named} FROM {table} WHERE {column} IS NOT NULL");
    let mut find = db.prepare(&sql)?;
    let mut rows = find.query([])?;
    let mut count = 0;
    while let Some(found) = rows.next()? {
        if also.is_some() && found.get::<_, Vec<u8>>(0)?.is_empty() {
            continue;
        }
        let parts: Vec<Vec<u8>> = (1..=names.len())
            .map(|place| found.get_ref(place).map(part))
            .collect::<Result<_, _>>()?;
        let (id, bound) = match owner.column() {
            Some(_) => (parts[0].as_slice(), &parts[1..]),
            None => (&[][..], &parts[..]),
        };
        let owner = owner.owner(id).ok_or(StoreError::Damaged(table))?;
        let bound: Vec<&[u8]> = bound.iter().map(Vec::as_slice).collect();
        db.open(sealed, owner, &bound, &found.get::<_, Vec<u8>>(0)?)?;
        count += 1;
    }
    also.map_or(Ok(()), |look| look(db))?;
    Ok(count)
}
