//! Randomness from the browser.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use web_sys::WorkerGlobalScope;

pub struct Browser;

impl shared::id::Rng for Browser {
    fn fill(&mut self, bytes: &mut [u8]) {
        let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
        let length = u32::try_from(bytes.len()).expect("nobody asks for gigabytes");
        let array = Uint8Array::new_with_length(length);
        scope
            .crypto()
            .and_then(|crypto| crypto.get_random_values_with_array_buffer_view(&array))
            .expect("a browser above the floor has randomness");
        array.copy_to(bytes);
    }
}
