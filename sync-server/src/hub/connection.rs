//! One connection: frames in, effects performed, frames out. It ends when the device is silent, slow,
//! unmannerly or no longer signed in, and nothing is lost by it.

use std::net::IpAddr;
use std::time::Duration;

use shared::document::DocumentId;
use shared::sync::scope::Scope;
use shared::sync::server::{Connection, Effect, Event, Why};
use shared::wire::ToDevice;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::contact::Presence;
use super::perform::Performer;
use super::wire::Wire;
use super::{Listening, Told};
use crate::audit::door::{Noting, Shown, Signature, Whose, before_rows_leave};
use crate::authorize::Part;
use crate::documents;
use crate::log::{Line, RequestId, line};
use crate::state::{App, BRIEF_LASTS_MS, BRIEF_SESSION_MS};
use crate::store::StoreError;
use crate::store::people::Session;

/// A device pings every few seconds; after this long it is gone, whatever the socket says.
const SILENT_MAX: Duration = Duration::from_secs(45);
/// A revoked session or grant ends here even if nobody told this process.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// Close codes, RFC 6455 section 7.4. Devices take them as a hint and nothing more.
const CLOSE_GOING_AWAY: u16 = 1001;
const CLOSE_LATER: u16 = 1013;
pub(super) const CLOSE_UNMANNERLY: u16 = 4400;
pub(super) const CLOSE_SIGNED_OUT: u16 = 4401;
const CLOSE_TOO_OLD: u16 = 4426;

/// Why a connection ended, for the close frame and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The device closed, or the line broke.
    Gone,
    Silent,
    Slow,
    Unmannerly,
    TooOld,
    SignedOut,
    StoreFailed,
    TooMany,
    Stopping,
}

impl End {
    pub const fn code(self) -> Option<u16> {
        match self {
            Self::Gone | Self::Silent | Self::Slow => None,
            Self::Unmannerly => Some(CLOSE_UNMANNERLY),
            Self::TooOld => Some(CLOSE_TOO_OLD),
            Self::SignedOut => Some(CLOSE_SIGNED_OUT),
            Self::StoreFailed | Self::TooMany => Some(CLOSE_LATER),
            Self::Stopping => Some(CLOSE_GOING_AWAY),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Gone => "closed: gone",
            Self::Silent => "closed: silent",
            Self::Slow => "closed: slow",
            Self::Unmannerly => "closed: unmannerly",
            Self::TooOld => "closed: too old",
            Self::SignedOut => "closed: signed out",
            Self::StoreFailed => "closed: store failed",
            Self::TooMany => "closed: too many sockets",
            Self::Stopping => "closed: stopping",
        }
    }
}

impl From<StoreError> for End {
    fn from(_: StoreError) -> Self {
        Self::StoreFailed
    }
}

/// Runs one connection to its end.
pub async fn run(app: App, mut wire: Wire, session: Session, id: RequestId, from: Option<IpAddr>) {
    line(&Line::Socket { id: &id.0, what: "opened" });
    let Err(end) = talk(&app, &mut wire, session, from).await;
    wire.close(end).await;
    line(&Line::Socket { id: &id.0, what: end.word() });
}

/// Never, as a result: a talk only ends.
enum Never {}

async fn talk(
    app: &App,
    wire: &mut Wire,
    session: Session,
    from: Option<IpAddr>,
) -> Result<Never, End> {
    let scope = scope_of(app, &session).await?;
    // Listening begins before anything is read, so that no commit falls between.
    let listening = app.hub().listen(&session, patients(&scope)).ok_or(End::TooMany)?;
    let mut core = Connection::new(scope.clone(), app.receipts().clone());
    let presence = Presence::of(session.account, session.device);
    let stopping = app.hub().stopping();
    let talk = Talk { app, session, from, scope, listening, stopping, presence, wire };
    talk.run_to_the_end(&mut core).await
}

async fn scope_of(app: &App, session: &Session) -> Result<Scope, StoreError> {
    let store = app.doorkeeper().for_part(Part::Hub);
    let records = store.access_of(session.account).await?;
    let scope = Scope { account: session.account, records };
    documents::ensure(store.as_ref(), app.receipts(), &scope, app.now()).await?;
    Ok(scope)
}

fn patients(scope: &Scope) -> Vec<shared::id::PatientId> {
    scope.records.iter().map(|access| access.patient).collect()
}

struct Talk<'a> {
    app: &'a App,
    session: Session,
    from: Option<IpAddr>,
    scope: Scope,
    listening: Listening<'a>,
    stopping: watch::Receiver<bool>,
    presence: Presence,
    wire: &'a mut Wire,
}

