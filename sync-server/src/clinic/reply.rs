//! An answer of the clinic: one entry in the care document that goes with the thread. Asking twice
//! with one key writes once.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::document::gate::guarded;
use shared::document::{Actor, Document, DocumentId, Put};
use shared::edit::{MESSAGE_CHARS_MAX, Refused};
use shared::id::EntryId;
use shared::record::{Reply, Said};

use super::{ThreadOf, handles_messages};
use crate::actions;
use crate::authorize::{Authorized, Staff};
use crate::documents::{self, Origin};
use crate::error::Error;
use crate::extract::{Answer, Json};
use crate::projector;
use crate::store::StoreError;
use crate::store::rows::{Appended, Batch, News, ReplyKey};
use crate::world::OsRng;

/// Characters of a key; a page makes a random one for each reply it starts to write.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

actions! {
    WriteReply: Staff => ThreadOf, if handles_messages;
}

#[derive(Deserialize)]
pub struct NewReply {
    text: String,
    key: String,
}

#[derive(Serialize)]
pub struct Written {
    entry: EntryId,
}

pub async fn write(
    allowed: Authorized<WriteReply, ThreadOf>,
    Json(reply): Json<NewReply>,
) -> Result<(StatusCode, Answer<Written>), Error> {
    let text = checked(&reply)?;
    let ThreadOf { patient, thread } = allowed.resource;
    let shown = allowed.store().thread(patient, thread).await?.ok_or(Error::NotFound)?;
    let author = allowed.who.member.account;
    if let Some(entry) = allowed.store().reply_with_key(author, reply.key.clone()).await? {
        return Ok((StatusCode::OK, Answer(Written { entry })));
    }

    let (app, now) = (allowed.app(), allowed.app().now());
    // A thread without a founder was begun by the clinic, which does so for the circle only.
    let founder = shown.thread.founder.unwrap_or(author);
    let document = DocumentId::care(patient, founder, shown.thread.audience);
    let by = allowed.who.member.name.clone();
    let said = Said::Reply(Reply { thread, text, attachments: Vec::new(), by, written: now });
    let entry = EntryId::fresh(now, &mut OsRng);
    let (rows, _) = allowed.store().rows_after(document, 0, usize::MAX).await?;
    let put = Put::Entry { entry, text: said.to_text() };
    let bytes = guarded(|| mint(rows.iter().map(|row| &row.bytes[..]), put))
        .map_err(|_| StoreError::Damaged("a care document"))??;

    let origin = Origin { account: Some(author), device: None, at: now };
    let batch = Batch {
        document,
        layout: documents::layout(&document),
        changes: vec![documents::own(app.receipts(), &document, &bytes, origin)?],
        reply: Some(ReplyKey { author, key: reply.key, entry }),
    };
    let appended = allowed.store().append(batch).await?;
    let entry = match appended.as_slice() {
        [Appended::Stored(_)] => entry,
        [Appended::RepliedBefore(before)] => *before,
        _ => return Err(StoreError::Damaged("a care document").into()),
    };
    if let Some(news) = News::of(document, &appended) {
        app.published(news, None);
    }
    // So that the page which asks for the thread next finds the reply in it.
    projector::catch_up(app).await?;
    Ok((StatusCode::CREATED, Answer(Written { entry })))
}

fn checked(reply: &NewReply) -> Result<String, Error> {
    if !KEY_CHARS.contains(&reply.key.chars().count()) {
        return Err(Error::Unreadable);
    }
    let text = reply.text.trim();
    if text.is_empty() {
        return Err(Error::TextRefused(Refused::EmptyText));
    }
    if text.chars().count() > MESSAGE_CHARS_MAX {
        return Err(Error::TextRefused(Refused::TextTooLong));
    }
    Ok(text.to_owned())
}

/// The actor is fresh each time and never used again, so two replies at once are simply both there.
fn mint<'a>(changes: impl Iterator<Item = &'a [u8]>, put: Put) -> Result<Vec<u8>, StoreError> {
    let document = Document::load(changes);
    let mut document = document.map_err(|_| StoreError::Damaged("a care document"))?;
    Ok(document.mint(Actor::fresh(&mut OsRng), &[put]).1)
}
