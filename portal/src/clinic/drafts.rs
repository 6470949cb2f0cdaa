//! Replies that are being written, one for each item, in memory alone: they are lost with the page and
//! with nothing else.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::edit::clinic::ClinicEdit;

use super::client::{self, Failed, NewEdit, Place};
use super::desk::Desk;
use crate::page::ui::platform::{focus, focused_id, random_key};

/// A reply that is being written for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) key: String,
    pub(super) state: DraftState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DraftState {
    Writing,
    Sending,
    /// It goes out as soon as the server is back.
    Waiting,
    NotSent(Failed),
}

impl Desk {
    pub(super) fn draft(self, place: Place) -> Option<Draft> {
        self.drafts.with(|drafts| drafts.get(&place).cloned())
    }

    /// Something was typed that is on no other place than this page.
    pub(super) fn has_drafts(self) -> bool {
        self.drafts.with_untracked(|drafts| drafts.values().any(|one| !one.text.trim().is_empty()))
    }

    pub(super) fn text(self, place: Place) -> String {
        self.draft(place).map(|draft| draft.text).unwrap_or_default()
    }

    /// Takes over what was typed. Words that were tried to send and then changed are another reply
    /// and get another key.
    pub(super) fn type_text(self, place: Place, text: String) {
        let untried = |draft: &Draft| draft.state == DraftState::Writing;
        self.drafts.update(|drafts| {
            let key = match drafts.get(&place).filter(|draft| untried(draft)) {
                Some(draft) => draft.key.clone(),
                None => random_key(),
            };
            drafts.insert(place, Draft { text, key, state: DraftState::Writing });
        });
    }

    pub(super) fn send(self, place: Place) {
        let Some(draft) = self.draft(place) else {
            return;
        };
        if draft.state == DraftState::Sending {
            return;
        }
        self.set_state(place, DraftState::Sending);
        spawn_local(async move {
            let edit =
                ClinicEdit::Reply { thread: place.item, text: draft.text, attachments: Vec::new() };
            match client::edit(place, &NewEdit { key: draft.key, edit }).await {
                Ok(()) => {
                    self.drafts.update(|drafts| {
                        drafts.remove(&place);
                    });
                    // So that the next key moves on, and is not the beginning of another reply.
                    if focused_id().as_deref() == Some("reply") {
                        focus("conversation");
                    }
                    self.refresh().await;
                }
                Err(why @ (Failed::Away | Failed::SignedOut)) => {
                    self.set_state(place, DraftState::Waiting);
                    self.seat.note(Err(why));
                }
                Err(why) => self.set_state(place, DraftState::NotSent(why)),
            }
        });
    }

    pub(super) fn send_waiting(self) {
        let waiting: Vec<Place> = self.drafts.with_untracked(|drafts| {
            let waits = |draft: &Draft| draft.state == DraftState::Waiting;
            drafts.iter().filter(|(_, draft)| waits(draft)).map(|(place, _)| *place).collect()
        });
        for place in waiting {
            self.send(place);
        }
    }

    fn set_state(self, place: Place, state: DraftState) {
        self.drafts.update(|drafts| {
            if let Some(draft) = drafts.get_mut(&place) {
                draft.state = state;
            }
        });
    }
}
