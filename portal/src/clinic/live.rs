//! Keeps the desk up to date: each event of the stream means "ask again". A stream that breaks is
//! opened again, and the first event of a new one covers whatever happened in between.

use futures_util::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::GetUntracked;
use leptos::task::spawn_local;

use super::desk::Desk;
use super::seat::Connection;
use crate::page::ui::platform::{is_in_sight, on_wake};

const EVENTS: &str = "/clinic/api/events";
/// Pause before the stream is opened again.
const AGAIN_MS: u32 = 2_000;
/// How often a page in sight says which item it has open; the server forgets after 45 s.
const LOOK_AGAIN_MS: u32 = 20_000;

/// Asks when the window comes back.
pub(super) fn follow_wakes(desk: Desk) {
    on_wake(move || {
        if desk.seat.connection().get_untracked() != Connection::SignedOut {
            spawn_local(async move {
                desk.refresh().await;
            });
        }
    });
}

/// Until the session is over; whoever signs in anew starts it anew.
pub(super) fn keep_up(desk: Desk) {
    spawn_local(async move {
        while desk.seat.connection().get_untracked() != Connection::SignedOut {
            TimeoutFuture::new(LOOK_AGAIN_MS).await;
            if is_in_sight() && desk.seat.connection().get_untracked() == Connection::UpToDate {
                desk.look_again().await;
            }
        }
    });
    spawn_local(async move {
        while desk.seat.connection().get_untracked() != Connection::SignedOut {
            // Tells a server that is away from a session that is over, which the stream cannot.
            if desk.refresh().await && !desk.seat.is_admin() {
                listen(desk).await;
            }
            TimeoutFuture::new(AGAIN_MS).await;
        }
    });
}

/// Until the stream breaks.
async fn listen(desk: Desk) {
    let Ok(mut source) = EventSource::new(EVENTS) else {
        return;
    };
    let Ok(mut events) = source.subscribe("changed") else {
        return;
    };
    while let Some(Ok(_)) = events.next().await {
        if !desk.refresh().await {
            break;
        }
    }
    drop(events);
    source.close();
}
