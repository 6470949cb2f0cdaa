//! The form before a visit.

use leptos::prelude::*;

use super::ask_the_clinic::AskTheClinic;
use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn BeforeVisit() -> impl IntoView {
    view! {
        <Screen name=words::before_visit_title()>
            <div>
                <BackLink href="/record" label=words::places_record()/>
                <h1>{words::before_visit_title()}</h1>
            </div>
            <AskTheClinic icon=Icon::Edit title=words::before_visit_empty() text=words::before_visit_will()/>
        </Screen>
    }
}
