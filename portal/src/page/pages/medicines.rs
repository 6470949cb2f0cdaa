//! Medicines.

use leptos::prelude::*;

use super::not_built::NotBuilt;
use crate::page::i18n::words;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Medicines() -> impl IntoView {
    view! {
        <Screen name=words::places_medicines()>
            <h1>{words::places_medicines()}</h1>
            <NotBuilt icon=Icon::Pill title=words::medicines_empty() text=words::medicines_will()/>
            <Rows card=true>
                <RowLink href="/refill".to_owned() icon=Icon::Refresh title=words::refill_title()/>
            </Rows>
        </Screen>
    }
}
