//! What a screen shows when it has nothing: what will appear here, and at most one thing to do.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[component]
pub(crate) fn Empty(
    icon: Icon,
    title: String,
    text: String,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    view! {
        <section class="card empty">
            <Picture of=icon/>
            <h2>{title}</h2>
            <p class="soft">{text}</p>
            {children.map(|children| children())}
        </section>
    }
    .into_any()
}

/// Stands for what is on its way. It does not move, and shows only after a moment (see its styles),
/// because most answers are faster.
#[component]
pub(crate) fn Skeleton(label: String) -> AnyView {
    view! {
        <div class="card skeleton" role="status">
            <span class="unseen">{label}</span>
            <span></span><span></span><span></span>
        </div>
    }
    .into_any()
}
