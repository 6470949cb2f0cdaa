//! Answers about threads: the list, and one thread with the state of each item.

use std::collections::BTreeMap;

use super::{ItemState, Message, NotSent, Thread, ThreadRow};
use crate::id::{AccountId, EntryId};
use crate::record::{Entry, Place, Record, Said, Step};
use crate::time::Timestamp;
use crate::wire::WhyRefused;

/// Characters of the newest message that a list shows.
const EXCERPT_CHARS: usize = 90;

/// All threads, the one with the newest item first.
pub fn threads(record: &Record, reader: AccountId) -> Vec<ThreadRow> {
    let mut rows: Vec<_> = ids(record)
        .into_iter()
        .filter_map(|thread| row(&self::thread(record, reader, thread)?, record, reader))
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.newest_at), row.thread));
    rows
}

/// One thread. Its messages stand in the order the server received them, unsent last.
pub fn thread(record: &Record, reader: AccountId, thread: EntryId) -> Option<Thread> {
    let mut items: Vec<_> = record
        .entries()
        .filter(|(id, entry)| thread_of(*id, &entry.said) == Some(thread))
        .collect();
    items.sort_by_key(|(id, entry)| (entry.order(), *id));
    let audience = items.iter().find_map(|(_, entry)| entry.audience)?;
    let topic = record
        .values_of(thread)
        .iter()
        .find_map(|entry| match &entry.said {
            Said::Message(message) => message.topic.clone(),
            _ => None,
        });
    let answered_at = items
        .iter()
        .rev()
        .find_map(|(_, entry)| match (&entry.said, entry.place) {
            (Said::Reply(_), Place::Received(at)) => Some(at),
            _ => None,
        });
    let messages = items
        .iter()
        .filter_map(|(id, entry)| message(record, reader, *id, entry, answered_at))
        .collect();
    Some(Thread {
        thread,
        topic: topic.unwrap_or_default(),
        audience,
        messages,
    })
}

/// The thread an entry belongs to; nothing if it is not part of one.
pub fn thread_of(id: EntryId, said: &Said) -> Option<EntryId> {
    match said {
        Said::Message(message) => Some(message.thread.unwrap_or(id)),
        Said::Reply(reply) => Some(reply.thread),
        _ => None,
    }
}

fn ids(record: &Record) -> Vec<EntryId> {
    let mut seen = BTreeMap::new();
    for (id, entry) in record.entries() {
        if let Some(thread) = thread_of(id, &entry.said) {
            seen.insert(thread, ());
        }
    }
    seen.into_keys().collect()
}

fn row(thread: &Thread, record: &Record, reader: AccountId) -> Option<ThreadRow> {
    let newest = thread.messages.last()?;
    let read_up_to = record.read_up_to(reader, thread.thread);
    let unread = match read_up_to {
        Some(up_to) => {
            let after = thread
                .messages
                .iter()
                .rposition(|message| message.entry == up_to);
            &thread.messages[after.map_or(0, |place| place + 1)..]
        }
        None => &thread.messages[..],
    };
    let unread = unread
        .iter()
        .filter(|message| message.from.is_some())
        .count();
    Some(ThreadRow {
        thread: thread.thread,
        topic: thread.topic.clone(),
        audience: thread.audience,
        excerpt: newest.text.chars().take(EXCERPT_CHARS).collect(),
        newest_from: newest.from.clone(),
        newest_at: newest.received_at.unwrap_or(newest.written_at),
        newest_state: newest.state.clone(),
        unread: u32::try_from(unread).unwrap_or(u32::MAX),
    })
}

fn message(
    record: &Record,
    reader: AccountId,
    id: EntryId,
    entry: &Entry,
    answered_at: Option<Timestamp>,
) -> Option<Message> {
    let (text, from, written_at) = match &entry.said {
        Said::Message(said) if entry.author == Some(reader) => (&said.text, None, said.written),
        Said::Message(said) => {
            let name = entry.author.and_then(|author| record.name_of(author));
            (
                &said.text,
                Some(name.unwrap_or_default().to_owned()),
                said.written,
            )
        }
        Said::Reply(said) => (&said.text, Some(said.by.clone()), said.written),
        _ => return None,
    };
    let received_at = match entry.place {
        Place::Received(at) => Some(at),
        Place::Here | Place::Refused(_) => None,
    };
    let state = from
        .is_none()
        .then(|| state(record, id, entry, written_at, answered_at));
    let text = text.clone();
    Some(Message {
        entry: id,
        text,
        from,
        written_at,
        received_at,
        state,
    })
}

/// The furthest that is known to be true.
fn state(
    record: &Record,
    id: EntryId,
    entry: &Entry,
    written_at: Timestamp,
    answered_at: Option<Timestamp>,
) -> ItemState {
    let received_at = match entry.place {
        Place::Here => return ItemState::SavedHere { at: written_at },
        Place::Refused(why) => return ItemState::NotSent { why: not_sent(why) },
        Place::Received(at) => at,
    };
    if let Some(at) = answered_at.filter(|at| *at >= received_at) {
        return ItemState::Answered { at };
    }
    let mut state = ItemState::Sent { at: received_at };
    for mark in record.marks_of(id) {
        match (&mark.step, &state) {
            (Step::ReadBy { name }, _) => {
                return ItemState::ReadBy {
                    name: name.clone(),
                    at: mark.at,
                };
            }
            (Step::AtTheClinic, _) => state = ItemState::AtTheClinic { at: mark.at },
        }
    }
    state
}

fn not_sent(why: WhyRefused) -> NotSent {
    match why {
        WhyRefused::NotAllowed => NotSent::NotAllowed,
        WhyRefused::NotAccepted => NotSent::NotAccepted,
        WhyRefused::Erased => NotSent::Erased,
    }
}

#[cfg(test)]
mod tests;
