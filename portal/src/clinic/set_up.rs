//! Behind the link of an administrator: choosing how one signs in, and codes for paper.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::client::{self, Offered};
use super::door::{Fields, why_not};
use crate::page::i18n::words;
use crate::page::ui::platform::clean_address;

/// Signs of an empty edge around the picture, which cameras need.
const EDGE: usize = 4;

#[component]
pub(super) fn SetUp(secret: String) -> AnyView {
    let offered = RwSignal::new(None::<Offered>);
    let codes = RwSignal::new(None::<Vec<String>>);
    let problem = RwSignal::new(None::<String>);
    // A secret does not belong in the history.
    clean_address();
    let secret = StoredValue::new(secret);
    spawn_local(async move {
        match client::offered(&secret.get_value()).await {
            Ok(one) => offered.set(Some(one)),
            Err(why) => problem.set(Some(why_not(why))),
        }
    });
    let fields = Fields::default();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            match client::set_up(&secret.get_value(), &fields.proof()).await {
                Ok(done) => codes.set(Some(done)),
                Err(why) => problem.set(Some(why_not(why))),
            }
        });
    };
    let form = move || {
        let offered = offered.get().filter(|_| codes.with(Option::is_none))?;
        Some(view! {
            <h1 dir="auto">{words::clinic_welcome(&offered.clinic, &offered.name)}</h1>
            <form class="stack" on:submit=submit>
                {fields.name("username")}
                <p class="soft">{words::clinic_passphrase_how()}</p>
                {fields.passphrase("new-password")}
                <p>{words::clinic_totp_how()}</p>
                {picture(&offered.picture)}
                <p><code>{offered.totp}</code></p>
                {fields.code()}
                <div class="bar">
                    <button type="submit" class="button">{words::clinic_set_up()}</button>
                </div>
            </form>
        })
    };
    view! {
        <main class="desk-alone" id="conversation" tabindex="-1">
            {form}
            {move || codes.get().map(paper)}
            <p role="alert">{move || problem.get().filter(|_| codes.with(Option::is_none))}</p>
        </main>
    }
    .into_any()
}

fn paper(codes: Vec<String>) -> AnyView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> });
    view! {
        <h1>{words::clinic_codes()}</h1>
        <p>{words::clinic_codes_how()}</p>
        <ul>{codes.collect_view()}</ul>
        <p><a href="/clinic/">{words::clinic_sign_in()}</a></p>
    }
    .into_any()
}

/// Dark on white in every theme: cameras read nothing else.
fn picture(rows: &[String]) -> AnyView {
    let side = rows.len() + 2 * EDGE;
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        for (x, _) in row.chars().enumerate().filter(|(_, sign)| *sign == '1') {
            path.push_str(&format!("M{} {}h1v1h-1z", x + EDGE, y + EDGE));
        }
    }
    view! {
        <svg class="desk-picture" viewBox=format!("0 0 {side} {side}") role="img" aria-label=words::clinic_picture()>
            <path d=path></path>
        </svg>
    }
    .into_any()
}
