//! Ask for a refill.

use leptos::prelude::*;

use super::ask_the_clinic::AskTheClinic;
use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Refill() -> impl IntoView {
    view! {
        <Screen name=words::refill_title()>
            <div>
                <BackLink href="/medicines" label=words::places_medicines()/>
                <h1>{words::refill_title()}</h1>
            </div>
            <AskTheClinic icon=Icon::Pill title=words::refill_empty() text=words::refill_will()/>
        </Screen>
    }
}
