//! Photos and documents that messages name: brought and fetched in pieces, so that a line that breaks
//! costs one piece. A device brings one before the entry that names it, so that no entry is there
//! before what it names.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shared::attachment::{ATTACHMENT_BYTES_MAX, MediaType, PIECE_BYTES};
use shared::sync::scope::Level;

use crate::actions;
use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Around, Authorized, Decision, Ground, Path, Person, Resource, Staff};
use crate::clinic::relation::treats;
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing, limited};
use crate::state::App;
use crate::store::Store;
use crate::store::attachments::{Attached, Begun, NewAttachment, Took, Whole};

actions! {
    BringAttachment: Person => AttachmentOf, if shares_messages;
    BringPiece: Person => PieceOf, if shares_messages;
    ReadAttachment: Person => AttachmentOf, if shares_messages;
    ReadPiece: Person => PieceOf, if shares_messages;
    ReadAttachmentAtClinic: Staff => AttachmentOf, if treats;
    ReadPieceAtClinic: Staff => PieceOf, if treats;
}

/// One attachment of a record. Its name is a hash of what it is: whoever has it was told, or knows
/// the content.
pub struct AttachmentOf(Attached);

/// One piece of it.
pub struct PieceOf {
    of: Attached,
    piece: u32,
}

impl Resource for AttachmentOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self(Attached { patient: path.part("patient")?, name: path.part("name")? }))
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.0.patient, item: None, what: What::Messages }
    }
}

impl Resource for PieceOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        let AttachmentOf(of) = AttachmentOf::locate(path)?;
        Ok(Self { of, piece: path.part("piece")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.of.patient, item: None, what: What::Messages }
    }
}

impl AsRef<Attached> for AttachmentOf {
    fn as_ref(&self) -> &Attached {
        &self.0
    }
}

impl AsRef<Attached> for PieceOf {
    fn as_ref(&self) -> &Attached {
        &self.of
    }
}

/// Whoever may read what people write in this record. To everybody else it is not there.
fn shares_messages<'a>(
    who: &'a Person,
    of: &'a impl AsRef<Attached>,
    around: Around<'a>,
) -> Decision<'a> {
    let (account, patient) = (who.session.account, of.as_ref().patient);
    Box::pin(async move {
        let access = around.store.access_of(account).await?;
        let level = access.iter().find(|one| one.patient == patient).map(|one| one.level);
        match level {
            Some(Level::Own | Level::Caregiver) => Ok(Ground::Usual),
            Some(Level::ChartOnly) | None => Err(Error::NotFound),
        }
    })
}

#[derive(Deserialize)]
pub struct Said {
    size: u32,
    media: String,
}

/// What is there of it.
#[derive(Serialize)]
pub struct There {
    has: u32,
    whole: bool,
}

pub async fn begin(
    allowed: Authorized<BringAttachment, AttachmentOf>,
    Json(said): Json<Said>,
) -> Result<Answer<There>, Error> {
    let media = MediaType::parse(&said.media).ok_or(Error::AttachmentRefused)?;
    if said.size == 0 || said.size as usize > ATTACHMENT_BYTES_MAX {
        return Err(Error::TooLarge);
    }
    let (at, account) = (allowed.resource.0, allowed.who.session.account);
    let new = NewAttachment { at, account, media, size: said.size, now: allowed.app().now() };
    match allowed.store().begin_attachment(new).await? {
        Begun::Has(has) => Ok(Answer(There { has, whole: false })),
        Begun::Whole => Ok(Answer(There { has: 0, whole: true })),
        Begun::Full => Err(Error::RecordFull),
    }
}

/// The bytes of one piece.
pub struct Piece(Bytes);

impl FromRequest<App> for Piece {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        limited(request, PIECE_BYTES).await.map(Self)
    }
}

pub async fn put(
    allowed: Authorized<BringPiece, PieceOf>,
    Piece(bytes): Piece,
) -> Result<Answer<There>, Error> {
    let PieceOf { of, piece } = allowed.resource;
    let took = allowed.store().put_piece(of, piece, bytes.into(), allowed.app().now()).await?;
    match took {
        Took::Has(has) => Ok(Answer(There { has, whole: false })),
        Took::Whole => Ok(Answer(There { has: 0, whole: true })),
        Took::NotNext => Err(Error::PieceNotNext),
        Took::NotIt => Err(Error::AttachmentRefused),
        Took::Unknown => Err(Error::NotFound),
    }
}

#[derive(Serialize)]
pub struct Shown {
    size: u32,
    media: &'static str,
}

pub async fn read(
    allowed: Authorized<ReadAttachment, AttachmentOf>,
    _: Nothing,
) -> Result<Answer<Shown>, Error> {
    show(allowed.store(), allowed.resource.0).await
}

pub async fn piece(allowed: Authorized<ReadPiece, PieceOf>, _: Nothing) -> Result<Response, Error> {
    send(allowed.store(), &allowed.resource).await
}

pub async fn read_at_clinic(
    allowed: Authorized<ReadAttachmentAtClinic, AttachmentOf>,
    _: Nothing,
) -> Result<Answer<Shown>, Error> {
    show(allowed.store(), allowed.resource.0).await
}

pub async fn piece_at_clinic(
    allowed: Authorized<ReadPieceAtClinic, PieceOf>,
    _: Nothing,
) -> Result<Response, Error> {
    send(allowed.store(), &allowed.resource).await
}

async fn show(store: &dyn Store, of: Attached) -> Result<Answer<Shown>, Error> {
    let Whole { media, size } = store.attachment(of).await?.ok_or(Error::NotFound)?;
    Ok(Answer(Shown { size, media: media.text() }))
}

