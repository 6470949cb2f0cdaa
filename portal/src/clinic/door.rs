//! Signing in at the clinic: name, passphrase and a code. And what ends a session that nobody touches.

use gloo_timers::callback::Interval;
use leptos::ev::{keydown, pointerdown};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::client::{self, Door};
use super::seat::{Connection, Seat};
use crate::page::i18n::words;
use crate::page::ui::platform::has_passkeys;

/// How often the server hears that somebody is here.
const TELL_MS: u32 = 60_000;
/// Minutes without a touch after which the page empties itself, before the server ends the session.
const IDLE_MINUTES: u32 = 14;

/// `again` is what a page does once somebody has come in.
pub(super) fn sign_in(seat: Seat, again: impl Fn() + Copy + 'static) -> AnyView {
    let fields = Fields::default();
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let come_in = move |by_passkey: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = match by_passkey {
                true => client::sign_in_by_passkey().await,
                false => client::sign_in(&fields.proof()).await,
            };
            busy.set(false);
            match answer {
                Ok(()) => {
                    problem.set(None);
                    seat.come_in();
                    again();
                }
                Err(why) => problem.set(Some(why_not(why))),
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        come_in(false);
    };
    let passkey = has_passkeys().then(|| {
        view! {
            <button type="button" class="button quiet wide" on:click=move |_| come_in(true)>
                {words::passkeys_sign_in()}
            </button>
        }
    });
    view! {
        <main class="desk-alone" id="conversation" tabindex="-1">
            <h1>{words::clinic_sign_in_title()}</h1>
            <form class="card" on:submit=submit>
                {fields.name(None)}
                {fields.passphrase("current-password", None)}
                {fields.code(words::clinic_code(), Some(words::clinic_code_how()))}
                {ending(problem.read_only(), busy.read_only(), words::clinic_sign_in())}
                {passkey}
            </form>
        </main>
    }
    .into_any()
}

/// What proves who somebody is. Gone with the page, and kept nowhere.
#[derive(Clone, Copy, Default)]
pub(super) struct Fields {
    name: RwSignal<String>,
    passphrase: RwSignal<String>,
    code: RwSignal<String>,
}

impl Fields {
    pub(super) fn proof(self) -> client::Proof {
        client::Proof {
            name: self.name.get_untracked(),
            passphrase: client::normal(&self.passphrase.get_untracked()),
            code: self.code.get_untracked(),
        }
    }

    pub(super) fn name(self, hint: Option<String>) -> AnyView {
        let kinds = ("text", "username");
        input("name", words::clinic_sign_in_name(), hint, kinds, self.name)
    }

    pub(super) fn passphrase(self, fill: &'static str, hint: Option<String>) -> AnyView {
        let kinds = ("password", fill);
        input("passphrase", words::clinic_passphrase(), hint, kinds, self.passphrase)
    }

    pub(super) fn code(self, label: String, hint: Option<String>) -> AnyView {
        input("code", label, hint, ("text", "one-time-code"), self.code)
    }
}

/// What went wrong stands where the eye is that pressed the button.
pub(super) fn ending(
    problem: ReadSignal<Option<String>>,
    busy: ReadSignal<bool>,
    label: String,
) -> AnyView {
    view! {
        <p class="error" role="alert">{move || problem.get()}</p>
        <button type="submit" class="button wide">{label}</button>
        <p class="soft" role="status">{move || busy.get().then(words::clinic_checking)}</p>
    }
    .into_any()
}

/// `kinds`: of the field, and of what a browser may fill in.
fn input(
    id: &'static str,
    label: String,
    hint: Option<String>,
    (kind, fill): (&'static str, &'static str),
    value: RwSignal<String>,
) -> AnyView {
    let hint_id = hint.is_some().then(|| format!("{id}-hint"));
    let named_by = hint_id.clone();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <input
                class="input" id=id type=kind autocomplete=fill autocapitalize="none" spellcheck="false"
                required=true dir="auto" aria-describedby=named_by
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
    .into_any()
}

pub(super) fn why_not(why: Door) -> String {
    match why {
        Door::Wrong => words::clinic_sign_in_wrong(),
        Door::TooMany => words::clinic_too_many_tries(),
        Door::Ended => words::clinic_link_ended(),
        Door::Taken => words::clinic_name_taken(),
        Door::Refused => words::clinic_choose_other(),
        Door::NoPasskey => words::passkeys_not_used(),
        Door::Away => words::clinic_away(),
    }
}

/// Tells the server while somebody types or clicks, and empties the page when nobody does.
pub(super) fn watch(seat: Seat) {
    let quiet = StoredValue::new(0_u32);
    let touched = move || quiet.set_value(0);
    window_event_listener(keydown, move |_| touched());
    window_event_listener(pointerdown, move |_| touched());
    let tell = move || {
        let lasts = seat.who().get_untracked().is_some_and(|who| who.idle);
        if !lasts || seat.connection().get_untracked() == Connection::SignedOut {
            return quiet.set_value(0);
        }
        let minutes = quiet.get_value();
        quiet.set_value(minutes + 1);
        if minutes >= IDLE_MINUTES {
            seat.lock();
        } else if minutes == 0 {
            // Whether it arrived shows with whatever is asked next.
            spawn_local(async move {
                let _told = client::stay().await;
            });
        }
    };
    // For as long as the page lives.
    Interval::new(TELL_MS, tell).forget();
}
