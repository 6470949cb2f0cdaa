//! A code for a phone's camera, always black on white.

use leptos::prelude::*;

/// `path` draws the dark squares of a code that is so many squares wide.
pub(crate) fn qr(squares: u32, path: String, name: String) -> AnyView {
    view! {
        <svg class="qr" viewBox=format!("0 0 {squares} {squares}") role="img" aria-label=name>
            <path d=path/>
        </svg>
    }
    .into_any()
}
