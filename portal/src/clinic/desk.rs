//! What is on the desk: who sits here, the queue, the open item, and what was typed for each item.
//! All of it is in memory alone and gone with the page.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use serde_json::{Value, json};
use shared::edit::clinic::ClinicEdit;
use shared::view::desk::queue::{ColleagueLine, DeskItem, Queue};

use super::client::{self, Failed, NewEdit, Noted, Place, Who};
use super::line::owner_words;
use super::reply::why_not;
use crate::page::i18n::words;
use crate::page::ui::platform::{fragment, on_fragment, random_key};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Opening,
    UpToDate,
    Away,
    SignedOut,
}

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

/// The item on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    None,
    Opening,
    Missing,
    Item(Box<DeskItem>),
}

#[derive(Clone, Copy)]
pub(super) struct Desk {
    who: RwSignal<Option<Who>>,
    connection: RwSignal<Connection>,
    queue: RwSignal<Option<Queue>>,
    /// Which of the queue is shown, as the server calls it.
    show: RwSignal<&'static str>,
    search: RwSignal<String>,
    colleagues: RwSignal<Vec<ColleagueLine>>,
    /// Why the last thing that was tried did not happen.
    problem: RwSignal<Option<String>>,
    place: RwSignal<Option<Place>>,
    shown: RwSignal<Shown>,
    drafts: RwSignal<BTreeMap<Place, Draft>>,
    /// Whose drafts these are; nobody else comes to see them.
    author: RwSignal<Option<String>>,
}

impl Desk {
    pub(super) fn open() -> Self {
        let desk = Self {
            who: RwSignal::new(None),
            connection: RwSignal::new(Connection::Opening),
            queue: RwSignal::new(None),
            show: RwSignal::new("all"),
            search: RwSignal::new(String::new()),
            colleagues: RwSignal::new(Vec::new()),
            problem: RwSignal::new(None),
            place: RwSignal::new(None),
            shown: RwSignal::new(Shown::None),
            drafts: RwSignal::new(BTreeMap::new()),
            author: RwSignal::new(None),
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

    pub(super) fn queue(self) -> ReadSignal<Option<Queue>> {
        self.queue.read_only()
    }

    pub(super) fn shows(self) -> ReadSignal<&'static str> {
        self.show.read_only()
    }

    pub(super) fn show(self, which: &'static str) {
        self.show.set(which);
        spawn_local(self.ask_again());
    }

    pub(super) fn search(self, words: String) {
        self.search.set(words);
        spawn_local(self.ask_again());
    }

    pub(super) fn colleagues(self) -> ReadSignal<Vec<ColleagueLine>> {
        self.colleagues.read_only()
    }

    pub(super) fn problem(self) -> ReadSignal<Option<String>> {
        self.problem.read_only()
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
        self.problem.set(None);
        self.shown.set(if place.is_some() { Shown::Opening } else { Shown::None });
        spawn_local(self.fetch_item());
    }

    /// Fetches everything that is on the screen; says whether the server was there.
    pub(super) async fn refresh(self) -> bool {
        let listed = self.fetch_list().await;
        self.note(listed);
        if listed.is_err() {
            return false;
        }
        self.fetch_item().await;
        self.send_waiting();
        true
    }

    async fn fetch_list(self) -> Result<(), Failed> {
        if self.who.with_untracked(Option::is_none) {
            let who = client::who().await?;
            if self.author.with_untracked(|author| author.as_ref() != Some(&who.name)) {
                self.drafts.set(BTreeMap::new());
                self.author.set(Some(who.name.clone()));
            }
            self.who.set(Some(who));
        }
        if self.colleagues.with_untracked(Vec::is_empty) {
            self.colleagues.set(client::colleagues().await?);
        }
        let (show, search) = (self.show.get_untracked(), self.search.get_untracked());
        let queue = client::queue(show, &search).await?;
        // Somebody may have typed on meanwhile.
        let is_asked =
            self.show.get_untracked() == show && self.search.with_untracked(|now| *now == search);
        if is_asked && self.queue.with_untracked(|old| old.as_ref() != Some(&queue)) {
            self.queue.set(Some(queue));
        }
        Ok(())
    }

    async fn ask_again(self) {
        let listed = self.fetch_list().await;
        self.note(listed);
    }

    /// The item before or after the open one, or the first.
    pub(super) fn step(self, ahead: bool) -> Option<Place> {
        self.queue.with_untracked(|queue| {
            let lines = &queue.as_ref()?.lines;
            let open = self.place.get_untracked();
            let at = lines.iter().position(|line| Some(Place::of(line)) == open);
            let next = match (at, ahead) {
                (None, _) => 0,
                (Some(at), true) => (at + 1).min(lines.len().checked_sub(1)?),
                (Some(at), false) => at.saturating_sub(1),
            };
            lines.get(next).map(Place::of)
        })
    }

    /// Notes something on an item, as somebody who saw so many notes of it.
    pub(super) fn note_on(self, place: Place, notes: u32, what: Value) {
        spawn_local(async move {
            match client::note(place, notes, what).await {
                Ok(Noted::Done) => self.problem.set(None),
                Ok(Noted::Behind(line)) => {
                    let owner = owner_words(line.owner.as_ref(), None);
                    self.problem.set(Some(words::clinic_somebody_faster(&owner)));
                }
                Err(why @ (Failed::Away | Failed::SignedOut)) => self.note(Err(why)),
                Err(why) => self.problem.set(Some(why_not(why))),
            }
            self.refresh().await;
        });
    }

    /// A decision. Nothing is shown as done before the server said so.
    pub(super) fn decide(self, place: Place, edit: ClinicEdit) {
        let new = NewEdit { key: random_key(), edit };
        spawn_local(async move {
            match client::edit(place, &new).await {
                Ok(()) => self.problem.set(None),
                Err(why) => self.problem.set(Some(why_not(why))),
            }
            self.refresh().await;
        });
    }

    pub(super) fn take(self, place: Place, notes: u32) {
        self.note_on(place, notes, json!("take"));
    }

    async fn fetch_item(self) {
        let Some(place) = self.place.get_untracked() else {
            return;
        };
        let fetched = client::item(place).await;
        // Somebody may have opened another one meanwhile.
        if self.place.get_untracked() != Some(place) {
            return;
        }
        let shown = match fetched {
            Ok(item) => Shown::Item(Box::new(item)),
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
        self.queue.set(None);
        self.colleagues.set(Vec::new());
        self.shown.set(Shown::Opening);
    }

    /// Signed in anew; what is on the screen comes with the first answer.
    pub(super) fn come_in(self) {
        self.connection.set(Connection::Opening);
    }

    /// Nobody was here for a while: the screen is emptied at once, whether the server hears of it or
    /// not, and whoever comes back finds what they had typed.
    pub(super) fn lock(self) {
        self.note(Err(Failed::SignedOut));
        spawn_local(async move {
            let _told = client::sign_out().await;
        });
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
            let edit =
                ClinicEdit::Reply { thread: place.item, text: draft.text, attachments: Vec::new() };
            match client::edit(place, &NewEdit { key: draft.key, edit }).await {
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
