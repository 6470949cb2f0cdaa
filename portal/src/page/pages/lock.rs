//! The lock screen. The worker, and with it every word of the record, is gone from memory; a passphrase
//! or the code on paper opens it again, without a connection.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::vault::PASSPHRASE_CHARS_MAX;

use super::the_clinic::lines;
use super::welcome::{LanguageSwitch, Shown, denied};
use crate::bridge::{Denied, Opener};
use crate::page::i18n::words;
use crate::page::session::{Outside, Session, Stage};
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{Address, focus};
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn Lock() -> impl IntoView {
    let session = expect_context::<Session>();
    let address = expect_context::<Address>();
    let is_lock_address = move || address.path().get_untracked() == "/lock";
    if is_lock_address() {
        session.lock_everywhere();
    }
    // The address of a record is no address of a lock: opened, it leads back to the beginning.
    Effect::new(move || {
        if matches!(session.stage().get(), Stage::Open | Stage::Welcome) && is_lock_address() {
            address.go_instead("/");
        }
    });
    let outside = session.outside();
    let asks = outside.as_ref().is_some_and(|outside| !outside.unasked);
    let open = move || {
        if session.stage().get_untracked() == Stage::Locked {
            session.unlock_unasked();
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
                {if asks {
                    let passkey = outside.as_ref().and_then(|outside| outside.passkey.clone());
                    view! { <Unlock session=session passkey=passkey/> }.into_any()
                } else {
                    view! { <Button label=words::lock_open() icon=Icon::Lock wide=true on_press=open/> }
                        .into_any()
                }}
            </section>
            {outside.as_ref().and_then(|outside| outside.card.clone()).map(|card| view! {
                <details class="card">
                    <summary>{words::card_title()}</summary>
                    <p class="said" dir="auto">{card}</p>
                </details>
            })}
            {outside.map(waits)}
        </Screen>
    }
}

fn waits(outside: Outside) -> AnyView {
    let waiting = match outside.waiting {
        0 => words::lock_waits(),
        count => words::lock_waiting(count),
    };
    let clinic = outside.clinic.as_ref().map(lines);
    view! { <p class="small soft">{waiting}</p>{clinic} }.into_any()
}

/// One try after the other.
#[derive(Clone, Copy)]
struct Tries {
    why: RwSignal<Option<Denied>>,
    is_busy: RwSignal<bool>,
}

impl Tries {
    /// Whoever is busy already begins nothing.
    fn begins(self) -> bool {
        let begins = !self.is_busy.get_untracked();
        if begins {
            self.is_busy.set(true);
            self.why.set(None);
        }
        begins
    }

    fn ended(self, outcome: Result<(), Denied>) {
        if let Err(denied) = outcome {
            self.is_busy.try_set(false);
            self.why.try_set(Some(denied));
            focus("opener");
        }
    }
}

fn by_passkey(session: Session, tries: Tries, asked: String) -> AnyView {
    let press = move || {
        let asked = asked.clone();
        if tries.begins() {
            spawn_local(async move { tries.ended(session.unlock_by_passkey(asked).await) });
        }
    };
    view! {
        <Button label=words::passkeys_open() icon=Icon::Person weight=Weight::Quiet wide=true
            on_press=press/>
    }
    .into_any()
}

#[component]
fn Unlock(session: Session, passkey: Option<String>) -> AnyView {
    let typed = RwSignal::new(String::new());
    let is_code = RwSignal::new(false);
    let tries = Tries { why: RwSignal::new(None), is_busy: RwSignal::new(false) };
    let Tries { why, is_busy } = tries;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !tries.begins() {
            return;
        }
        let text = typed.get_untracked();
        let with = match is_code.get_untracked() {
            true => Opener::RecoveryCode(text),
            false => Opener::Passphrase(text),
        };
        spawn_local(async move { tries.ended(session.unlock(with).await) });
    };
    let passkey = passkey.map(|asked| by_passkey(session, tries, asked));
    let label =
        Signal::derive(
            move || if is_busy.get() { words::lock_busy() } else { words::lock_unlock() },
        );
    let other = move || {
        typed.set(String::new());
        why.set(None);
        is_code.update(|code| *code = !*code);
    };
    view! {
        <form class="stack" on:submit=submit>
            {move || why.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied(why)}</Banner>
            })}
            {move || {
                let (label, hint) = match is_code.get() {
                    true => (words::lock_code(), words::lock_code_hint()),
                    false => (words::passphrase_label(), words::lock_hint()),
                };
                view! {
                    <Field id="opener" kind=Kind::Secret label=label hint=hint value=typed
                        on_input=move |text| typed.set(text) chars_max=PASSPHRASE_CHARS_MAX/>
                }
            }}
            <Shown value=typed/>
            <Button label=label icon=Icon::Lock wide=true/>
            {passkey}
            {move || {
                let label = if is_code.get() { words::lock_with_words() } else { words::lock_forgot() };
                view! { <Button label=label weight=Weight::Plain on_press=other/> }
            }}
            {move || is_code.get().then(|| view! {
                <p class="small soft">{words::lock_no_code()}</p>
            })}
        </form>
    }
    .into_any()
}
