//! Answers about threads: the list, and one thread with the state of each item.

use super::state::state;
use super::{Message, Thread, ThreadRow, Threads};
use crate::arrange::Arrange;
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::record::conversations::{Conversation, Spoken};
use crate::record::{Entry, Loaded, Record, Said};
use crate::time::Timestamp;

/// Characters of the newest message that a list shows.
const EXCERPT_CHARS: usize = 90;

/// All threads, the one with the newest item first.
pub fn threads(record: &Record, reader: AccountId) -> Threads {
    Threads { loaded: record.loaded_writing_since(0), rows: rows(record, reader, 0, usize::MAX) }
}

/// The first of those in which something was not read yet.
pub(super) fn unread(record: &Record, reader: AccountId, limit: usize) -> Vec<ThreadRow> {
    rows(record, reader, 1, limit)
}

/// A thread as far as its place in a list needs it.
struct Line<'a> {
    newest_at: Timestamp,
    newest: &'a Spoken,
    thread: EntryId,
    audience: Audience,
    unread: usize,
    conversation: &'a Conversation,
}

fn rows(record: &Record, reader: AccountId, unread_min: usize, limit: usize) -> Vec<ThreadRow> {
    let lines =
        record.conversations().filter_map(|(thread, all)| line(record, reader, thread, all));
    let mut lines: Vec<_> = lines.filter(|line| line.unread >= unread_min).collect();
    lines.arrange_by_key(|line| (std::cmp::Reverse(line.newest_at), line.thread));
    lines.into_iter().take(limit).filter_map(|line| row(record, reader, line)).collect()
}

/// One thread. Its messages stand in the order the server received them, unsent last.
pub fn thread(record: &Record, reader: AccountId, thread: EntryId) -> Option<Thread> {
    let conversation = record.conversation(thread)?;
    let spoken = &conversation.spoken;
    let audience = audience(conversation)?;
    let opening = opening(record, thread);
    let first = opening.map(|(first, _)| first);
    let answered_at = answered_at(conversation);
    let said = spoken.iter().filter_map(|item| message(record, reader, item, answered_at));
    Some(Thread {
        thread,
        loaded: loaded(record, opening.map(|(_, entry)| entry)),
        topic: first.and_then(|first| first.topic.clone()).unwrap_or_default(),
        audience,
        category: first.and_then(|first| first.category),
        about: first.and_then(|first| first.about),
        closed: is_closed(record, thread, conversation),
        messages: said.collect(),
    })
}

/// The clinic's newest word on it, unless somebody wrote after it.
fn is_closed(record: &Record, thread: EntryId, conversation: &Conversation) -> bool {
    let entries = conversation.closings.iter().flat_map(|id| record.values_of(*id));
    let closings = entries.filter_map(|entry| match &entry.said {
        Said::ThreadClosed(said) if said.thread == thread => Some((entry.order(), said.closed)),
        _ => None,
    });
    // Of two at one time the first.
    let newest = closings.reduce(|first, next| if first.0 < next.0 { next } else { first });
    newest.is_some_and(|(at, closed)| {
        closed && conversation.spoken.last().is_none_or(|newest| newest.order <= at)
    })
}

fn line<'a>(
    record: &Record,
    reader: AccountId,
    thread: EntryId,
    conversation: &'a Conversation,
) -> Option<Line<'a>> {
    let newest = conversation.spoken.last()?;
    let newest_at = match newest.order {
        (false, received) => received,
        (true, _) => record.entry_of(newest)?.said.written().unwrap_or_default(),
    };
    Some(Line {
        newest_at,
        newest,
        thread,
        audience: audience(conversation)?,
        unread: unread_of(record, reader, thread, conversation),
        conversation,
    })
}

