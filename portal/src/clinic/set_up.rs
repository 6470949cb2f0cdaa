//! Behind the link of an administrator: choosing how one signs in, and codes for paper.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::client::{self, Door, Offered};
use super::door::{Fields, ending, why_not};
use crate::page::i18n::words;
use crate::page::ui::platform::{clean_address, print};
use crate::page::ui::screen::Brand;

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
    let busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = client::set_up(&secret.get_value(), &fields.proof()).await;
            busy.set(false);
            match answer {
                Ok(done) => codes.set(Some(done)),
                Err(Door::Wrong) => problem.set(Some(words::clinic_code_wrong())),
                Err(why) => problem.set(Some(why_not(why))),
            }
        });
    };
    let form = move || {
        let offered = offered.get().filter(|_| codes.with(Option::is_none))?;
        Some(view! {
            <h1 dir="auto">{words::clinic_welcome(&offered.clinic, &offered.name)}</h1>
            <form class="card" on:submit=submit>
                {fields.name(Some(words::clinic_name_how()))}
                {fields.passphrase("new-password", Some(words::clinic_passphrase_how()))}
                <h2>{words::clinic_totp()}</h2>
                <p>{words::clinic_totp_how()}</p>
                <div class="desk-totp">
                    {picture(&offered.picture)}
                    <p><code>{in_fours(&offered.totp)}</code></p>
                </div>
                {fields.code(words::clinic_code_first(), None)}
                {ending(problem.read_only(), busy.read_only(), words::clinic_set_up())}
            </form>
        })
    };
    let no_link = move || problem.get().filter(|_| offered.with(Option::is_none));
    view! {
        <main class="desk-alone" id="conversation" tabindex="-1">
            <Brand/>
            {form}
            {move || codes.get().map(paper)}
            <p role="alert">{no_link}</p>
        </main>
    }
    .into_any()
}

/// As people copy it: in groups.
fn in_fours(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let groups: Vec<String> = signs.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

fn paper(codes: Vec<String>) -> AnyView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> });
    view! {
        <h1>{words::clinic_codes()}</h1>
        <div class="card">
            <p>{words::clinic_codes_how()}</p>
            <ul class="desk-codes">{codes.collect_view()}</ul>
            <div class="bar">
                <button type="button" class="button" on:click=move |_| print()>
                    {words::recovery_print()}
                </button>
                <a class="button quiet" href="/clinic/">{words::clinic_to_sign_in()}</a>
            </div>
        </div>
    }
    .into_any()
}

/// Dark on white in every theme: cameras read nothing else.
pub(super) fn picture(rows: &[String]) -> AnyView {
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
