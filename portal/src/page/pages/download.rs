//! After activation: the record is being packed onto this device.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::LinkButton;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::has_passkeys;
use crate::page::ui::screen::Screen;
use crate::page::ui::steps::{Reached, Step, Steps};

#[component]
pub(crate) fn Download() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let is_here = Memo::new(move |_| threads.get().is_some());
    let steps = move || {
        let messages = if is_here.get() {
            let count = threads.untracked().map_or(0, |all| all.rows.len());
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            (Reached::Done, words::steps_done(), words::download_threads(count))
        } else {
            (Reached::Now, words::steps_now(), words::download_coming())
        };
        let (reached, spoken, detail) = messages;
        vec![
            Step {
                reached: Reached::Done,
                spoken: words::steps_done(),
                title: words::download_account(),
                detail: words::download_account_here(),
            },
            Step { reached, spoken, title: words::places_messages(), detail },
        ]
    };
    // Nobody asks people of the demo for anything.
    let offers = Memo::new(move |_| {
        let asks = session.who().with(|who| who.as_ref().is_some_and(|who| !who.unasked));
        asks && !session.is_brief() && has_passkeys()
    });
    view! {
        <Screen name=words::download_title()>
            <div>
                <h1>{words::download_title()}</h1>
                <p>{words::download_text()}</p>
            </div>
            <div class="card">{move || view! { <Steps steps=steps()/> }}</div>
            <LinkButton href="/".to_owned() label=words::download_open() icon=Icon::Home wide=true/>
            {move || offers.get().then(|| view! {
                <p><a href="/settings/passkeys">{words::passkeys_offer()}</a></p>
            })}
            <p class="small soft">{words::download_again()}</p>
        </Screen>
    }
}