/// What others said after the reader's mark. What may have been read by a mark that is still to come is
/// not counted.
fn unread_of(
    record: &Record,
    reader: AccountId,
    thread: EntryId,
    conversation: &Conversation,
) -> usize {
    let mark = record.read_mark(reader, thread);
    let known_from = record.reads_are_known_from(reader);
    let marked_at = mark.and_then(|mark| mark.place.received_at());
    let (mut unread, mut since_the_mark) = (0, 0);
    for item in conversation.spoken.iter().rev() {
        if Some(item.id) == mark.map(|mark| mark.up_to) {
            return unread;
        }
        if !is_own(reader, item) && item.order.1 >= known_from {
            unread += 1;
            since_the_mark += usize::from(marked_at.is_some_and(|at| item.order.1 > at));
        }
    }
    // What was read last is still to come: of what came in before the mark was made nobody knows.
    let is_partial = record.loaded_writing_since(0) != Loaded::All;
    if mark.is_some() && is_partial { since_the_mark } else { unread }
}

/// Only its newest message is made ready to be shown: a long life has thousands.
fn row(record: &Record, reader: AccountId, line: Line<'_>) -> Option<ThreadRow> {
    let Line { newest_at, newest: item, thread, audience, unread, conversation } = line;
    let entry = record.entry_of(item)?;
    let (text, from) = words_of(record, reader, item, entry)?;
    let state = || state(record, item.id, entry, answered_at(conversation));
    Some(ThreadRow {
        thread,
        topic: opening(record, thread)
            .and_then(|(first, _)| first.topic.clone())
            .unwrap_or_default(),
        audience,
        excerpt: text.chars().take(EXCERPT_CHARS).collect(),
        newest_state: from.is_none().then(state),
        newest_from: from,
        newest_at,
        unread: u32::try_from(unread).unwrap_or(u32::MAX),
    })
}

fn audience(conversation: &Conversation) -> Option<Audience> {
    conversation.spoken.iter().find_map(|item| item.audience)
}

/// What the thread began with, if it has come.
fn opening(record: &Record, thread: EntryId) -> Option<(&crate::record::Message, &Entry)> {
    record.values_of(thread).iter().find_map(|entry| match &entry.said {
        Said::Message(first) if first.thread.is_none_or(|of| of == thread) => Some((first, entry)),
        _ => None,
    })
}

/// Nothing of a thread was said before it began.
fn loaded(record: &Record, opening: Option<&Entry>) -> Loaded {
    let began = opening.map_or(Some(0), |entry| entry.place.received_at().map(Timestamp::year));
    began.map_or(Loaded::All, |year| record.loaded_writing_since(year))
}

/// When the newest answer of the clinic came.
fn answered_at(conversation: &Conversation) -> Option<Timestamp> {
    let mut answers = conversation.spoken.iter().rev().filter(|item| item.is_reply);
    answers.find_map(|item| (!item.order.0).then_some(item.order.1))
}

fn is_own(reader: AccountId, item: &Spoken) -> bool {
    !item.is_reply && item.author == Some(reader)
}

/// What it says, and who says it: nothing if it is the reader.
fn words_of<'a>(
    record: &Record,
    reader: AccountId,
    item: &Spoken,
    entry: &'a Entry,
) -> Option<(&'a str, Option<String>)> {
    match &entry.said {
        Said::Message(said) => {
            let name = || entry.author.and_then(|author| record.name_of(author));
            let name = || name().unwrap_or_default().to_owned();
            Some((&said.text, (!is_own(reader, item)).then(name)))
        }
        Said::Reply(said) => Some((&said.text, Some(said.by.clone()))),
        _ => None,
    }
}

fn message(
    record: &Record,
    reader: AccountId,
    item: &Spoken,
    answered_at: Option<Timestamp>,
) -> Option<Message> {
    let entry = record.entry_of(item)?;
    let (text, from) = words_of(record, reader, item, entry)?;
    let (attachments, red_flags) = match &entry.said {
        Said::Message(said) => (&said.attachments, said.red_flags.clone()),
        Said::Reply(said) => (&said.attachments, Vec::new()),
        _ => return None,
    };
    Some(Message {
        entry: item.id,
        text: text.to_owned(),
        attachments: attachments.clone(),
        red_flags,
        retracted: record.is_retracted(item.id, entry.author),
        state: from.is_none().then(|| state(record, item.id, entry, answered_at)),
        from,
        written_at: entry.said.written().unwrap_or_default(),
        received_at: entry.place.received_at(),
    })
}

#[cfg(test)]
mod tests;
