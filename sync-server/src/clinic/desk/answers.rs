//! The messages of one conversation, each answer with how far it has come: nothing is said of a
//! device that the device did not say itself.

use shared::id::{AccountId, EntryId};
use shared::record::message::Attachment;
use shared::view::desk::queue::{AnswerState, DeskMessage};

use crate::store::desk::Reach;
use crate::store::rows::{Author, ShownMessage};

/// A list of a newer kind names nothing that can be shown here.
fn named(list: &str) -> Vec<Attachment> {
    shared::json::from_text(list).unwrap_or_default()
}

type Reader = (AccountId, String, EntryId);

pub fn messages(
    all: Vec<ShownMessage>,
    me: AccountId,
    readers: &[Reader],
    circle: &[Reach],
) -> Vec<DeskMessage> {
    let place_of = |entry: EntryId| all.iter().position(|it| it.message.entry == entry);
    // Of several who read it, whoever got furthest is named.
    let furthest = readers.iter().filter_map(|(_, name, up_to)| Some((place_of(*up_to)?, name)));
    let furthest: Vec<_> = furthest.collect();
    let wrote = |reach: &&Reach| {
        let account = Author::Person(reach.account);
        all.iter().any(|shown| shown.message.author == account)
    };
    let level_at = circle.iter().filter(wrote).filter_map(|reach| reach.level_at).max();
    let state = |place: usize, shown: &ShownMessage| {
        let reader = furthest.iter().filter(|(up_to, _)| *up_to >= place).max();
        match reader {
            Some((_, name)) => AnswerState::Read { by: (*name).clone() },
            None if level_at >= Some(shown.message.received_at) => AnswerState::OnDevice,
            None => AnswerState::Sent,
        }
    };
    let lines = all.iter().enumerate().map(|(place, shown)| {
        let message = &shown.message;
        let (clinic, author) = match &message.author {
            Author::Person(account) => (false, Some(*account)),
            Author::Clinic { account, .. } => (true, *account),
        };
        DeskMessage {
            entry: message.entry,
            from: shown.author_name.clone(),
            clinic,
            mine: author == Some(me),
            text: message.text.clone(),
            attachments: message.attachments.as_deref().map(named).unwrap_or_default(),
            written_at: message.written_at,
            received_at: message.received_at,
            state: clinic.then(|| state(place, shown)),
        }
    });
    lines.collect()
}
