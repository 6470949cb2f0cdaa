//! The device's clock. It triggers questions; it decides nothing.

use gloo_timers::future::TimeoutFuture;
use shared::time::Timestamp;

pub fn now() -> Timestamp {
    // Whole milliseconds; a float holds them exactly for the next 280,000 years.
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds fit")]
    let millis = js_sys::Date::now() as i64;
    Timestamp::from_millis(millis)
}

/// Comes back at about this time, at once if it has passed.
pub async fn until(at: Timestamp) {
    let millis = at.millis_since(now()).clamp(0, i64::from(i32::MAX));
    TimeoutFuture::new(u32::try_from(millis).expect("clamped just before")).await;
}
