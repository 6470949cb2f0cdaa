//! On or off, at once: a checkbox that says it is a switch.

use leptos::prelude::*;

#[component]
pub(crate) fn Switch(
    label: String,
    #[prop(optional, into)] detail: Option<String>,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> AnyView {
    view! {
        <label class="row">
            <span class="grow">
                <span class="title">{label}</span>
                {detail.map(|detail| view! { <span class="detail">{detail}</span> })}
            </span>
            <input class="switch" type="checkbox" role="switch" prop:checked=on
                on:change=move |event| on_change.run(event_target_checked(&event))/>
        </label>
    }
    .into_any()
}