impl Talk<'_> {
    async fn run_to_the_end(mut self, core: &mut Connection) -> Result<Never, End> {
        let mut look_again = interval(LOOK_AGAIN);
        look_again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look_again.reset();
        let mut heard = Instant::now();
        loop {
            let event = tokio::select! {
                message = self.wire.recv() => {
                    heard = Instant::now();
                    match message? {
                        Some(message) => {
                            self.presence.hears(&message, self.app.now());
                            Event::Received(message)
                        }
                        None => continue,
                    }
                }
                told = self.listening.told.recv() => match told {
                    Some(Told::News(news)) => {
                        Event::News { document: news.document, rows: news.rows.clone() }
                    }
                    Some(Told::Rescoped) => {
                        self.look_again().await?;
                        Event::Rescoped(self.scope.clone())
                    }
                    Some(Told::Ended) => return Err(End::SignedOut),
                    Some(Told::Revoked) => Event::Revoked,
                    None => return Err(End::Slow),
                },
                _ = look_again.tick() => match self.look_again().await {
                    Ok(true) => Event::Rescoped(self.scope.clone()),
                    Ok(false) => continue,
                    // Another process may have ended it.
                    Err(End::SignedOut) if self.is_revoked().await? => Event::Revoked,
                    Err(end) => return Err(end),
                },
                () = tokio::time::sleep_until(heard + SILENT_MAX) => return Err(End::Silent),
                () = is_set(&mut self.stopping) => return Err(End::Stopping),
            };
            self.handle(core, event).await?;
        }
    }

    /// Is the session still open, and did the grants change?
    async fn look_again(&mut self) -> Result<bool, End> {
        let store = self.app.doorkeeper().for_part(Part::Hub);
        if store.session(self.session.token, self.app.now()).await?.is_none() {
            return Err(End::SignedOut);
        }
        let scope = scope_of(self.app, &self.session).await?;
        if scope == self.scope {
            return Ok(false);
        }
        self.listening.move_to(patients(&scope));
        self.scope = scope;
        Ok(true)
    }

    async fn is_revoked(&mut self) -> Result<bool, StoreError> {
        let store = self.app.doorkeeper().for_part(Part::Hub);
        Ok(store.ended_device(self.session.token).await?.is_some())
    }

    /// Everything that follows from one event, depth first: the answer to an effect and what comes
    /// of it precede the next effect.
    async fn handle(&mut self, core: &mut Connection, event: Event) -> Result<(), End> {
        let mut waiting = core.handle(event);
        waiting.reverse();
        while let Some(effect) = waiting.pop() {
            let event = match effect {
                Effect::Send(message) => {
                    self.send(&message).await?;
                    if let Some(contact) = self.presence.says(&message, self.app.now()) {
                        let store = self.app.doorkeeper().for_part(Part::Hub);
                        // Staff know less then, and nothing that is wrong; the next ping says it again.
                        let _not_kept = store.keep_contact(contact).await;
                        if self.session.brief {
                            let until = contact.heard_at.plus_millis(BRIEF_SESSION_MS);
                            let (token, lasts) = (self.session.token, BRIEF_LASTS_MS);
                            store.extend_session(token, until, lasts, contact.heard_at).await?;
                        }
                    }
                    continue;
                }
                Effect::SendPack { document, pack, more } => {
                    self.note(&document).await?;
                    self.wire.send(pack.frame(more)).await?;
                    self.presence.sends_rows(self.app.now());
                    continue;
                }
                Effect::Close(Why::Unmannerly) => return Err(End::Unmannerly),
                Effect::Close(Why::TooOld) => return Err(End::TooOld),
                Effect::Close(Why::Revoked) => {
                    let store = self.app.doorkeeper().for_part(Part::Hub);
                    store.tell_device(self.session.device, self.app.now()).await?;
                    return Err(End::SignedOut);
                }
                Effect::Close(Why::StoreFailed) => return Err(End::StoreFailed),
                effect => {
                    let (app, session) = (self.app, &self.session);
                    let number = self.listening.number();
                    Performer { app, session, number }.perform(effect).await
                }
            };
            let mut next = core.handle(event);
            next.reverse();
            waiting.append(&mut next);
        }
        Ok(())
    }

    async fn send(&mut self, message: &ToDevice) -> Result<(), End> {
        if let ToDevice::Rows { document, .. } = message {
            self.note(document).await?;
        }
        self.wire.send(message.to_bytes()).await
    }

    /// No row of a record leaves before it is noted that this device reads it.
    async fn note(&mut self, document: &DocumentId) -> Result<(), StoreError> {
        let store = self.app.doorkeeper().for_part(Part::Hub);
        let noting = Noting {
            store: store.as_ref(),
            looks: self.app.looks(),
            now: self.app.now(),
            signature: Signature::of_device(&self.session),
            action: "Sync",
            whose: Whose::Nobody,
            from: self.from,
            shown: Shown::default(),
        };
        before_rows_leave(&noting, document).await
    }
}

/// Waits until the server stops.
async fn is_set(stopping: &mut watch::Receiver<bool>) {
    // The sender lives as long as the server; without it there is nothing to go on for.
    let _gone = stopping.wait_for(|stopping| *stopping).await.is_err();
}
