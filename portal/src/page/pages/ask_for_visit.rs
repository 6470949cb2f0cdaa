//! Asking for a visit or a call, and what became of what was asked.

use leptos::prelude::*;
use shared::edit::{self, AnswerToVisit, Audience, Edit, NAME_CHARS_MAX, NOTE_CHARS_MAX};
use shared::view::requests::{Asked, RequestRow};

use super::asking::{Asking, choice, time_at, times_words, typed};
use super::message_words::{EmergencyLine, state_words};
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{self, time, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::card::Card;
use crate::page::ui::field::{Checkbox, Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::{Tag, Tone};

#[component]
pub(crate) fn AskForVisit() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let (reason, help) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (when, earlier) = (RwSignal::new(0), RwSignal::new(false));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ask = edit::AskForVisit {
            reason: reason.get_untracked(),
            with: None,
            times: vec![time_at(when.get_untracked())],
            earlier_welcome: earlier.get_untracked(),
            help: typed(help),
            audience: Audience::Circle,
        };
        asking.send(Edit::AskForVisit(ask), move || {
            reason.set(String::new());
            help.set(String::new());
        });
    };
    view! {
        <Screen name=words::visit_ask_title()>
            <div>
                <BackLink href="/record/visits" label=words::record_visits()/>
                <h1>{words::visit_ask_title()}</h1>
                <EmergencyLine/>
            </div>
            {move || asking.notice()}
            <form class="card" on:submit=submit>
                <Field id="reason" label=words::visit_ask_reason() hint=words::visit_ask_reason_hint()
                    value=reason on_input=move |text| reason.set(text) chars_max=NAME_CHARS_MAX/>
                {choice("when", words::visit_ask_when(), times_words(), when)}
                <Checkbox label=words::visit_ask_earlier() checked=earlier
                    on_change=move |on| earlier.set(on)/>
                <Field id="help" label=words::visit_ask_help() hint=words::visit_ask_help_hint()
                    value=help on_input=move |text| help.set(text) chars_max=NAME_CHARS_MAX/>
                <p class="small soft">{words::visit_ask_not_booked()}</p>
                <Button label=words::visit_ask_send() icon=Icon::Calendar wide=true/>
            </form>
            <Rows card=true>
                <RowLink href="/call".to_owned() icon=Icon::Call title=words::visit_ask_call()/>
            </Rows>
            <Requests session=session asking=asking/>
        </Screen>
    }
}

#[component]
pub(crate) fn AskForCall() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let (note, phone) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let when = RwSignal::new(0);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ask = edit::AskForCall {
            language: i18n::current().code().to_owned(),
            times: vec![time_at(when.get_untracked())],
            phone: typed(phone),
            note: typed(note),
            audience: Audience::Circle,
        };
        asking.send(Edit::AskForCall(ask), move || {
            note.set(String::new());
            phone.set(String::new());
        });
    };
    view! {
        <Screen name=words::call_title()>
            <div>
                <BackLink href="/record/visits" label=words::record_visits()/>
                <h1>{words::call_title()}</h1>
                <EmergencyLine/>
            </div>
            {move || asking.notice()}
            <form class="card" on:submit=submit>
                <Field id="note" kind=Kind::Long label=words::call_note() value=note
                    on_input=move |text| note.set(text) chars_max=NOTE_CHARS_MAX/>
                {choice("when", words::call_when(), times_words(), when)}
                <Field id="phone" label=words::call_phone() hint=words::call_phone_hint()
                    value=phone on_input=move |text| phone.set(text) chars_max=NAME_CHARS_MAX/>
                <Button label=words::call_send() icon=Icon::Call wide=true/>
            </form>
            <Requests session=session asking=asking/>
        </Screen>
    }
}

/// Everything that was asked for, the newest first, with its state and its answer.
#[component]
fn Requests(session: Session, asking: Asking) -> AnyView {
    let answer = session.ask(Ask::Requests);
    let list = move || {
        answer.with(|answer| match answer {
            Some(Answer::Requests(rows)) if !rows.is_empty() => {
                let rows: Vec<_> = rows.iter().map(|row| request(asking, row)).collect();
                Some(view! {
                    <Card id="yours" title=words::visit_ask_yours() flush=true>
                        <Rows>{rows}</Rows>
                    </Card>
                })
            }
            Some(_) | None => None,
        })
    };
    list.into_any()
}

fn request(asking: Asking, row: &RequestRow) -> AnyView {
    let (title, detail) = match &row.asked {
        Some(Asked::Visit(said)) => (words::request_visit(), Some(said.reason.clone())),
        Some(Asked::Wish(said)) => (words::request_wish(), said.note.clone()),
        Some(Asked::Call(said)) => (words::request_call(), said.note.clone()),
        Some(Asked::BeforeVisit(said)) => (words::request_before(), Some(said.reason.clone())),
        Some(Asked::Wrong(said)) => (words::request_wrong(), Some(said.text.clone())),
        None => (words::request_answered(), None),
    };
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
