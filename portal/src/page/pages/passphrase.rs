//! Another passphrase: the one of now, then a new one. Only the wrap of the key changes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::vault::PASSPHRASE_CHARS_MAX;

use super::welcome::NewPassphrase;
use crate::bridge::{Access, Denied};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::BackLink;
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn ChangePassphrase() -> impl IntoView {
    let session = expect_context::<Session>();
    let now = RwSignal::new(String::new());
    let denied = RwSignal::new(None::<Denied>);
    let is_busy = RwSignal::new(false);
    let is_done = RwSignal::new(false);
    let change = move |new: String| {
        is_busy.set(true);
        denied.set(None);
        spawn_local(async move {
            let now = now.get_untracked();
            let outcome = session.access(Access::ChangePassphrase { now, new }).await;
            is_busy.try_set(false);
            match outcome {
                Ok(_) => drop(is_done.try_set(true)),
                Err(why) => drop(denied.try_set(Some(why))),
            }
        });
    };
    let form = move || {
        view! {
            <p>{words::settings_passphrase_text()}</p>
            <Field id="passphrase-now" kind=Kind::Secret label=words::settings_passphrase_now()
                value=now on_input=move |text| now.set(text) chars_max=PASSPHRASE_CHARS_MAX/>
            <NewPassphrase session=session busy=is_busy denied=denied on_chosen=change
                label=words::settings_passphrase_change()/>
        }
    };
    view! {
        <Screen name=words::settings_passphrase()>
            <div>
                <BackLink href="/settings" label=words::places_settings()/>
                <h1>{words::settings_passphrase()}</h1>
            </div>
            {move || if is_done.get() {
                view! {
                    <Banner tone=Tone::Ok icon=Icon::Ok urgent=true>
                        {words::settings_passphrase_changed()}
                    </Banner>
                }
                .into_any()
            } else {
                form().into_any()
            }}
        </Screen>
    }
}
