//! A text or bytes as a file that the page can offer without holding it.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url};

/// The media type of FHIR as JSON (R4, section 2.6.1).
pub const FHIR: &str = "application/fhir+json";

/// An address that this origin alone can open, until it is forgotten or this program ends.
pub fn address_of(text: &str, content_type: &str) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type(content_type);
    let parts = Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

/// The same of bytes.
pub fn address_of_bytes(bytes: &[u8], content_type: &str) -> Option<String> {
    let options = BlobPropertyBag::new();
    options.set_type(content_type);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

pub fn forget(address: &str) {
    // One that is forgotten already stays so.
    let _ = Url::revoke_object_url(address);
}
