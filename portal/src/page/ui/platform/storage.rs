//! The few words that are kept in clear: language, theme, text size, slot. Never anything of a
//! record. And the address, which is cleaned of whatever came with a link.

use wasm_bindgen::JsValue;
use web_sys::{Storage, UrlSearchParams};

use super::window;

/// Where a word is kept.
#[derive(Clone, Copy)]
pub(crate) enum Kept {
    /// In this tab, over reloads.
    Tab,
    /// In this browser.
    Device,
}

impl Kept {
    /// Nothing where the browser refuses storage: every word kept here has a default.
    fn storage(self) -> Option<Storage> {
        match self {
            Kept::Tab => window().session_storage().ok()?,
            Kept::Device => window().local_storage().ok()?,
        }
    }

    pub(crate) fn read(self, key: &str) -> Option<String> {
        self.storage()?.get_item(&format!("satchel.{key}")).ok()?
    }

    pub(crate) fn write(self, key: &str, value: Option<&str>) {
        let Some(storage) = self.storage() else {
            return;
        };
        let key = format!("satchel.{key}");
        let _ = match value {
            Some(value) => storage.set_item(&key, value),
            None => storage.remove_item(&key),
        };
    }
}

/// The languages the person told the browser, the best first.
pub(crate) fn languages() -> Vec<String> {
    let languages = window().navigator().languages();
    languages.iter().filter_map(|language| language.as_string()).collect()
}

pub(crate) fn query_value(key: &str) -> Option<String> {
    let query = window().location().search().ok()?;
    UrlSearchParams::new_with_str(&query).ok()?.get(key)
}

/// What stands behind `#`.
pub(crate) fn fragment() -> Option<String> {
    let fragment = window().location().hash().ok()?;
    fragment.strip_prefix('#').map(str::to_owned)
}

/// Goes to what is named behind `#`, as a link would.
pub(crate) fn set_fragment(fragment: &str) {
    // Refused only for a document that is gone.
    let _ = window().location().set_hash(fragment);
}

/// The value of `#KEY=VALUE`.
pub(crate) fn fragment_value(key: &str) -> Option<String> {
    UrlSearchParams::new_with_str(&fragment()?).ok()?.get(key)
}

/// A name that nothing else has, for a request that may be asked twice.
pub(crate) fn random_key() -> String {
    let crypto = window().crypto().expect("a page over https or on localhost has cryptography");
    crypto.random_uuid()
}

/// Leaves the path alone in the address: a slot or a secret does not belong in the history.
pub(crate) fn clean_address() {
    let Ok(path) = window().location().pathname() else {
        return;
    };
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
