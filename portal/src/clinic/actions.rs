//! What every item has: who works on it. And the parts of which forms are made here.

use leptos::prelude::*;
use serde_json::json;
use shared::edit::clinic::ClinicEdit;
use shared::view::desk::WorkKind;
use shared::view::desk::queue::{Owner, QueueLine};

use super::client::Place;
use super::desk::Desk;
use crate::page::i18n::words;

#[component]
pub(super) fn Assign(desk: Desk, line: QueueLine) -> AnyView {
    let (place, notes) = (Place::of(&line), line.notes);
    let me = desk.who().get_untracked().map(|who| who.name);
    let is_mine =
        matches!(&line.owner, Some(Owner::Person { name, .. }) if Some(name) == me.as_ref());
    let take = (!is_mine).then(|| button(words::clinic_take(), move || desk.take(place, notes)));
    let hand_back = line.owner.is_some().then(|| {
        button(words::clinic_hand_back(), move || desk.note_on(place, notes, json!("hand_back")))
    });
    let close = (line.work.kind == WorkKind::Message && line.work.stage.waits_for_the_clinic())
        .then(|| {
            let close = ClinicEdit::CloseThread { thread: place.item, closed: true };
            button(words::clinic_close(), move || desk.decide(place, close.clone()))
        });
    let colleagues = move || {
        let all = desk.colleagues().get().into_iter();
        all.map(|it| view! { <option value=it.account.to_string()>{it.name}</option> })
            .collect_view()
    };
    let give = move |event| {
        let account = event_target_value(&event);
        if !account.is_empty() {
            desk.note_on(place, notes, json!({ "give_to": { "account": account } }));
        }
    };
    view! {
        <div class="assign">
            {take}
            {hand_back}
            {close}
            <label>
                <span class="unseen">{words::clinic_give()}</span>
                <select on:change=give>
                    <option value="">{words::clinic_give_choose()}</option>
                    {colleagues}
                </select>
            </label>
        </div>
    }
    .into_any()
}

pub(super) fn button(label: String, press: impl Fn() + 'static) -> AnyView {
    view! { <button type="button" class="desk-button" on:click=move |_| press()>{label}</button> }
        .into_any()
}

/// A labelled field of a form that is being filled in.
pub(super) fn field(id: &'static str, label: String, value: RwSignal<String>) -> AnyView {
    view! {
        <div class="desk-field">
            <label for=id>{label}</label>
            <textarea
                id=id rows="2" dir="auto" prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}

/// A decision with a form of its own: opened by one press, made by another. No key makes it.
pub(super) fn panel(
    open: RwSignal<Option<&'static str>>,
    name: &'static str,
    fields: AnyView,
    label: String,
    press: impl Fn() + 'static,
) -> AnyView {
    view! {
        <form
            class="panel" hidden=move || open.get() != Some(name)
            on:submit=move |event| { event.prevent_default(); press(); }
        >
            {fields}
            <div class="panel-foot">
                <button type="button" class="desk-button" on:click=move |_| open.set(None)>
                    {words::clinic_cancel()}
                </button>
                <button type="submit" class="desk-button main">{label}</button>
            </div>
        </form>
    }
    .into_any()
}

/// The text without spaces around it, or nothing; says so if it is missing.
pub(super) fn filled(value: RwSignal<String>, missing: RwSignal<bool>) -> Option<String> {
    let text = value.get_untracked().trim().to_owned();
    missing.set(text.is_empty());
    (!text.is_empty()).then_some(text)
}
