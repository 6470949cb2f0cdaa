//! What was said in each thread, in its order, kept while entries come: a list of threads asks for the
//! newest of each, and a long life has thousands of messages.

use super::{Entry, Record, Said};
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::time::Timestamp;

/// What is asked of every message, so that its entry is looked at only when it is shown. Sorts as a
/// thread does: in the order the server received them, unsent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spoken {
    pub order: (bool, Timestamp),
    pub id: EntryId,
    /// Which of the entry's values.
    value: usize,
    /// Nothing if the clinic wrote it.
    pub author: Option<AccountId>,
    pub is_reply: bool,
    pub audience: Option<Audience>,
}

#[derive(Debug, Clone, Default)]
pub struct Conversation {
    pub spoken: BTreeSet<Spoken>,
    /// Entries by which the clinic closed or reopened it.
    pub closings: BTreeSet<EntryId>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Conversations {
    by_thread: BTreeMap<EntryId, Conversation>,
    retracted: BTreeSet<(EntryId, Option<AccountId>)>,
}

impl Conversations {
    /// A value of an entry that is new, or that now stands elsewhere than `before`.
    pub(super) fn note(
        &mut self,
        id: EntryId,
        value: usize,
        entry: &Entry,
        before: Option<(bool, Timestamp)>,
    ) {
        match &entry.said {
            Said::Retract(said) => {
                self.retracted.insert((said.entry, entry.author));
            }
            Said::ThreadClosed(said) => {
                self.by_thread.entry(said.thread).or_default().closings.insert(id);
            }
            said => {
                let Some(thread) = thread_of(id, said) else { return };
                let is_reply = matches!(said, Said::Reply(_));
                let (author, audience) = (entry.author, entry.audience);
                let spoken = |order| Spoken { order, id, value, author, is_reply, audience };
                let conversation = self.by_thread.entry(thread).or_default();
                if let Some(before) = before {
                    conversation.spoken.remove(&spoken(before));
                }
                conversation.spoken.insert(spoken(entry.order()));
            }
        }
    }

    #[cfg(any(test, feature = "testing"))]
    pub(super) fn forget(&mut self, id: EntryId) {
        for conversation in self.by_thread.values_mut() {
            conversation.spoken.retain(|spoken| spoken.id != id);
            conversation.closings.remove(&id);
        }
    }
}

impl Record {
    /// Threads in which something was said.
    pub fn conversations(&self) -> impl Iterator<Item = (EntryId, &Conversation)> {
        let all = self.conversations.by_thread.iter().map(|(thread, it)| (*thread, it));
        all.filter(|(_, conversation)| !conversation.spoken.is_empty())
    }

    pub fn conversation(&self, thread: EntryId) -> Option<&Conversation> {
        self.conversations.by_thread.get(&thread)
    }

    /// The message of a conversation itself.
    pub fn entry_of(&self, spoken: &Spoken) -> Option<&Entry> {
        self.values_of(spoken.id).get(spoken.value)
    }

    /// Whoever wrote it took it back after it was sent.
    pub fn is_retracted(&self, entry: EntryId, author: Option<AccountId>) -> bool {
        self.conversations.retracted.contains(&(entry, author))
    }
}

/// The thread an entry belongs to; nothing if it is not part of one.
pub fn thread_of(id: EntryId, said: &Said) -> Option<EntryId> {
    match said {
        Said::Message(message) => Some(message.thread.unwrap_or(id)),
        Said::Reply(reply) => Some(reply.thread),
        _ => None,
    }
}
