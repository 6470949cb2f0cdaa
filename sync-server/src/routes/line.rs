//! The same frames as on the socket, by plain requests, for networks that let no WebSocket through.
//! A ticket opens a line; then each frame of the device is one request, and another one waits for
//! frames of the server.

use std::net::IpAddr;

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::wire::FRAME_TO_SERVER_BYTES_MAX;

use crate::actions;
use crate::audit::door::Whose;
use crate::authorize::{Authorized, OwnAccount, Path, Person, Resource, TicketHolder};
use crate::error::Error;
use crate::extract::{Answer, Nothing, client_address, limited};
use crate::hub::{self, Wire};
use crate::log::RequestId;
use crate::secret::SecretHash;
use crate::state::App;

actions! {
    /// Opening a line. What each message on it may do is decided by the scope of the account.
    OpenLine: TicketHolder => OwnAccount;
    SayOnLine: Person => LineOf;
    ListenOnLine: Person => LineOf;
}

/// A line, which is there only for the session that opened it.
pub struct LineOf(SecretHash);

impl Resource for LineOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        path.part::<String>("line").map(|name| Self(SecretHash::of(&name)))
    }

    /// Rows on it are noted as they leave.
    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

#[derive(Serialize)]
pub struct Opened {
    line: String,
}

/// The id that the log knows a connection by, and where it comes from.
pub struct Begins {
    id: RequestId,
    from: Option<IpAddr>,
}

impl FromRequest<App> for Begins {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let id = request.extensions().get().cloned().unwrap_or_else(RequestId::fresh);
        let from = client_address(request.extensions().get().copied(), request.headers());
        Ok(Self { id, from })
    }
}

pub async fn open(
    allowed: Authorized<OpenLine, OwnAccount>,
    Begins { id, from }: Begins,
) -> Result<Answer<Opened>, Error> {
    let (app, session) = (allowed.app().clone(), allowed.who.session.clone());
    let (name, posted) = app.hub().lines().open(session.token)?;
    let line = name.text().to_owned();
    tokio::spawn(async move {
        hub::run(app.clone(), Wire::Posted(posted), session, id, from).await;
        app.hub().lines().ended(name.hash());
    });
    Ok(Answer(Opened { line }))
}

/// One frame.
pub struct Frame(Vec<u8>);

impl FromRequest<App> for Frame {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        limited(request, FRAME_TO_SERVER_BYTES_MAX).await.map(|bytes| Self(bytes.into()))
    }
}

pub async fn say(
    allowed: Authorized<SayOnLine, LineOf>,
    Frame(frame): Frame,
) -> Result<StatusCode, Error> {
    let (lines, session) = (allowed.app().hub().lines(), allowed.who.session.token);
    lines.find(allowed.resource.0, session)?.take(frame).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn listen(
    allowed: Authorized<ListenOnLine, LineOf>,
    _: Nothing,
) -> Result<Response, Error> {
    let (lines, session) = (allowed.app().hub().lines(), allowed.who.session.token);
    let frames = lines.find(allowed.resource.0, session)?.listen().await?;
    let kind = "application/octet-stream";
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, frames).into_response())
}
