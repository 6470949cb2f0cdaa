//! The lock screen. The worker, and with it every word of the record, is gone from memory.

use leptos::prelude::*;

use super::welcome::LanguageSwitch;
use crate::page::i18n::words;
use crate::page::session::{Session, Stage};
use crate::page::ui::button::Button;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::Address;
use crate::page::ui::screen::{Brand, Screen, Width};

#[component]
pub(crate) fn Lock() -> impl IntoView {
    let session = expect_context::<Session>();
    let address = expect_context::<Address>();
    let is_lock_address = move || address.path().get_untracked() == "/lock";
    if is_lock_address() {
        session.lock();
    }
    let open = move || {
        if session.stage().get_untracked() == Stage::Locked {
            session.unlock();
        }
        if is_lock_address() {
            address.go_instead("/");
        }
    };
    view! {
        <Screen name=words::lock_title() width=Width::Center>
            <LanguageSwitch/>
            <Brand/>
            <section class="card">
                <div>
                    <h1>{words::lock_title()}</h1>
                    <p class="soft">{words::lock_text()}</p>
                </div>
                <Button label=words::lock_open() icon=Icon::Lock wide=true on_press=open/>
            </section>
            <p class="small soft">{words::lock_waits()}</p>
        </Screen>
    }
}
