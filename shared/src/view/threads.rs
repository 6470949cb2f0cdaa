//! Answers about threads: the list, and one thread with the state of each item.

use super::state::state;
use super::{Message, Thread, ThreadRow};
use crate::arrange::Arrange;
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::{Entry, Record, Said};
use crate::time::Timestamp;

/// Characters of the newest message that a list shows.
const EXCERPT_CHARS: usize = 90;

/// What belongs to one thread, gathered in one pass over the record.
#[derive(Default)]
struct Items<'a> {
    messages: Vec<Item<'a>>,
    /// When the clinic last closed or reopened it.
    closed: Option<(bool, Timestamp, bool)>,
}

/// A message with what is asked of every one, so that each entry, of which there are thousands, is
/// looked at once.
struct Item<'a> {
    order: (bool, Timestamp),
    id: EntryId,
    entry: &'a Entry,
    is_own: bool,
}

impl Items<'_> {
    /// Most are in their order already.
    fn arrange(&mut self) {
        let order = |item: &Item<'_>| (item.order, item.id);
        if !self.messages.is_sorted_by_key(order) {
            self.messages.arrange_by_key(order);
        }
    }
}

/// All threads, the one with the newest item first.
pub fn threads(record: &Record, reader: AccountId) -> Vec<ThreadRow> {
    rows(record, reader, 0, usize::MAX)
}

/// The first of those in which something was not read yet.
pub(super) fn unread(record: &Record, reader: AccountId, limit: usize) -> Vec<ThreadRow> {
    rows(record, reader, 1, limit)
}

/// A thread as far as its place in a list needs it.
struct Line<'a> {
    newest_at: Timestamp,
    thread: EntryId,
    audience: Audience,
    unread: usize,
    messages: Vec<Item<'a>>,
}

fn rows(record: &Record, reader: AccountId, unread_min: usize, limit: usize) -> Vec<ThreadRow> {
    let (all, _) = gather(record, reader);
    let lines = all.into_iter().filter_map(|(thread, items)| line(record, reader, thread, items));
    let mut lines: Vec<_> = lines.filter(|line| line.unread >= unread_min).collect();
    lines.arrange_by_key(|line| (std::cmp::Reverse(line.newest_at), line.thread));
    lines.into_iter().take(limit).filter_map(|line| row(record, line)).collect()
}

/// One thread. Its messages stand in the order the server received them, unsent last.
pub fn thread(record: &Record, reader: AccountId, thread: EntryId) -> Option<Thread> {
    let (mut all, retracted) = gather(record, reader);
    thread_from(record, thread, all.remove(&thread)?, &retracted)
}

type Retracted = BTreeSet<(EntryId, Option<AccountId>)>;

fn gather(record: &Record, reader: AccountId) -> (BTreeMap<EntryId, Items<'_>>, Retracted) {
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
                    let (order, is_own) = (entry.order(), is_own(reader, entry));
                    let item = Item { order, id, entry, is_own };
                    threads.entry(thread).or_default().messages.push(item);
                }
            }
        }
    }
    (threads, retracted)
}

fn thread_from(
    record: &Record,
    thread: EntryId,
    mut items: Items<'_>,
    retracted: &Retracted,
) -> Option<Thread> {
    items.arrange();
    let Items { messages, closed } = items;
    let audience = messages.iter().find_map(|item| item.entry.audience)?;
    let first = opening(thread, &messages);
    let answered_at = answered_at(&messages);
    let newest = messages.last().map(|item| item.order);
    let is_closed = closed.is_some_and(|(here, at, closed)| {
        closed && newest.is_none_or(|newest| newest <= (here, at))
    });
    let said = messages.iter().filter_map(|item| {
        let message = message(record, item, answered_at)?;
        let retracted = retracted.contains(&(item.id, item.entry.author));
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

fn line<'a>(
    record: &Record,
    reader: AccountId,
    thread: EntryId,
    mut items: Items<'a>,
) -> Option<Line<'a>> {
    items.arrange();
    let messages = items.messages;
    let newest = messages.last()?.entry;
    let read = record.read_up_to(reader, thread);
    let read = read.and_then(|up_to| messages.iter().rposition(|item| item.id == up_to));
    let unread = messages[read.map_or(0, |place| place + 1)..].iter();
    Some(Line {
        newest_at: newest.place.received_at().or(newest.said.written()).unwrap_or_default(),
        thread,
        audience: messages.iter().find_map(|item| item.entry.audience)?,
        unread: unread.filter(|item| !item.is_own).count(),
        messages,
    })
}

/// Only its newest message is made ready to be shown: a long life has thousands.
fn row(record: &Record, line: Line<'_>) -> Option<ThreadRow> {
    let Line { newest_at, thread, audience, unread, messages } = line;
    let item = messages.last()?;
    let (text, from) = words_of(record, item)?;
    let state = || state(record, item.id, item.entry, answered_at(&messages));
    Some(ThreadRow {
        thread,
        topic: opening(thread, &messages).and_then(|first| first.topic.clone()).unwrap_or_default(),
        audience,
        excerpt: text.chars().take(EXCERPT_CHARS).collect(),
        newest_state: from.is_none().then(state),
        newest_from: from,
        newest_at,
        unread: u32::try_from(unread).unwrap_or(u32::MAX),
    })
}

/// What the thread began with, if it has come.
fn opening<'a>(thread: EntryId, messages: &[Item<'a>]) -> Option<&'a crate::record::Message> {
    let mut first = messages.iter().filter(|item| item.id == thread);
    first.find_map(|item| match &item.entry.said {
        Said::Message(message) => Some(message),
        _ => None,
    })
}

/// When the newest answer of the clinic came.
fn answered_at(messages: &[Item<'_>]) -> Option<Timestamp> {
    let answers = messages.iter().rev().filter(|item| matches!(item.entry.said, Said::Reply(_)));
    answers.filter_map(|item| item.entry.place.received_at()).next()
}

fn is_own(reader: AccountId, entry: &Entry) -> bool {
    matches!(entry.said, Said::Message(_)) && entry.author == Some(reader)
}

/// What it says, and who says it: nothing if it is the reader.
fn words_of<'a>(record: &Record, item: &Item<'a>) -> Option<(&'a str, Option<String>)> {
    let Item { entry, is_own, .. } = *item;
    match &entry.said {
        Said::Message(said) => {
            let name = || entry.author.and_then(|author| record.name_of(author));
            Some((&said.text, (!is_own).then(|| name().unwrap_or_default().to_owned())))
        }
        Said::Reply(said) => Some((&said.text, Some(said.by.clone()))),
        _ => None,
    }
}

fn message(record: &Record, item: &Item<'_>, answered_at: Option<Timestamp>) -> Option<Message> {
    let Item { id, entry, .. } = *item;
    let (text, from) = words_of(record, item)?;
    let (attachments, red_flags) = match &entry.said {
        Said::Message(said) => (&said.attachments, said.red_flags.clone()),
        Said::Reply(said) => (&said.attachments, Vec::new()),
        _ => return None,
    };
    Some(Message {
        entry: id,
        text: text.to_owned(),
        attachments: attachments.clone(),
        red_flags,
        retracted: false,
        state: from.is_none().then(|| state(record, id, entry, answered_at)),
        from,
        written_at: entry.said.written().unwrap_or_default(),
        received_at: entry.place.received_at(),
    })
}

#[cfg(test)]
mod tests;
