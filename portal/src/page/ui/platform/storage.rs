//! The few words that are kept in clear: language, theme, text size, slot. Never anything of a
//! record. And the address, which is cleaned of whatever came with a link.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Storage, UrlSearchParams};

use super::window;

/// How the worker names the database of a slot, before the slot.
const DATABASE: &str = "satchel-";

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

/// Slots that have a database in this browser. Their name in [`Kept::Device`] reaches the disk some
/// seconds late, and a browser that dies in between forgets it; a database is there for good.
pub(crate) async fn slots_on_disk() -> Vec<String> {
    let names = async {
        let factory = Reflect::get(&js_sys::global(), &"indexedDB".into())?;
        let list: Function = Reflect::get(&factory, &"databases".into())?.dyn_into()?;
        let promise: Promise = list.call0(&factory)?.dyn_into()?;
        let found: Array = JsFuture::from(promise).await?.dyn_into()?;
        found.iter().map(|one| Reflect::get(&one, &"name".into())).collect()
    };
    let names: Result<Vec<JsValue>, JsValue> = names.await;
    let names = names.unwrap_or_default().into_iter().filter_map(|name| name.as_string());
    names.filter_map(|name| name.strip_prefix(DATABASE).map(str::to_owned)).collect()
}

/// What the worker emptied: its name goes too, as soon as nothing holds it open.
pub(crate) fn forget_database(slot: &str) {
    let forget = || -> Result<(), JsValue> {
        let factory = Reflect::get(&js_sys::global(), &"indexedDB".into())?;
        let delete: Function = Reflect::get(&factory, &"deleteDatabase".into())?.dyn_into()?;
        delete.call1(&factory, &format!("{DATABASE}{slot}").into()).map(drop)
    };
    // It is empty already; a name that stays says nothing of anybody.
    let _stays = forget();
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

/// What people type before a path, `https://portal.example`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Leaves this page for another one of the same server.
pub(crate) fn go_to(path: &str) {
    // Refused only for a document that is gone.
    let _ = window().location().assign(path);
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
