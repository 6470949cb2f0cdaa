//! Where a number stands in its usual range. The words beside it say the same, so nobody misses
//! anything who does not see it.

use leptos::prelude::*;

/// In thousandths of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) from: u16,
    pub(crate) to: u16,
    pub(crate) at: u16,
}

/// "12.5%".
pub(super) fn percent(thousandths: u16) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

pub(crate) fn range(place: Place) -> AnyView {
    let Place { from, to, at } = place;
    let width = percent(to.saturating_sub(from));
    view! {
        <svg class="range" aria-hidden="true">
            <rect class="track" y="6" width="100%" height="8" rx="4"/>
            <rect class="band" x=percent(from) y="6" width=width height="8" rx="4"/>
            <circle class="at" cx=percent(at) cy="10" r="7.5"/>
        </svg>
    }
    .into_any()
}
