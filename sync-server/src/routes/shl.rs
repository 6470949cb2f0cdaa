//! What whoever has a link asks for (SMART Health Links STU1): the manifest, the sealed file that it
//! names, or that file at once where no passcode was chosen. Answers tell nobody whether there was a
//! link that is over.

use std::net::IpAddr;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use shared::id::EntryId;

use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Did, What};
use crate::authorize::{Action, Anyone, Authorized, Path, Resource};
use crate::error::Error;
use crate::extract::{Answer, From, Nothing, client_address, decoded, query_part};
use crate::secret::SecretHash;
use crate::shares::PREFIX;
use crate::state::App;
use crate::store::shares::{Knock, Opened};
use crate::tries::Who;
use crate::world::OsRng;

/// Characters of what somebody calls themselves.
const RECIPIENT_CHARS_MAX: usize = 100;
/// What a file is, once it is opened.
const CONTENT_TYPE: &str = "application/fhir+json";

actions! {
    /// The link is the proof, and its passcode if it has one.
    OpenShare: Anyone => Link;
    OpenShareDirectly: Anyone => Link;
    /// What an opening named is the proof.
    FetchShare: Anyone => Place;
}

/// A link, by the part of it that comes here.
pub struct Link {
    id: String,
}

impl Link {
    fn share(&self) -> SecretHash {
        SecretHash::of(&self.id)
    }
}

impl Resource for Link {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { id: path.part("share")? })
    }

    /// Only what opens is noted, by whoever knows whose it is.
    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

/// Where the content of one opening lies.
pub struct Place {
    link: Link,
    place: String,
}

impl Resource for Place {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { link: Link::locate(path)?, place: path.part("place")? })
    }

    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    recipient: String,
    #[serde(default)]
    passcode: Option<String>,
    /// Longer files are named; without it every file is.
    #[serde(default)]
    embedded_length_max: Option<usize>,
}

pub async fn manifest(
    allowed: Authorized<OpenShare, Link>,
    From { json: asked, address }: From<Manifest>,
) -> Result<Response, Error> {
    let (app, share) = (allowed.app(), allowed.resource.share());
    let file = match open(&allowed, address, &asked.recipient, asked.passcode).await? {
        Opened::Yes(file) => file,
        Opened::WrongPasscode { tries_left } => {
            let left = Answer(json!({ "remainingAttempts": tries_left }));
            return Ok((StatusCode::UNAUTHORIZED, left).into_response());
        }
        Opened::Not => return Err(Error::NotFound),
    };
    let embedded = asked.embedded_length_max.is_some_and(|max| file.len() <= max);
    let file = if embedded {
        let file = String::from_utf8_lossy(&file);
        json!({ "contentType": CONTENT_TYPE, "embedded": file })
    } else {
        let place = app.fetches().begin(share, app.now())?;
        let (origin, id) = (app.origin(), &allowed.resource.id);
        let location = format!("{origin}{PREFIX}{id}/{}", place.text());
        json!({ "contentType": CONTENT_TYPE, "location": location })
    };
    Ok(Answer(json!({ "files": [file] })).into_response())
}

/// Who says in the address that they open it.
pub struct Asked {
    recipient: String,
    address: Option<IpAddr>,
}

impl FromRequest<App> for Asked {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let (parts, _) = request.into_parts();
        let address = client_address(parts.extensions.get().copied(), &parts.headers);
        let recipient = query_part(&parts, "recipient").map(decoded);
        Ok(Self { recipient: recipient.ok_or(Error::Unreadable)?, address })
    }
}

pub async fn direct(
    allowed: Authorized<OpenShareDirectly, Link>,
    asked: Asked,
) -> Result<Response, Error> {
    match open(&allowed, asked.address, &asked.recipient, None).await? {
        Opened::Yes(file) => Ok(sealed(file)),
        Opened::WrongPasscode { .. } | Opened::Not => Err(Error::NotFound),
    }
}

pub async fn fetch(allowed: Authorized<FetchShare, Place>, _: Nothing) -> Result<Response, Error> {
    let (app, Place { link, place }) = (allowed.app(), &allowed.resource);
    let (share, now) = (link.share(), app.now());
    if !app.fetches().take(SecretHash::of(place), share, now) {
        return Err(Error::NotFound);
    }
    let file = allowed.store().share_file(share, now).await?;
    file.map(sealed).ok_or(Error::NotFound)
}

async fn open<A: Action<Link>>(
    allowed: &Authorized<A, Link>,
    address: Option<IpAddr>,
    recipient: &str,
    passcode: Option<String>,
) -> Result<Opened, Error> {
    let (app, at) = (allowed.app(), allowed.app().now());
    let recipient = recipient.trim();
    if recipient.is_empty() || recipient.chars().count() > RECIPIENT_CHARS_MAX {
        return Err(Error::Unreadable);
    }
    let who = Who { name: None, address };
    app.share_tries().count(who, at)?;
    let opening = EntryId::fresh(at, &mut OsRng);
    let knock = Knock {
        share: allowed.resource.share(),
        passcode,
        recipient: recipient.to_owned(),
        opening,
        at,
        noted: allowed.noting(app).entry(Did::OpenedShare, None, Some(opening), What::Record),
    };
    let opened = allowed.store().open_share(knock).await?;
    if matches!(opened, Opened::Yes(_)) {
        app.share_tries().was_right(who);
    }
    Ok(opened)
}

fn sealed(file: Vec<u8>) -> Response {
    let headers: [(HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "application/jose"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::OK, headers, file).into_response()
}
