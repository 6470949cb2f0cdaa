//! The list of threads, and one of them. Opening one tells its author that it was read.

use serde::Serialize;
use shared::document::DocumentId;
use shared::id::{EntryId, PatientId};
use shared::record::{Mark, Step};
use shared::time::Timestamp;

use super::relation::{is_work, treats};
use super::{Inbox, ThreadOf, handles_messages};
use crate::actions;
use crate::authorize::{Authorized, Staff};
use crate::documents;
use crate::error::Error;
use crate::extract::{Answer, Nothing};
use crate::state::App;
use crate::store::Store;
use crate::store::rows::{Author, NewMark, ShownMessage, ThreadRow};

/// Threads of one answer.
const THREADS_MAX: usize = 200;
/// Characters of a message that the list shows.
const EXCERPT_CHARS: usize = 120;

actions! {
    ReadThreads: Staff => Inbox, if handles_messages;
    ReadThread: Staff => ThreadOf, if treats;
}

#[derive(Serialize)]
pub struct ThreadLine {
    patient: PatientId,
    patient_name: String,
    thread: EntryId,
    topic: String,
    /// The beginning of the newest message.
    excerpt: String,
    written_at: Timestamp,
    received_at: Timestamp,
    /// The newest message is the clinic's.
    answered: bool,
}

#[derive(Serialize)]
pub struct Conversation {
    topic: String,
    patient_name: String,
    messages: Vec<MessageLine>,
}

#[derive(Serialize)]
pub struct MessageLine {
    entry: EntryId,
    from: String,
    /// Written by the clinic.
    clinic: bool,
    /// Written by the one who reads this.
    mine: bool,
    text: String,
    written_at: Timestamp,
    received_at: Timestamp,
}

pub async fn list(
    allowed: Authorized<ReadThreads, Inbox>,
    _: Nothing,
) -> Result<Answer<Vec<ThreadLine>>, Error> {
    let (app, store, me) = (allowed.app(), allowed.store(), allowed.who.member.account);
    let mut threads = Vec::new();
    for row in store.threads(THREADS_MAX).await? {
        if is_work(app, store, row.patient, me).await? == Some(true) {
            threads.push(row);
        }
    }
    allowed.shows(threads.iter().map(|row| row.patient));
    Ok(Answer(threads.into_iter().map(line).collect()))
}

fn line(row: ThreadRow) -> ThreadLine {
    let newest = row.newest.message;
    ThreadLine {
        patient: row.patient,
        patient_name: row.patient_name,
        thread: row.thread,
        topic: row.topic,
        excerpt: newest.text.chars().take(EXCERPT_CHARS).collect(),
        written_at: newest.written_at,
        received_at: newest.received_at,
        answered: matches!(newest.author, Author::Clinic { .. }),
    }
}

pub async fn read(
    allowed: Authorized<ReadThread, ThreadOf>,
    _: Nothing,
) -> Result<Answer<Conversation>, Error> {
    let ThreadOf { patient, thread } = allowed.resource;
    let shown = allowed.store().thread(patient, thread).await?.ok_or(Error::NotFound)?;
    let messages = allowed.store().messages(patient, thread).await?;
    let (me, name) = (allowed.who.member.account, &allowed.who.member.name);
    tell_it_was_read(allowed.app(), allowed.store(), patient, name, &messages).await?;
    let messages = messages.into_iter().map(|shown| {
        let (clinic, author) = match &shown.message.author {
            Author::Person(account) => (false, Some(*account)),
            Author::Clinic { account, .. } => (true, *account),
        };
        MessageLine {
            entry: shown.message.entry,
            from: shown.author_name,
            clinic,
            mine: author == Some(me),
            text: shown.message.text,
            written_at: shown.message.written_at,
            received_at: shown.message.received_at,
        }
    });
    Ok(Answer(Conversation {
        topic: shown.thread.topic,
        patient_name: shown.patient_name,
        messages: messages.collect(),
    }))
}

/// A mark for each message that nobody at the clinic had opened.
pub(super) async fn tell_it_was_read(
    app: &App,
    store: &dyn Store,
    patient: PatientId,
    name: &str,
    messages: &[ShownMessage],
) -> Result<(), Error> {
    let marks: Vec<(EntryId, NewMark)> = messages
        .iter()
        .filter(|shown| !shown.seen)
        .filter_map(|shown| match shown.message.author {
            Author::Person(account) => Some((&shown.message, account)),
            Author::Clinic { .. } => None,
        })
        .map(|(message, account)| {
            let step = Step::ReadBy { name: name.to_owned() };
            let mark = Mark { entry: message.entry, step, at: app.now() };
            let document = DocumentId::marks(patient, account, message.audience);
            (message.entry, documents::mark(app.receipts(), document, &mark))
        })
        .collect();
    if marks.is_empty() {
        return Ok(());
    }
    for news in store.seen(patient, marks).await? {
        app.hub().publish(news, None);
    }
    Ok(())
}
