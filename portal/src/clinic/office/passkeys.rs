//! A member of staff's own passkeys: added with a fresh code, removed without.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Office;
use super::client::{self, PasskeyLine};
use crate::clinic::form::{filled, input, text};
use crate::page::i18n::words;
use crate::page::ui::icon::{Icon, Picture};

#[derive(Clone, Copy)]
struct Own {
    office: Office,
    lines: RwSignal<Option<Vec<PasskeyLine>>>,
    name: RwSignal<String>,
    missing: RwSignal<bool>,
}

pub(super) fn passkeys(office: Office) -> AnyView {
    let (lines, missing) = (RwSignal::new(None), RwSignal::new(false));
    let own = Own { office, lines, name: text(), missing };
    own.load();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(name) = filled(own.name, own.missing) {
            own.add(name);
        }
    };
    let list = move || own.lines.get().map(|lines| list(own, lines));
    view! {
        <h1>{words::passkeys_title()}</h1>
        <p>{words::clinic_passkeys_text()}</p>
        {list}
        <form class="card office-code" on:submit=submit>
            {input("passkey-name", "text", words::passkeys_name(), own.name)}
            <p class="error" role="alert">
                {move || own.missing.get().then(words::clinic_fill_all)}
            </p>
            <button type="submit" class="button"><Picture of=Icon::Plus/>{words::passkeys_add()}</button>
        </form>
    }
    .into_any()
}

impl Own {
    fn load(self) {
        spawn_local(async move {
            match client::passkeys().await {
                Ok(lines) => {
                    self.office.worked();
                    self.lines.set(Some(lines));
                }
                Err(why) => self.office.failed(why, move || self.load()),
            }
        });
    }

    fn add(self, name: String) {
        spawn_local(async move {
            match client::add_passkey(&name).await {
                Ok(true) => {
                    self.name.set(String::new());
                    self.load();
                }
                Ok(false) => self.office.problem.set(Some(words::passkeys_not_used())),
                Err(why) => self.office.failed(why, move || self.add(name.clone())),
            }
        });
    }

    fn remove(self, passkey: String) {
        spawn_local(async move {
            match client::remove_passkey(&passkey).await {
                Ok(()) => self.load(),
                Err(why) => self.office.failed(why, move || self.remove(passkey.clone())),
            }
        });
    }
}

fn list(own: Own, lines: Vec<PasskeyLine>) -> AnyView {
    let one = move |line: PasskeyLine| {
        let (label, passkey) = (words::passkeys_remove(&line.name), line.passkey);
        let remove = move |_| own.remove(passkey.clone());
        view! {
            <li class="bar split">
                <b dir="auto">{line.name}</b>
                <button type="button" class="button quiet" on:click=remove>{label}</button>
            </li>
        }
    };
    let lines: Vec<_> = lines.into_iter().map(one).collect();
    (!lines.is_empty()).then(|| view! { <ul class="card" role="list">{lines}</ul> }).into_any()
}
