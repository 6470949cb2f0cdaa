//! What is on the desk: who sits here, the queue, the open item, and what was typed for each item.
//! All of it is in memory alone and gone with the page.

mod deciding;

use std::collections::BTreeMap;

use leptos::ev::beforeunload;
use leptos::prelude::*;
use leptos::task::spawn_local;

use shared::id::PatientId;
use shared::view::desk::context::PatientContext;
use shared::view::desk::queue::{ColleagueLine, DeskItem, Queue, QueueLine};
use shared::view::desk::settings::SavedReply;

use super::client::{self, Failed, Place};
use super::drafts::Draft;
use super::seat::{Connection, Seat};
use super::top::OFFICE;
use crate::page::ui::platform::{Kept, fragment, go_to, on_fragment};

/// Where this browser keeps that single keys are off.
const KEYS: &str = "clinic-keys";

/// The item on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    None,
    Opening,
    Missing,
    /// No work of whoever sits here.
    Closed,
    Item(Box<DeskItem>),
}

#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) seat: Seat,
    queue: RwSignal<Option<Queue>>,
    /// Which of the queue is shown, as the server calls it.
    show: RwSignal<&'static str>,
    search: RwSignal<String>,
    colleagues: RwSignal<Vec<ColleagueLine>>,
    /// Of the clinic's own; those of the program if there is none.
    replies: RwSignal<Vec<SavedReply>>,
    /// Which page of the queue.
    page: RwSignal<usize>,
    /// Counts on so that what says how long somebody waits is said anew.
    tick: RwSignal<u32>,
    /// Single keys do something.
    keys_on: RwSignal<bool>,
    place: RwSignal<Option<Place>>,
    context: RwSignal<Option<(PatientId, PatientContext)>>,
    shown: RwSignal<Shown>,
    pub(super) drafts: RwSignal<BTreeMap<Place, Draft>>,
    /// Whose drafts these are; nobody else comes to see them.
    author: RwSignal<Option<String>>,
}

impl Desk {
    pub(super) fn open() -> Self {
        let desk = Self {
            seat: Seat::open(),
            queue: RwSignal::new(None),
            show: RwSignal::new("all"),
            search: RwSignal::new(String::new()),
            colleagues: RwSignal::new(Vec::new()),
            replies: RwSignal::new(Vec::new()),
            page: RwSignal::new(0),
            tick: RwSignal::new(0),
            keys_on: RwSignal::new(Kept::Device.read(KEYS).as_deref() != Some("off")),
            place: RwSignal::new(None),
            context: RwSignal::new(None),
            shown: RwSignal::new(Shown::None),
            drafts: RwSignal::new(BTreeMap::new()),
            author: RwSignal::new(None),
        };
        desk.follow_address();
        on_fragment(move || desk.follow_address());
        Effect::new(move || {
            if desk.seat.connection().get() == Connection::SignedOut {
                desk.forget();
            }
        });
        window_event_listener(beforeunload, move |event| {
            if desk.has_drafts() {
                event.prevent_default();
            }
        });
        desk
    }

    pub(super) fn queue(self) -> ReadSignal<Option<Queue>> {
        self.queue.read_only()
    }

