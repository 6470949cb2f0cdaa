//! Several tabs of one account: a lock chooses the one that holds the socket, and a channel tells
//! the others what changed on the disk they share.

use futures_channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// Calls back once this tab is the one, which may be never, and says whether another tab was it before.
/// It stays so until the tab is gone.
pub fn lead(name: &str, chosen: impl FnOnce(bool) + 'static) {
    let later = name.to_owned();
    let held = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            let held = Closure::once_into_js(move || {
                chosen(true);
                never()
            });
            // What gave an answer a moment ago gives one now.
            let _refused = request(&later, false, &held);
            return JsValue::UNDEFINED;
        }
        chosen(false);
        never().into()
    });
    if request(name, true, &held).is_err() {
        // No locks, no other tab that could hold one: rows are content-addressed, so that two
        // leaders would waste a connection and harm nothing.
        let held: Function = held.unchecked_into();
        let _promise = held.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
    }
}

/// For as long as it is there, no other tab gets past the same name.
pub struct Alone(Option<Function>);

impl Drop for Alone {
    fn drop(&mut self) {
        if let Some(done) = &self.0 {
            // It only settles a promise.
            let _settled = done.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Waits for the other tabs; not at all where the browser knows no locks.
pub async fn alone(name: &str) -> Alone {
    let (tell, held) = oneshot::channel();
    let hold = Closure::once_into_js(move |_: JsValue| -> JsValue {
        let mut settle = None;
        let promise = Promise::new(&mut |done, _| settle = Some(done));
        // Nobody hears it only if this program is ending.
        let _ending = settle.map(|settle| tell.send(settle));
        promise.into()
    });
    match request(name, false, &hold) {
        Ok(()) => Alone(held.await.ok()),
        Err(_) => Alone(None),
    }
}

/// `at_once`: called with nothing if somebody else holds it, in place of waiting.
fn request(name: &str, at_once: bool, held: &JsValue) -> Result<(), JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let locks = Reflect::get(&navigator, &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &at_once.into())?;
    request.call3(&locks, &name.into(), &options, held).map(drop)
}

/// A promise that never settles keeps the lock for the life of this worker.
fn never() -> Promise {
    Promise::new(&mut |_, _| ())
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
