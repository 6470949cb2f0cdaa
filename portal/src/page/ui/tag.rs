//! A tag and a state: an icon and words, the color only repeats them.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Neutral,
    Info,
    Ok,
    Wait,
    Alert,
}

impl Tone {
    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            Tone::Neutral => None,
            Tone::Info => Some("info"),
            Tone::Ok => Some("ok"),
            Tone::Wait => Some("wait"),
            Tone::Alert => Some("alert"),
        }
    }
}

#[component]
pub(crate) fn Tag(tone: Tone, icon: Icon, label: String) -> AnyView {
    view! { <span class="tag" data-tone=tone.word()><Picture of=icon/>{label}</span> }.into_any()
}

/// Where an item is, quietly, below the item.
#[component]
pub(crate) fn State(
    icon: Icon,
    label: String,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    view! {
        <span class="state">
            <Picture of=icon/><span>{label}</span>
            {children.map(|children| children())}
        </span>
    }
    .into_any()
}
