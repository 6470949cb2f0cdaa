//! The box for a reply. What is typed stays whatever happens to the connection, and a reply that
//! could not leave goes out by itself when the server is back.

use leptos::prelude::*;
use shared::edit::{MESSAGE_CHARS_MAX, Refused};

use super::client::{Failed, Place};
use super::desk::{Desk, Shown};
use super::drafts::DraftState;
use super::saved::Saved;
use crate::page::i18n::words;
use crate::page::ui::icon::{Icon, Picture};

#[component]
pub(super) fn Reply(desk: Desk, place: Place) -> AnyView {
    let label = move || match desk.shown().get() {
        Shown::Item(item) => words::clinic_reply_to(&item.line.patient_name),
        Shown::None | Shown::Opening | Shown::Missing | Shown::Closed => String::new(),
    };
    let problem = RwSignal::new(None::<String>);
    let state = move || {
        problem.get().or_else(|| match desk.draft(place)?.state {
            DraftState::Writing => None,
            DraftState::Sending => Some(words::clinic_sending()),
            DraftState::Waiting => Some(words::clinic_waits()),
            DraftState::NotSent(why) => Some(why_not(why)),
        })
    };
    let is_sending =
        move || desk.draft(place).is_some_and(|draft| draft.state == DraftState::Sending);
    let typed = move |event| {
        problem.set(None);
        desk.type_text(place, event_target_value(&event));
    };
    let send = move || {
        let text = desk.text(place);
        if text.trim().is_empty() {
            problem.set(Some(words::clinic_reply_empty()));
        } else if text.trim().chars().count() > MESSAGE_CHARS_MAX {
            problem.set(Some(words::clinic_reply_long()));
        } else {
            desk.send(place);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let by_keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send();
        }
    };
    view! {
        <form class="reply" on:submit=submit>
            <label for="reply" dir="auto">{label}</label>
            <textarea
                class="input" id="reply" rows="3" dir="auto" aria-describedby="reply-state"
                prop:value=move || desk.text(place) prop:readOnly=is_sending
                on:input=typed on:keydown=by_keys
            ></textarea>
            <div class="bar split">
                <Saved desk=desk place=place/>
                <p id="reply-state" class="soft grow" role="status">{state}</p>
                <button type="submit" class="button" aria-keyshortcuts="Control+Enter">
                    <Picture of=Icon::Send/>{words::action_send()}
                    <kbd aria-hidden="true">"Ctrl \u{21b5}"</kbd>
                </button>
            </div>
        </form>
    }
    .into_any()
}

pub(super) fn why_not(why: Failed) -> String {
    match why {
        Failed::Away | Failed::SignedOut => words::clinic_waits(),
        Failed::Refused(Refused::EmptyText) => words::clinic_reply_empty(),
        Failed::Refused(Refused::TextTooLong) => words::clinic_reply_long(),
        Failed::NotFound => words::clinic_missing(),
        Failed::NoRelation => words::clinic_closed(),
        Failed::Refused(Refused::Decided) => words::refused_decided(),
        Failed::Refused(Refused::Cancelled) => words::clinic_state_cancelled(),
        Failed::Refused(Refused::NotYourRole) => words::refused_not_your_role(),
        Failed::Refused(
            Refused::EmptyTopic
            | Refused::TopicTooLong
            | Refused::NoSuchThread
            | Refused::NoSuchEntry
            | Refused::AlreadySent
            | Refused::SomebodyElses
            | Refused::TooMany
            | Refused::NotAMedicine
            | Refused::MedicineStopped
            | Refused::RefillOpen
            | Refused::NoTimes
            | Refused::NotAVisit
            | Refused::NotANumber
            | Refused::NotPossible
            | Refused::NotADate,
        )
        | Failed::CodeNeeded
        | Failed::NoAccess(_)
        | Failed::Impossible => words::clinic_not_sent(),
    }
}
