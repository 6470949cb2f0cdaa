//! Several tabs of one account: a lock chooses the one that holds the socket, and a channel tells
//! the others what changed on the disk they share.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// Calls back once this tab is the one, which may be never. It stays so until the tab is gone.
pub fn lead(name: &str, chosen: impl FnOnce() + 'static) {
    let held = Closure::once_into_js(move || {
        chosen();
        // A promise that never settles keeps the lock for the life of this worker.
        Promise::new(&mut |_, _| ())
    });
    let request = || -> Result<(), JsValue> {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
        let locks = Reflect::get(&navigator, &"locks".into())?;
        let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
        request.call2(&locks, &name.into(), &held).map(drop)
    };
    if request().is_err() {
        // No locks, no other tab that could hold one: rows are content-addressed, so that two
        // leaders would waste a connection and harm nothing.
        let held: Function = held.unchecked_into();
        let _promise = held.call0(&JsValue::UNDEFINED);
    }
}

pub struct Channel(BroadcastChannel);

impl Channel {
    /// Nothing if the browser has none.
    pub fn open(name: &str, hear: impl Fn(Vec<u8>) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Ok(bytes) = event.data().dyn_into::<Uint8Array>() {
                hear(bytes.to_vec());
            }
        });
        channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
        Some(Self(channel))
    }

    pub fn tell(&self, bytes: &[u8]) {
        let _closed = self.0.post_message(&Uint8Array::from(bytes));
    }
}
