//! The next visit, and asking for one.

use leptos::prelude::*;

use super::message_words::EmergencyLine;
use super::not_built::NotBuilt;
use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Visit() -> impl IntoView {
    view! {
        <Screen name=words::visit_title()>
            <div>
                <BackLink href="/record/visits" label=words::record_visits()/>
                <h1>{words::visit_title()}</h1>
            </div>
            <NotBuilt icon=Icon::Calendar title=words::visit_empty() text=words::visit_will()/>
            <Rows card=true>
                <RowLink href="/visit/ask".to_owned() icon=Icon::Calendar title=words::visit_ask_title()/>
                <RowLink href="/before-visit".to_owned() icon=Icon::Edit
                    title=words::before_visit_title()/>
            </Rows>
        </Screen>
    }
}

#[component]
pub(crate) fn AskForVisit() -> impl IntoView {
    view! {
        <Screen name=words::visit_ask_title()>
            <div>
                <BackLink href="/record/visits" label=words::record_visits()/>
                <h1>{words::visit_ask_title()}</h1>
                <EmergencyLine/>
            </div>
            <NotBuilt icon=Icon::Calendar title=words::visit_ask_empty() text=words::visit_ask_will()/>
        </Screen>
    }
}
