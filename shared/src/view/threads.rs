//! Answers about threads: the list, and one thread with the state of each item.

use super::state::state;
use super::{Message, Thread, ThreadRow};
use crate::arrange::Arrange;
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::{Entry, Record, Said};
use crate::time::Timestamp;

/// Characters of the newest message that a list shows.
const EXCERPT_CHARS: usize = 90;

/// What belongs to one thread, gathered in one pass over the record.
#[derive(Default)]
struct Items<'a> {
    messages: Vec<(EntryId, &'a Entry)>,
    /// When the clinic last closed or reopened it.
    closed: Option<(bool, Timestamp, bool)>,
}

/// All threads, the one with the newest item first.
pub fn threads(record: &Record, reader: AccountId) -> Vec<ThreadRow> {
    let (all, _) = gather(record);
    let threads = all.into_iter();
    let mut rows: Vec<_> =
        threads.filter_map(|(id, items)| row(record, reader, id, items)).collect();
    rows.arrange_by_key(|row| (std::cmp::Reverse(row.newest_at), row.thread));
    rows
}

/// One thread. Its messages stand in the order the server received them, unsent last.
pub fn thread(record: &Record, reader: AccountId, thread: EntryId) -> Option<Thread> {
    let (mut all, retracted) = gather(record);
    thread_from(record, reader, thread, all.remove(&thread)?, &retracted)
}

type Retracted = BTreeSet<(EntryId, Option<AccountId>)>;

fn gather(record: &Record) -> (BTreeMap<EntryId, Items<'_>>, Retracted) {
    let mut threads: BTreeMap<EntryId, Items<'_>> = BTreeMap::new();
    let mut retracted = BTreeSet::new();
    for (id, entry) in record.entries() {
        match &entry.said {
            Said::ThreadClosed(said) => {
                let items = threads.entry(said.thread).or_default();
                let (here, at) = entry.order();
                let newest =
                    items.closed.is_none_or(|(before, then, _)| (before, then) < (here, at));
                if newest {
                    items.closed = Some((here, at, said.closed));
                }
            }
            Said::Retract(said) => {
                retracted.insert((said.entry, entry.author));
            }
            said => {
                if let Some(thread) = thread_of(id, said) {
                    threads.entry(thread).or_default().messages.push((id, entry));
                }
            }
        }
    }
    (threads, retracted)
}

fn thread_from(
    record: &Record,
    reader: AccountId,
    thread: EntryId,
    items: Items<'_>,
    retracted: &Retracted,
) -> Option<Thread> {
    let Items { mut messages, closed } = items;
    messages.arrange_by_key(|(id, entry)| (entry.order(), *id));
    let audience = messages.iter().find_map(|(_, entry)| entry.audience)?;
    let first = opening(thread, &messages);
    let answered_at = answered_at(&messages);
    let newest = messages.last().map(|(_, entry)| entry.order());
    let is_closed = closed.is_some_and(|(here, at, closed)| {
        closed && newest.is_none_or(|newest| newest <= (here, at))
    });
    let said = messages.iter().filter_map(|(id, entry)| {
        let message = message(record, reader, *id, entry, answered_at)?;
        let retracted = retracted.contains(&(*id, entry.author));
        Some(Message { retracted, ..message })
    });
    Some(Thread {
        thread,
        topic: first.and_then(|first| first.topic.clone()).unwrap_or_default(),
        audience,
        category: first.and_then(|first| first.category),
        about: first.and_then(|first| first.about),
        closed: is_closed,
        messages: said.collect(),
    })
}

/// The thread an entry belongs to; nothing if it is not part of one.
pub(super) fn thread_of(id: EntryId, said: &Said) -> Option<EntryId> {
    match said {
        Said::Message(message) => Some(message.thread.unwrap_or(id)),
        Said::Reply(reply) => Some(reply.thread),
        _ => None,
    }
}

/// A line of the list. Only its newest message is made ready to be shown: a long life has thousands.
fn row(record: &Record, reader: AccountId, thread: EntryId, items: Items<'_>) -> Option<ThreadRow> {
    let Items { mut messages, .. } = items;
    messages.arrange_by_key(|(id, entry)| (entry.order(), *id));
    let (id, entry) = *messages.last()?;
    let newest = message(record, reader, id, entry, answered_at(&messages))?;
    let read = record.read_up_to(reader, thread);
    let read = read.and_then(|up_to| messages.iter().rposition(|(id, _)| *id == up_to));
    let unread = messages[read.map_or(0, |place| place + 1)..].iter();
    let unread = unread.filter(|(_, entry)| !is_own(reader, entry)).count();
    Some(ThreadRow {
        thread,
        topic: opening(thread, &messages).and_then(|first| first.topic.clone()).unwrap_or_default(),
        audience: messages.iter().find_map(|(_, entry)| entry.audience)?,
        excerpt: newest.text.chars().take(EXCERPT_CHARS).collect(),
        newest_from: newest.from,
        newest_at: newest.received_at.unwrap_or(newest.written_at),
        newest_state: newest.state,
        unread: u32::try_from(unread).unwrap_or(u32::MAX),
    })
}

/// What the thread began with, if it has come.
fn opening<'a>(
    thread: EntryId,
    messages: &[(EntryId, &'a Entry)],
) -> Option<&'a crate::record::Message> {
    messages.iter().find_map(|(id, entry)| match &entry.said {
        Said::Message(message) if *id == thread => Some(message),
        _ => None,
    })
}

/// When the newest answer of the clinic came.
fn answered_at(messages: &[(EntryId, &Entry)]) -> Option<Timestamp> {
    let answers = messages.iter().rev().filter(|(_, entry)| matches!(entry.said, Said::Reply(_)));
    answers.filter_map(|(_, entry)| entry.place.received_at()).next()
}

fn is_own(reader: AccountId, entry: &Entry) -> bool {
    matches!(entry.said, Said::Message(_)) && entry.author == Some(reader)
}

fn message(
    record: &Record,
    reader: AccountId,
    id: EntryId,
    entry: &Entry,
    answered_at: Option<Timestamp>,
) -> Option<Message> {
    let name = || entry.author.and_then(|author| record.name_of(author)).unwrap_or_default();
    let (text, attachments, red_flags, from, written_at) = match &entry.said {
        Said::Message(said) => {
            let own = entry.author == Some(reader);
            let from = (!own).then(|| name().to_owned());
            let flags = said.red_flags.clone();
            (&said.text, &said.attachments, flags, from, said.written)
        }
        Said::Reply(said) => {
            let from = Some(said.by.clone());
            (&said.text, &said.attachments, Vec::new(), from, said.written)
        }
        _ => return None,
    };
    Some(Message {
        entry: id,
        text: text.clone(),
        attachments: attachments.clone(),
        red_flags,
        retracted: false,
        state: from.is_none().then(|| state(record, id, entry, answered_at)),
        from,
        written_at,
        received_at: entry.place.received_at(),
    })
}

#[cfg(test)]
mod tests;
