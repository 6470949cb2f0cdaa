//! One line for the whole record, always in the same place.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pill {
    Ok,
    Checking,
    Offline,
    Sending,
    Failed,
}

/// The words of a pill: the first are always seen, the rest by sight only where there is room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PillWords {
    pub(crate) pill: Pill,
    pub(crate) first: String,
    pub(crate) rest: String,
}

#[component]
pub(crate) fn StatusPill(href: &'static str, #[prop(into)] words: Signal<PillWords>) -> AnyView {
    let state = move || match words.get().pill {
        Pill::Ok => "ok",
        Pill::Checking => "checking",
        Pill::Offline => "offline",
        Pill::Sending => "sending",
        Pill::Failed => "failed",
    };
    let icon = move || match words.get().pill {
        Pill::Ok => Icon::Synced,
        Pill::Checking => Icon::Refresh,
        Pill::Offline => Icon::Offline,
        Pill::Sending => Icon::Sending,
        Pill::Failed => Icon::Alert,
    };
    view! {
        <a class="status-pill" href=href data-state=state>
            {move || view! { <Picture of=icon()/> }}
            <span role="status">
                {move || words.get().first}
                <span class="rest">{move || words.get().rest}</span>
            </span>
        </a>
    }
    .into_any()
}
