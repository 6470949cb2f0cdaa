//! A passphrase is stretched by a worker of its own, which is ended after each use.

use futures_channel::mpsc;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Reflect, Uint8Array};
use shared::vault::{Halves, Salt, WrapKey};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use super::crypto::Failed;
use crate::stretch::NAME;

/// So long may its program take to come and to listen; then another one is started. Browsers have lost
/// such a worker while a service worker was taking over, without a word.
const LISTENS_WITHIN_MS: [u32; 3] = [10_000, 20_000, 40_000];

/// Ended when it goes, whatever came of it.
struct Once {
    worker: Worker,
    /// What it says; nothing in the place of a failure.
    heard: mpsc::UnboundedReceiver<Option<JsValue>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(JsValue)>,
}

impl Once {
    fn start() -> Result<Self, Failed> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(NAME);
        let worker = Worker::new_with_options(&asset("boot")?, &options)?;
        worker.post_message(&place("program")?)?;
        let (tell, heard) = mpsc::unbounded();
        let failed = tell.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let _nobody_waits = tell.unbounded_send(Some(event.data()));
        });
        let on_error = Closure::<dyn Fn(JsValue)>::new(move |_| {
            let _nobody_waits = failed.unbounded_send(None);
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, heard, _on_message: on_message, _on_error: on_error })
    }

    async fn listens(&mut self, within_ms: u32) -> bool {
        let first = select(self.heard.next(), TimeoutFuture::new(within_ms)).await;
        matches!(first, Either::Left((Some(Some(_)), _)))
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
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
    once.worker.post_message(&job)?;
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
