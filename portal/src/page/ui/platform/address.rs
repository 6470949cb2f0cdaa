//! The address: where the person is, links inside the app without a new page, back and forward.

use leptos::prelude::{GetUntracked, ReadSignal, RwSignal, Set};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent};

use super::events::listen;
use super::{document, window};

/// Other programs of the same server: links to them are left to the browser.
const FOREIGN: [&str; 4] = ["/api/", "/assets/", "/clinic/", "/demo/"];

#[derive(Clone, Copy)]
pub(crate) struct Address {
    path: RwSignal<String>,
}

impl Address {
    /// Follows the address for as long as the program runs.
    pub(crate) fn start() -> Self {
        let address = Self { path: RwSignal::new(current()) };
        listen(&window(), "popstate", move || address.path.set(current()));
        let click = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
            if let Some(path) = link_inside(&event) {
                event.prevent_default();
                address.go(&path);
            }
        });
        let _ =
            document().add_event_listener_with_callback("click", click.as_ref().unchecked_ref());
        click.forget();
        address
    }

    pub(crate) fn path(self) -> ReadSignal<String> {
        self.path.read_only()
    }

    pub(crate) fn go(self, path: &str) {
        if self.path.get_untracked() == path {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
        }
        self.show(path);
    }

    /// Goes there without a way back to here.
    pub(crate) fn go_instead(self, path: &str) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
        }
        self.show(path);
    }

    fn show(self, path: &str) {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        self.path.set(path.to_owned());
    }
}

fn current() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Where a plain click on a link of ours leads. Everything else is the browser's.
fn link_inside(event: &MouseEvent) -> Option<String> {
    let with_key = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if event.default_prevented() || event.button() != 0 || with_key {
        return None;
    }
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let is_ours = window().location().origin().ok()? == link.origin()
        && link.target().is_empty()
        && !link.has_attribute("download")
        && link.hash().is_empty();
    let path = link.pathname();
    let is_foreign = FOREIGN.iter().any(|place| path.starts_with(place));
    (is_ours && !is_foreign).then_some(path)
}
