//! Progress in real counts. Without a number it only says that something goes on.

use leptos::prelude::*;

#[component]
pub(crate) fn Progress(
    id: &'static str,
    label: String,
    /// From 0 to 100.
    #[prop(optional, into)]
    percent: Option<u32>,
) -> AnyView {
    view! {
        <div class="progress">
            <label for=id>{label}</label>
            <progress id=id max="100" value=percent></progress>
        </div>
    }
    .into_any()
}
