//! Passkeys. The browser asks the person; what it says goes through as text, and nothing is read here.
//! The script is `assets/passkey.js`.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::window;

/// The first line is JSON for the clinic. Nothing if the person or the browser did not want to.
pub(crate) async fn use_passkey(asked: &str) -> Option<String> {
    let asks = Reflect::get(&window(), &JsValue::from_str("satchelPasskey")).ok()?;
    let asks: Function = asks.dyn_into().ok()?;
    let promise = asks.call1(&JsValue::NULL, &JsValue::from_str(asked)).ok()?;
    JsFuture::from(promise.unchecked_into::<Promise>()).await.ok()?.as_string()
}

pub(crate) fn has_passkeys() -> bool {
    Reflect::has(&window(), &JsValue::from_str("PublicKeyCredential")).unwrap_or(false)
}
