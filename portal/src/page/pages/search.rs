//! Search over what is on this device.

use leptos::prelude::*;

use super::messages::{found, thread_list};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Search() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let sought = RwSignal::new(String::new());
    let list = move || {
        let sought = sought.get();
        if sought.trim().is_empty() {
            return view! { <p class="soft">{words::search_hint()}</p> }.into_any();
        }
        thread_list(found(threads.get().unwrap_or_default(), &sought))
    };
    view! {
        <Screen name=words::places_search()>
            <h1>{words::places_search()}</h1>
            <crate::page::ui::search::Search id="search" label=words::search_label() text=sought/>
            {list}
        </Screen>
    }
}
