//! News for the clinic's page: an event says that something changed, and the page asks what.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;

use super::{Inbox, handles_messages};
use crate::actions;
use crate::authorize::{Authorized, Staff};
use crate::error::Error;
use crate::extract::Nothing;

/// A comment on the quiet line, so that proxies keep it and both ends notice a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often a quiet stream looks whether its session is still open.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

actions! {
    WatchInbox: Staff => Inbox, if handles_messages;
}

pub async fn watch(
    allowed: Authorized<WatchInbox, Inbox>,
    _: Nothing,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    // An event says that something changed, and not for whom.
    allowed.shows([]);
    let watching = Watching {
        changes: allowed.app().clinic_changes(),
        stopping: allowed.app().hub().stopping(),
        begun: false,
        allowed,
    };
    let events = unfold(watching, |mut watching| async move {
        watching.next_change().await.then(|| {
            // Browsers drop an event that has no data, or whose data is empty (HTML, 9.2.6).
            let event = Event::default().event("changed").data("queue");
            (Ok(event), watching)
        })
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Watching {
    allowed: Authorized<WatchInbox, Inbox>,
    changes: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    begun: bool,
}

impl Watching {
    /// Waits for a change; false when the stream is over.
    async fn next_change(&mut self) -> bool {
        // Whatever changed before this stream began: the page asks once it is open.
        if !std::mem::replace(&mut self.begun, true) {
            return true;
        }
        loop {
            let changed = tokio::select! {
                changed = self.changes.changed() => match changed {
                    Ok(()) => true,
                    Err(_) => return false,
                },
                () = tokio::time::sleep(LOOK_AGAIN) => false,
                _ = self.stopping.wait_for(|stopping| *stopping) => return false,
            };
            if !self.is_signed_in().await {
                return false;
            }
            if changed {
                return true;
            }
        }
    }

    async fn is_signed_in(&self) -> bool {
        let (app, token) = (self.allowed.app(), self.allowed.who.session.token);
        matches!(self.allowed.store().session(token, app.now()).await, Ok(Some(_)))
    }
}
