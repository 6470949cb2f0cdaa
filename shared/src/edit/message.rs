//! Messages: writing, changing and taking back.

use super::text::NAME_CHARS_MAX;
use super::{Audience, Pen, Prepared, Refused, text};
use crate::attachment::AttachmentName;
use crate::id::{AccountId, EntryId};
use crate::record::message::Attachment;
use crate::record::own::Retract;
use crate::record::{Entry, Message, Place, READ_REGISTER, Record, Said};
use crate::sync::stored::PutInto;
use crate::warning;

/// Attachments of one message: what a phone can send in a few minutes on a weak line.
pub const ATTACHMENTS_MAX: usize = 5;
/// Warning signs that a device may name; far more than any list has.
const RED_FLAGS_MAX: usize = 20;

pub(super) fn start(pen: Pen, audience: Audience, said: Message) -> Result<Prepared, Refused> {
    let topic = text::topic(said.topic.as_deref().unwrap_or_default())?;
    let said = Message { topic: Some(topic), ..checked(pen, said)? };
    Ok(pen.new_entry(audience, &Said::Message(said)))
}

pub(super) fn reply(
    record: &Record,
    pen: Pen,
    thread: EntryId,
    said: Message,
) -> Result<Prepared, Refused> {
    let audience = thread_audience(record, thread).ok_or(Refused::NoSuchThread)?;
    let said = Message { thread: Some(thread), ..checked(pen, said)? };
    Ok(pen.new_entry(audience, &Said::Message(said)))
}

pub(super) fn mark_read(
    record: &Record,
    pen: Pen,
    thread: EntryId,
    up_to: EntryId,
) -> Result<Prepared, Refused> {
    let audience = thread_audience(record, thread).ok_or(Refused::NoSuchThread)?;
    let up_to = received_up_to(record, thread, up_to).ok_or(Refused::NoSuchEntry)?;
    let put =
        PutInto::Register { name: format!("{READ_REGISTER}{thread}"), text: up_to.to_string() };
    Ok(pen.new_item(audience, put))
}

pub(super) fn withdraw(record: &Record, pen: Pen, entry: EntryId) -> Result<Prepared, Refused> {
    still_here(own(record, pen.account, entry)?)?;
    Ok(Prepared::Withdraw { entry })
}

pub(super) fn reword(
    record: &Record,
    pen: Pen,
    entry: EntryId,
    text: &str,
) -> Result<Prepared, Refused> {
    let own = own(record, pen.account, entry)?;
    still_here(own)?;
    let Said::Message(old) = own.said.clone() else {
        return Err(Refused::NoSuchEntry);
    };
    let text = text::body(text)?;
    let written = pen.now;
    // Other words may show other signs; what was found once is not unsaid by them.
    let red_flags = red_flags(old.topic.as_deref(), &text, old.red_flags.clone());
    let said = Said::Message(Message { text, written, red_flags, ..old });
    Ok(said.instead_of(entry))
}

/// The same words: they only wait for longer.
pub(super) fn send_still(record: &Record, pen: Pen, entry: EntryId) -> Result<Prepared, Refused> {
    let own = own(record, pen.account, entry)?;
    still_here(own)?;
    Ok(own.said.instead_of(entry))
}

pub(super) fn retract(record: &Record, pen: Pen, entry: EntryId) -> Result<Prepared, Refused> {
    let own = own(record, pen.account, entry)?;
    match own.place {
        Place::Here => Ok(Prepared::Withdraw { entry }),
        Place::Refused(_) => Err(Refused::AlreadySent),
        Place::Leaving | Place::Received(_) => {
            let written = pen.now;
            let said = Said::Retract(Retract { entry, written });
            Ok(pen.new_entry(own.audience.unwrap_or_default(), &said))
        }
    }
}

fn checked(pen: Pen, said: Message) -> Result<Message, Refused> {
    if said.red_flags.len() > RED_FLAGS_MAX {
        return Err(Refused::TooMany);
    }
    let attachments = attachments_fit(said.attachments)?;
    let text = text::body(&said.text)?;
    let written = pen.now;
    let red_flags = red_flags(said.topic.as_deref(), &text, said.red_flags);
    Ok(Message { text, written, red_flags, attachments, ..said })
}

/// Nobody chose the name of a photo with care: of a longer one the beginning is enough.
pub(super) fn attachments_fit(attachments: Vec<Attachment>) -> Result<Vec<Attachment>, Refused> {
    if attachments.len() > ATTACHMENTS_MAX {
        return Err(Refused::TooMany);
    }
    let fitting = attachments.into_iter().map(|attachment| {
        let name = attachment.name.map(|name| name.chars().take(NAME_CHARS_MAX).collect());
        Attachment { name, ..attachment }
    });
    Ok(fitting.collect())
}

/// What is brought to the clinic before the message. Nothing can be brought under a name that is none.
pub(super) fn names(attachments: &[Attachment]) -> Option<Vec<AttachmentName>> {
    let names = attachments.iter().filter_map(|attachment| attachment.blob.parse().ok());
    let names: Vec<_> = names.collect();
    (!names.is_empty()).then_some(names)
}

/// Warning signs travel with the words, before they are saved and whoever wrote them.
fn red_flags(topic: Option<&str>, text: &str, known: Vec<String>) -> Vec<String> {
    // As in one breath: "Crushing chest pain", "It began an hour ago".
    let all = format!("{}. {text}", topic.unwrap_or_default());
    let found = warning::signs(&all).into_iter().map(|sign| sign.code.to_owned());
    let new: Vec<_> = found.filter(|code| !known.contains(code)).collect();
    known.into_iter().chain(new).collect()
}

/// The newest that the clinic has, of what stands on the screen up to this entry. What is unsent stands
/// last and gets its place only later, behind answers that nobody has seen by then; and what was refused
/// never comes to anybody else.
fn received_up_to(record: &Record, thread: EntryId, up_to: EntryId) -> Option<EntryId> {
    let spoken = &record.conversation(thread)?.spoken;
    let mut on_screen = spoken.iter().rev().skip_while(|item| item.id != up_to);
    on_screen.find(|item| !item.order.0).map(|item| item.id)
}

/// Who may read a thread: its first message says so, and every other one too, while that one has not come.
pub fn thread_audience(record: &Record, thread: EntryId) -> Option<Audience> {
    let first = record.values_of(thread).iter().find_map(|entry| entry.audience);
    first.or_else(|| {
        let spoken = &record.conversation(thread)?.spoken;
        spoken.iter().find_map(|item| item.audience)
    })
}

/// An entry that this account wrote.
pub(super) fn own(record: &Record, account: AccountId, id: EntryId) -> Result<&Entry, Refused> {
    let values = record.values_of(id);
    let own = values.iter().find(|value| value.author == Some(account));
    match (own, values.is_empty()) {
        (Some(own), _) => Ok(own),
        (None, true) => Err(Refused::NoSuchEntry),
        (None, false) => Err(Refused::SomebodyElses),
    }
}

pub(super) fn still_here(entry: &Entry) -> Result<(), Refused> {
    match entry.place {
        Place::Here => Ok(()),
        Place::Leaving | Place::Received(_) | Place::Refused(_) => Err(Refused::AlreadySent),
    }
}

impl Said {
    pub(super) fn instead_of(&self, entry: EntryId) -> Prepared {
        let put = PutInto::Entry { text: self.to_text() };
        Prepared::Reword { entry, put }
    }
}
