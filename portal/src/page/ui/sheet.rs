//! A dialog: a sheet on a phone, centered on larger screens. Native, so that focus and Escape work.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::button::{Button, Weight};

/// The children exist only while it is open.
#[component]
pub(crate) fn Sheet(
    id: &'static str,
    title: String,
    /// Said above the title: for whom this is done.
    #[prop(optional_no_strip, into)]
    acting: Option<String>,
    close: String,
    is_open: RwSignal<bool>,
    children: ChildrenFn,
) -> AnyView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if is_open.get() == dialog.open() {
            return;
        }
        if dialog.open() {
            dialog.close();
        } else {
            // Refused only for a dialog that is open already.
            let _ = dialog.show_modal();
        }
    });
    let heading = format!("{id}-title");
    let named_by = heading.clone();
    view! {
        <dialog id=id aria-labelledby=named_by node_ref=dialog on:close=move |_| is_open.set(false)>
            <div class="stack">
                {acting.map(|acting| view! { <p class="detail">{acting}</p> })}
                // Where the browser would otherwise look for a button, and find the closing one.
                <h2 id=heading tabindex="-1" autofocus=true>{title}</h2>
                {move || is_open.get().then(|| children())}
                <Button label=close weight=Weight::Quiet wide=true on_press=move || is_open.set(false)/>
            </div>
        </dialog>
    }
    .into_any()
}
