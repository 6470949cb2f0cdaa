//! Threads and messages as the clinic reads them, in SQLite.

use sha2::{Digest, Sha256};
use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::wire::Row;

use super::StoreError;
use super::columns::{Columns, all, audience_word, one, seq_column};
use super::documents::{append_one, rows_after};
use super::people::{open_account_name, open_patient_name};
use super::sealed::{ATTACHED, CLINIC_NAME, Db, MESSAGE_TOKEN, REPLY_TOKEN, TEXT, TOPIC, number};
use crate::sealing::{Owner, Token};
use crate::store::rows::{
    Appended, Author, Found, MessageRow, NewMark, News, Projection, ShownMessage, ShownThread,
    Thread, ThreadRow,
};

/// Bytes of one document that the projector takes at once.
const PROJECTED_BYTES_GOAL: usize = 1024 * 1024;

pub fn unprojected(
    db: Db<'_>,
    documents_max: usize,
) -> Result<Vec<(DocumentId, Vec<Row>)>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT document, projected FROM documents WHERE projected < seq_last LIMIT ?1",
    )?;
    let limit = i64::try_from(documents_max).unwrap_or(i64::MAX);
    let waiting = all(&mut find, [limit], |row| Ok((row.document()?, row.seq()?)))?;
    let mut found = Vec::new();
    for (document, projected) in waiting {
        let (rows, _) = rows_after(db, &document, projected, PROJECTED_BYTES_GOAL)?;
        found.push((document, rows));
    }
    Ok(found)
}

pub fn project(db: Db<'_>, projection: &Projection) -> Result<Vec<News>, StoreError> {
    for thread in &projection.threads {
        add_thread(db, thread, false)?;
    }
    let mut news = Vec::new();
    for Found { message, mark } in &projection.messages {
        if add_message(db, message)?
            && let Some(mark) = mark
        {
            news.extend(add_mark(db, mark)?);
        }
    }
    for mark in &projection.marks {
        news.extend(add_mark(db, mark)?);
    }
    let document = &projection.document;
    db.prepare_cached(
        "UPDATE documents SET projected = max(projected, ?3) WHERE patient = ?1 AND document = ?2",
    )?
    .execute((
        document.patient.to_bytes(),
        document.to_bytes(),
        seq_column(projection.up_to),
    ))?;
    Ok(news)
}

fn add_thread(db: Db<'_>, thread: &Thread, is_awaited: bool) -> Result<(), StoreError> {
    let place: [&[u8]; 2] = [&thread.thread.to_bytes(), &number(is_awaited.into())];
    let owner = Owner::Patient(thread.patient);
    let topic = db.seal(&TOPIC, owner, &place, thread.topic.as_bytes())?;
    db.prepare_cached(
        "INSERT INTO threads (patient, thread, topic, audience, founder, awaited)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (patient, thread) DO UPDATE
         SET topic = excluded.topic, audience = excluded.audience, founder = excluded.founder,
             awaited = 0
         WHERE awaited = 1",
    )?
    .execute((
        thread.patient.to_bytes(),
        thread.thread.to_bytes(),
        topic,
        audience_word(thread.audience),
        thread.founder.map(|founder| founder.to_bytes()),
        is_awaited,
    ))?;
    Ok(())
}

/// The thread that a message belongs to. One that names a thread of another audience, or a private
/// one of somebody else, stands alone: it must not show up among words it was not meant for.
fn home(db: Db<'_>, message: &MessageRow) -> Result<EntryId, StoreError> {
    let founder = match &message.author {
        Author::Person(account) => Some(*account),
        Author::Clinic { .. } => None,
    };
    let mut unnamed = Thread {
        patient: message.patient,
        thread: message.thread,
        topic: String::new(),
        audience: message.audience,
        founder,
    };
    let Some(found) = thread(db, message.patient, message.thread)? else {
        add_thread(db, &unnamed, true)?;
        return Ok(message.thread);
    };
    let fits = match (found.audience, message.audience) {
        (Audience::Circle, Audience::Circle) => true,
        (Audience::Private, Audience::Private) => founder.is_none() || found.founder == founder,
        (Audience::Circle, Audience::Private) | (Audience::Private, Audience::Circle) => false,
    };
    if fits {
        return Ok(message.thread);
    }
    unnamed.thread = message.entry;
    add_thread(db, &unnamed, false)?;
    Ok(message.entry)
}

