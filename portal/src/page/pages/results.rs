//! Results, and one result.

use leptos::prelude::*;

use super::not_built::NotBuilt;
use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Results() -> impl IntoView {
    view! {
        <Screen name=words::places_results()>
            <h1>{words::places_results()}</h1>
            <NotBuilt icon=Icon::Results title=words::results_empty() text=words::results_will()/>
            <Rows card=true>
                <RowLink href="/reading".to_owned() icon=Icon::Pulse title=words::reading_title()/>
            </Rows>
        </Screen>
    }
}

#[component]
pub(crate) fn ResultDetail() -> impl IntoView {
    view! {
        <Screen name=words::result_title()>
            <div>
                <BackLink href="/results" label=words::places_results()/>
                <h1>{words::result_title()}</h1>
            </div>
            <NotBuilt icon=Icon::Results title=words::result_empty() text=words::result_will()/>
        </Screen>
    }
}
