//! What the pages need of the browser itself. Everything that names the web platform on the page's
//! side lies below `ui`, so that a page stays questions, edits and layout.

mod address;
mod document;
mod events;
mod file;
mod passkey;
mod storage;
mod worker_port;

pub(crate) use address::Address;
pub(crate) use document::{
    direct, focus, focus_at_once, focus_heading, focused_id, has_secret, is_typing, press,
    root_data, scroll_down, scroll_to_end, set_root_data, set_title, setting, words,
};
pub(crate) use events::{
    hear, is_in_sight, on_aside, on_elsewhere, on_fragment, on_key, on_sight, on_touch, on_wake,
    pause, print, tell,
};
pub(crate) use file::{ChosenFile, ObjectUrl, copy, save};
pub(crate) use passkey::{has_passkeys, use_passkey};
pub(crate) use storage::{
    Kept, clean_address, forget_database, fragment, fragment_value, go_to, languages, origin,
    query_value, random_key, set_fragment, slots_on_disk,
};
pub(crate) use worker_port::WorkerPort;

use web_sys::{Document, Window};

fn window() -> Window {
    web_sys::window().expect("the page program runs in a window")
}

fn document() -> Document {
    window().document().expect("a window has a document")
}
