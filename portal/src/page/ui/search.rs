//! A search field with its label for those who do not see the glass.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[component]
pub(crate) fn Search(id: &'static str, label: String, text: RwSignal<String>) -> AnyView {
    view! {
        <div class="search" role="search">
            <label class="unseen" for=id>{label.clone()}</label>
            <Picture of=Icon::Search/>
            <input class="input" type="search" id=id placeholder=label autocomplete="off"
                prop:value=text on:input=move |event| text.set(event_target_value(&event))/>
        </div>
    }
    .into_any()
}
