//! The staff's two programs: the clinic's queue with one item of it open and what is done about it,
//! and the office with everything else. They speak JSON with the server, hold no document, and keep
//! nothing in the browser.

mod actions;
mod chart;
mod client;
mod context;
mod conversation;
mod desk;
mod door;
mod drafts;
mod form;
mod inbox;
mod keys;
mod line;
mod live;
mod office;
mod photo;
mod refill;
mod reply;
mod request;
mod saved;
mod seat;
mod set_up;
mod top;
mod wrong;

use leptos::mount::mount_to_body;
use leptos::prelude::*;

use crate::page::i18n::{self, Language, words};
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::platform::{
    direct, fragment_value, languages, set_title, words as words_of_the_boot_script,
};
use desk::Desk;
use seat::{Connection, Seat};

/// Runs the inbox in this window.
pub fn start() {
    begin();
    mount_to_body(Clinic);
}

/// Runs the office in this window.
pub fn start_office() {
    begin();
    mount_to_body(office::Pages);
}

fn begin() {
    crate::say_panics();
    words::load(words_of_the_boot_script());
    let language = languages().iter().find_map(|code| Language::of_code(code));
    let language = language.unwrap_or(Language::English);
    i18n::switch_to(language);
    direct(language.code(), language.direction());
    set_title(&words::clinic_title());
}

#[component]
fn Clinic() -> AnyView {
    if let Some(secret) = fragment_value("setup") {
        return view! { <set_up::SetUp secret=secret/> }.into_any();
    }
    let desk = Desk::open();
    door::watch(desk.seat);
    live::follow_wakes(desk);
    live::keep_up(desk);
    keys::listen(desk);
    let inside = move || {
        view! {
            <inbox::Inbox desk=desk/>
            <conversation::Conversation desk=desk/>
            <context::Context desk=desk/>
            <chart::Chart desk=desk/>
            <wrong::Wrong desk=desk/>
            <keys::Help desk=desk/>
        }
        .into_any()
    };
    view! {
        {skip()}
        <div class="desk">
            {top::top(desk.seat, || None, search(desk), move || desk.sign_out())}
            {behind_the_door(desk.seat, move || live::keep_up(desk), inside)}
        </div>
    }
    .into_any()
}

/// What is there for whoever is signed in.
fn behind_the_door(
    seat: Seat,
    again: impl Fn() + Copy + Send + Sync + 'static,
    inside: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let signed_out = Memo::new(move |_| seat.connection().get() == Connection::SignedOut);
    let view = move || match signed_out.get() {
        true => door::sign_in(seat, again),
        false => inside(),
    };
    view.into_any()
}

fn search(desk: Desk) -> AnyView {
    let is_out = move || desk.seat.connection().get() == Connection::SignedOut;
    view! {
        <label class="desk-search" hidden=is_out>
            <span class="unseen">{words::clinic_search()}</span>
            <Picture of=Icon::Search/>
            <input
                class="input" id="search" type="search" placeholder=words::clinic_search()
                on:input=move |event| desk.search(event_target_value(&event))
            />
            <kbd aria-hidden="true">"/"</kbd>
        </label>
    }
    .into_any()
}

/// The fragment of the address names what is open, so this link moves the focus by itself.
fn skip() -> AnyView {
    let skip = |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        crate::page::ui::platform::focus("conversation");
    };
    view! { <a class="button skip" href="#conversation" on:click=skip>{words::clinic_skip()}</a> }
        .into_any()
}
