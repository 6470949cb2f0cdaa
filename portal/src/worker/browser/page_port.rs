//! The line to the page: bytes, one message each.

use js_sys::{Array, Uint8Array, global};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

use crate::bridge::{ToPage, ToWorker, from_bytes, to_bytes};

pub fn tell(message: &ToPage) {
    let bytes = Uint8Array::from(to_bytes(message).as_slice());
    // A page that is gone hears nothing; there is nobody to report it to.
    let _gone = scope().post_message(&bytes);
}

/// Hands over each message of the page, and the file that came with it, for as long as the program runs.
pub fn listen(hear: impl Fn(ToWorker, Option<Blob>) + 'static) {
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let (data, file) = match event.data().dyn_into::<Array>() {
            Ok(both) => (both.get(0), both.get(1).dyn_into().ok()),
            Err(alone) => (alone, None),
        };
        let bytes = data.dyn_into::<Uint8Array>();
        // The page is of the same release; what is not a message comes from an extension.
        if let Ok(Ok(message)) = bytes.map(|bytes| from_bytes(&bytes.to_vec())) {
            hear(message, file);
        }
    });
    scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}

fn scope() -> DedicatedWorkerGlobalScope {
    global().unchecked_into()
}
