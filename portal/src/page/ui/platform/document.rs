//! The document around the screens: language, title, focus, settings from the page's head.

use js_sys::Reflect;
use leptos::prelude::request_animation_frame;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::{document, window};

fn root() -> Option<Element> {
    document().document_element()
}

/// Sets the language and the direction of everything.
pub(crate) fn direct(language: &str, direction: &str) {
    for (name, value) in [("lang", language), ("dir", direction)] {
        if let Some(root) = root() {
            // The names are constants, so the only reason to fail is absent.
            let _ = root.set_attribute(name, value);
        }
    }
}

/// `data-NAME` of `<html>`: how the boot script, the styles and the program tell each other things.
pub(crate) fn root_data(name: &str) -> Option<String> {
    root()?.get_attribute(&format!("data-{name}"))
}

pub(crate) fn set_root_data(name: &str, value: Option<&str>) {
    let Some(root) = root() else { return };
    let name = format!("data-{name}");
    let _ = match value {
        Some(value) => root.set_attribute(&name, value),
        None => root.remove_attribute(&name),
    };
}

pub(crate) fn set_title(title: &str) {
    document().set_title(title);
}

/// The content of `<meta name="satchel-NAME">`, filled by the build.
pub(crate) fn setting(name: &str) -> Option<String> {
    let meta = document().query_selector(&format!("meta[name=\"satchel-{name}\"]")).ok()??;
    meta.get_attribute("content")
}

/// The words of every language, which the boot script fetched beside the program.
pub(crate) fn words() -> String {
    let words = Reflect::get(&window(), &JsValue::from_str("satchelWords"));
    words.ok().and_then(|words| words.as_string()).unwrap_or_default()
}

/// Moves the focus to the heading once the new screen is there, so that a screen reader starts to
/// read it and the keyboard continues from it.
pub(crate) fn focus_heading() {
    request_animation_frame(|| {
        let Ok(Some(heading)) = document().query_selector("main h1") else {
            return;
        };
        let _ = heading.set_attribute("tabindex", "-1");
        focus_element(&heading);
    });
}

pub(crate) fn focus(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(&id) {
            focus_element(&element);
        }
    });
}

/// The same before anything else happens: the next key may be on its way already.
pub(crate) fn focus_at_once(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        focus_element(&element);
    }
}

/// Presses a button, if it is there and can be pressed.
pub(crate) fn press(id: &str) -> bool {
    let found = document().get_element_by_id(id);
    let button = found.and_then(|found| found.dyn_into::<HtmlElement>().ok());
    button.map(|button| button.click()).is_some()
}

/// Shows the end of what scrolls by itself.
pub(crate) fn scroll_down(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(&id) {
            element.set_scroll_top(element.scroll_height());
        }
    });
}

pub(crate) fn focused_id() -> Option<String> {
    document().active_element().map(|element| element.id()).filter(|id| !id.is_empty())
}

/// Letters that are pressed now belong to a field.
pub(crate) fn is_typing() -> bool {
    let active = document().active_element().map(|element| element.tag_name());
    active.is_some_and(|tag| matches!(tag.as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Something stands in a field for passphrases, which have an empty placeholder for this question.
pub(crate) fn has_secret() -> bool {
    let typed = "[autocomplete$=password]:not(:placeholder-shown)";
    matches!(document().query_selector(typed), Ok(Some(_)))
}

fn focus_element(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// A conversation opens at its newest message. With huge text nothing is pinned and the beginning
/// is what has to be in sight, so it stays there.
pub(crate) fn scroll_to_end() {
    request_animation_frame(|| {
        let pinned = document().query_selector(".composer").ok().flatten().is_some_and(|bar| {
            let style = window().get_computed_style(&bar).ok().flatten();
            style.and_then(|style| style.get_property_value("position").ok()).as_deref()
                == Some("sticky")
        });
        if pinned && let Some(body) = document().body() {
            window().scroll_to_with_x_and_y(0.0, f64::from(body.scroll_height()));
        }
    });
}
