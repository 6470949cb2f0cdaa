//! An answer of the clinic in a thread. Asking twice with one key writes once.

use axum::http::StatusCode;
use serde::Deserialize;
use shared::edit::clinic::ClinicEdit;

use super::ThreadOf;
use super::desk::decide::{By, Written};
use super::relation::treats;
use crate::actions;
use crate::authorize::{Authorized, Staff};
use crate::error::Error;
use crate::extract::{Answer, Json};

actions! {
    WriteReply: Staff => ThreadOf, if treats;
}

#[derive(Deserialize)]
pub struct NewReply {
    text: String,
    key: String,
}

pub async fn write(
    allowed: Authorized<WriteReply, ThreadOf>,
    Json(reply): Json<NewReply>,
) -> Result<(StatusCode, Answer<Written>), Error> {
    let ThreadOf { patient, thread } = allowed.resource;
    let by = By { app: allowed.app(), store: allowed.store(), member: &allowed.who.member };
    let edit = ClinicEdit::Reply { thread, text: reply.text, attachments: Vec::new() };
    by.write(patient, edit, reply.key).await
}
