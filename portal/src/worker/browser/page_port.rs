//! The line to the page: JSON strings, one message each.

use js_sys::global;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::bridge::{ToPage, ToWorker};

pub fn tell(message: &ToPage) {
    let text = serde_json::to_string(message).expect("every message of the bridge becomes JSON");
    // A page that is gone hears nothing; there is nobody to report it to.
    let _gone = scope().post_message(&JsValue::from_str(&text));
}

/// Hands over each message of the page, for as long as the program runs.
pub fn listen(hear: impl Fn(ToWorker) + 'static) {
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string();
        // The page is of the same release; what is not a message comes from an extension.
        if let Some(message) = text.and_then(|text| serde_json::from_str(&text).ok()) {
            hear(message);
        }
    });
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}

fn scope() -> DedicatedWorkerGlobalScope {
    global().unchecked_into()
}
