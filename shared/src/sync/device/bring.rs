//! What an entry names is brought to the clinic before the entry is sent, one thing at a time: so that
//! no entry is there before its photo, and a photo on a weak line holds up no other words.

use super::line::Link;
use super::{Device, Documents, Effect, InFlight, Notice};
use crate::attachment::AttachmentName;
use crate::id::EntryId;
use crate::ordered::BTreeSet;
use crate::sync::stored::{OutboxItem, RowKey, Stored, Write};
use crate::time::Timestamp;
use crate::wire::WhyRefused;

/// Why an attachment is not at the clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotBrought {
    /// The line broke, or the clinic is busy: it is tried again.
    Later,
    /// It will not be taken; what names it is not sent.
    Refused(WhyRefused),
}

/// What one connection knows of it. A clinic that went back in time is asked anew on the next one.
#[derive(Default)]
pub(super) struct Bringing {
    there: BTreeSet<AttachmentName>,
    now: Option<AttachmentName>,
    /// It did not work: the next try waits for the timer.
    pub rests: bool,
}

impl<D: Documents> Device<D> {
    /// Whether all that it names is at the clinic.
    pub(super) fn is_brought(&self, item: &OutboxItem) -> bool {
        self.not_there(item).is_none()
    }

    /// The first thing that it names and that the clinic is not known to have.
    fn not_there(&self, item: &OutboxItem) -> Option<AttachmentName> {
        let mut named = item.attachments.iter().flatten();
        let lacks = |name: &&AttachmentName| match &self.link {
            Link::Open(open) => !open.bringing.there.contains(name),
            Link::Closed | Link::Opening { .. } => true,
        };
        named.find(lacks).copied()
    }

    pub(super) fn bring_next(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let Link::Open(open) = &self.link else {
            return;
        };
        let rests = open.bringing.rests || open.bringing.now.is_some();
        if !open.welcomed || !self.leading || rests || self.outbox.is_empty() {
            return;
        }
        let ready = self.ready(now).into_iter();
        let mut lacking = ready.filter_map(|(_, item)| Some((item.patient, self.not_there(item)?)));
        let Some((patient, attachment)) = lacking.next() else {
            return;
        };
        if let Link::Open(open) = &mut self.link {
            open.bringing.now = Some(attachment);
            out.push(Effect::Bring { patient, attachment });
        }
    }

    pub(super) fn brought(
        &mut self,
        attachment: AttachmentName,
        outcome: Result<(), NotBrought>,
        out: &mut Vec<Effect>,
    ) {
        if let Link::Open(open) = &mut self.link {
            open.bringing.now = open.bringing.now.filter(|now| *now != attachment);
            match outcome {
                Ok(()) => drop(open.bringing.there.insert(attachment)),
                Err(NotBrought::Later) => open.bringing.rests = true,
                Err(NotBrought::Refused(_)) => {}
            }
        }
        if let Err(NotBrought::Refused(why)) = outcome {
            self.keep_unsent(attachment, why, out);
        }
    }

    /// Everything that names it is shown as not sent, with its words.
    fn keep_unsent(&mut self, refused: AttachmentName, why: WhyRefused, out: &mut Vec<Effect>) {
        let names = |item: &OutboxItem| item.attachments.iter().flatten().any(|it| *it == refused);
        let outbox = self.outbox.iter().filter(|(_, item)| names(item));
        let entries: Vec<EntryId> = outbox.map(|(entry, _)| *entry).collect();
        for entry in entries {
            // The person is taking it back or saying it otherwise; then it is tried again.
            if self.is_being_changed(&entry) {
                continue;
            }
            let Some(item) = self.outbox.remove(&entry) else { continue };
            self.lay_aside(entry, item, why, out);
        }
    }

    /// What waited and will not be sent, unless another tab took it back or said it otherwise meanwhile.
    pub(super) fn lay_aside(
        &mut self,
        entry: EntryId,
        item: OutboxItem,
        why: WhyRefused,
        out: &mut Vec<Effect>,
    ) {
        let requires = vec![RowKey::Outbox(entry, item.saying)];
        let mut writes: Vec<_> = item.rows(entry).map(Write::Remove).collect();
        writes.push(Write::Put(Stored::DeadLetter { entry, item: item.clone(), why }));
        self.outbox.remove(&entry);
        self.dead_letters.insert(entry, (item, why));
        self.store(InFlight::Rearranged { entries: vec![entry] }, requires, writes, out);
        out.push(Effect::Tell(Notice::Changed));
    }
}
