//! Keys for staff who never reach for the mouse. They only move and open: no single key decides.

use leptos::ev::keydown;
use leptos::prelude::*;

use super::client::Place;
use super::desk::{Desk, Shown};
use super::form;
use crate::page::i18n::words;
use crate::page::ui::platform::{focus, focus_at_once, is_typing, set_fragment};

pub(super) fn listen(desk: Desk) {
    window_event_listener(keydown, move |event| {
        let is_free = desk.keys_on().get_untracked() && desk.seat.form().get_untracked().is_none();
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing() || !is_free {
            return;
        }
        match event.key().as_str() {
            "j" => go(desk, true),
            "k" => go(desk, false),
            // A letter that is typed before its field has the focus would be a command.
            "r" => focus_at_once("reply"),
            "/" => focus_at_once("search"),
            "?" => desk.seat.form().set(Some(form::HELP)),
            "g" if has_item(desk) => desk.seat.form().set(Some(form::GIVE)),
            "e" => open_first(&["close-open", "end-open"]),
            "a" => open_first(&["approve-open", "book-open", "recommend-open"]),
            "d" => open_first(&["decline-open"]),
            _ => return,
        }
        event.prevent_default();
    });
}

fn has_item(desk: Desk) -> bool {
    matches!(desk.shown().get_untracked(), Shown::Item(_))
}

/// Presses the button that opens a form, if this item has it: what cannot be done has no button.
fn open_first(ids: &[&str]) {
    for id in ids {
        if crate::page::ui::platform::press(id) {
            return;
        }
    }
}

fn go(desk: Desk, ahead: bool) {
    if let Some(place) = desk.step(ahead) {
        open(place);
    }
}

/// The keyboard goes on from the item: what can be done about it is a few stops away.
pub(super) fn open(place: Place) {
    set_fragment(&place.text());
    focus("conversation");
}

/// All keys, and the switch that turns them off.
#[component]
pub(super) fn Help(desk: Desk) -> AnyView {
    let keys = || {
        [
            ("J", words::clinic_help_next()),
            ("K", words::clinic_help_before()),
            ("R", words::clinic_help_reply()),
            ("G", words::clinic_help_give()),
            ("E", words::clinic_help_end()),
            ("A", words::clinic_help_approve()),
            ("D", words::clinic_help_decline()),
            ("/", words::clinic_help_search()),
            ("?", words::clinic_help_this()),
        ]
    };
    let content = move || {
        let rows = keys().into_iter().map(|(key, what)| {
            view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> }
        });
        let on = move || desk.keys_on().get();
        view! {
            <dl class="keys">{rows.collect_view()}</dl>
            <p class="soft">{words::clinic_help_nothing_decides()}</p>
            <label class="bar">
                <input
                    type="checkbox" class="check" role="switch" prop:checked=on
                    on:change=move |event| desk.set_keys(event_target_checked(&event))
                />
                {words::clinic_help_on()}
            </label>
        }
        .into_any()
    };
    form::sheet(desk.seat, form::HELP, words::clinic_help(), words::clinic_close_help(), content)
}
