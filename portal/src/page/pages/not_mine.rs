//! The choice of a session that keeps nothing on this device, and the only one where the browser keeps
//! nothing anyway. What that means is said before anything is typed.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::ui::banner::Banner;
use crate::page::ui::field::Checkbox;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{hear, root_data, tell};
use crate::page::ui::tag::Tone;

#[component]
pub(super) fn NotMine(brief: RwSignal<bool>) -> AnyView {
    let cannot_keep = RwSignal::new(false);
    let look = move || {
        if root_data("storage").as_deref() == Some("nothing") {
            cannot_keep.try_set(true);
            brief.try_set(true);
        }
    };
    hear("storage", look);
    tell("look-at-storage");
    let choice = move || match cannot_keep.get() {
        true => view! {
            <Banner tone=Tone::Wait icon=Icon::Info urgent=true>{words::not_mine_cannot()}</Banner>
        }
        .into_any(),
        false => view! {
            <Checkbox label=words::not_mine_title() detail=words::not_mine_text() checked=brief
                on_change=move |is_on| brief.set(is_on)/>
        }
        .into_any(),
    };
    view! {
        {choice}
        {move || brief.get().then(|| view! {
            <Banner tone=Tone::Info icon=Icon::Info urgent=true>{words::not_mine_means()}</Banner>
        })}
    }
    .into_any()
}

/// What is kept on the device afterwards is said only where something is.
pub(super) fn needs_connection(brief: RwSignal<bool>) -> AnyView {
    let words = move || {
        (!brief.get())
            .then(|| view! { <p class="small soft">{words::welcome_needs_connection()}</p> })
    };
    view! { {words} }.into_any()
}
