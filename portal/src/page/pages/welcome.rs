//! The first screen: language, then the invitation's code or link, and the birth date.

mod form;

use leptos::prelude::*;

use super::settings::languages;
use crate::page::i18n::words;
use crate::page::preferences::Preferences;
use crate::page::session::{Session, Stage};
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::segmented::Segmented;
use crate::page::ui::tag::Tone;
use form::Invitation;

#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let session = expect_context::<Session>();
    let has_link = session.invitation().get_untracked().is_some();
    let (title, text) = if has_link {
        (words::welcome_link_title(), words::welcome_link_text())
    } else {
        (words::welcome_code_title(), words::welcome_code_text())
    };
    let ended = (session.stage().get_untracked() == Stage::Ended).then(|| {
        view! { <Banner tone=Tone::Info icon=Icon::Info>{words::welcome_ended()}</Banner> }
    });
    view! {
        <Screen name=words::welcome_name() width=Width::Center>
            <LanguageSwitch/>
            <Brand/>
            {ended}
            <div><h1>{title}</h1><p>{text}</p></div>
            <Invitation/>
        </Screen>
    }
}

#[component]
pub(super) fn LanguageSwitch() -> AnyView {
    let preferences = expect_context::<Preferences>();
    view! {
        <Segmented name="language" label="Language, idioma".to_owned() bare=true options=languages()
            chosen=preferences.language().get_untracked()
            on_choose=move |language| preferences.set_language(language)/>
    }
    .into_any()
}
