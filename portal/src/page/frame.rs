//! What stands around every screen of an open record: whose it is, one line about sending, the
//! places. Before a record is open it shows why not, under the same address.

mod people;
mod update;
mod waits_long;

use leptos::prelude::*;

use crate::bridge::Status;
use crate::page::app::screen_at;
use crate::page::i18n::{number, time, words};
use crate::page::pages;
use crate::page::session::{Session, Stage};
use crate::page::ui::icon::Icon;
use crate::page::ui::later::later;
use crate::page::ui::navigation::{Count, Navigation, Place};
use crate::page::ui::person::tint;
use crate::page::ui::platform::{Address, focus, focus_heading};
use crate::page::ui::screen::SkipLink;
use crate::page::ui::status_pill::{Pill, PillWords, StatusPill};
use people::People;
use update::UpdateBanner;
use waits_long::WaitsLong;

#[component]
pub(crate) fn Frame() -> impl IntoView {
    let session = expect_context::<Session>();
    let stage = Memo::new(move |_| session.stage().get());
    move || match stage.get() {
        Stage::Open => open_record(session),
        Stage::Welcome | Stage::Ended => view! { <pages::Welcome/> }.into_any(),
        Stage::Lost | Stage::Revoked => view! { <pages::SignIn/> }.into_any(),
        Stage::Locked => view! { <Offer session=session/><pages::Lock/> }.into_any(),
        Stage::Opening => view! { <pages::Opening/> }.into_any(),
        Stage::NeedsConnection => view! { <pages::NeedsConnection/> }.into_any(),
        Stage::Broken => view! { <Offer session=session/><pages::Broken/> }.into_any(),
    }
}

/// Where no record is open: a newer release may be what opens it.
#[component]
pub(crate) fn Offer(session: Session) -> AnyView {
    view! { <UpdateBanner session=session alone=true/> }.into_any()
}

fn open_record(session: Session) -> AnyView {
    // Another record is another set of screens: nothing of the one before may stay.
    let open = Memo::new(move |_| session.who().get().map(|who| who.open));
    let address = expect_context::<Address>();
    Effect::new(move |before: Option<Option<_>>| {
        let now = open.get();
        if before.is_some_and(|before| before != now) {
            // A conversation of one person is no place in the record of another.
            address.go("/");
            focus_heading();
        }
        now
    });
    view! {
        <SkipLink label=words::frame_skip()/>
        <pages::KeptCard session=session/>
        <div class="shell">
            <TopBar session=session/>
            <Navigation label=words::frame_places() places=places() more=more_places() path=address.path()
                count=unread_count(session)/>
            {later(move || {
                let screen = move || {
                    open.get();
                    screen_at(&address.path().get())
                };
                view! { {screen} }.into_any()
            })}
        </div>
    }
    .into_any()
}

#[component]
fn TopBar(session: Session) -> AnyView {
    let is_open = RwSignal::new(false);
    let acting = Memo::new(move |_| {
        let who = session.who().get()?;
        let place = who.records.iter().position(|record| record.patient == who.open)?;
        let record = who.records.get(place).filter(|record| !record.own)?;
        Some((record.name.clone(), place))
    });
    let class = move || match acting.get() {
        Some((_, place)) => format!("top {}", tint(place)),
        None => "top".to_owned(),
    };
    let own = move || {
        let who = session.who().get_untracked();
        who.and_then(|who| who.records.into_iter().find(|record| record.own))
    };
    let strip = move || {
        acting.get().map(|(name, _)| {
            let back = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                if let Some(own) = own() {
                    session.switch(own.patient);
                }
            };
            view! {
                <p class="acting">
                    {words::acting_for(&name)}
                    {own().map(|_| view! {
                        <a href="/" on:click=back>{words::acting_back()}</a>
                    })}
                </p>
            }
        })
    };
    let to_places = |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus("places");
    };
    view! {
        <header class=class>
            <People session=session is_open=is_open/>
            <StatusPill href="/activity" words=Signal::derive(move || pill(session.status().get()))/>
            <a class="menu" href="#places" on:click=to_places>{words::frame_menu()}</a>
            {strip}
            {if session.is_brief() {
                // A new release would come with another load of the page, and that signs out.
                view! { <p class="acting">{words::not_mine_means()}</p> }.into_any()
            } else {
                view! { <UpdateBanner session=session/> }.into_any()
            }}
            <WaitsLong session=session/>
        </header>
    }
    .into_any()
}

fn places() -> Vec<Place> {
    let place = |href, icon, label| Place { href, icon, label };
    vec![
        place("/", Icon::Home, words::places_home()),
        place("/results", Icon::Results, words::places_results()),
        place("/medicines", Icon::Pill, words::places_medicines()),
        place("/messages", Icon::Message, words::places_messages()),
        place("/record", Icon::Record, words::places_record()),
    ]
}

pub(crate) fn more_places() -> Vec<Place> {
    let place = |href, icon, label| Place { href, icon, label };
    vec![
        place("/search", Icon::Search, words::places_search()),
        place("/share", Icon::Share, words::places_share()),
        place("/activity", Icon::Eye, words::places_activity()),
        place("/settings", Icon::Settings, words::places_settings()),
        place("/lock", Icon::Lock, words::places_lock()),
    ]
}

fn unread_count(session: Session) -> Signal<Option<Count>> {
    let threads = session.threads();
    Signal::derive(move || {
        let unread: u32 = threads.get()?.rows.iter().map(|row| row.unread).sum();
        let count = || Count {
            href: "/messages",
            number: number(unread),
            spoken: words::places_new(unread),
        };
        (unread > 0).then(count)
    })
}

fn pill(status: Option<Status>) -> PillWords {
    let (pill, first, rest) = match status {
        // Until the worker knows better, nothing is promised.
        None => (Pill::Offline, words::status_offline(), words::status_looking()),
        Some(Status::UpToDate { at }) => {
            (Pill::Ok, words::status_ok(), words::status_ok_rest(&time::moment(at)))
        }
        Some(Status::Checking) => {
            (Pill::Checking, words::status_checking(), words::status_checking_rest())
        }
        Some(Status::Offline { waiting: 0 }) => {
            (Pill::Offline, words::status_offline(), words::status_offline_rest())
        }
        Some(Status::Offline { waiting }) => {
            (Pill::Offline, words::status_offline(), words::status_offline_waiting(waiting))
        }
        Some(Status::SignedOut { .. }) => {
            (Pill::Failed, words::status_signed_out(), words::status_signed_out_rest())
        }
        Some(Status::Sending { waiting }) => {
            (Pill::Sending, words::status_sending(waiting), words::status_sending_rest())
        }
        Some(Status::Asks { waiting }) => {
            (Pill::Failed, words::status_asks(waiting), words::status_asks_rest())
        }
        Some(Status::NotSent { refused }) => {
            (Pill::Failed, words::status_not_sent(refused), words::status_not_sent_rest())
        }
        Some(Status::Damaged) => {
            (Pill::Failed, words::status_damaged(), words::status_damaged_rest())
        }
    };
    PillWords { pill, first, rest }
}
