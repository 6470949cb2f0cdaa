//! Keys for staff who never reach for the mouse. They only move and open: no single key decides.

use leptos::ev::keydown;
use leptos::prelude::*;

use super::desk::Desk;
use crate::page::ui::platform::{focus, is_typing, set_fragment};

pub(super) fn listen(desk: Desk) {
    window_event_listener(keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing() {
            return;
        }
        match event.key().as_str() {
            "j" => go(desk, true),
            "k" => go(desk, false),
            "r" => focus("reply"),
            "/" => focus("search"),
            _ => return,
        }
        event.prevent_default();
    });
}

fn go(desk: Desk, ahead: bool) {
    if let Some(place) = desk.step(ahead) {
        set_fragment(&place.text());
    }
}
