//! The code for paper, shown once.

use leptos::prelude::*;

use super::LanguageSwitch;
use crate::page::i18n::words;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::print;
use crate::page::ui::screen::{Brand, Screen, Width};

#[component]
pub(in crate::page::pages) fn Recovery(
    name: String,
    code: String,
    #[prop(into)] on_kept: Callback<()>,
) -> AnyView {
    let groups: Vec<_> =
        code.split(' ').map(|group| view! { <li>{group.to_owned()}</li> }).collect();
    view! {
        <Screen name=words::welcome_name() width=Width::Center>
            <LanguageSwitch/>
            <Brand/>
            <div>
                <p class="soft">{words::welcome_step("4")}</p>
                <h1>{words::recovery_title()}</h1>
                <p>{words::recovery_text()}</p>
            </div>
            <section class="card">
                <p>{words::recovery_name(&name)}</p>
                <ol class="passphrase code" translate="no">{groups}</ol>
                <p class="small soft">{words::recovery_what()}</p>
            </section>
            <Button label=words::recovery_print() weight=Weight::Quiet icon=Icon::Document wide=true
                on_press=print/>
            <Button label=words::recovery_kept() wide=true on_press=move || on_kept.run(())/>
            <p class="small soft">{words::recovery_once()}</p>
        </Screen>
    }
    .into_any()
}
