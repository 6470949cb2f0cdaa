//! What has waited on this device for days, above every screen.

use leptos::prelude::*;

use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

#[component]
pub(super) fn WaitsLong(session: Session) -> AnyView {
    let waiting = session.waiting();
    let banner = move || {
        let long = waiting.get()?.waits_long(time::now())?;
        let (tone, said) = match long.loud {
            true => (Tone::Alert, words::waits_long_loud(long.days)),
            false => (Tone::Wait, words::waits_long(long.days)),
        };
        Some(view! { <Banner tone=tone icon=Icon::Clock urgent=long.loud>{said}</Banner> })
    };
    view! { {banner} }.into_any()
}
