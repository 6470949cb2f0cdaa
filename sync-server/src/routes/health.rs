//! Whether the process runs, and whether it can serve.

use axum::http::StatusCode;

use crate::actions;
use crate::authorize::{Anyone, Authorized, Service};
use crate::error::Error;
use crate::extract::Nothing;

actions! {
    /// Asking how the server is.
    CheckHealth: Anyone => Service;
}

pub async fn alive(
    _allowed: Authorized<CheckHealth, Service>,
    _: Nothing,
) -> Result<&'static str, Error> {
    Ok("alive")
}

/// Ready means that the store answers.
pub async fn ready(
    allowed: Authorized<CheckHealth, Service>,
    _: Nothing,
) -> Result<(StatusCode, &'static str), Error> {
    allowed.store().summaries(Vec::new()).await?;
    Ok((StatusCode::OK, "ready"))
}
