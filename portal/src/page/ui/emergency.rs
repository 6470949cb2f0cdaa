//! The emergency line: one line, always there, cannot be closed.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[component]
pub(crate) fn Emergency(question: String, call: String, number: String) -> AnyView {
    view! {
        <p class="emergency">
            <Picture of=Icon::Call/>
            <span>{question} " " <a href=telephone(&number)>{call}</a></span>
        </p>
    }
    .into_any()
}

/// The address of a number: digits and a leading plus, without what makes it readable.
pub(crate) fn telephone(number: &str) -> String {
    let digits: String =
        number.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
    format!("tel:{digits}")
}
