//! Forms that stand over the desk, one at a time: opened by a button or a key, and nothing of them
//! happens before a second, named button is pressed.

use leptos::prelude::*;
use shared::view::desk::queue::QueueLine;

use super::seat::Seat;
use crate::page::i18n::{time, words};
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::sheet::Sheet;

pub(super) const HELP: &str = "help";
pub(super) const GIVE: &str = "give";
pub(super) const ADD: &str = "add";
pub(super) const MEMBER: &str = "member";
pub(super) const CLOSE: &str = "close";
pub(super) const END: &str = "end";
pub(super) const CHART: &str = "chart";
pub(super) const WRONG: &str = "wrong";
pub(super) const APPROVE: &str = "approve";
pub(super) const CHANGE: &str = "change";
pub(super) const DECLINE: &str = "decline";
pub(super) const RECOMMEND: &str = "recommend";
pub(super) const BOOK: &str = "book";
pub(super) const OFFER: &str = "offer";

pub(super) fn sheet(
    seat: Seat,
    name: &'static str,
    title: String,
    close: String,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let is_open = RwSignal::new(false);
    let form = seat.form();
    Effect::new(move || is_open.set(form.get() == Some(name)));
    Effect::new(move || {
        if !is_open.get() && form.get_untracked() == Some(name) {
            form.set(None);
        }
    });
    view! { <Sheet id=name title=title close=close is_open=is_open>{content()}</Sheet> }.into_any()
}

/// A form with a main button. What went wrong last is said in it.
pub(super) fn deciding(
    seat: Seat,
    fields: AnyView,
    missing: RwSignal<bool>,
    label: String,
    danger: bool,
    press: impl Fn() + 'static,
) -> AnyView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        press();
    };
    let problem = move || match missing.get() {
        true => Some(words::clinic_fill_all()),
        false => seat.problem().get(),
    };
    view! {
        <form class="stack" on:submit=submit>
            {fields}
            <p class="error" role="alert">{problem}</p>
            <button type="submit" class="button wide" class:danger=danger>{label}</button>
        </form>
    }
    .into_any()
}

/// A button that opens a form.
pub(super) fn opener(
    seat: Seat,
    name: &'static str,
    label: String,
    icon: Option<Icon>,
    main: bool,
) -> AnyView {
    let press = move |_| seat.form().set(Some(name));
    view! {
        <button type="button" class="button" class:quiet=!main id=format!("{name}-open") on:click=press>
            {icon.map(|icon| view! { <Picture of=icon/> })}{label}
        </button>
    }
    .into_any()
}

/// Whom and what: what must never be read wrong before anything is decided.
pub(super) fn about(line: &QueueLine, more: Vec<(String, String)>) -> AnyView {
    let born = words::clinic_named_and_born(&born(&line.birth_date), &line.patient_name);
    let what = (!line.work.title.is_empty())
        .then(|| (super::line::kind_words(line.work.kind), line.work.title.clone()));
    let rows = std::iter::once((words::clinic_patient_label(), born)).chain(what).chain(more);
    facts(rows)
}

pub(super) fn facts(rows: impl Iterator<Item = (String, String)>) -> AnyView {
    let rows = rows.map(|(label, text)| {
        view! { <div><dt>{label}</dt><dd dir="auto">{text}</dd></div> }
    });
    view! { <dl class="facts">{rows.collect_view()}</dl> }.into_any()
}

/// A birth date as people read it; as it is written if it is none.
pub(super) fn born(written: &str) -> String {
    written.parse().map_or_else(|_| written.to_owned(), time::date)
}

/// A labelled field of a form that is being filled in.
pub(super) fn area(id: &'static str, label: String, value: RwSignal<String>) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                class="input" id=id rows="2" dir="auto" prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}

pub(super) fn input(
    id: &'static str,
    kind: &'static str,
    label: String,
    value: RwSignal<String>,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input" id=id type=kind dir="auto" prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
    .into_any()
}

/// One of several; the first is the one that is chosen as long as nobody chooses.
pub(super) fn choice(
    id: &'static str,
    label: String,
    options: Vec<(String, String)>,
    value: RwSignal<String>,
) -> AnyView {
    let options = options.into_iter().map(|(code, words)| {
        let is_chosen = value.get_untracked() == code;
        view! { <option value=code selected=is_chosen>{words}</option> }
    });
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select
                class="input" id=id
                on:change=move |event| value.set(event_target_value(&event))
            >{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

/// A box that is ticked or not.
pub(super) fn tick(label: String, on: RwSignal<bool>) -> AnyView {
    view! {
        <label class="bar">
            <input
                type="checkbox" class="check" prop:checked=on
                on:change=move |event| on.set(event_target_checked(&event))
            />
            {label}
        </label>
    }
    .into_any()
}

/// The text without spaces around it, or nothing; says so if it is missing.
pub(super) fn filled(value: RwSignal<String>, missing: RwSignal<bool>) -> Option<String> {
    let text = value.get_untracked().trim().to_owned();
    missing.set(text.is_empty());
    (!text.is_empty()).then_some(text)
}

/// The text without spaces around it, if there is any.
pub(super) fn optional(value: RwSignal<String>) -> Option<String> {
    let text = value.get_untracked().trim().to_owned();
    (!text.is_empty()).then_some(text)
}

pub(super) fn text() -> RwSignal<String> {
    RwSignal::new(String::new())
}
