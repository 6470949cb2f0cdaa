//! The emergency card: its words, what it shows, and its copy that opens while the device is locked.

use leptos::prelude::*;
use shared::edit::{
    CardContact, CardField, Edit, EmergencyCard, NAME_CHARS_MAX, NOTE_CHARS_MAX, Preference,
};
use shared::view::card::{Card as Found, CardPart};

use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::pages::asking::{Asking, typed};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::empty::Skeleton;
use crate::page::ui::field::{Checkbox, Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::Address;
use crate::page::ui::screen::Screen;

pub(super) type Known = Memo<Option<Found>>;

pub(super) fn card_of(session: Session) -> Known {
    let answer = session.ask(Ask::Card);
    Memo::new(move |_| {
        answer.with(|answer| match answer {
            Some(Answer::Card(card)) => Some((**card).clone()),
            Some(_) | None => None,
        })
    })
}

/// What is shown, in the order of the card.
pub(super) fn facts_of(card: &Found) -> Vec<(String, String)> {
    let shown = card.parts.iter().filter(|part| part.shown);
    shown.filter_map(|part| Some((field_words(part.field), said(part)?))).collect()
}

fn said(part: &CardPart) -> Option<String> {
    match (part.date, part.lines.is_empty(), part.field) {
        (Some(date), _, _) => Some(time::long_date(date)),
        (None, false, _) => Some(part.lines.join(", ")),
        // An empty list must not be taken for a healthy person.
        (None, true, CardField::Allergies | CardField::Medicines) => Some(words::card_nothing()),
        (None, true, _) => None,
    }
}

/// For a code, and for the lock screen.
pub(super) fn card_text(card: &Found) -> String {
    let mut lines = vec![words::card_title()];
    lines.extend(facts_of(card).into_iter().map(|(field, said)| format!("{field}: {said}")));
    lines.push(words::card_as_of(&time::long_day(time::now())));
    lines.join("\n")
}

fn field_words(field: CardField) -> String {
    match field {
        CardField::Name => words::card_name(),
        CardField::BirthDate => words::fact_birth_date(),
        CardField::Allergies => words::record_allergies(),
        CardField::Medicines => words::places_medicines(),
        CardField::Conditions => words::record_conditions(),
        CardField::BloodType => words::card_blood(),
        CardField::Devices => words::record_devices(),
        CardField::Language => words::fact_language(),
        CardField::Contacts => words::card_call(),
        CardField::Note => words::fact_note(),
    }
}

/// Keeps the copy that opens while locked as the record is, or takes it away.
pub(super) fn keep(session: Session, card: Known) {
    Effect::new(move |_| {
        let is_own = session.open_record_untracked().is_some_and(|record| record.own);
        card.with(|card| {
            if let Some(card) = card.as_ref().filter(|_| is_own) {
                session.keep_card(card.chosen.while_locked.then(|| card_text(card)).as_deref());
            }
        });
    });
}

/// While a record is open, what lies open of it stays up to date. Nobody else pays for that.
#[component]
pub(crate) fn KeptCard(session: Session) -> AnyView {
    if session.outside().is_some_and(|outside| outside.card.is_some()) {
        keep(session, card_of(session));
    }
    ().into_any()
}

// --- What it shows ---

const NAMES: [&str; 2] = ["name-1", "name-2"];
const PHONES: [&str; 2] = ["phone-1", "phone-2"];

#[component]
pub(crate) fn ShareCard() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let card = card_of(session);
    let is_known = Memo::new(move |_| card.with(Option::is_some));
    let form = move || match is_known.get() {
        // Once: while somebody chooses, nothing may change under their hand.
        true => card.get_untracked().map(|card| choosing(asking, card)),
        false => Some(view! { <Skeleton label=words::record_loading()/> }.into_any()),
    };
    view! {
        <Screen name=words::card_choose()>
            <div>
                <BackLink href="/share" label=words::places_share()/>
                <h1>{words::card_choose()}</h1>
            </div>
            {move || asking.notice()}
            {form}
        </Screen>
    }
}

fn choosing(asking: Asking, card: Found) -> AnyView {
    let address = expect_context::<Address>();
    let chosen = card.chosen;
    let shows = RwSignal::new(chosen.shows.clone());
    let note = RwSignal::new(chosen.note.clone().unwrap_or_default());
    let contacts = [0, 1].map(|place| {
        let contact = chosen.contacts.get(place);
        let name = contact.map(|contact| contact.name.clone()).unwrap_or_default();
        let phone = contact.map(|contact| contact.phone.clone()).unwrap_or_default();
        (RwSignal::new(name), RwSignal::new(phone))
    });
    let fields: Vec<_> = card
        .parts
        .iter()
        .map(|part| {
            let field = part.field;
            let choose = move |on: bool| {
                shows.update(|shows| {
                    shows.retain(|other| *other != field);
                    if on {
                        shows.push(field);
                    }
                });
            };
            view! {
                <Checkbox label=field_words(field) detail=said(part).unwrap_or_default()
                    checked=Signal::derive(move || shows.with(|shows| shows.contains(&field)))
                    on_change=choose/>
            }
        })
        .collect();
    let calls: Vec<_> = contacts
        .iter()
        .zip(NAMES.into_iter().zip(PHONES))
        .zip(["1", "2"])
        .map(|(((name, phone), (name_id, phone_id)), number)| {
            view! {
                {input(name_id, words::card_contact(number), *name)}
                {input(phone_id, words::card_contact_phone(number), *phone)}
            }
        })
        .collect();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let card = EmergencyCard {
            shows: shows.get_untracked(),
            contacts: people(&chosen, contacts),
            note: typed(note),
            ..chosen.clone()
        };
        asking.send(Edit::Prefer(Preference::EmergencyCard(card)), move || {
            address.go_instead("/share");
        });
    };
    view! {
        <form class="card" on:submit=submit>
            {fields}
            {calls}
            <Field id="note" kind=Kind::Long label=words::card_note() value=note
                on_input=move |text| note.set(text) chars_max=NOTE_CHARS_MAX/>
            <Button label=words::action_save() icon=Icon::Check wide=true/>
        </form>
    }
    .into_any()
}

fn input(id: &'static str, label: String, value: RwSignal<String>) -> AnyView {
    view! {
        <Field id=id label=label value=value on_input=move |text| value.set(text)
            chars_max=NAME_CHARS_MAX/>
    }
    .into_any()
}

/// Whom this form has no room for stays.
fn people(
    chosen: &EmergencyCard,
    typed_in: [(RwSignal<String>, RwSignal<String>); 2],
) -> Vec<CardContact> {
    let written = typed_in.into_iter().enumerate().filter_map(|(place, (name, phone))| {
        let (name, phone) = (typed(name), typed(phone));
        let relation = chosen.contacts.get(place).and_then(|contact| contact.relation.clone());
        let is_somebody = name.is_some() || phone.is_some();
        is_somebody.then(|| CardContact {
            name: name.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            relation,
        })
    });
    written.chain(chosen.contacts.iter().skip(2).cloned()).collect()
}
