//! Share my record: emergency card, code, link.

use leptos::prelude::*;

use super::ask_the_clinic::AskTheClinic;
use crate::page::i18n::words;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Share() -> impl IntoView {
    view! {
        <Screen name=words::places_share()>
            <h1>{words::places_share()}</h1>
            <AskTheClinic icon=Icon::Share title=words::share_empty() text=words::share_will()/>
        </Screen>
    }
}
