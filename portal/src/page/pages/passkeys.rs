//! Passkeys: what signs in and opens this device besides the passphrase. One is added with the
//! passphrase, and removed without.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::vault::PASSPHRASE_CHARS_MAX;

use super::asking::kept;
use super::welcome::{Shown, denied};
use crate::bridge::{Denied, Granted, PasskeyAsk, PasskeyLine};
use crate::page::draft::Draft;
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::card::Card;
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::has_passkeys;
use crate::page::ui::rows::{RowButton, RowText, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::Tone;

/// As long as the clinic keeps it.
const NAME_CHARS_MAX: usize = 40;

#[derive(Clone, Copy)]
struct Passkeys {
    session: Session,
    all: RwSignal<Option<Vec<PasskeyLine>>>,
    why: RwSignal<Option<Denied>>,
    is_busy: RwSignal<bool>,
    /// Of the one that is being added.
    name: Draft,
}

impl Passkeys {
    /// Shows what came of it.
    fn took(self, outcome: Result<Granted, Denied>) {
        self.is_busy.try_set(false);
        match outcome {
            Ok(Granted::Passkeys(all)) => drop(self.all.try_set(Some(all))),
            Ok(_) => {}
            Err(why) => drop(self.why.try_set(Some(why))),
        }
    }

    fn ask(self, ask: PasskeyAsk) {
        self.why.set(None);
        spawn_local(async move { self.took(self.session.passkey(ask).await) });
    }

    /// What the clinic took may open nothing here: then the list is asked for anew.
    fn ask_browser(self, first: PasskeyAsk, then: Box<dyn FnOnce(String) -> PasskeyAsk>) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.why.set(None);
        let written = self.name.written();
        spawn_local(async move {
            let outcome = self.session.with_passkey(first, then).await;
            if outcome.is_ok() {
                written.was_sent().await;
            }
            let opens_nothing = outcome == Err(Denied::OpensNothing);
            self.took(outcome);
            if opens_nothing {
                self.took(self.session.passkey(PasskeyAsk::List).await);
            }
        });
    }
}

#[component]
pub(crate) fn PasskeysScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let (all, why, is_busy) = (RwSignal::new(None), RwSignal::new(None), RwSignal::new(false));
    let name = Draft::open(session, "passkey".to_owned());
    let passkeys = Passkeys { session, all, why, is_busy, name };
    passkeys.ask(PasskeyAsk::List);
    view! {
        <Screen name=words::passkeys_title()>
            <div>
                <BackLink href="/settings" label=words::places_settings()/>
                <h1>{words::passkeys_title()}</h1>
                <p>{words::passkeys_text()}</p>
            </div>
            {move || why.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied(why)}</Banner>
            })}
            {move || all.get().filter(|all| !all.is_empty()).map(|all| rows(passkeys, all))}
            {if session.is_brief() {
                // None is made in a phone that is somebody else's; those that are there can be removed.
                ().into_any()
            } else if has_passkeys() {
                form(passkeys)
            } else {
                view! { <p>{words::passkeys_none()}</p> }.into_any()
            }}
        </Screen>
    }
}

fn rows(passkeys: Passkeys, all: Vec<PasskeyLine>) -> AnyView {
    let row = move |line: PasskeyLine| {
        let detail = if line.here { words::passkeys_here() } else { words::passkeys_elsewhere() };
        let (title, passkey) = (line.name, line.passkey);
        let label = words::passkeys_remove(&title);
        let remove = move || passkeys.ask(PasskeyAsk::Remove { passkey: passkey.clone() });
        view! {
            <RowText icon=Icon::Lock title=title detail=detail/>
            <RowButton title=label on_press=remove/>
        }
    };
    let may_open_here = !passkeys.session.is_brief();
    let here = (may_open_here && all.iter().any(|line| !line.here)).then(|| {
        let press = move || {
            passkeys
                .ask_browser(PasskeyAsk::ForSignIn, Box::new(|used| PasskeyAsk::UseHere { used }));
        };
        view! { <RowButton icon=Icon::Person title=words::passkeys_use_here() on_press=press/> }
    });
    view! { <Rows card=true>{here}{all.into_iter().map(row).collect::<Vec<_>>()}</Rows> }.into_any()
}

fn form(passkeys: Passkeys) -> AnyView {
    let (name, typed) = (passkeys.name, RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (called, passphrase) = (name.part_now(0), typed.get_untracked());
        if !called.trim().is_empty() {
            // Nobody who comes by later finds it in the field.
            typed.set(String::new());
            passkeys.ask_browser(
                PasskeyAsk::Begin { passphrase },
                Box::new(|made| PasskeyAsk::Add { name: called, made }),
            );
        }
    };
    let label = Signal::derive(move || match passkeys.is_busy.get() {
        true => words::sign_in_busy(),
        false => words::passkeys_add(),
    });
    view! {
        <Card id="add-passkey" title=words::passkeys_add()>
            <form class="stack" on:submit=submit>
                <Field id="passkey-name" label=words::passkeys_name() hint=words::passkeys_name_hint()
                    value=name.part(0) on_input=name.writes(0) chars_max=NAME_CHARS_MAX/>
                <Field id="passkey-passphrase" kind=Kind::Secret label=words::passphrase_label()
                    hint=words::lock_hint() value=typed
                    on_input=move |text| typed.set(text) chars_max=PASSPHRASE_CHARS_MAX/>
                <Shown value=typed/>
                <Button label=label icon=Icon::Lock wide=true/>
                {kept(name)}
            </form>
        </Card>
    }
    .into_any()
}
