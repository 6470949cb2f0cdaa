//! Signing in on another device, by name and passphrase.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::not_mine::{NotMine, needs_connection};
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

#[derive(Clone, Copy)]
struct Entrance {
    session: Session,
    address: Address,
    name: RwSignal<String>,
    passphrase: RwSignal<String>,
    /// Nothing is kept on this device.
    brief: RwSignal<bool>,
    why: RwSignal<Option<Denied>>,
    is_busy: RwSignal<bool>,
    /// The slot, and the code that is shown before anybody is let in.
    entered: RwSignal<Option<(String, String)>>,
}

#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let entrance = Entrance {
        session: expect_context::<Session>(),
        address: expect_context::<Address>(),
        name: RwSignal::new(String::new()),
        passphrase: RwSignal::new(String::new()),
        brief: RwSignal::new(false),
        why: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        entered: RwSignal::new(None),
    };
    move || match entrance.entered.get() {
        Some((slot, code)) => {
            let enter = move |()| entrance.enter(slot.clone(), false);
            view! { <Recovery name=entrance.name.get_untracked() code=code on_kept=enter/> }
                .into_any()
        }
        None => form(entrance),
    }
}

impl Entrance {
    fn come_in(self, by_passkey: bool) {
        let Self { session, why, is_busy, .. } = self;
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        why.set(None);
        spawn_local(async move {
            session.stand_outside();
            let brief = self.brief.get_untracked();
            let outcome = match by_passkey {
                true => {
                    let then = Box::new(move |used| PasskeyAsk::SignIn { used, brief });
                    session.with_passkey(PasskeyAsk::ForSignIn, then).await
                }
                false => {
                    let name = self.name.get_untracked();
                    let passphrase = self.passphrase.get_untracked();
                    session.access(Access::SignIn { name, passphrase, brief }).await
                }
            };
            is_busy.try_set(false);
            match outcome {
                Ok(Granted::Entered { slot, recovery_code: Some(code) }) => {
                    self.entered.try_set(Some((slot, code)));
                }
                Ok(Granted::Entered { slot, recovery_code: None }) => self.enter(slot, true),
                Ok(_) => drop(why.try_set(Some(Denied::Interrupted))),
                Err(denied) => drop(why.try_set(Some(denied))),
            }
        });
    }

    fn enter(self, slot: String, brief: bool) {
        self.session.enter(slot, brief);
        self.address.go_instead("/download");
    }
}

fn form(entrance: Entrance) -> AnyView {
    let Entrance { session, name, passphrase, brief, why, is_busy, .. } = entrance;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        entrance.come_in(false);
    };
    view! {
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
                <NotMine brief=brief/>
                <Field id="sign-in-name" kind=Kind::Name label=words::name_label() value=name unhelped=brief
                    on_input=move |text| name.set(text) chars_max=NAME_CHARS_MAX + 4/>
                <Field id="passphrase" kind=Kind::Secret label=words::passphrase_label()
                    value=passphrase on_input=move |text| passphrase.set(text)
                    chars_max=PASSPHRASE_CHARS_MAX/>
                <Shown value=passphrase/>
                <Button label=Signal::derive(move || label(is_busy.get())) wide=true/>
                {by_passkey(move || entrance.come_in(true))}
                {needs_connection(brief)}
                <p><a href="/welcome">{words::sign_in_have_code()}</a></p>
            </form>
        </Screen>
    }
    .into_any()
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
