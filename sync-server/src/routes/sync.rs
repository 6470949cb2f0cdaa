//! The socket of a device.

use std::net::IpAddr;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use shared::wire::FRAME_TO_SERVER_BYTES_MAX;

use crate::actions;
use crate::authorize::{Authorized, OwnAccount, TicketHolder};
use crate::error::Error;
use crate::extract::client_address;
use crate::hub::{self, Wire};
use crate::log::RequestId;
use crate::state::App;

/// The default of 128 KiB would cost more than everything else that an idle connection holds.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Frames leave one at a time; this only bounds what a broken line can pile up.
const WRITE_BUFFER_BYTES_MAX: usize = 2 * 1024 * 1024;

actions! {
    /// Opening a socket. What each message on it may do is decided by the scope of the account.
    Sync: TicketHolder => OwnAccount;
}

/// A request that wants to become a socket.
pub struct Upgrade {
    websocket: WebSocketUpgrade,
    id: RequestId,
    from: Option<IpAddr>,
}

impl FromRequest<App> for Upgrade {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (mut parts, _) = request.into_parts();
        let id = parts.extensions.get().cloned().unwrap_or_else(RequestId::fresh);
        let from = client_address(parts.extensions.get().copied(), &parts.headers);
        let websocket = WebSocketUpgrade::from_request_parts(&mut parts, app).await;
        Ok(Self { websocket: websocket.map_err(|_| Error::NotAWebSocket)?, id, from })
    }
}

pub async fn open(
    allowed: Authorized<Sync, OwnAccount>,
    Upgrade { websocket, id, from }: Upgrade,
) -> Result<Response, Error> {
    let (app, session) = (allowed.app().clone(), allowed.who.session.clone());
    let websocket = websocket
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(FRAME_TO_SERVER_BYTES_MAX)
        .max_frame_size(FRAME_TO_SERVER_BYTES_MAX);
    let run = move |socket| hub::run(app, Wire::Socket(Box::new(socket)), session, id, from);
    Ok(websocket.on_upgrade(run))
}
