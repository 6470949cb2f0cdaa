//! Events between the boot script and the program, and the moments at which to look again.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    Event, EventTarget, KeyboardEvent, PageTransitionEvent, StorageEvent, VisibilityState,
};

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

/// Calls back at every sign of a person: a key, a finger, a pointer, a wheel.
pub(crate) fn on_touch(call: impl Fn() + Clone + 'static) {
    for name in ["keydown", "pointerdown", "pointermove", "touchstart", "wheel"] {
        listen(&window(), name, call.clone());
    }
}

/// Calls back whenever the page comes into sight or goes out of it, and when it comes back out of the
/// browser's cache.
pub(crate) fn on_sight(call: impl Fn() + Clone + 'static) {
    listen(&document(), "visibilitychange", call.clone());
    for name in ["pagehide", "pageshow", "focus"] {
        listen(&window(), name, call.clone());
    }
}

pub(crate) fn is_in_sight() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// A key with those that are held beside it.
pub(crate) struct Key {
    pub(crate) code: String,
    pub(crate) alt: bool,
    pub(crate) shift: bool,
}

pub(crate) fn on_key(is_it: fn(&Key) -> bool, call: impl Fn() + 'static) {
    let listener = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        let key = Key { code: event.code(), alt: event.alt_key(), shift: event.shift_key() };
        if is_it(&key) {
            event.prevent_default();
            call();
        }
    });
    let _ = window().add_event_listener_with_callback("keydown", listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Calls back with name and value when another tab keeps a word for this browser.
pub(crate) fn on_elsewhere(call: impl Fn(&str, &str) + 'static) {
    let listener = Closure::<dyn FnMut(StorageEvent)>::new(move |event: StorageEvent| {
        let key = event.key().unwrap_or_default();
        if let Some(name) = key.strip_prefix("satchel.") {
            call(name, &event.new_value().unwrap_or_default());
        }
    });
    let _ = window().add_event_listener_with_callback("storage", listener.as_ref().unchecked_ref());
    listener.forget();
}

pub(crate) async fn pause(ms: u32) {
    gloo_timers::future::TimeoutFuture::new(ms).await;
}

/// Opens the browser's way to paper.
pub(crate) fn print() {
    // A browser without a printer has no such thing, and says so itself.
    let _ = window().print();
}

pub(super) fn listen(target: &EventTarget, name: &str, mut call: impl FnMut() + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(move |_| call());
    let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    // The program listens until the page goes.
    listener.forget();
}
