//! What is done away from the inbox: whose record is here and who is let in, a record that is opened
//! without work in it, who works here, and the audit log. Much of it needs a code that was given a
//! moment ago, and asks for it.

mod caregivers;
mod client;
mod devices;
mod log;
mod passkeys;
mod people;
mod record;
mod settings;
mod staff;

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::PatientId;

use super::client::{Door, Failed, NoAccess, prove};
use super::door::{self, Fields, ending, why_not};
use super::seat::{Connection, Seat};
use super::top::{self, INBOX, LOG, PASSKEYS, PEOPLE, SETTINGS, STAFF};
use super::{behind_the_door, skip};
use crate::page::i18n::words;
use crate::page::ui::platform::{fragment, go_to, on_fragment};

/// Pause before a server that is away is asked again.
const AGAIN_MS: u32 = 2_000;

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    People,
    Record(PatientId),
    Staff,
    Settings,
    Log,
    /// Of whoever sits here.
    Passkeys,
}

impl Room {
    fn of(fragment: Option<&str>, is_admin: bool) -> Self {
        let record = |text: &str| text.strip_prefix("record/")?.parse().ok();
        match fragment {
            Some(PEOPLE) => Self::People,
            Some(STAFF) => Self::Staff,
            Some(SETTINGS) => Self::Settings,
            Some(LOG) => Self::Log,
            Some(PASSKEYS) => Self::Passkeys,
            other => match (other.and_then(record), is_admin) {
                (Some(patient), _) => Self::Record(patient),
                (None, true) => Self::Staff,
                (None, false) => Self::People,
            },
        }
    }

    const fn door(self) -> &'static str {
        match self {
            Self::People | Self::Record(_) => PEOPLE,
            Self::Staff => STAFF,
            Self::Settings => SETTINGS,
            Self::Log => LOG,
            Self::Passkeys => PASSKEYS,
        }
    }
}

/// What every room shares: a code that is asked for, and what did not work.
#[derive(Clone, Copy)]
struct Office {
    seat: Seat,
    wants_code: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    /// What is done once the code was right.
    again: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Office {
    fn open(seat: Seat) -> Self {
        let (wants_code, problem) = (RwSignal::new(false), RwSignal::new(None));
        Self { seat, wants_code, problem, again: StoredValue::new_local(None) }
    }

    /// `again` is what was tried: it is tried once more after a code.
    fn failed(self, why: Failed, again: impl Fn() + 'static) {
        self.seat.form().set(None);
        match why {
            Failed::CodeNeeded => {
                self.again.set_value(Some(Rc::new(again)));
                self.wants_code.set(true);
            }
            Failed::SignedOut => self.seat.note(Err(why)),
            Failed::Away => self.problem.set(Some(words::clinic_away())),
            Failed::NoAccess(why) => self.problem.set(Some(no_access_words(why))),
            Failed::NotFound | Failed::NoRelation | Failed::Refused(_) | Failed::Impossible => {
                self.problem.set(Some(words::clinic_not_possible()));
            }
        }
    }

    fn worked(self) {
        self.problem.set(None);
        self.seat.form().set(None);
        // Whoever works here is at the page.
        if self.seat.connection().get_untracked() != Connection::UpToDate {
            self.seat.note(Ok(()));
        }
    }
}

#[component]
pub(super) fn Pages() -> AnyView {
    let seat = Seat::open();
    door::watch(seat);
    sit(seat);
    let place = RwSignal::new(fragment());
    on_fragment(move || place.set(fragment()));
    let room = Memo::new(move |_| {
        let is_admin = seat.who().get()?.role == "admin";
        Some(place.with(|place| Room::of(place.as_deref(), is_admin)))
    });
    let office = Office::open(seat);
    let inside = move || {
        office.problem.set(None);
        office.wants_code.set(false);
        seat.form().set(None);
        match room.get() {
            None => ().into_any(),
            Some(Room::People) => people::people(office),
            Some(Room::Record(patient)) => record::record(office, patient),
            Some(Room::Staff) => staff::staff(office),
            Some(Room::Settings) => settings::settings(office),
            Some(Room::Log) => log::log(office),
            Some(Room::Passkeys) => passkeys::passkeys(office),
        }
    };
    let problem = move || {
        let problem = office.problem.get()?;
        Some(view! { <p class="error" role="alert">{problem}</p> })
    };
    let rooms = move || {
        view! {
            <main class="office" id="conversation" tabindex="-1">
                {move || office.wants_code.get().then(|| code(office))}
                {problem}
                {inside}
            </main>
        }
        .into_any()
    };
    let here = move || room.get().map(Room::door);
    view! {
        {skip()}
        <div class="desk">
            {top::top(seat, here, ().into_any(), move || seat.sign_out(|| {}))}
            {behind_the_door(seat, move || sit(seat), rooms)}
        </div>
    }
    .into_any()
}

/// Until it is known who sits here.
fn sit(seat: Seat) {
    spawn_local(async move {
        loop {
            let who = seat.sit().await.map(drop);
            seat.note(who);
            match who {
                // Whose role has no room here but their own has an inbox.
                Ok(())
                    if seat.role().as_deref() == Some("pharmacist")
                        && fragment().as_deref() != Some(PASSKEYS) =>
                {
                    return go_to(INBOX);
                }
                Ok(()) | Err(Failed::SignedOut) => return,
                Err(_) => TimeoutFuture::new(AGAIN_MS).await,
            }
        }
    });
}

fn no_access_words(why: NoAccess) -> String {
    match why {
        NoAccess::UnknownPerson => words::clinic_access_unknown(),
        NoAccess::OwnRecord => words::clinic_access_own(),
        NoAccess::NoBirthDate => words::clinic_access_no_birth_date(),
        NoAccess::OfAge => words::clinic_access_of_age(),
        NoAccess::Over => words::clinic_access_over(),
        NoAccess::NotNarrower => words::clinic_access_not_less(),
        NoAccess::NotGiven => words::clinic_not_possible(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_names_the_room_and_the_role_the_first_one() {
        let patient = PatientId::from_u128(7);
        let record = format!("record/{patient}");
        for (fragment, is_admin, room) in [
            (None, false, Room::People),
            (None, true, Room::Staff),
            (Some("log"), true, Room::Log),
            (Some("passkeys"), false, Room::Passkeys),
            (Some("record/nobody"), false, Room::People),
            (Some(record.as_str()), false, Room::Record(patient)),
        ] {
            assert_eq!(Room::of(fragment, is_admin), room, "{fragment:?}");
        }
    }
}
