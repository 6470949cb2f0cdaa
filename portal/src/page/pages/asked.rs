//! What was asked of the clinic and said about the record: each with its state and its answer, until
//! it is done.

use leptos::prelude::*;
use shared::edit::{AnswerToVisit, Edit};
use shared::id::EntryId;
use shared::view::Loaded;
use shared::view::requests::{Asked, RequestRow};

use super::asking::Asking;
use super::loaded::loaded_banner;
use super::message_words::state_words;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::button::BackLink;
use crate::page::ui::card::Card;
use crate::page::ui::empty::Empty;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::Rows;
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::{Tag, Tone};

#[component]
pub(crate) fn WhatWasAsked() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    view! {
        <Screen name=words::visit_ask_yours()>
            <div>
                <BackLink href="/record" label=words::places_record()/>
                <h1>{words::visit_ask_yours()}</h1>
            </div>
            {move || asking.notice()}
            <Requests session=session asking=asking alone=true/>
        </Screen>
    }
}

/// Everything that was asked for, the newest first, with its state and its answer.
#[component]
pub(super) fn Requests(
    session: Session,
    asking: Asking,
    /// Only what was said about this entry.
    #[prop(optional)]
    about: Option<EntryId>,
    /// Nothing else is on the screen: an empty list says so, and a list needs no heading.
    #[prop(optional)]
    alone: bool,
) -> AnyView {
    let answer = session.ask(Ask::Requests { about });
    let list = move || {
        answer.with(|answer| {
            let Some(Answer::Requests(found)) = answer else { return None };
            let rows: Vec<_> = found.rows.iter().map(|row| request(asking, row)).collect();
            Some(match (rows.is_empty(), alone) {
                (true, false) => return None,
                (true, true) if found.loaded != Loaded::All => return loaded_banner(found.loaded),
                (true, true) => view! {
                    <Empty icon=Icon::Message title=words::asked_none() text=words::asked_will()/>
                }
                .into_any(),
                (false, true) => {
                    view! { <Rows card=true>{rows}</Rows>{loaded_banner(found.loaded)} }.into_any()
                }
                (false, false) => view! {
                    <Card id="yours" title=words::visit_ask_yours() flush=true>
                        <Rows>{rows}</Rows>
                    </Card>
                }
                .into_any(),
            })
        })
    };
    list.into_any()
}

fn title_and_detail(asked: Option<&Asked>) -> (String, Option<String>) {
    match asked {
        Some(Asked::Visit(said)) => (words::request_visit(), Some(said.reason.clone())),
        Some(Asked::Wish(said)) => (words::request_wish(), said.note.clone()),
        Some(Asked::Call(said)) => (words::request_call(), said.note.clone()),
        Some(Asked::BeforeVisit(said)) => (words::request_before(), Some(said.reason.clone())),
        Some(Asked::Wrong(said)) => {
            let name = said.name.as_ref().map(|name| format!("{name}: {}", said.text));
            (words::request_wrong(), name.or_else(|| Some(said.text.clone())))
        }
        Some(Asked::Medicine(said)) => (words::request_medicine(), Some(said.name.clone())),
        Some(Asked::Allergy(said)) => (words::request_allergy(), Some(said.substance.clone())),
        Some(Asked::Reading(said)) => (words::results_from_home(), said.note.clone()),
        None => (words::request_answered(), None),
    }
}

fn request(asking: Asking, row: &RequestRow) -> AnyView {
    let (title, detail) = title_and_detail(row.asked.as_ref());
    let (tone, icon, state) = match &row.state {
        _ if row.cancelled => (Tone::Neutral, Icon::Info, words::request_taken_back()),
        Some(state) => {
            let state = state_words(state);
            (state.tone, state.icon, state.long)
        }
        None => (Tone::Ok, Icon::Message, words::request_answered()),
    };
    let answer = row.answers.last().map(|said| match &said.answer {
        AnswerToVisit::Booked { at, .. } => words::request_booked(&time::appointment(*at)),
        AnswerToVisit::Declined { why, next } => words::request_declined(&format!("{why} {next}")),
        AnswerToVisit::Done { note } => words::request_done(note),
        AnswerToVisit::Offered { .. } => words::request_offered(),
        AnswerToVisit::Other => words::request_answered(),
    });
    let request = row.entry;
    let take_back = row.can_cancel.then(|| {
        view! {
            <button type="button" class="button quiet" aria-label=words::refill_take_back_of(&title)
                on:click=move |_| asking.send(Edit::Cancel { request }, || ())>
                {words::refill_take_back()}
            </button>
        }
    });
    view! {
        <li class="row">
            <span class="grow bar split">
                <span>
                    <span class="title">{title}</span>
                    <span class="detail" dir="auto">{detail}</span>
                    <span class="detail" dir="auto">{answer}</span>
                    <Tag tone=tone icon=icon label=state/>
                </span>
                {take_back}
            </span>
        </li>
    }
    .into_any()
}
