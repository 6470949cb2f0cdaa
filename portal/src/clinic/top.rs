//! The bar over the desk: where one is, search, the connection, and who sits here.

use leptos::prelude::*;

use super::desk::{Connection, Desk};
use super::office::doors;
use super::room::Room;
use crate::page::i18n::words;
use crate::page::ui::icon::{Icon, Picture};

#[component]
pub(super) fn Top(desk: Desk) -> AnyView {
    let who = move || desk.who().get().map(|who| who.name);
    let initials = move || who().map(|name| initials(&name));
    let clinic = move || desk.who().get().map(|who| who.clinic);
    let line = move || match desk.connection().get() {
        Connection::Opening => words::clinic_opening(),
        Connection::UpToDate => words::clinic_up_to_date(),
        Connection::Away => words::clinic_away(),
        Connection::SignedOut => String::new(),
    };
    let away = move || desk.connection().get() == Connection::Away;
    let picture = move || match desk.connection().get() {
        Connection::UpToDate => Some(view! { <Picture of=Icon::Synced/> }),
        Connection::Away => Some(view! { <Picture of=Icon::Offline/> }),
        Connection::Opening | Connection::SignedOut => None,
    };
    let is_elsewhere = move || {
        desk.connection().get() == Connection::SignedOut || desk.room().get() != Room::Inbox
    };
    let sign_out = move |_| desk.sign_out();
    let signed_in = move || desk.who().get().is_some();
    view! {
        <header class="desk-top">
            <p class="brand"><Picture of=Icon::Bag/><b>"Satchel"</b><small>{words::clinic_word()}</small></p>
            {doors(desk)}
            <label class="desk-search" hidden=is_elsewhere>
                <span class="unseen">{words::clinic_search()}</span>
                <Picture of=Icon::Search/>
                <input
                    class="input" id="search" type="search" placeholder=words::clinic_search()
                    on:input=move |event| desk.search(event_target_value(&event))
                />
                <kbd aria-hidden="true">"/"</kbd>
            </label>
            <div class="bar desk-who">
                <p class="desk-line" class:away=away role="status">{picture}{line}</p>
                <Show when=signed_in>
                    <span class="avatar" aria-hidden="true">{initials}</span>
                    <span class="desk-person"><b>{who}</b><small>{clinic}</small></span>
                    <button type="button" class="button plain" on:click=sign_out>
                        {words::clinic_sign_out()}
                    </button>
                </Show>
            </div>
        </header>
    }
    .into_any()
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
