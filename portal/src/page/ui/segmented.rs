//! One of a few, all in sight: radios under the style.

use leptos::prelude::*;

#[component]
pub(crate) fn Segmented<T: Copy + PartialEq + Send + Sync + 'static>(
    /// Unique on the screen; also the beginning of the options' ids.
    name: &'static str,
    label: String,
    /// Each with its words and, where those are in another language, its code.
    options: Vec<(T, String, Option<&'static str>)>,
    chosen: T,
    #[prop(into)] on_choose: Callback<T>,
    /// What there is to choose about.
    #[prop(optional, into)]
    detail: Option<String>,
    /// The label is for screen readers only.
    #[prop(optional)]
    bare: bool,
) -> AnyView {
    let options = options.into_iter().enumerate().map(|(place, (value, words, language))| {
        view! {
            <label>
                <input type="radio" name=name id=format!("{name}-{place}") checked=value == chosen
                    on:change=move |_| on_choose.run(value)/>
                <span lang=language>{words}</span>
            </label>
        }
    });
    view! {
        <fieldset class="choice">
            <legend class:unseen=bare>{label}</legend>
            {detail.map(|detail| view! { <p class="detail" dir="auto">{detail}</p> })}
            <div class="segmented">{options.collect::<Vec<_>>()}</div>
        </fieldset>
    }
    .into_any()
}
