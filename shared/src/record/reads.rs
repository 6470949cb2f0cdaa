//! How far everybody has read each thread.

use super::{Place, Record};
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeMap;

/// Everything in a thread up to this entry was on somebody's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMark {
    pub up_to: EntryId,
    pub place: Place,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Reads {
    /// By reader and thread. Several, if marks stand in several volumes or were made at once.
    marks: BTreeMap<(AccountId, EntryId), Vec<ReadMark>>,
}

impl Reads {
    pub(super) fn note(&mut self, reader: AccountId, thread: EntryId, mark: ReadMark) {
        self.marks.entry((reader, thread)).or_insert_with(|| Vec::with_capacity(1)).push(mark);
    }
}

impl Record {
    /// How far an account has read: the mark that is furthest in the order of the thread.
    pub fn read_mark(&self, reader: AccountId, thread: EntryId) -> Option<ReadMark> {
        let marks = self.reads.marks.get(&(reader, thread))?;
        if let [one] = marks[..] {
            return Some(one);
        }
        let spoken = self.conversation(thread).into_iter().flat_map(|all| all.spoken.iter().rev());
        let mut furthest =
            spoken.filter_map(|item| marks.iter().find(|mark| mark.up_to == item.id));
        furthest.next().or(marks.iter().max_by_key(|mark| mark.up_to)).copied()
    }

    pub fn read_up_to(&self, reader: AccountId, thread: EntryId) -> Option<EntryId> {
        self.read_mark(reader, thread).map(|mark| mark.up_to)
    }

    /// How far everybody has read: reader, thread, and the newest entry on their screen.
    pub fn reads(&self) -> impl Iterator<Item = (AccountId, EntryId, EntryId)> {
        self.reads.marks.keys().filter_map(|(reader, thread)| {
            Some((*reader, *thread, self.read_up_to(*reader, *thread)?))
        })
    }
}
