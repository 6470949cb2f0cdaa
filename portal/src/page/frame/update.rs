//! A new release is offered, never forced: one tap, and only once every draft is on the disk.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{has_secret, hear, root_data, tell};
use crate::page::ui::tag::Tone;

#[component]
pub(super) fn UpdateBanner(
    session: Session,
    /// Nothing stands around it that would be its landmark.
    #[prop(optional)]
    alone: bool,
) -> AnyView {
    let is_ready = RwSignal::new(root_data("update").is_some());
    let is_asked = RwSignal::new(false);
    let is_early = RwSignal::new(false);
    hear("update", move || {
        // Said several times, but shown once: a button that is made anew under a finger loses the tap.
        if is_ready.try_get_untracked() == Some(false) {
            is_ready.set(true);
        }
    });
    Effect::new(move || {
        if is_asked.get() && session.drafts_are_kept() {
            // One tap is for one release: whatever comes of it, the next one is asked about again.
            is_asked.set(false);
            // The boot script lets the new release take over, and then loads the page again.
            tell("activate");
        }
    });
    let banner = move || {
        is_ready.get().then(|| {
            // A passphrase is never kept, so that nothing could bring back a half typed one. The lock's is
            // often put there by the browser, which does it again.
            let press = move || {
                let is_typing = !alone && has_secret();
                is_early.set(is_typing);
                is_asked.set(!is_typing);
            };
            let says = move || {
                if is_early.get() { words::update_first() } else { words::update_ready() }
            };
            let offer = view! {
                <div class="offer">
                    <Banner tone=Tone::Info icon=Icon::Refresh>
                        <span role="status">{says}</span>
                        <Button label=words::update_now() weight=Weight::Plain on_press=press/>
                    </Banner>
                </div>
            };
            if alone { view! { <header>{offer}</header> }.into_any() } else { offer.into_any() }
        })
    };
    view! { {banner} }.into_any()
}
