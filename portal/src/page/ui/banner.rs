//! A banner: something to know about the whole screen, in words, with an icon and a tone.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::tag::Tone;

#[component]
pub(crate) fn Banner(
    #[prop(optional)] tone: Tone,
    icon: Icon,
    /// Read out as soon as it appears.
    #[prop(optional)]
    urgent: bool,
    children: Children,
) -> AnyView {
    view! {
        <div class="banner" data-tone=tone.word() role=urgent.then_some("alert")>
            <Picture of=icon/>
            <div>{children()}</div>
        </div>
    }
    .into_any()
}
