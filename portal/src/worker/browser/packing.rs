//! The browser's own compression, and where this program came from.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableWritablePair, Response, WorkerGlobalScope};

// Every browser that opens the portal has it; `web_sys` counts it among what may change.
#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;
}

/// As raw DEFLATE (RFC 1951). Nothing if the browser does not do it.
pub async fn deflated(text: &str) -> Option<Vec<u8>> {
    let packer: ReadableWritablePair = CompressionStream::new("deflate-raw").ok()?.unchecked_into();
    let blob = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text))).ok()?;
    let packed = blob.stream().pipe_through(&packer);
    let response = Response::new_with_opt_readable_stream(Some(&packed)).ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// What the server is called by whoever opened the portal.
pub fn origin() -> String {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.location().origin()
}
