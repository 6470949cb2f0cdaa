//! What is done away from the inbox: whose record is here and who is let in, who works here, and the
//! audit log. Much of it needs a code that was given a moment ago, and asks for it.

mod caregivers;
mod client;
mod log;
mod people;
mod staff;

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::client::{Door, Failed, NoAccess, prove};
use super::desk::{Connection, Desk};
use super::door::{Fields, ending, why_not};
use super::room::Room;
use crate::page::i18n::words;

/// What every room shares: a code that is asked for, and what did not work.
#[derive(Clone, Copy)]
pub(super) struct Office {
    desk: Desk,
    wants_code: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    /// What is done once the code was right.
    again: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Office {
    fn open(desk: Desk) -> Self {
        let (wants_code, problem) = (RwSignal::new(false), RwSignal::new(None));
        Self { desk, wants_code, problem, again: StoredValue::new_local(None) }
    }

    /// `again` is what was tried: it is tried once more after a code.
    fn failed(self, why: Failed, again: impl Fn() + 'static) {
        self.desk.form().set(None);
        match why {
            Failed::CodeNeeded => {
                self.again.set_value(Some(Rc::new(again)));
                self.wants_code.set(true);
            }
            Failed::SignedOut => self.desk.note(Err(why)),
            Failed::Away => self.problem.set(Some(words::clinic_away())),
            Failed::NoAccess(why) => self.problem.set(Some(no_access_words(why))),
            Failed::NotFound | Failed::Refused(_) | Failed::Impossible => {
                self.problem.set(Some(words::clinic_not_possible()));
            }
        }
    }

    fn worked(self) {
        self.problem.set(None);
        self.desk.form().set(None);
        // Whoever works here is at the page.
        if self.desk.connection().get_untracked() != Connection::UpToDate {
            self.desk.note(Ok(()));
        }
    }
}

#[component]
pub(super) fn Rooms(desk: Desk) -> AnyView {
    let office = Office::open(desk);
    let room = move || {
        office.problem.set(None);
        office.wants_code.set(false);
        match desk.room().get() {
            Room::Inbox => ().into_any(),
            Room::People => people::people(office),
            Room::Staff => staff::staff(office),
            Room::Log => log::log(office),
        }
    };
    let problem = move || {
        let problem = office.problem.get()?;
        Some(view! { <p class="error" role="alert">{problem}</p> })
    };
    view! {
        <main class="office" id="conversation" tabindex="-1">
            {move || office.wants_code.get().then(|| code(office))}
            {problem}
            {room}
        </main>
    }
    .into_any()
}

fn no_access_words(why: NoAccess) -> String {
    match why {
        NoAccess::UnknownPerson => words::clinic_access_unknown(),
        NoAccess::OwnRecord => words::clinic_access_own(),
        NoAccess::NoBirthDate => words::clinic_access_no_birth_date(),
        NoAccess::OfAge => words::clinic_access_of_age(),
        NoAccess::Over => words::clinic_access_over(),
        NoAccess::NotGiven | NoAccess::NotNarrower => words::clinic_not_possible(),
    }
}

fn code(office: Office) -> AnyView {
    let fields = Fields::default();
    let (problem, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        spawn_local(async move {
            let answer = prove(&fields.proof().code).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    office.wants_code.set(false);
                    if let Some(again) = office.again.get_value() {
                        again();
                    }
                }
                Err(Door::Wrong) => problem.set(Some(words::clinic_code_wrong())),
                Err(why) => problem.set(Some(why_not(why))),
            }
        });
    };
    view! {
        <form class="card office-code unprinted" on:submit=submit>
            <p>{words::clinic_code_again()}</p>
            {fields.code(words::clinic_code(), Some(words::clinic_code_how()))}
            {ending(problem.read_only(), busy.read_only(), words::clinic_go_on())}
        </form>
    }
    .into_any()
}

/// The doors to the rooms that this role has.
pub(super) fn doors(desk: Desk) -> AnyView {
    let all = move || {
        let rooms: &[Room] = match desk.who().get().map(|who| who.role).as_deref() {
            Some("admin") => &[Room::Staff, Room::Log],
            Some("front_desk" | "nurse" | "clinician") => &[Room::Inbox, Room::People],
            Some(_) | None => &[],
        };
        let door = |room: &Room| {
            let room = *room;
            let label = match room {
                Room::Inbox => words::clinic_inbox(),
                Room::People => words::clinic_people(),
                Room::Staff => words::clinic_staff(),
                Room::Log => words::clinic_log(),
            };
            let current = move || (desk.room().get() == room).then_some("page");
            view! { <a href=format!("#{}", room.word()) aria-current=current>{label}</a> }
        };
        rooms.iter().map(door).collect_view()
    };
    view! { <nav class="bar desk-rooms" aria-label=words::clinic_rooms()>{all}</nav> }.into_any()
}
