//! Asking for a visit or a call.

use leptos::prelude::*;
use shared::edit::{self, Audience, Edit, NAME_CHARS_MAX, NOTE_CHARS_MAX};

use super::asked::Requests;
use super::asking::{Asking, choice_in, kept, time_at, times_words};
use super::emergency_notice::EmergencyNotice;
use super::message_words::EmergencyLine;
use crate::page::draft::Draft;
use crate::page::i18n::{self, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::field::{Checkbox, Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;

// Where the fields stand in their draft.
const REASON: usize = 0;
const WHEN: usize = 1;
/// How somebody is helped, or under which number they are called.
const MORE: usize = 2;
const EARLIER: usize = 3;

const YES: usize = 1;

#[component]
pub(crate) fn AskForVisit() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let draft = Draft::open(session, "visit".to_owned());
    let is_earlier = move || draft.choice(EARLIER) == YES;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ask = edit::AskForVisit {
            reason: draft.part_now(REASON),
            with: None,
            times: vec![time_at(draft.choice_now(WHEN))],
            earlier_welcome: draft.choice_now(EARLIER) == YES,
            help: draft.typed(MORE),
            audience: Audience::Circle,
        };
        asking.send_from(draft, Edit::AskForVisit(ask), || ());
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
                    value=draft.part(REASON) on_input=draft.writes(REASON)
                    chars_max=NAME_CHARS_MAX/>
                <EmergencyNotice session=session text=draft.part(REASON)/>
                {choice_in(draft, WHEN, "when", words::visit_ask_when(), times_words())}
                <Checkbox label=words::visit_ask_earlier() checked=Signal::derive(is_earlier)
                    on_change=move |on| draft.write_part(EARLIER, if on { "1" } else { "" })/>
                <Field id="help" label=words::visit_ask_help() hint=words::visit_ask_help_hint()
                    value=draft.part(MORE) on_input=draft.writes(MORE) chars_max=NAME_CHARS_MAX/>
                <p class="small soft">{words::visit_ask_not_booked()}</p>
                <Button label=words::visit_ask_send() icon=Icon::Calendar wide=true/>
                {kept(draft)}
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
    let draft = Draft::open(session, "call".to_owned());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ask = edit::AskForCall {
            language: i18n::current().code().to_owned(),
            times: vec![time_at(draft.choice_now(WHEN))],
            phone: draft.typed(MORE),
            note: draft.typed(REASON),
            audience: Audience::Circle,
        };
        asking.send_from(draft, Edit::AskForCall(ask), || ());
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
                <Field id="note" kind=Kind::Long label=words::call_note() value=draft.part(REASON)
                    on_input=draft.writes(REASON) chars_max=NOTE_CHARS_MAX/>
                <EmergencyNotice session=session text=draft.part(REASON)/>
                {choice_in(draft, WHEN, "when", words::call_when(), times_words())}
                <Field id="phone" label=words::call_phone() hint=words::call_phone_hint()
                    value=draft.part(MORE) on_input=draft.writes(MORE) chars_max=NAME_CHARS_MAX/>
                <Button label=words::call_send() icon=Icon::Call wide=true/>
                {kept(draft)}
            </form>
            <Requests session=session asking=asking/>
        </Screen>
    }
}
