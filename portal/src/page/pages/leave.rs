//! Taking everything off this device. What was not sent is named first, and can be sent or kept; it is
//! never dropped without being asked.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::home::waiting_row;
use super::welcome::denied;
use crate::bridge::{Denied, Status};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{BackLink, Button, Weight};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::Address;
use crate::page::ui::rows::Rows;
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn Leave() -> impl IntoView {
    let session = expect_context::<Session>();
    let address = expect_context::<Address>();
    let threads = session.threads();
    let is_sending = RwSignal::new(false);
    let is_leaving = RwSignal::new(false);
    let why = RwSignal::new(None::<Denied>);
    let leave = move || {
        if is_leaving.get_untracked() {
            return;
        }
        is_leaving.set(true);
        spawn_local(async move {
            match session.leave().await {
                Ok(()) => address.go_instead("/"),
                Err(denied) => {
                    is_leaving.try_set(false);
                    why.try_set(Some(denied));
                }
            }
        });
    };
    Effect::new(move || {
        if is_sending.get() && matches!(session.status().get(), Some(Status::UpToDate { .. })) {
            leave();
        }
    });
    let rows = move || {
        let rows = threads.get().map_or_else(Vec::new, |all| all.rows);
        rows.into_iter().filter_map(waiting_row).collect::<Vec<_>>()
    };
    let choice = move || {
        match unsent(session.status().get()) {
        None => view! { <Banner icon=Icon::Offline>{words::activity_looking()}</Banner> }.into_any(),
        Some(0) => view! {
            <Button label=words::leave_action() weight=Weight::Danger wide=true on_press=leave/>
        }
        .into_any(),
        Some(count) => view! {
            <p><b>{words::leave_waits(count)}</b></p>
            <Rows card=true>{rows}</Rows>
            {move || is_sending.get().then(|| sending(session))}
            {move || {
                let label =
                    if is_sending.get() { words::action_cancel() } else { words::leave_send_first() };
                view! { <Button label=label wide=true
                    on_press=move || is_sending.update(|sending| *sending = !*sending)/> }
            }}
            {keep(session)}
            <Button label=words::leave_lose() weight=Weight::Danger wide=true on_press=leave/>
        }
        .into_any(),
    }
    };
    view! {
        <Screen name=words::leave_title()>
            <div>
                <BackLink href="/settings" label=words::places_settings()/>
                <h1>{words::leave_title()}</h1>
            </div>
            {move || why.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied(why)}</Banner>
            })}
            <p>{words::leave_text()}</p>
            <p>{words::leave_drafts()}</p>
            <div class="stack">{choice}</div>
        </Screen>
    }
}

/// Nothing in a session that keeps nothing.
fn keep(session: Session) -> Option<AnyView> {
    (!session.is_brief()).then(|| {
        view! {
            <Button label=words::leave_keep() weight=Weight::Quiet icon=Icon::Lock wide=true
                on_press=move || session.lock_everywhere()/>
        }
        .into_any()
    })
}

/// Nothing while it is not known, or could not be read: then nothing is dropped.
fn unsent(status: Option<Status>) -> Option<u32> {
    match status? {
        Status::UpToDate { .. } | Status::Checking => Some(0),
        Status::Offline { waiting }
        | Status::SignedOut { waiting }
        | Status::Sending { waiting }
        | Status::Asks { waiting } => Some(waiting),
        Status::NotSent { refused } => Some(refused),
        Status::Damaged => None,
    }
}

fn sending(session: Session) -> AnyView {
    let words = move || match session.status().get() {
        Some(Status::Sending { .. } | Status::Checking | Status::UpToDate { .. }) => {
            words::leave_sending()
        }
        Some(Status::SignedOut { .. }) => words::activity_signed_out(),
        Some(Status::Asks { .. }) => words::ask_again_why(),
        Some(Status::Offline { .. } | Status::NotSent { .. } | Status::Damaged) | None => {
            words::leave_no_connection()
        }
    };
    view! { <Banner icon=Icon::Sending><span role="status">{words}</span></Banner> }.into_any()
}
