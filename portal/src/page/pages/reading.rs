//! Add a reading taken at home.

use leptos::prelude::*;

use super::ask_the_clinic::AskTheClinic;
use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Reading() -> impl IntoView {
    view! {
        <Screen name=words::reading_title()>
            <div>
                <BackLink href="/results" label=words::places_results()/>
                <h1>{words::reading_title()}</h1>
            </div>
            <AskTheClinic icon=Icon::Pulse title=words::reading_empty() text=words::reading_will()/>
        </Screen>
    }
}
