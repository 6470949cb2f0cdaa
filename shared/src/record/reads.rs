//! How far everybody has read each thread, and what is known of that while volumes of what people wrote
//! are still to come.

use super::{Place, Record};
use crate::document::DocumentId;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeMap;
use crate::time::{Day, MILLIS_PER_DAY, Timestamp};

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
    /// Volumes of what people wrote of which something is still to come.
    awaited: Vec<DocumentId>,
}

impl Reads {
    pub(super) fn note(&mut self, reader: AccountId, thread: EntryId, mark: ReadMark) {
        self.marks.entry((reader, thread)).or_insert_with(|| Vec::with_capacity(1)).push(mark);
    }
}

impl Record {
    /// Of these volumes something is still to come, and of no others.
    pub fn await_writing(&mut self, documents: impl IntoIterator<Item = DocumentId>) {
        let is_written = |key: &DocumentId| key.audience().is_some() && !key.is_marks();
        self.reads.awaited = documents.into_iter().filter(is_written).collect();
    }

    /// Whether something that people wrote in this year or later may still be to come. One year is
    /// added, because a device that was away at New Year writes into the volume it knows.
    pub fn awaits_writing_since(&self, year: u16) -> bool {
        self.reads.awaited.iter().any(|key| is_near(key, year))
    }

    /// Of what came in before, an account may have read more than is known here: a mark may be in a
    /// volume that is still to come.
    pub fn reads_are_known_from(&self, reader: AccountId) -> Timestamp {
        let own = self.reads.awaited.iter().filter(|key| key.writer() == Some(reader));
        let newest = own.map(|key| key.kind.year().unwrap_or(u16::MAX)).max();
        newest.map_or(Timestamp::from_millis(i64::MIN), |year| first_day(year.saturating_add(2)))
    }

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

fn is_near(key: &DocumentId, year: u16) -> bool {
    key.kind.year().is_none_or(|volume| volume.saturating_add(1) >= year)
}

fn first_day(year: u16) -> Timestamp {
    let day = i16::try_from(year).ok().and_then(|year| Day::new(year, 1, 1));
    let millis = |day: Day| day.number().saturating_mul(MILLIS_PER_DAY);
    Timestamp::from_millis(day.map_or(i64::MAX, millis))
}
