//! A passphrase is stretched by a worker of its own, which is ended after each use. The page starts it:
//! a worker that starts another one stands still for good in Firefox where somebody watches workers (its
//! developer tools, or a test), if the new one is the quicker of the two.

use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Reflect, Uint8Array};
use shared::vault::{Halves, Salt, WrapKey};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use super::crypto::Failed;

/// So long may its program take to come and to listen; then another one is started.
const LISTENS_WITHIN_MS: [u32; 3] = [10_000, 20_000, 40_000];

/// Ended when it goes, whatever came of it.
struct Once {
    port: MessagePort,
    /// What it says; nothing in the place of a failure.
    heard: mpsc::UnboundedReceiver<Option<JsValue>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Once {
    fn start() -> Result<Self, Failed> {
        let (tell, heard) = mpsc::unbounded();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let said = event.data();
            let _nobody_waits = tell.unbounded_send((!said.is_null()).then_some(said));
        });
        let channel = MessageChannel::new()?;
        let (port, there) = (channel.port1(), channel.port2());
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let with = Array::of2(&place("program")?, &there);
        page().post_message_with_transfer(&with, &Array::of1(&there))?;
        Ok(Self { port, heard, _on_message: on_message })
    }

    async fn listens(&mut self, within_ms: u32) -> bool {
        let first = select(self.heard.next(), TimeoutFuture::new(within_ms)).await;
        matches!(first, Either::Left((Some(Some(_)), _)))
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
        // Without a page there is nobody left who could have started it.
        let _gone = page().post_message(&JsValue::NULL);
    }
}

fn page() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Takes as long for a wrong passphrase as for the right one: nothing here knows which it is.
pub async fn stretch(passphrase: &str, salt: &Salt) -> Result<Halves, Failed> {
    for within_ms in LISTENS_WITHIN_MS {
        let mut once = Once::start()?;
        if once.listens(within_ms).await {
            return stretched_by(once, passphrase, salt).await;
        }
    }
    Err(Failed)
}

async fn stretched_by(mut once: Once, passphrase: &str, salt: &Salt) -> Result<Halves, Failed> {
    let job = Array::of2(&JsValue::from_str(passphrase), &Uint8Array::from(&salt[..]));
    once.port.post_message(&job)?;
    let both = once.heard.next().await.flatten().ok_or(Failed)?;
    let both: Uint8Array = both.dyn_into().map_err(|_| Failed)?;
    let both: [u8; 64] = both.to_vec().try_into().map_err(|_| Failed)?;
    let (authentication, vault) = both.split_at(32);
    Ok(Halves {
        authentication: authentication.try_into().map_err(|_| Failed)?,
        vault: WrapKey::from_bytes(vault.try_into().map_err(|_| Failed)?),
    })
}

/// Where something of this release lies; the boot script knows.
pub fn asset(name: &str) -> Result<String, Failed> {
    place(name)?.as_string().ok_or(Failed)
}

fn place(name: &str) -> Result<JsValue, Failed> {
    let places = Reflect::get(&js_sys::global(), &"satchel".into())?;
    Ok(Reflect::get(&places, &name.into())?)
}
