//! A card: one topic with its heading.

use leptos::prelude::*;

/// `flush` is for rows, which bring their own space.
#[component]
pub(crate) fn Card(
    /// Ties the heading to the card; unique on the screen.
    id: &'static str,
    title: String,
    #[prop(optional)] flush: bool,
    /// Where to see all of it, and how that is called.
    #[prop(optional, into)]
    more: Option<(String, String)>,
    children: Children,
) -> AnyView {
    view! {
        <section class="card" class:flush=flush aria-labelledby=id>
            <div class="card-head">
                <h2 id=id>{title}</h2>
                {more.map(|(href, label)| view! { <a href=href>{label}</a> })}
            </div>
            {children()}
        </section>
    }
    .into_any()
}
