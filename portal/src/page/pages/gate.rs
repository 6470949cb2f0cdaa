//! Before a record is open: it is being opened, it needs a connection for the first time, or it
//! could not be opened.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::Button;
use crate::page::ui::icon::Icon;
use crate::page::ui::progress::Progress;
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn Opening() -> impl IntoView {
    view! {
        <Screen name=words::opening_title() width=Width::Center>
            <Brand/>
            <h1>{words::opening_title()}</h1>
            <Progress id="opening" label=words::opening_text()/>
        </Screen>
    }
}

#[component]
pub(crate) fn NeedsConnection() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <Screen name=words::first_title() width=Width::Center>
            <Brand/>
            <h1>{words::first_title()}</h1>
            <Banner icon=Icon::Offline>{words::first_text()}</Banner>
            <Button label=words::action_try_again() icon=Icon::Refresh wide=true
                on_press=move || session.open_again()/>
        </Screen>
    }
}

#[component]
pub(crate) fn Broken() -> impl IntoView {
    let session = expect_context::<Session>();
    // What a record's clinic said about itself lies beside each one that was ever open here.
    let was_here = session.outside().is_some_and(|outside| outside.clinic.is_some());
    let text = if was_here { words::broken_text() } else { words::broken_first() };
    view! {
        <Screen name=words::broken_title() width=Width::Center>
            <Brand/>
            <h1>{words::broken_title()}</h1>
            <Banner tone=Tone::Alert icon=Icon::Alert>{text}</Banner>
            <Button label=words::action_try_again() icon=Icon::Refresh wide=true
                on_press=move || session.open_again()/>
            {was_here.then(|| view! {
                <p class="small soft">{words::broken_fetch_text()}</p>
                <p><a href="/sign-in">{words::broken_fetch()}</a></p>
            })}
        </Screen>
    }
}
