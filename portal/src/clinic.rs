//! The staff's program: the clinic's queue, one item of it open, and what is done about it. It
//! speaks JSON and an event stream with the server, holds no document, and keeps nothing in the browser.

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
mod room;
mod saved;
mod set_up;
mod top;
mod wrong;

use leptos::mount::mount_to_body;
use leptos::prelude::*;

use crate::page::i18n::{self, Language, words};
use crate::page::ui::platform::{
    direct, fragment_value, languages, set_title, words as words_of_the_boot_script,
};
use desk::{Connection, Desk};
use room::Room;

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
    let is_inbox = move || desk.room().get() == Room::Inbox;
    let signed_out = move || desk.connection().get() == Connection::SignedOut;
    view! {
        <a class="button skip" href="#conversation" on:click=skip>{words::clinic_skip()}</a>
        <div class="desk">
            <top::Top desk=desk/>
            <Show when=move || !signed_out() fallback=move || view! { <door::SignIn desk=desk/> }>
                <Show when=is_inbox fallback=move || view! { <office::Rooms desk=desk/> }>
                    <inbox::Inbox desk=desk/>
                    <conversation::Conversation desk=desk/>
                    <context::Context desk=desk/>
                    <chart::Chart desk=desk/>
                    <wrong::Wrong desk=desk/>
                </Show>
                <keys::Help desk=desk/>
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
