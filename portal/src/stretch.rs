//! Stretches one passphrase, in a worker of its own that is ended afterwards: the 64 MiB that it takes
//! go back to the device, and with them everything that the passphrase left in memory. The program is
//! the worker's, handed over compiled, because one of its own was twenty kilobytes to download.

use js_sys::{Function, JsString, Reflect, Uint8Array};
use shared::vault::{SALT_BYTES, Salt, split, stretch, stretched_text};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// What a worker is called that is started for one passphrase.
pub const NAME: &str = "stretch";

pub fn is_asked_for() -> bool {
    let name = Reflect::get(&js_sys::global(), &"name".into());
    name.is_ok_and(|name| name.as_string().is_some_and(|name| name == NAME))
}

/// Listens for `[passphrase, salt]` and answers both halves, the authentication half first. Its first
/// message says that it listens. It speaks with whoever holds the other end of its port.
pub fn run() {
    let Some(port) = port() else { return };
    let ours = port.clone();
    let hear = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        if let Some(halves) = halves(&event) {
            post(&ours, &Uint8Array::from(&halves[..]));
        }
    });
    // A port takes any property.
    let _set = Reflect::set(&port, &"onmessage".into(), hear.as_ref());
    hear.forget();
    post(&port, &JsValue::TRUE);
}

/// The boot script has it from whoever started this worker.
fn port() -> Option<JsValue> {
    let given = Reflect::get(&js_sys::global(), &"satchel".into()).ok()?;
    Reflect::get(&given, &"port".into()).ok().filter(|port| !port.is_undefined())
}

fn halves(event: &JsValue) -> Option<[u8; 64]> {
    let data = Reflect::get(event, &"data".into()).ok()?;
    let typed: JsString = Reflect::get_u32(&data, 0).ok()?.dyn_into().ok()?;
    let salt: Uint8Array = Reflect::get_u32(&data, 1).ok()?.dyn_into().ok()?;
    let salt: Salt = <[u8; SALT_BYTES]>::try_from(&salt.to_vec()[..]).ok()?;
    // One letter can be typed in several ways; the browser knows Unicode's tables.
    let text = stretched_text(&String::from(typed.normalize("NFKC")));
    let halves = split(&stretch(&text, &salt));
    let mut both = [0; 64];
    both[..32].copy_from_slice(&halves.authentication);
    both[32..].copy_from_slice(halves.vault.bytes());
    Some(both)
}

fn post(port: &JsValue, message: &JsValue) {
    let post = Reflect::get(port, &"postMessage".into());
    if let Ok(post) = post.and_then(JsCast::dyn_into::<Function>) {
        // Whoever asked may be gone meanwhile.
        let _gone = post.call1(port, message);
    }
}
