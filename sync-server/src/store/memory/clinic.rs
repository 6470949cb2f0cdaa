//! Threads and messages as the clinic reads them, in memory.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::wire::Row;

use super::documents::{append_one, rows_after};
use super::{State, StoreError};
use crate::store::rows::{
    Appended, Author, Found, MessageRow, NewMark, News, Projection, ShownMessage, ShownThread,
    Thread, ThreadRow,
};

#[derive(Default)]
pub struct Worklist {
    threads: BTreeMap<(PatientId, EntryId), Known>,
    messages: Vec<MessageRow>,
    seen: BTreeSet<(PatientId, EntryId)>,
    pub replies: BTreeMap<(AccountId, String), EntryId>,
}

struct Known {
    thread: Thread,
    /// Its first message has not come yet, but another one has.
    awaited: bool,
}

pub fn unprojected(state: &State, documents_max: usize) -> Vec<(DocumentId, Vec<Row>)> {
    let behind = state.documents.iter().filter(|(_, log)| log.projected < log.rows.len() as u64);
    behind
        .take(documents_max)
        .map(|(document, log)| {
            (*document, rows_after(state, document, log.projected, usize::MAX).0)
        })
        .collect()
}

pub fn project(state: &mut State, projection: Projection) -> Result<Vec<News>, StoreError> {
    for thread in projection.threads {
        state.worklist.add_thread(thread, false);
    }
    let mut news = Vec::new();
    for Found { message, mark } in projection.messages {
        if state.worklist.add_message(message)
            && let Some(mark) = mark
        {
            news.extend(add_mark(state, mark));
        }
    }
    for mark in projection.marks {
        news.extend(add_mark(state, mark));
    }
    if let Some(log) = state.documents.get_mut(&projection.document) {
        log.projected = log.projected.max(projection.up_to);
    }
    Ok(news)
}

pub fn seen(
    state: &mut State,
    patient: PatientId,
    marks: Vec<(EntryId, NewMark)>,
) -> Result<Vec<News>, StoreError> {
    let mut news = Vec::new();
    for (entry, mark) in marks {
        let is_there = |message: &MessageRow| message.patient == patient && message.entry == entry;
        if state.worklist.messages.iter().any(is_there)
            && state.worklist.seen.insert((patient, entry))
        {
            news.extend(add_mark(state, mark));
        }
    }
    Ok(news)
}

fn add_mark(state: &mut State, mark: NewMark) -> Option<News> {
    match append_one(state, &mark.document, mark.row) {
        Appended::Stored(row) => Some(News { document: mark.document, rows: vec![row] }),
        Appended::Already(_)
        | Appended::Missing
        | Appended::Refused(_)
        | Appended::RepliedBefore(_) => None,
    }
}

impl Worklist {
    pub fn shred(&mut self, patient: PatientId) {
        self.threads.retain(|(of, _), _| *of != patient);
        self.messages.retain(|message| message.patient != patient);
        self.seen.retain(|(of, _)| *of != patient);
    }

    fn add_thread(&mut self, thread: Thread, awaited: bool) {
        let place = (thread.patient, thread.thread);
        match self.threads.get(&place) {
            Some(known) if !known.awaited || awaited => {}
            Some(_) | None => {
                self.threads.insert(place, Known { thread, awaited });
            }
        }
    }

    /// Whether it was new.
    fn add_message(&mut self, mut message: MessageRow) -> bool {
        message.thread = self.home(&message);
        let same = |old: &MessageRow| {
            let clinic = |author: &Author| matches!(author, Author::Clinic { .. });
            old.patient == message.patient
                && old.entry == message.entry
                && old.audience == message.audience
                && old.text == message.text
                && (old.author == message.author || clinic(&old.author) && clinic(&message.author))
        };
        if self.messages.iter().any(same) {
            return false;
        }
        self.messages.push(message);
        true
    }

    fn home(&mut self, message: &MessageRow) -> EntryId {
        let founder = match &message.author {
            Author::Person(account) => Some(*account),
            Author::Clinic { .. } => None,
        };
        let unnamed = |thread| Thread {
            patient: message.patient,
            thread,
            topic: String::new(),
            audience: message.audience,
            founder,
        };
        let Some(known) = self.threads.get(&(message.patient, message.thread)) else {
            self.add_thread(unnamed(message.thread), true);
            return message.thread;
        };
        let same_audience = known.thread.audience == message.audience;
        let among = message.audience == Audience::Circle
            || founder.is_none()
            || known.thread.founder == founder;
        if same_audience && among {
            return message.thread;
        }
        self.add_thread(unnamed(message.entry), false);
        message.entry
    }
}

pub fn threads(state: &State, threads_max: usize) -> Vec<ThreadRow> {
    let mut rows: Vec<_> = state
        .worklist
        .threads
        .values()
        .filter_map(|Known { thread, .. }| {
            let newest = messages(state, thread.patient, thread.thread).pop()?;
            Some(ThreadRow {
                patient: thread.patient,
                patient_name: name(state, thread.patient),
                thread: thread.thread,
                topic: thread.topic.clone(),
                newest,
            })
        })
        .collect();
    rows.sort_by_key(|row| {
        std::cmp::Reverse((row.newest.message.received_at, row.newest.message.entry))
    });
    rows.truncate(threads_max);
    rows
}

pub fn thread(state: &State, patient: PatientId, thread: EntryId) -> Option<ShownThread> {
    let known = state.worklist.threads.get(&(patient, thread))?;
    Some(ShownThread { thread: known.thread.clone(), patient_name: name(state, patient) })
}

pub fn messages(state: &State, patient: PatientId, thread: EntryId) -> Vec<ShownMessage> {
    let all = state.worklist.messages.iter();
    let mut rows: Vec<_> = all
        .filter(|message| message.patient == patient && message.thread == thread)
        .map(|message| ShownMessage {
            message: message.clone(),
            author_name: match &message.author {
                Author::Clinic { name, .. } => name.clone(),
                Author::Person(account) => state.people.name_of(*account).unwrap_or_default(),
            },
            seen: state.worklist.seen.contains(&(patient, message.entry)),
        })
        .collect();
    rows.sort_by_key(|row| (row.message.received_at, row.message.entry));
    rows
}

fn name(state: &State, patient: PatientId) -> String {
    state.people.patients.get(&patient).map(|person| person.name.clone()).unwrap_or_default()
}
