//! Where a disk was full, or its browser ended in the middle of a write, Chromium's database goes on in the
//! very file in which a piece was cut off, and reads nothing behind that piece at its next start. When any
//! database of this site is removed, it begins another file. Other browsers lose nothing, and on a full disk
//! Firefox leaves a file without a byte behind, with which it lists no databases at its next start.

use futures_util::future::{Either, select};
use futures_util::pin_mut;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, global};
use wasm_bindgen::JsValue;

use super::super::database::{Database, DiskError};

/// It is there for a moment. No slot is called so.
const PASSING: &str = "satchel.passing";
/// It takes some milliseconds, unless another tab was put to sleep in the middle of it.
const PASSING_WITHIN_MS: u32 = 2_000;
/// Chromium begins the file just after it says that a database is removed: up to 9 ms on a busy machine.
pub const BEGUN_AFTER_MS: u32 = 100;

pub async fn begin() -> Result<(), DiskError> {
    if !is_chromium() {
        return Ok(());
    }
    let passing = Database::make_and_remove(PASSING);
    let too_late = TimeoutFuture::new(PASSING_WITHIN_MS);
    pin_mut!(passing);
    match select(passing, too_late).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err(DiskError::Unreachable),
    }
}

/// Whatever its maker calls it.
fn is_chromium() -> bool {
    let part = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let name = part(&global(), "navigator").and_then(|navigator| part(&navigator, "userAgent"));
    name.and_then(|name| name.as_string()).is_some_and(|name| name.contains("Chrome/"))
}
