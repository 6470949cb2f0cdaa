//! The dedicated worker as a thing that takes bytes, answers bytes, and can be ended.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::ChosenFile;

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
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Ok(bytes) = event.data().dyn_into::<Uint8Array>() {
                heard(bytes.to_vec());
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

impl Drop for WorkerPort {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