/// Whether it was new.
fn add_message(db: Db<'_>, message: &MessageRow) -> Result<bool, StoreError> {
    let thread = home(db, message)?;
    let (account, clinic_name) = match &message.author {
        Author::Person(account) => (Some(*account), None),
        Author::Clinic { account, name } => (*account, Some(name)),
    };
    let owner = Owner::Patient(message.patient);
    let value = db.token(&MESSAGE_TOKEN, &[&value_of(message)]);
    let (thread, entry) = (thread.to_bytes(), message.entry.to_bytes());
    let place: [&[u8]; 3] = [&thread, &entry, &value];
    let clinic_name = clinic_name.map(|name| db.seal(&CLINIC_NAME, owner, &place, name.as_bytes()));
    let added = db
        .prepare_cached(
            "INSERT INTO messages (patient, thread, entry, value, account, clinic_name, text,
             written_at, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (patient, entry, value) DO NOTHING",
        )?
        .execute((
            message.patient.to_bytes(),
            thread,
            entry,
            value,
            account.map(|account| account.to_bytes()),
            clinic_name.transpose()?,
            db.seal(&TEXT, owner, &place, message.text.as_bytes())?,
            message.written_at.millis(),
            message.received_at.millis(),
        ))?;
    if added == 1
        && let Some(list) = &message.attachments
    {
        let list = db.seal(&ATTACHED, owner, &place[1..], list.as_bytes())?;
        db.prepare_cached(
            "INSERT INTO message_attachments (patient, entry, value, list) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((message.patient.to_bytes(), entry, value, list))?;
    }
    Ok(added == 1)
}

fn value_of(message: &MessageRow) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(audience_word(message.audience));
    match &message.author {
        Author::Person(account) => hasher.update(account.to_bytes()),
        Author::Clinic { .. } => hasher.update(b"clinic"),
    }
    hasher.update(&message.text);
    let whole: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

fn add_mark(db: Db<'_>, mark: &NewMark) -> Result<Option<News>, StoreError> {
    match append_one(db, &mark.document, None, &mark.row)? {
        Appended::Stored(row) => Ok(Some(News { document: mark.document, rows: vec![row] })),
        Appended::Already(_)
        | Appended::Missing
        | Appended::Refused(_)
        | Appended::RepliedBefore(_) => Ok(None),
    }
}

pub fn seen(
    db: Db<'_>,
    patient: PatientId,
    marks: &[(EntryId, NewMark)],
) -> Result<Vec<News>, StoreError> {
    let mut news = Vec::new();
    for (entry, mark) in marks {
        let changed = db
            .prepare_cached(
                "UPDATE messages SET seen = 1 WHERE patient = ?1 AND entry = ?2 AND seen = 0",
            )?
            .execute((patient.to_bytes(), entry.to_bytes()))?;
        if changed == 1 {
            news.extend(add_mark(db, mark)?);
        }
    }
    Ok(news)
}

const MESSAGE: &str = "t.patient, t.thread, m.entry, m.value, m.account, m.clinic_name, m.text,
     m.written_at, m.received_at, a.name, m.seen, t.audience,
     (SELECT list FROM message_attachments x
      WHERE (x.patient, x.entry, x.value) = (m.patient, m.entry, m.value))";

fn read_message(db: Db<'_>, columns: &mut Columns<'_, '_>) -> Result<ShownMessage, StoreError> {
    let (patient, thread, entry) = (columns.patient()?, columns.entry()?, columns.entry()?);
    let (owner, value) = (Owner::Patient(patient), columns.take::<Token>()?);
    let place: [&[u8]; 3] = [&thread.to_bytes(), &entry.to_bytes(), &value];
    let account = columns.optional_account()?;
    let author = match (columns.take::<Option<Vec<u8>>>()?, account) {
        (Some(name), account) => {
            let name = db.open_text(&CLINIC_NAME, owner, &place, &name)?;
            Author::Clinic { account, name }
        }
        (None, Some(account)) => Author::Person(account),
        (None, None) => return Err(StoreError::Damaged("a message without an author")),
    };
    let text = db.open_text(&TEXT, owner, &place, &columns.take::<Vec<u8>>()?)?;
    let (written_at, received_at) = (columns.time()?, columns.time()?);
    let author_name = match (&author, columns.take::<Option<Vec<u8>>>()?) {
        (Author::Clinic { name, .. }, _) => name.clone(),
        (Author::Person(account), Some(name)) => open_account_name(db, *account, &name)?,
        (Author::Person(_), None) => String::new(),
    };
    let (seen, audience) = (columns.take()?, columns.audience()?);
    let attachments = columns.take::<Option<Vec<u8>>>()?;
    let attachments =
        attachments.map(|list| db.open_text(&ATTACHED, owner, &place[1..], &list)).transpose()?;
    Ok(ShownMessage {
        author_name,
        seen,
        message: MessageRow {
            patient,
            thread,
            entry,
            audience,
            author,
            text,
            attachments,
            written_at,
            received_at,
        },
    })
}

pub fn threads(db: Db<'_>, threads_max: usize) -> Result<Vec<ThreadRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE}, t.awaited, t.topic, p.name
         FROM threads t
         JOIN messages m ON (m.patient, m.entry, m.value) = (
             SELECT n.patient, n.entry, n.value FROM messages n
             WHERE n.patient = t.patient AND n.thread = t.thread
             ORDER BY n.received_at DESC, n.entry DESC LIMIT 1)
         JOIN patients p ON p.patient = t.patient
         LEFT JOIN accounts a ON a.account = m.account
         ORDER BY m.received_at DESC, m.entry DESC LIMIT ?1"
    ))?;
    let limit = i64::try_from(threads_max).unwrap_or(i64::MAX);
    all(&mut find, [limit], |row| {
        let newest = read_message(db, row)?;
        let (patient, thread) = (newest.message.patient, newest.message.thread);
        let topic = read_topic(db, patient, thread, row)?;
        let patient_name = open_patient_name(db, patient, &row.take::<Vec<u8>>()?)?;
        Ok(ThreadRow { patient, thread, topic, patient_name, newest })
    })
}

