//! Ask for a refill: one tap for each medicine, with or without a connection.

use leptos::prelude::*;
use shared::edit::{AskForRefill, Edit, NOTE_CHARS_MAX};
use shared::view::medicines::{MedicineRow, Medicines};

use super::ask_the_clinic::AskTheClinic;
use super::asking::{Asking, kept};
use super::medicines::refill_tag;
use super::safety_notices::SafetyNotices;
use crate::bridge::{Answer, Ask};
use crate::page::draft::Draft;
use crate::page::i18n::spoken;
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::BackLink;
use crate::page::ui::empty::Skeleton;
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::Rows;
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::Tag;

#[component]
pub(crate) fn Refill() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let note = Draft::open(session, "refill".to_owned());
    let answer = session.ask(Ask::Medicines);
    let list = move || {
        answer.with(|answer| match answer {
            Some(Answer::Medicines(found)) => medicines(asking, note, found),
            Some(_) | None => view! { <Skeleton label=words::medicines_loading()/> }.into_any(),
        })
    };
    view! {
        <Screen name=words::refill_title()>
            <div>
                <BackLink href="/medicines" label=words::places_medicines()/>
                <h1>{words::refill_title()}</h1>
            </div>
            {move || asking.notice()}
            <SafetyNotices session=session/>
            {list}
        </Screen>
    }
}

fn medicines(asking: Asking, note: Draft, found: &Medicines) -> AnyView {
    if found.now.is_empty() {
        return view! {
            <AskTheClinic icon=Icon::Pill title=words::refill_empty() text=words::refill_will()/>
        }
        .into_any();
    }
    let rows: Vec<_> = found.now.iter().map(|row| medicine(asking, note, row)).collect();
    view! {
        <section class="card flush" aria-label=words::refill_which()><Rows>{rows}</Rows></section>
        <section class="card">
            <Field id="note" kind=Kind::Long label=words::reading_note() value=note.part(0)
                on_input=note.writes(0) chars_max=NOTE_CHARS_MAX/>
            {kept(note)}
        </section>
    }
    .into_any()
}

fn medicine(asking: Asking, note: Draft, row: &MedicineRow) -> AnyView {
    let name = row.name.clone().unwrap_or_else(words::record_unnamed);
    let tag = row.refill.as_ref().map(|refill| {
        let (tone, icon, label) = refill_tag(refill);
        view! { <Tag tone=tone icon=icon label=label/> }
    });
    let entry = row.entry;
    let open = row.refill.as_ref().filter(|refill| refill.can_cancel).map(|refill| refill.entry);
    let (short, long, edit): (_, _, Box<dyn Fn() -> Edit>) = match (row.can_ask, open) {
        (true, _) => {
            let pharmacy = row.pharmacy.clone();
            let ask = move || {
                let pharmacy = pharmacy.clone();
                Edit::AskForRefill(AskForRefill { medicine: entry, pharmacy, note: note.typed(0) })
            };
            (words::refill_ask_short(), words::refill_ask(&name), Box::new(ask))
        }
        (false, Some(request)) => {
            let cancel = move || Edit::Cancel { request };
            (words::refill_take_back(), words::refill_take_back_of(&name), Box::new(cancel))
        }
        (false, None) => {
            (String::new(), String::new(), Box::new(move || Edit::Cancel { request: entry }))
        }
    };
    let press = move |_| match edit() {
        asked @ Edit::AskForRefill(_) => asking.send_from(note, asked, || ()),
        // The note is for another medicine.
        taken_back => asking.send(taken_back, || ()),
    };
    let button = (!short.is_empty()).then(|| {
        view! {
            <button type="button" class="button quiet" aria-label=long on:click=press>
                {short}
            </button>
        }
    });
    let directions = row.directions.as_ref().map(spoken);
    view! {
        <li class="row">
            <span class="grow bar split">
                <span>
                    <span class="title" dir="auto">{name}</span>
                    <span class="detail" dir="auto">{directions}</span>
                    {tag}
                </span>
                {button}
            </span>
        </li>
    }
    .into_any()
}
