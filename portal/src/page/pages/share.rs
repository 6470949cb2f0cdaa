//! Share my record: emergency card, code, link.

use leptos::prelude::*;

use super::not_built::NotBuilt;
use crate::page::i18n::words;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Share() -> impl IntoView {
    view! {
        <Screen name=words::places_share()>
            <h1>{words::places_share()}</h1>
            <NotBuilt icon=Icon::Share title=words::share_empty() text=words::share_will()/>
        </Screen>
    }
}
