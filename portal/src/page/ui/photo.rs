//! Photos: the button that chooses one, and one that is shown small and, pressed, as wide as there is room.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::platform::ChosenFile;

/// What phones can take and every browser can read; some turn their own formats into these.
const KINDS: &str = "image/jpeg,image/png,image/webp";

/// A file field that looks like a button. `words`: beside the icon.
#[component]
pub(crate) fn PhotoButton(
    label: String,
    #[prop(optional)] words: bool,
    #[prop(into)] on_choose: Callback<ChosenFile>,
) -> AnyView {
    let class =
        if words { "button quiet photo-button" } else { "button quiet square photo-button" };
    let choose = move |event: leptos::ev::Event| {
        if let Some(file) = ChosenFile::take(&event) {
            on_choose.run(file);
        }
    };
    view! {
        <label class=class>
            <Picture of=Icon::Attach/>
            {words.then(|| label.clone())}
            <input type="file" accept=KINDS aria-label=label on:change=choose/>
        </label>
    }
    .into_any()
}

#[component]
pub(crate) fn PhotoView(url: String, name: String) -> AnyView {
    let is_wide = RwSignal::new(false);
    view! {
        <button type="button" class="photo" class:wide=is_wide aria-expanded=move || is_wide.get().to_string()
            on:click=move |_| is_wide.update(|wide| *wide = !*wide)>
            <img src=url alt=name/>
        </button>
    }
    .into_any()
}
