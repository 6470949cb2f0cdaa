//! A passphrase is stretched by a worker of its own, which is ended after each use.

use futures_channel::mpsc;
use futures_util::StreamExt;
use js_sys::{Array, Reflect, Uint8Array};
use shared::vault::{Halves, Salt, WrapKey};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use super::crypto::Failed;

/// Ends it, whatever came of it.
struct Once(Worker);

impl Drop for Once {
    fn drop(&mut self) {
        self.0.set_onmessage(None);
        self.0.set_onerror(None);
        self.0.terminate();
    }
}

/// Takes as long for a wrong passphrase as for the right one: nothing here knows which it is.
pub async fn stretch(passphrase: &str, salt: &Salt) -> Result<Halves, Failed> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Once(Worker::new_with_options(&asset("stretch")?, &options)?);
    let (tell, mut heard) = mpsc::unbounded::<Option<JsValue>>();
    let failed = tell.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let _nobody_waits = tell.unbounded_send(Some(event.data()));
    });
    let on_error = Closure::<dyn Fn(JsValue)>::new(move |_| {
        let _nobody_waits = failed.unbounded_send(None);
    });
    worker.0.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.0.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    // It listens.
    heard.next().await.flatten().ok_or(Failed)?;
    let job = Array::of2(&JsValue::from_str(passphrase), &Uint8Array::from(&salt[..]));
    worker.0.post_message(&job)?;
    let both = heard.next().await.flatten().ok_or(Failed)?;
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
    let places = Reflect::get(&js_sys::global(), &"satchel".into())?;
    Reflect::get(&places, &name.into())?.as_string().ok_or(Failed)
}
