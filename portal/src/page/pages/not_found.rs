//! No screen has this address.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::ui::button::LinkButton;
use crate::page::ui::empty::Empty;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

#[component]
pub(crate) fn Missing() -> impl IntoView {
    view! {
        <Screen name=words::not_found_title()>
            <h1>{words::not_found_title()}</h1>
            <Empty icon=Icon::Search title=words::not_found_what() text=words::not_found_next()>
                <LinkButton href="/".to_owned() label=words::not_found_home() icon=Icon::Home/>
            </Empty>
        </Screen>
    }
}
