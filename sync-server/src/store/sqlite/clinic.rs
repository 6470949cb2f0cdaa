//! Threads and messages as the clinic reads them, in SQLite.

use rusqlite::Transaction;
use shared::document::DocumentId;
use shared::id::{AccountId, EntryId, PatientId};
use shared::wire::Row;

use super::StoreError;
use super::columns::{Columns, all, audience_word, one, seq_column};
use super::documents::{append_one, rows_after};
use crate::store::rows::{
    Appended, Author, Found, MessageRow, NewMark, News, Projection, ShownMessage, Thread,
    ThreadRow,
};

type Db<'a> = &'a Transaction<'a>;

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
        add_thread(db, thread)?;
    }
    let mut news = Vec::new();
    for Found { message, mark } in &projection.messages {
        if add_message(db, message)?
            && let Some(mark) = mark
        {
            news.extend(add_mark(db, mark)?);
        }
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

fn add_thread(db: Db<'_>, thread: &Thread) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO threads (patient, thread, topic, audience, founder)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (patient, thread) DO NOTHING",
    )?
    .execute((
        thread.patient.to_bytes(),
        thread.thread.to_bytes(),
        &thread.topic,
        audience_word(thread.audience),
        thread.founder.map(|founder| founder.to_bytes()),
    ))?;
    Ok(())
}

/// Whether it was new.
fn add_message(db: Db<'_>, message: &MessageRow) -> Result<bool, StoreError> {
    let (account, clinic_name) = match &message.author {
        Author::Person(account) => (Some(*account), None),
        Author::Clinic { account, name } => (*account, Some(name)),
    };
    let added = db
        .prepare_cached(
            "INSERT INTO messages (patient, thread, entry, account, clinic_name, text, written_at,
             received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (patient, entry) DO NOTHING",
        )?
        .execute((
            message.patient.to_bytes(),
            message.thread.to_bytes(),
            message.entry.to_bytes(),
            account.map(|account| account.to_bytes()),
            clinic_name,
            &message.text,
            message.written_at.millis(),
            message.received_at.millis(),
        ))?;
    Ok(added == 1)
}

fn add_mark(db: Db<'_>, mark: &NewMark) -> Result<Option<News>, StoreError> {
    match append_one(db, &mark.document, &mark.row)? {
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

const MESSAGE: &str = "m.patient, m.thread, m.entry, m.account, m.clinic_name, m.text,
     m.written_at, m.received_at, a.name, m.seen";

fn read_message(columns: &mut Columns<'_, '_>) -> Result<ShownMessage, StoreError> {
    let (patient, thread, entry) = (columns.patient()?, columns.entry()?, columns.entry()?);
    let account = columns.optional_account()?;
    let author = match (columns.take::<Option<String>>()?, account) {
        (Some(name), account) => Author::Clinic { account, name },
        (None, Some(account)) => Author::Person(account),
        (None, None) => return Err(StoreError::Damaged("a message without an author")),
    };
    let (text, written_at, received_at) = (columns.take()?, columns.time()?, columns.time()?);
    let account_name: Option<String> = columns.take()?;
    let author_name = match &author {
        Author::Clinic { name, .. } => name.clone(),
        Author::Person(_) => account_name.unwrap_or_default(),
    };
    Ok(ShownMessage {
        message: MessageRow { patient, thread, entry, author, text, written_at, received_at },
        author_name,
        seen: columns.take()?,
    })
}

pub fn threads(db: Db<'_>, threads_max: usize) -> Result<Vec<ThreadRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE}, t.topic, p.name
         FROM threads t
         JOIN messages m ON (m.patient, m.entry) = (t.patient, (
             SELECT n.entry FROM messages n WHERE (n.patient, n.thread) = (t.patient, t.thread)
             ORDER BY n.received_at DESC, n.entry DESC LIMIT 1))
         JOIN patients p ON p.patient = t.patient
         LEFT JOIN accounts a ON a.account = m.account
         ORDER BY m.received_at DESC, m.entry DESC LIMIT ?1"
    ))?;
    let limit = i64::try_from(threads_max).unwrap_or(i64::MAX);
    all(&mut find, [limit], |row| {
        let newest = read_message(row)?;
        Ok(ThreadRow {
            patient: newest.message.patient,
            thread: newest.message.thread,
            topic: row.take()?,
            patient_name: row.take()?,
            newest,
        })
    })
}

pub fn thread(
    db: Db<'_>,
    patient: PatientId,
    thread: EntryId,
) -> Result<Option<Thread>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT topic, audience, founder, p.name FROM threads JOIN patients p USING (patient)
         WHERE patient = ?1 AND thread = ?2",
    )?;
    one(&mut find, (patient.to_bytes(), thread.to_bytes()), |row| {
        Ok(Thread {
            patient,
            thread,
            topic: row.take()?,
            audience: row.audience()?,
            founder: row.optional_account()?,
        })
    })
}

pub fn messages(
    db: Db<'_>,
    patient: PatientId,
    thread: EntryId,
) -> Result<Vec<ShownMessage>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {MESSAGE} FROM messages m LEFT JOIN accounts a ON a.account = m.account
         WHERE m.patient = ?1 AND m.thread = ?2 ORDER BY m.received_at, m.entry"
    ))?;
    all(&mut find, (patient.to_bytes(), thread.to_bytes()), read_message)
}

pub fn reply_with_key(
    db: Db<'_>,
    author: AccountId,
    key: &str,
) -> Result<Option<EntryId>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT entry FROM replies WHERE author = ?1 AND key = ?2")?;
    one(&mut find, (author.to_bytes(), key), |row| row.entry())
}
