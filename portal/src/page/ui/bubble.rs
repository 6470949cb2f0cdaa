//! One message of a conversation.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Theirs,
    Mine,
    /// Mine, and still on this device: it can be changed.
    Queued,
}

#[component]
pub(crate) fn Bubble(
    side: Side,
    /// Who and when, above theirs.
    #[prop(optional, into)]
    head: Option<String>,
    text: String,
    /// Below the words.
    #[prop(optional_no_strip)]
    photos: Option<AnyView>,
    /// The state, below mine.
    #[prop(optional)]
    children: Option<Children>,
) -> AnyView {
    let class = match side {
        Side::Theirs => "bubble",
        Side::Mine => "bubble mine",
        Side::Queued => "bubble mine queued",
    };
    view! {
        <li class=class>
            {head.map(|head| view! { <span class="detail">{head}</span> })}
            <p dir="auto">{text}</p>
            {photos}
            {children.map(|children| children())}
        </li>
    }
    .into_any()
}

/// Divides a conversation by days.
#[component]
pub(crate) fn DayDivider(label: String) -> AnyView {
    view! { <li class="day-divider date">{label}</li> }.into_any()
}
