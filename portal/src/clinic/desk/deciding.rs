//! What somebody does about the open item. Nothing is shown as done before the server said so.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use shared::edit::Refused;
use shared::edit::clinic::ClinicEdit;

use super::Desk;
use crate::clinic::client::{self, Failed, NewEdit, Noted, Place};
use crate::clinic::line::owner_words;
use crate::clinic::reply::why_not;
use crate::page::i18n::words;
use crate::page::ui::platform::random_key;

impl Desk {
    /// Notes something on an item, as somebody who saw so many notes of it.
    pub(in crate::clinic) fn note_on(self, place: Place, notes: u32, what: Value) {
        spawn_local(async move {
            match client::note(place, notes, what).await {
                Ok(Noted::Done) => {
                    self.seat.problem().set(None);
                    self.seat.form().set(None);
                }
                Ok(Noted::Behind(line)) => {
                    let owner = owner_words(line.owner.as_ref(), None);
                    self.seat.problem().set(Some(words::clinic_somebody_faster(&owner)));
                }
                Err(why @ (Failed::Away | Failed::SignedOut)) => self.seat.note(Err(why)),
                Err(why) => self.seat.problem().set(Some(why_not(why))),
            }
            self.refresh().await;
        });
    }

    /// A decision. Nothing is shown as done before the server said so.
    pub(in crate::clinic) fn decide(self, place: Place, edit: ClinicEdit) {
        let new = NewEdit { key: random_key(), edit };
        spawn_local(async move {
            match client::edit(place, &new).await {
                Ok(()) => {
                    self.seat.problem().set(None);
                    self.seat.form().set(None);
                }
                // Who decided what is on the screen once it is fetched again.
                Err(why) => {
                    self.seat.problem().set(Some(why_not(why)));
                    if why == Failed::Refused(Refused::Decided) {
                        self.seat.form().set(None);
                    }
                }
            }
            self.refresh().await;
        });
    }

    pub(in crate::clinic) fn take(self, place: Place, notes: u32) {
        self.note_on(place, notes, json!("take"));
    }
}
