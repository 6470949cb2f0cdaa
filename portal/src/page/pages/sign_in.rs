//! Signing in on another device, by name and passphrase.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::welcome::{LanguageSwitch, Recovery, Shown, denied};
use crate::bridge::{Access, Denied, Granted, PasskeyAsk};
use crate::page::i18n::words;
use crate::page::session::{Session, Stage};
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{Address, has_passkeys};
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::tag::Tone;
use shared::vault::{NAME_CHARS_MAX, PASSPHRASE_CHARS_MAX};

#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let session = expect_context::<Session>();
    let address = expect_context::<Address>();
    let name = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let why = RwSignal::new(None::<Denied>);
    let is_busy = RwSignal::new(false);
    let entered = RwSignal::new(None::<(String, String)>);
    let come_in = move |by_passkey: bool| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        why.set(None);
        spawn_local(async move {
            session.stand_outside();
            let (name, passphrase) = (name.get_untracked(), passphrase.get_untracked());
            let outcome = asked(session, name, passphrase, by_passkey).await;
            is_busy.try_set(false);
            match outcome {
                Ok(Granted::Entered { slot, recovery_code }) => {
                    entered.try_set(Some((slot, recovery_code)));
                }
                Ok(_) => drop(why.try_set(Some(Denied::Interrupted))),
                Err(denied) => drop(why.try_set(Some(denied))),
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        come_in(false);
    };
    move || match entered.get() {
        Some((slot, code)) => view! {
            <Recovery name=name.get_untracked() code=code on_kept=move |()| {
                session.enter(slot.clone());
                address.go_instead("/download");
            }/>
        }
        .into_any(),
        None => view! {
            <Screen name=words::sign_in_title() width=Width::Center>
                <LanguageSwitch/>
                <Brand/>
                {outside(session.stage().get_untracked()).map(|words| view! {
                    <Banner tone=Tone::Info icon=Icon::Info>{words}</Banner>
                })}
                <div><h1>{words::sign_in_title()}</h1><p>{words::sign_in_text()}</p></div>
                <form class="stack" on:submit=submit>
                    {move || why.get().map(|why| view! {
                        <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied(why)}</Banner>
                    })}
                    <Field id="sign-in-name" kind=Kind::Name label=words::name_label() value=name
                        on_input=move |text| name.set(text) chars_max=NAME_CHARS_MAX + 4/>
                    <Field id="passphrase" kind=Kind::Secret label=words::passphrase_label()
                        value=passphrase on_input=move |text| passphrase.set(text)
                        chars_max=PASSPHRASE_CHARS_MAX/>
                    <Shown value=passphrase/>
                    <Button label=Signal::derive(move || label(is_busy.get())) wide=true/>
                    {by_passkey(move || come_in(true))}
                    <p class="small soft">{words::welcome_needs_connection()}</p>
                    <p><a href="/welcome">{words::sign_in_have_code()}</a></p>
                </form>
            </Screen>
        }
        .into_any(),
    }
}

/// Why somebody who was here stands before the door.
fn outside(stage: Stage) -> Option<String> {
    match stage {
        Stage::Lost => Some(words::sign_in_lost()),
        Stage::Revoked => Some(words::sign_in_revoked()),
        Stage::Welcome
        | Stage::Ended
        | Stage::Opening
        | Stage::Open
        | Stage::Locked
        | Stage::NeedsConnection
        | Stage::Broken => None,
    }
}

fn label(is_busy: bool) -> String {
    if is_busy { words::sign_in_busy() } else { words::sign_in_action() }
}

async fn asked(
    session: Session,
    name: String,
    passphrase: String,
    by_passkey: bool,
) -> Result<Granted, Denied> {
    if !by_passkey {
        return session.access(Access::SignIn { name, passphrase }).await;
    }
    let then = Box::new(|used| PasskeyAsk::SignIn { used });
    session.with_passkey(PasskeyAsk::ForSignIn, then).await
}

/// Nothing in a browser that has none.
pub(super) fn by_passkey(press: impl Fn() + Send + Sync + 'static) -> Option<AnyView> {
    has_passkeys().then(|| {
        view! {
            <Button label=words::passkeys_sign_in() icon=Icon::Person weight=Weight::Quiet wide=true
                on_press=press/>
        }
        .into_any()
    })
}
