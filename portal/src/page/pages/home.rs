//! Home: what is new, and what waits on this device.

use leptos::prelude::*;
use shared::view::{ItemState, ThreadRow};

use super::message_words::{EmergencyLine, state_words};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::button::LinkButton;
use crate::page::ui::card::Card;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, RowText, Rows};
use crate::page::ui::screen::{Screen, Width};
use crate::page::ui::tag::{Tag, Tone};

/// More than these are seen in the list of messages.
const NEW_ROWS_MAX: usize = 5;

#[component]
pub(crate) fn Home() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let greeting = move || {
        let who = session.who().get()?;
        let record = who.records.iter().find(|record| record.patient == who.open)?;
        Some(if record.own {
            words::home_hello(who.name.split_whitespace().next().unwrap_or_default())
        } else {
            words::home_of(&record.name)
        })
    };
    view! {
        <Screen name=words::places_home() width=Width::Wide>
            <div>
                <h1>{greeting}</h1>
                <p class="soft date">{time::long_day(time::now())}</p>
                <EmergencyLine/>
            </div>
            <div class="columns">
                <div class="stack">
                    <Card id="new" title=words::home_new() flush=true>
                        {move || new_rows(threads.get().unwrap_or_default())}
                    </Card>
                    <LinkButton href="/messages/new".to_owned() label=words::action_write()
                        icon=Icon::Edit/>
                </div>
                <div class="stack">{move || waiting(session, threads)}</div>
            </div>
        </Screen>
    }
}

fn new_rows(rows: Vec<ThreadRow>) -> AnyView {
    let unread = rows.into_iter().filter(|row| row.unread > 0).take(NEW_ROWS_MAX);
    let rows: Vec<_> = unread.map(new_row).collect();
    if rows.is_empty() {
        return view! {
            <Rows><RowText icon=Icon::Ok title=words::home_nothing_new()/></Rows>
        }
        .into_any();
    }
    view! { <Rows>{rows}</Rows> }.into_any()
}

fn new_row(row: ThreadRow) -> AnyView {
    let title = match &row.newest_from {
        Some(name) => words::home_answered(name),
        None => words::home_new_message(),
    };
    view! {
        <RowLink href=format!("/messages/{}", row.thread) icon=Icon::Message title=title
            detail=row.topic>
            <Tag tone=Tone::Info icon=Icon::Info label=words::messages_new(row.unread)/>
        </RowLink>
    }
    .into_any()
}

/// What is on this device and nowhere else, and what was not sent: each with the way to it.
fn waiting(session: Session, threads: Signal<Option<Vec<ThreadRow>>>) -> Option<AnyView> {
    let waiting = session.waiting();
    let unsent = Memo::new(move |_| waiting.get().map_or(0, |waiting| waiting.unsent));
    let refused = Memo::new(move |_| waiting.get().map_or(0, |waiting| waiting.refused));
    let card = move || {
        let (unsent, refused) = (unsent.get(), refused.get());
        if unsent == 0 && refused == 0 {
            return None;
        }
        let rows = threads.get().unwrap_or_default();
        let rows: Vec<_> = rows.into_iter().filter_map(waiting_row).collect();
        let title =
            if refused > 0 { words::home_not_sent(refused) } else { words::state_saved_here() };
        let more = ("/activity".to_owned(), words::home_see_all(unsent + refused));
        Some(view! {
            <Card id="waiting" title=title flush=true more=more><Rows>{rows}</Rows></Card>
        })
    };
    Some(view! { {card} }.into_any())
}

pub(super) fn waiting_row(row: ThreadRow) -> Option<AnyView> {
    let state = row.newest_state.as_ref()?;
    let detail = match state {
        ItemState::SavedHere { at } => words::home_sends_later(&time::moment(*at)),
        ItemState::NotSent { .. } => state_words(state).long,
        ItemState::Sent { .. }
        | ItemState::AtTheClinic { .. }
        | ItemState::ReadBy { .. }
        | ItemState::Answered { .. } => return None,
    };
    let icon = state_words(state).icon;
    Some(
        view! {
            <RowLink href=format!("/messages/{}", row.thread) icon=icon title=row.topic
                detail=detail/>
        }
        .into_any(),
    )
}
