//! The staff's program: the clinic's queue, one item of it open, and what is done about it. It
//! speaks JSON and an event stream with the server, holds no document, and keeps nothing in the browser.

mod actions;
mod client;
mod conversation;
mod desk;
mod door;
mod inbox;
mod keys;
mod line;
mod live;
mod refill;
mod reply;
mod request;
mod set_up;

use leptos::mount::mount_to_body;
use leptos::prelude::*;

use crate::page::i18n::{self, Language, words};
use crate::page::ui::platform::{
    direct, fragment_value, languages, set_title, words as words_of_the_boot_script,
};
use desk::{Connection, Desk};

/// Runs the program in this window.
pub fn start() {
    crate::say_panics();
    words::load(words_of_the_boot_script());
    let language = languages().iter().find_map(|code| Language::of_code(code));
    let language = language.unwrap_or(Language::English);
    i18n::switch_to(language);
    direct(language.code(), language.direction());
    set_title(&words::clinic_title());
    mount_to_body(Clinic);
}

#[component]
fn Clinic() -> AnyView {
    if let Some(secret) = fragment_value("setup") {
        return view! { <set_up::SetUp secret=secret/> }.into_any();
    }
    let desk = Desk::open();
    door::watch(desk);
    live::follow_wakes(desk);
    live::keep_up(desk);
    keys::listen(desk);
    let signed_out = move || desk.connection().get() == Connection::SignedOut;
    view! {
        <a class="button skip" href="#conversation" on:click=skip>{words::clinic_skip()}</a>
        <div class="desk">
            <Top desk=desk/>
            <Show when=move || !signed_out() fallback=move || view! { <door::SignIn desk=desk/> }>
                <inbox::Inbox desk=desk/>
                <conversation::Conversation desk=desk/>
            </Show>
        </div>
    }
    .into_any()
}

/// The fragment of the address names the open thread, so this link moves the focus by itself.
fn skip(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    crate::page::ui::platform::focus("conversation");
}

#[component]
fn Top(desk: Desk) -> AnyView {
    let who = move || desk.who().get().map(|who| who.name);
    let clinic = move || desk.who().get().map(|who| who.clinic);
    let line = move || match desk.connection().get() {
        Connection::Opening => words::clinic_opening(),
        Connection::UpToDate => words::clinic_up_to_date(),
        Connection::Away => words::clinic_away(),
        Connection::SignedOut => String::new(),
    };
    let away = move || desk.connection().get() == Connection::Away;
    let sign_out = move |_| desk.sign_out();
    view! {
        <header class="desk-top">
            <p class="desk-name">{words::clinic_title()}</p>
            <label class="desk-search">
                <span class="unseen">{words::clinic_search()}</span>
                <input
                    id="search" type="search" placeholder=words::clinic_search()
                    on:input=move |event| desk.search(event_target_value(&event))
                />
            </label>
            <p class="desk-line" class:away=away role="status">{line}</p>
            <p><b>{who}</b>" "<span class="soft">{clinic}</span></p>
            <Show when=move || desk.who().get().is_some()>
                <button type="button" class="desk-button" on:click=sign_out>
                    {words::clinic_sign_out()}
                </button>
            </Show>
        </header>
    }
    .into_any()
}
