//! Everything works from a keyboard; this says with which keys.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::screen::Screen;
use crate::page::ui::table::facts;

#[component]
pub(crate) fn Keys() -> impl IntoView {
    view! {
        <Screen name=words::keys_title()>
            <div>
                <BackLink href="/settings" label=words::places_settings()/>
                <h1>{words::keys_title()}</h1>
            </div>
            <section class="card" aria-label=words::keys_title()>
                {facts(vec![
                    (words::keys_tab(), words::keys_tab_does()),
                    (words::keys_back_tab(), words::keys_back_tab_does()),
                    (words::keys_enter(), words::keys_enter_does()),
                    (words::keys_space(), words::keys_space_does()),
                    (words::keys_arrows(), words::keys_arrows_does()),
                    (words::keys_escape(), words::keys_escape_does()),
                ])}
            </section>
        </Screen>
    }
}
