//! The emergency card: its words, what it shows, and its copy that opens while the device is locked.

use leptos::prelude::*;
use shared::edit::{
    CardContact, CardField, Edit, EmergencyCard, NAME_CHARS_MAX, NOTE_CHARS_MAX, Preference,
};
use shared::view::Loaded;
use shared::view::card::{Card as Found, CardPart};

use crate::bridge::{Answer, Ask};
use crate::page::draft::Draft;
use crate::page::i18n::{time, words};
use crate::page::pages::asking::{Asking, kept};
use crate::page::pages::loaded::loaded_words;
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
    shown.filter_map(|part| Some((field_words(part.field), said(part, card.loaded)?))).collect()
}

fn said(part: &CardPart, loaded: Loaded) -> Option<String> {
    match (part.date, part.lines.is_empty(), part.field) {
        (Some(date), _, _) => Some(time::long_date(date)),
        (None, false, _) => Some(part.lines.join(", ")),
        // An empty list must not be taken for a healthy person.
        (None, true, CardField::Allergies | CardField::Medicines) => {
            loaded_words(loaded).or_else(|| Some(words::card_nothing()))
        }
        (None, true, _) => None,
    }
}

/// For a code, and for the lock screen.
pub(super) fn card_text(card: &Found) -> String {
    let mut lines = vec![words::card_title()];
    lines.extend(facts_of(card).into_iter().map(|(field, said)| format!("{field}: {said}")));
    lines.extend(loaded_words(card.loaded));
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

const CONTACTS: usize = 2;
const NAMES: [&str; CONTACTS] = ["name-1", "name-2"];
const PHONES: [&str; CONTACTS] = ["phone-1", "phone-2"];

// Where the fields stand in their draft: the note, two of each contact, then what is shown.
const NOTE: usize = 0;
const FIRST_SHOWN: usize = 1 + 2 * CONTACTS;

const fn name_at(contact: usize) -> usize {
    1 + 2 * contact
}

const fn phone_at(contact: usize) -> usize {
    name_at(contact) + 1
}

#[component]
pub(crate) fn ShareCard() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let card = card_of(session);
    let is_known = Memo::new(move |_| card.with(Option::is_some));
    let form = move || match is_known.get() {
        // Once: while somebody chooses, nothing may change under their hand.
        true => card.get_untracked().map(|card| choosing(session, asking, card)),
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

/// The card as it was saved, in the order of the draft.
fn before(card: &Found) -> Vec<String> {
    let mut fields = vec![card.chosen.note.clone().unwrap_or_default()];
    for place in 0..CONTACTS {
        let contact = card.chosen.contacts.get(place);
        fields.push(contact.map(|contact| contact.name.clone()).unwrap_or_default());
        fields.push(contact.map(|contact| contact.phone.clone()).unwrap_or_default());
    }
    let shows = |part: &CardPart| card.chosen.shows.contains(&part.field);
    fields.extend(card.parts.iter().map(|part| usize::from(shows(part)).to_string()));
    fields
}

fn choosing(session: Session, asking: Asking, card: Found) -> AnyView {
    let address = expect_context::<Address>();
    let draft = Draft::over(session, "card".to_owned(), &before(&card));
    let places = || card.parts.iter().zip(FIRST_SHOWN..);
    let parts: Vec<_> = places()
        .map(|(part, place)| {
            view! {
                <Checkbox label=field_words(part.field) detail=said(part, card.loaded).unwrap_or_default()
                    checked=Signal::derive(move || draft.choice(place) == 1)
                    on_change=move |on| draft.write_part(place, if on { "1" } else { "0" })/>
            }
        })
        .collect();
    let fields: Vec<_> = places().map(|(part, place)| (part.field, place)).collect();
    let calls: Vec<_> = NAMES
        .into_iter()
        .zip(PHONES)
        .zip(["1", "2"])
        .enumerate()
        .map(|(place, ((name, phone), number))| {
            view! {
                {input(name, words::card_contact(number), draft, name_at(place))}
                {input(phone, words::card_contact_phone(number), draft, phone_at(place))}
            }
        })
        .collect();
    let chosen = card.chosen;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let shown = fields.iter().filter(|(_, place)| draft.choice_now(*place) == 1);
        let card = EmergencyCard {
            shows: shown.map(|(field, _)| *field).collect(),
            contacts: people(&chosen, draft),
            note: draft.typed(NOTE),
            ..chosen.clone()
        };
        asking.send_from(draft, Edit::Prefer(Preference::EmergencyCard(card)), move || {
            address.go_instead("/share");
        });
    };
    view! {
        <form class="card" on:submit=submit>
            {parts}
            {calls}
            <Field id="note" kind=Kind::Long label=words::card_note() value=draft.part(NOTE)
                on_input=draft.writes(NOTE) chars_max=NOTE_CHARS_MAX/>
            <Button label=words::action_save() icon=Icon::Check wide=true/>
            {kept(draft)}
        </form>
    }
    .into_any()
}

fn input(id: &'static str, label: String, draft: Draft, place: usize) -> AnyView {
    view! {
        <Field id=id label=label value=draft.part(place) on_input=draft.writes(place)
            chars_max=NAME_CHARS_MAX/>
    }
    .into_any()
}

/// Whom this form has no room for stays.
fn people(chosen: &EmergencyCard, draft: Draft) -> Vec<CardContact> {
    let written = (0..CONTACTS).filter_map(|place| {
        let (name, phone) = (draft.typed(name_at(place)), draft.typed(phone_at(place)));
        let relation = chosen.contacts.get(place).and_then(|contact| contact.relation.clone());
        let is_somebody = name.is_some() || phone.is_some();
        is_somebody.then(|| CardContact {
            name: name.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            relation,
        })
    });
    written.chain(chosen.contacts.iter().skip(CONTACTS).cloned()).collect()
}
