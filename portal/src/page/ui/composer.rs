//! Where an answer is written: pinned above the tabs, the emergency line directly above it.

use leptos::prelude::*;

use super::button::Button;
use super::icon::Icon;

#[component]
pub(crate) fn Composer(
    label: String,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(into)] send: Signal<String>,
    #[prop(into)] on_send: Callback<()>,
    /// What became of the text, said as it changes.
    #[prop(into)]
    note: Signal<Option<String>>,
    chars_max: usize,
    /// The emergency line.
    children: Children,
) -> AnyView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_send.run(());
    };
    view! {
        <form class="composer" on:submit=submit>
            {children()}
            <label class="unseen" for="composer">{label}</label>
            <textarea class="input" id="composer" rows="1" autocomplete="off" maxlength=chars_max dir="auto"
                aria-describedby="composer-note"
                prop:value=text on:input=move |event| on_input.run(event_target_value(&event))></textarea>
            <Button label=send icon=Icon::Send/>
            <span class="state" id="composer-note" role="status">{move || note.get()}</span>
        </form>
    }
    .into_any()
}
