//! Events between the boot script and the program, and the moments at which to look again.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Event, EventTarget, PageTransitionEvent, VisibilityState};

use super::{document, window};

/// Calls back for every `satchel:NAME`, as long as the program runs.
pub(crate) fn hear(name: &str, call: impl FnMut() + 'static) {
    listen(&window(), &format!("satchel:{name}"), call);
}

pub(crate) fn tell(name: &str) {
    if let Ok(event) = Event::new(&format!("satchel:{name}")) {
        // Nobody cancels our own events.
        let _ = window().dispatch_event(&event);
    }
}

/// Calls back when the page comes to the front, returns from the browser's cache, or when the
/// browser believes that there is a network again. It is often wrong about that, so this is only
/// ever a reason to look, never a fact.
pub(crate) fn on_wake(call: impl Fn() + Clone + 'static) {
    let visible = call.clone();
    listen(&document(), "visibilitychange", move || {
        if document().visibility_state() == VisibilityState::Visible {
            visible();
        }
    });
    for name in ["online", "pageshow"] {
        listen(&window(), name, call.clone());
    }
}

/// Calls back when the browser puts the page aside as it is, and when the person comes back to it.
/// What lies aside keeps every lock and every open transaction of its worker, so that a new page of
/// the same person would wait for ever (seen in WebKit).
pub(crate) fn on_aside(left: impl Fn() + 'static, back: impl Fn() + 'static) {
    on_transition("pagehide", left);
    on_transition("pageshow", back);
}

fn on_transition(name: &str, call: impl Fn() + 'static) {
    let listener =
        Closure::<dyn Fn(PageTransitionEvent)>::new(move |event: PageTransitionEvent| {
            if event.persisted() {
                call();
            }
        });
    let callback = listener.as_ref().unchecked_ref();
    let _ = window().add_event_listener_with_callback(name, callback);
    listener.forget();
}

/// Calls back when what stands behind `#` changes: by a link, or by going back.
pub(crate) fn on_fragment(call: impl Fn() + 'static) {
    listen(&window(), "hashchange", call);
}

pub(super) fn listen(target: &EventTarget, name: &str, mut call: impl FnMut() + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(move |_| call());
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    // The program listens until the page goes.
    listener.forget();
}
