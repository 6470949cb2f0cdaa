//! Asking for a visit or a call.

use leptos::prelude::*;
use shared::edit::{self, Audience, Edit, NAME_CHARS_MAX, NOTE_CHARS_MAX};

use super::asked::Requests;
use super::asking::{Asking, choice, time_at, times_words, typed};
use super::emergency_notice::EmergencyNotice;
use super::message_words::EmergencyLine;
use crate::page::i18n::{self, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::field::{Checkbox, Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;

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
                <EmergencyNotice session=session text=reason.into()/>
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
                <EmergencyNotice session=session text=note.into()/>
                {choice("when", words::call_when(), times_words(), when)}
                <Field id="phone" label=words::call_phone() hint=words::call_phone_hint()
                    value=phone on_input=move |text| phone.set(text) chars_max=NAME_CHARS_MAX/>
                <Button label=words::call_send() icon=Icon::Call wide=true/>
            </form>
            <Requests session=session asking=asking/>
        </Screen>
    }
}
