//! What is made in a task of its own, so that a phone answers a finger in between: the browser compiles
//! what it runs for the first time, and sixty rows take longer than a touch may wait.

use std::time::Duration;

use leptos::prelude::*;

pub(crate) fn later(make: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let is_time = RwSignal::new(false);
    set_timeout(move || is_time.set(true), Duration::ZERO);
    view! { {move || is_time.get().then(&make)} }.into_any()
}
