//! The dedicated worker as a thing that takes bytes, answers bytes, and can be ended, with the second
//! one that it asks for when a passphrase is to be stretched.

use std::cell::Cell;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::ChosenFile;
use crate::stretch;

/// Ends the worker, and everything in its memory, when it is dropped.
pub(crate) struct WorkerPort {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl WorkerPort {
    /// Nothing if the browser refuses workers here.
    pub(crate) fn start(
        url: &str,
        mut heard: impl FnMut(Vec<u8>) + 'static,
        mut failed: impl FnMut() + 'static,
    ) -> Option<Self> {
        let worker = started(url, None)?;
        let again = url.to_owned();
        let stretching = Cell::new(None);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().dyn_into::<Uint8Array>() {
                Ok(bytes) => heard(bytes.to_vec()),
                Err(asked) => {
                    let next = asked.dyn_ref().and_then(|with| Stretching::start(&again, with));
                    // The one before is ended, whatever came of it.
                    drop(stretching.replace(next));
                }
            }
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            failed();
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// The file goes as it is: it is read where it arrives.
    pub(crate) fn post_with(&self, bytes: &[u8], file: &ChosenFile) {
        let both = Array::of2(&Uint8Array::from(bytes), &file.0);
        let _ = self.worker.post_message(&both);
    }

    pub(crate) fn post(&self, bytes: &[u8]) {
        // Bytes can always be cloned into another thread.
        let _ = self.worker.post_message(&Uint8Array::from(bytes));
    }
}

/// Lives for one passphrase, and no longer than the worker that asked for it.
struct Stretching(Worker);

impl Stretching {
    /// With the compiled program and the end of a channel, at whose other end it is asked.
    fn start(url: &str, with: &Array) -> Option<Self> {
        let worker = Self(started(url, Some(stretch::NAME))?);
        let port = Array::of1(&with.get(1));
        worker.0.post_message_with_transfer(&with.get(0), &port).ok()?;
        Some(worker)
    }
}

impl Drop for Stretching {
    fn drop(&mut self) {
        self.0.terminate();
    }
}

fn started(url: &str, name: Option<&str>) -> Option<Worker> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    if let Some(name) = name {
        options.set_name(name);
    }
    Worker::new_with_options(url, &options).ok()
}

impl Drop for WorkerPort {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