fn read_topic(
    db: Db<'_>,
    patient: PatientId,
    thread: EntryId,
    row: &mut Columns<'_, '_>,
) -> Result<String, StoreError> {
    let (is_awaited, sealed) = (row.take::<bool>()?, row.take::<Vec<u8>>()?);
    let place: [&[u8]; 2] = [&thread.to_bytes(), &number(is_awaited.into())];
    db.open_text(&TOPIC, Owner::Patient(patient), &place, &sealed)
}

fn thread(db: Db<'_>, patient: PatientId, thread: EntryId) -> Result<Option<Thread>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT awaited, topic, audience, founder FROM threads WHERE patient = ?1 AND thread = ?2",
    )?;
    one(&mut find, (patient.to_bytes(), thread.to_bytes()), |row| {
        Ok(Thread {
            patient,
            thread,
            topic: read_topic(db, patient, thread, row)?,
            audience: row.audience()?,
            founder: row.optional_account()?,
        })
    })
}

pub fn shown_thread(
    db: Db<'_>,
    patient: PatientId,
    id: EntryId,
) -> Result<Option<ShownThread>, StoreError> {
    let Some(thread) = thread(db, patient, id)? else {
        return Ok(None);
    };
    let mut find = db.prepare_cached("SELECT name FROM patients WHERE patient = ?1")?;
    let name = one(&mut find, [patient.to_bytes()], |row| {
        open_patient_name(db, patient, &row.take::<Vec<u8>>()?)
    })?;
    Ok(Some(ShownThread { thread, patient_name: name.unwrap_or_default() }))
}

pub fn messages(
    db: Db<'_>,
    patient: PatientId,
    thread: EntryId,
) -> Result<Vec<ShownMessage>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE} FROM messages m JOIN threads t USING (patient, thread)
         LEFT JOIN accounts a ON a.account = m.account
         WHERE m.patient = ?1 AND m.thread = ?2 ORDER BY m.received_at, m.entry"
    ))?;
    all(&mut find, (patient.to_bytes(), thread.to_bytes()), |row| read_message(db, row))
}

pub fn reply_with_key(
    db: Db<'_>,
    author: AccountId,
    key: &str,
) -> Result<Option<EntryId>, StoreError> {
    let mut find = db.prepare_cached("SELECT entry FROM replies WHERE author = ?1 AND key = ?2")?;
    let token = db.token(&REPLY_TOKEN, &[key.as_bytes()]);
    one(&mut find, (author.to_bytes(), token), |row| row.entry())
}