/// Never as what it is said to be: a page makes a picture of it, a browser never opens it by itself.
async fn send(store: &dyn Store, of: &PieceOf) -> Result<Response, Error> {
    let bytes = store.piece(of.of, of.piece).await?.ok_or(Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde_json::json;
    use shared::attachment::AttachmentName;
    use shared::edit::Audience;

    use super::*;
    use crate::testing::{
        ADMIN, ANA, ANA_RECORD, LINH, ROSA, ROSA_RECORD, SignedIn, World, start_thread,
    };

    fn photo() -> Vec<u8> {
        let mut bytes = vec![7; PIECE_BYTES + 5];
        bytes[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
        bytes
    }

    fn path(patient: shared::id::PatientId, content: &[u8]) -> String {
        let name = AttachmentName::of(patient, content).text();
        format!("/api/records/{patient}/attachments/{name}")
    }

    async fn bring(world: &World, who: &SignedIn, path: &str, content: &[u8]) -> (u16, bool) {
        let said = json!({ "size": content.len(), "media": "image/jpeg" });
        let (status, there) = world.ask_json(who.post(path, &said)).await;
        if status != 200 {
            return (status.as_u16(), false);
        }
        let has = there["has"].as_u64().unwrap() as usize;
        let mut last = (200, there["whole"] == true);
        for (number, piece) in content.chunks(PIECE_BYTES).enumerate().skip(has) {
            let request = who.request("POST", &format!("{path}/{number}"));
            let request = request.body(Body::from(piece.to_vec())).unwrap();
            let (status, there) = world.ask_json(request).await;
            last = (status.as_u16(), there["whole"] == true);
        }
        last
    }

    async fn status(world: &World, who: &SignedIn, path: &str) -> u16 {
        world.ask(who.get(path)).await.status().as_u16()
    }

    #[tokio::test]
    async fn a_photo_is_brought_by_one_and_read_by_whoever_reads_messages() {
        let world = World::start().await;
        let (rosa, ana) = (world.sign_in(ROSA).await, world.sign_in(ANA).await);
        let content = photo();
        let here = path(ROSA_RECORD, &content);
        assert_eq!(status(&world, &rosa, &here).await, 404);
        assert_eq!(bring(&world, &rosa, &here, &content).await, (200, true));
        assert_eq!(bring(&world, &rosa, &here, &content).await, (200, true), "again");

        let (_, shown) = world.ask_json(ana.get(&here)).await;
        assert_eq!(shown, json!({ "size": content.len(), "media": "image/jpeg" }));
        let mut read = Vec::new();
        for number in 0..2 {
            let response = world.ask(ana.get(&format!("{here}/{number}"))).await;
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/octet-stream");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            read.extend_from_slice(&bytes);
        }
        assert_eq!(read, content);
        let mut phone = world.device(&rosa).await;
        let edit = start_thread("Rash", "Since Monday.", Audience::Circle);
        phone.edit(&world, ROSA_RECORD, edit).await;
        let (nurse, admin) = (world.sign_in_staff(LINH).await, world.sign_in_staff(ADMIN).await);
        assert_eq!(status(&world, &nurse, &format!("/clinic{here}/1")).await, 200);
        assert_eq!(status(&world, &admin, &format!("/clinic{here}/1")).await, 403);
        let noted = world.store.audit_after(0, 1_000).await.unwrap();
        let noted: Vec<_> = noted.iter().map(|row| row.entry().unwrap()).collect();
        for action in ["BringPiece", "ReadPiece", "ReadPieceAtClinic"] {
            let of_record = |entry: &&crate::audit::Entry| entry.patient == Some(ROSA_RECORD);
            let mut noted = noted.iter().filter(of_record);
            assert!(noted.any(|entry| entry.action == action), "{action}");
        }

        // A record that is not one's own is not there, whatever is asked about it.
        let hers = path(ANA_RECORD, &content);
        assert_eq!(bring(&world, &ana, &hers, &content).await, (200, true));
        assert_eq!(status(&world, &rosa, &hers).await, 404);
        assert_eq!(status(&world, &rosa, &format!("{hers}/0")).await, 404);
        assert_eq!(bring(&world, &rosa, &hers, &content).await, (404, false));
    }

    #[tokio::test]
    async fn what_is_no_photo_or_too_large_is_not_taken() {
        let world = World::start().await;
        let rosa = world.sign_in(ROSA).await;
        let content = photo();
        let here = path(ROSA_RECORD, &content);
        for (size, media, expected) in [
            (5, "image/svg+xml", 422),
            (0, "image/jpeg", 413),
            (ATTACHMENT_BYTES_MAX + 1, "image/jpeg", 413),
        ] {
            let said = json!({ "size": size, "media": media });
            let (status, _) = world.ask_json(rosa.post(&here, &said)).await;
            assert_eq!(status.as_u16(), expected, "{size} of {media}");
        }
        let said = json!({ "size": content.len(), "media": "image/jpeg" });
        assert_eq!(world.ask(rosa.post(&here, &said)).await.status(), 200);
        let put = |number: u32, bytes: Vec<u8>| {
            let request = rosa.request("POST", &format!("{here}/{number}"));
            world.ask_json(request.body(Body::from(bytes)).unwrap())
        };
        assert_eq!(put(1, content[..PIECE_BYTES].to_vec()).await.0, 409);
        assert_eq!(put(0, vec![0; PIECE_BYTES + 1]).await.0, 413);
        assert_eq!(put(0, content[1..=PIECE_BYTES].to_vec()).await.0, 422, "no photo");
        assert_eq!(put(0, content[..PIECE_BYTES].to_vec()).await.0, 404, "it was dropped");
    }
}
