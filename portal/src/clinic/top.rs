//! The bar over both pages of the clinic: the ways to the others, the connection, and who sits here.

use leptos::prelude::*;

use super::seat::{Connection, Seat};
use crate::page::i18n::words;
use crate::page::ui::icon::{Icon, Picture};

pub(super) const INBOX: &str = "/clinic/";
pub(super) const OFFICE: &str = "/clinic/office/";
/// Rooms of the office, as they stand in its address.
pub(super) const PEOPLE: &str = "people";
pub(super) const STAFF: &str = "staff";
pub(super) const SETTINGS: &str = "settings";
pub(super) const LOG: &str = "log";
pub(super) const PASSKEYS: &str = "passkeys";

/// `here` names the room; `middle` is what only this page has in the bar.
pub(super) fn top(
    seat: Seat,
    here: impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static,
    middle: AnyView,
    sign_out: impl Fn() + Clone + Send + Sync + 'static,
) -> AnyView {
    let who = move || seat.who().get().map(|who| who.name);
    let initials = move || who().map(|name| initials(&name));
    let clinic = move || seat.who().get().map(|who| who.clinic);
    let line = move || match seat.connection().get() {
        Connection::Opening => words::clinic_opening(),
        Connection::UpToDate => words::clinic_up_to_date(),
        Connection::Away => words::clinic_away(),
        Connection::SignedOut => String::new(),
    };
    let away = move || seat.connection().get() == Connection::Away;
    let picture = move || match seat.connection().get() {
        Connection::UpToDate => Some(view! { <Picture of=Icon::Synced/> }),
        Connection::Away => Some(view! { <Picture of=Icon::Offline/> }),
        Connection::Opening | Connection::SignedOut => None,
    };
    let person = move || {
        seat.who().get()?;
        let sign_out = sign_out.clone();
        Some(view! {
            <span class="avatar" aria-hidden="true">{initials}</span>
            <span class="desk-person"><b>{who}</b><small>{clinic}</small></span>
            <a class="button plain" href=format!("{OFFICE}#{PASSKEYS}")>
                {words::passkeys_title()}
            </a>
            <button type="button" class="button plain" on:click=move |_| sign_out()>
                {words::clinic_sign_out()}
            </button>
        })
    };
    view! {
        <header class="desk-top">
            <p class="brand"><Picture of=Icon::Bag/><b>"Satchel"</b><small>{words::clinic_word()}</small></p>
            {doors(seat, here)}
            {middle}
            <div class="bar desk-who">
                <p class="desk-line" class:away=away role="status">{picture}{line}</p>
                {person}
            </div>
        </header>
    }
    .into_any()
}

/// The doors to the rooms that this role has. The inbox is a page of its own.
fn doors(
    seat: Seat,
    here: impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static,
) -> AnyView {
    let all = move || {
        let rooms: &[Option<&str>] = match seat.who().get().map(|who| who.role).as_deref() {
            Some("admin") => &[Some(STAFF), Some(SETTINGS), Some(LOG)],
            Some("front_desk" | "nurse" | "clinician") => &[None, Some(PEOPLE)],
            Some(_) | None => &[],
        };
        let door = |room: &Option<&'static str>| {
            let room = *room;
            let label = match room {
                Some(PEOPLE) => words::clinic_people(),
                Some(STAFF) => words::clinic_staff(),
                Some(SETTINGS) => words::clinic_settings(),
                Some(_) => words::clinic_log(),
                None => words::clinic_inbox(),
            };
            let to = room.map_or(INBOX.to_owned(), |room| format!("{OFFICE}#{room}"));
            let current = move || (here() == room).then_some("page");
            view! { <a href=to aria-current=current>{label}</a> }
        };
        rooms.iter().map(door).collect_view()
    };
    view! { <nav class="bar desk-rooms" aria-label=words::clinic_rooms()>{all}</nav> }.into_any()
}

/// Of the first two words: what stands behind a comma is a title.
fn initials(name: &str) -> String {
    let name = name.split(',').next().unwrap_or(name);
    name.split_whitespace().take(2).filter_map(|word| word.chars().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn a_title_is_no_initial() {
        assert_eq!(initials("Linh Tran, RN"), "LT");
        assert_eq!(initials("Okafor"), "O");
        assert_eq!(initials(""), "");
    }
}
