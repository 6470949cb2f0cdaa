//! Bytes as a file of the browser: to look at, or to save where the person wants it.

use js_sys::{Array, Uint8Array};
use leptos::prelude::on_cleanup;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Event, File, HtmlAnchorElement, HtmlInputElement, Url};

use super::{document, window};

/// An address that only this tab knows, for as long as the screen is there.
pub(crate) struct ObjectUrl(Option<String>);

/// A file that the person chose. The page hands it on and does not look into it.
pub(crate) struct ChosenFile(pub(super) File);

impl ChosenFile {
    /// What was chosen in this field, which is empty afterwards: the same file can be chosen again.
    pub(crate) fn take(event: &Event) -> Option<Self> {
        let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
        let file = input.files()?.get(0)?;
        input.set_value("");
        Some(Self(file))
    }
}

/// Saves what lies at an address, as if the person had followed a link to it.
pub(crate) fn save(address: &str, name: &str) {
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into().ok());
    let Some(link): Option<HtmlAnchorElement> = link else { return };
    link.set_href(address);
    link.set_download(name);
    link.click();
}

/// Puts a text where the person pastes from. Asks at once, as long as it is the person's own press, and
/// answers whether it is there.
pub(crate) fn copy(text: &str) -> impl Future<Output = bool> + use<> {
    let asked = JsFuture::from(window().navigator().clipboard().write_text(text));
    async { asked.await.is_ok() }
}

impl ObjectUrl {
    pub(crate) fn of_text(text: &str, content_type: &str) -> Self {
        Self::of_part(&JsValue::from_str(text), content_type)
    }

    /// Nothing is there if the text is not base64.
    pub(crate) fn of_base64(data: &str, content_type: &str) -> Self {
        let Ok(binary) = window().atob(data) else {
            return Self(None);
        };
        // Each letter is one byte, by the definition of `atob`.
        let bytes: Vec<u8> =
            binary.chars().filter_map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
        Self::of_bytes(&bytes, content_type)
    }

    pub(crate) fn of_bytes(bytes: &[u8], content_type: &str) -> Self {
        Self::of_part(&Uint8Array::from(bytes), content_type)
    }

    fn of_part(part: &JsValue, content_type: &str) -> Self {
        let options = BlobPropertyBag::new();
        options.set_type(content_type);
        let blob = Blob::new_with_blob_sequence_and_options(&Array::of1(part), &options);
        let url = blob.ok().and_then(|blob| Url::create_object_url_with_blob(&blob).ok());
        if let Some(url) = url.clone() {
            // The bytes leave the memory with the screen.
            on_cleanup(move || drop(Url::revoke_object_url(&url)));
        }
        Self(url)
    }

    pub(crate) fn text(&self) -> Option<String> {
        self.0.clone()
    }
}
