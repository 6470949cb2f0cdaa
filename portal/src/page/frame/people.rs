//! The person switcher: whose record is open, the others this account may open, and the way to
//! settings and lock.

use leptos::prelude::*;

use crate::bridge::RecordOf;
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::person::{PersonButton, PersonRow};
use crate::page::ui::platform::Address;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::sheet::Sheet;

use super::more_places;

#[component]
pub(super) fn People(session: Session, is_open: RwSignal<bool>) -> AnyView {
    let path = expect_context::<Address>().path();
    Effect::new(move || {
        path.track();
        is_open.set(false);
    });
    let button = move || {
        let who = session.who().get()?;
        let place = who.records.iter().position(|record| record.patient == who.open)?;
        let record = who.records.get(place)?.clone();
        let detail = detail(&record);
        Some(view! {
            <PersonButton name=record.name detail=detail place=place
                on_press=move || is_open.set(true)/>
        })
    };
    view! {
        {button}
        <Sheet id="people" title=words::people_title() close=words::action_close() is_open=is_open>
            {rows(session, is_open)}
        </Sheet>
    }
    .into_any()
}

fn rows(session: Session, is_open: RwSignal<bool>) -> AnyView {
    let who = session.who().get_untracked();
    let people = who.into_iter().flat_map(move |who| {
        who.records.into_iter().enumerate().map(move |(place, record)| {
            let now = record.patient == who.open;
            let detail =
                if now { words::people_open_now(&detail(&record)) } else { detail(&record) };
            let open = move || {
                is_open.set(false);
                session.switch(record.patient);
            };
            view! {
                <PersonRow name=record.name.clone() detail=detail place=place is_open=now
                    on_press=open/>
            }
        })
    });
    let places = more_places().into_iter().map(|place| {
        view! { <RowLink href=place.href.to_owned() icon=place.icon title=place.label/> }
    });
    view! {
        <Rows card=true>{people.collect::<Vec<_>>()}</Rows>
        <Rows>{places.collect::<Vec<_>>()}</Rows>
    }
    .into_any()
}

fn detail(record: &RecordOf) -> String {
    if record.own { words::people_own() } else { words::people_cared_for() }
}
