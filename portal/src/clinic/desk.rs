//! What is on the desk: who sits here, the list, the open thread, and what was typed for each
//! thread. All of it is in memory alone and gone with the page.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::client::{self, Failed, NewReply, Place, Thread, ThreadLine, Who};
use crate::page::ui::platform::{fragment, on_fragment, random_key};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Opening,
    UpToDate,
    Away,
    SignedOut,
}

/// A reply that is being written for one thread.
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

/// The thread on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    None,
    Opening,
    Missing,
    Thread(Thread),
}

#[derive(Clone, Copy)]
pub(super) struct Desk {
    who: RwSignal<Option<Who>>,
    connection: RwSignal<Connection>,
    threads: RwSignal<Option<Vec<ThreadLine>>>,
    place: RwSignal<Option<Place>>,
    shown: RwSignal<Shown>,
    drafts: RwSignal<BTreeMap<Place, Draft>>,
}

impl Desk {
    pub(super) fn open() -> Self {
        let desk = Self {
            who: RwSignal::new(None),
            connection: RwSignal::new(Connection::Opening),
            threads: RwSignal::new(None),
            place: RwSignal::new(None),
            shown: RwSignal::new(Shown::None),
            drafts: RwSignal::new(BTreeMap::new()),
        };
        desk.follow_address();
        on_fragment(move || desk.follow_address());
        desk
    }

    pub(super) fn who(self) -> ReadSignal<Option<Who>> {
        self.who.read_only()
    }

    pub(super) fn connection(self) -> ReadSignal<Connection> {
        self.connection.read_only()
    }

    pub(super) fn threads(self) -> ReadSignal<Option<Vec<ThreadLine>>> {
        self.threads.read_only()
    }

    pub(super) fn place(self) -> ReadSignal<Option<Place>> {
        self.place.read_only()
    }

    pub(super) fn shown(self) -> ReadSignal<Shown> {
        self.shown.read_only()
    }

    pub(super) fn draft(self, place: Place) -> Option<Draft> {
        self.drafts.with(|drafts| drafts.get(&place).cloned())
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

    /// The address names the open thread, so that going back and reloading work.
    fn follow_address(self) {
        let place = fragment().and_then(|text| Place::parse(&text));
        if place == self.place.get_untracked() {
            return;
        }
        self.place.set(place);
        self.shown.set(if place.is_some() { Shown::Opening } else { Shown::None });
        spawn_local(self.fetch_thread());
    }

    /// Fetches everything that is on the screen; says whether the server was there.
    pub(super) async fn refresh(self) -> bool {
        let listed = self.fetch_list().await;
        self.note(listed);
        if listed.is_err() {
            return false;
        }
        self.fetch_thread().await;
        self.send_waiting();
        true
    }

    async fn fetch_list(self) -> Result<(), Failed> {
        if self.who.with_untracked(Option::is_none) {
            self.who.set(Some(client::who().await?));
        }
        let threads = client::threads().await?;
        if self.threads.with_untracked(|old| old.as_ref() != Some(&threads)) {
            self.threads.set(Some(threads));
        }
        Ok(())
    }

    async fn fetch_thread(self) {
        let Some(place) = self.place.get_untracked() else {
            return;
        };
        let fetched = client::thread(place).await;
        // Somebody may have opened another one meanwhile.
        if self.place.get_untracked() != Some(place) {
            return;
        }
        let shown = match fetched {
            Ok(thread) => Shown::Thread(thread),
            Err(Failed::NotFound) => Shown::Missing,
            // What is on the screen stays there.
            Err(why) => return self.note(Err(why)),
        };
        if self.shown.with_untracked(|old| *old != shown) {
            self.shown.set(shown);
        }
    }

    pub(super) fn note(self, result: Result<(), Failed>) {
        let connection = match result {
            Ok(()) => Connection::UpToDate,
            Err(Failed::SignedOut) => {
                self.forget();
                Connection::SignedOut
            }
            Err(_) => Connection::Away,
        };
        if self.connection.get_untracked() != connection {
            self.connection.set(connection);
        }
    }

    /// Nothing of a patient stays on the screen or in memory. What was typed stays: it is lost
    /// nowhere but with the page.
    fn forget(self) {
        self.who.set(None);
        self.threads.set(None);
        self.shown.set(Shown::Opening);
    }

    pub(super) fn sign_out(self) {
        spawn_local(async move {
            match client::sign_out().await {
                Ok(()) | Err(Failed::SignedOut) => {
                    self.drafts.set(BTreeMap::new());
                    self.note(Err(Failed::SignedOut));
                }
                Err(why) => self.note(Err(why)),
            }
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
            let reply = NewReply { text: draft.text, key: draft.key };
            match client::reply(place, &reply).await {
                Ok(()) => {
                    self.drafts.update(|drafts| {
                        drafts.remove(&place);
                    });
                    self.refresh().await;
                }
                Err(why @ (Failed::Away | Failed::SignedOut)) => {
                    self.set_state(place, DraftState::Waiting);
                    self.note(Err(why));
                }
                Err(why) => self.set_state(place, DraftState::NotSent(why)),
            }
        });
    }

    fn send_waiting(self) {
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