    pub(super) fn shows(self) -> ReadSignal<&'static str> {
        self.show.read_only()
    }

    pub(super) fn page(self) -> ReadSignal<usize> {
        self.page.read_only()
    }

    pub(super) fn turn_to(self, page: usize) {
        self.page.set(page);
        spawn_local(self.ask_again());
    }

    pub(super) fn tick(self) -> RwSignal<u32> {
        self.tick
    }

    pub(super) fn keys_on(self) -> ReadSignal<bool> {
        self.keys_on.read_only()
    }

    /// A habit of this browser's owner; nothing of a record.
    pub(super) fn set_keys(self, on: bool) {
        self.keys_on.set(on);
        Kept::Device.write(KEYS, (!on).then_some("off"));
    }

    /// What is known of the patient whose item is open, once it has come.
    pub(super) fn context(self) -> Option<PatientContext> {
        let patient = self.place.get()?.patient;
        self.context.with(|known| {
            let (of, context) = known.as_ref()?;
            (*of == patient).then(|| context.clone())
        })
    }

    pub(super) fn show(self, which: &'static str) {
        self.show.set(which);
        self.page.set(0);
        spawn_local(self.ask_again());
    }

    pub(super) fn search(self, words: String) {
        self.search.set(words);
        self.page.set(0);
        spawn_local(self.ask_again());
    }

    pub(super) fn colleagues(self) -> ReadSignal<Vec<ColleagueLine>> {
        self.colleagues.read_only()
    }

    pub(super) fn replies(self) -> ReadSignal<Vec<SavedReply>> {
        self.replies.read_only()
    }

    pub(super) fn place(self) -> ReadSignal<Option<Place>> {
        self.place.read_only()
    }

    pub(super) fn shown(self) -> ReadSignal<Shown> {
        self.shown.read_only()
    }

    /// The open item as somebody sees it who opens a form about it.
    pub(super) fn line(self) -> Option<QueueLine> {
        self.shown.with_untracked(|shown| match shown {
            Shown::Item(item) => Some(item.line.clone()),
            Shown::None | Shown::Opening | Shown::Missing | Shown::Closed => None,
        })
    }

    /// The address names the open thread, so that going back and reloading work.
    fn follow_address(self) {
        let place = fragment().and_then(|text| Place::parse(&text));
        if place == self.place.get_untracked() {
            return;
        }
        self.place.set(place);
        self.seat.problem().set(None);
        self.seat.form().set(None);
        self.shown.set(if place.is_some() { Shown::Opening } else { Shown::None });
        spawn_local(self.fetch_item());
    }

    /// Fetches everything that is on the screen; says whether the server was there.
    pub(super) async fn refresh(self) -> bool {
        let listed = self.fetch_list().await;
        self.seat.note(listed);
        if listed.is_err() {
            return false;
        }
        self.fetch_item().await;
        self.send_waiting();
        true
    }

    async fn fetch_list(self) -> Result<(), Failed> {
        if self.seat.sit().await? {
            let name = self.seat.who().get_untracked().map(|who| who.name);
            if self.author.with_untracked(|author| *author != name) {
                self.drafts.set(BTreeMap::new());
                self.author.set(name);
            }
        }
        if self.seat.is_admin() {
            go_to(OFFICE);
            return Ok(());
        }
        if self.colleagues.with_untracked(Vec::is_empty) {
            self.colleagues.set(client::colleagues().await?);
            self.replies.set(client::saved_replies().await?);
        }
        let wanted =
            || (self.show.get_untracked(), self.search.get_untracked(), self.page.get_untracked());
        let asked = wanted();
        let queue = client::queue(asked.0, &asked.1, asked.2).await?;
        // Somebody may have typed on meanwhile.
        let is_asked = wanted() == asked;
        if is_asked && self.queue.with_untracked(|old| old.as_ref() != Some(&queue)) {
            self.queue.set(Some(queue));
        }
        Ok(())
    }

    async fn ask_again(self) {
        let listed = self.fetch_list().await;
        self.seat.note(listed);
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

    /// Somebody sits here: the open item is asked for again, which keeps others informed of that.
    pub(super) async fn look_again(self) {
        self.tick.update(|count| *count = count.wrapping_add(1));
        self.fetch_item().await;
    }

    async fn fetch_context(self, place: Place) {
        let Ok(context) = client::context(place.patient).await else {
            // It is beside the item, and comes with the next look.
            return;
        };
        let known = Some((place.patient, context));
        if self.context.with_untracked(|old| *old != known) {
            self.context.set(known);
        }
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
            Err(Failed::NoRelation) => Shown::Closed,
            // What is on the screen stays there.
            Err(why) => return self.seat.note(Err(why)),
        };
        if self.shown.with_untracked(|old| *old != shown) {
            self.shown.set(shown);
        }
        if self.line().is_some() {
            self.fetch_context(place).await;
        }
    }

    /// Nothing of a patient stays on the screen or in memory. What was typed stays: it is lost
    /// nowhere but with the page.
    fn forget(self) {
        self.queue.set(None);
        self.context.set(None);
        self.colleagues.set(Vec::new());
        self.shown.set(Shown::Opening);
    }

    /// Whoever says that they go takes back what they typed.
    pub(super) fn sign_out(self) {
        self.seat.sign_out(move || self.drafts.set(BTreeMap::new()));
    }
}
