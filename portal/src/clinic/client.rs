//! What the server answers to staff, and how it is asked.

use std::cell::Cell;

use gloo_net::http::{Request, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::attachment::{ATTACHMENT_BYTES_MAX, pieces};
use shared::edit::clinic::ClinicEdit;
use shared::edit::{Attachment, Refused};
use shared::id::{AccountId, EntryId, PatientId};
use shared::view::desk::context::PatientContext;
use shared::view::desk::queue::{ColleagueLine, DeskItem, Queue, QueueLine};
use shared::view::desk::settings::SavedReply;

use crate::page::ui::platform::use_passkey;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Who {
    account: AccountId,
    pub(super) name: String,
    /// As the server calls it.
    pub(super) role: String,
    /// The clinic's name.
    pub(super) clinic: String,
    /// The session ends when nobody touches the page; not so that of a link of the demo.
    pub(super) idle: bool,
}

/// What somebody signs in with.
#[derive(Serialize)]
pub(super) struct Proof {
    pub(super) name: String,
    pub(super) passphrase: String,
    pub(super) code: String,
}

/// What a link offers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Offered {
    pub(super) name: String,
    pub(super) clinic: String,
    pub(super) totp: String,
    pub(super) picture: Vec<String>,
}

/// Why the door stays shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Wrong,
    TooMany,
    Ended,
    Taken,
    /// The name or the passphrase cannot be one.
    Refused,
    /// The person or the browser did not want to, or the server does not know it.
    NoPasskey,
    Away,
}

/// Names one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) patient: PatientId,
    pub(super) item: EntryId,
}

impl Place {
    pub(super) const fn of(line: &QueueLine) -> Self {
        Self { patient: line.patient, item: line.work.item }
    }

    /// As it stands in the address behind `#`, and in the paths of the API.
    pub(super) fn text(self) -> String {
        format!("{}/{}", self.patient, self.item)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (patient, item) = text.split_once('/')?;
        Some(Self { patient: patient.parse().ok()?, item: item.parse().ok()? })
    }
}

/// Something written into the record for the clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct NewEdit {
    /// The same for every try of one edit: asking twice writes once.
    pub(super) key: String,
    pub(super) edit: ClinicEdit,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// The server cannot be reached or cannot work now. It comes back.
    Away,
    SignedOut,
    NotFound,
    /// A code has to be given first, and then the same works.
    CodeNeeded,
    /// Nothing of this record is work of whoever asks.
    NoRelation,
    Refused(Refused),
    NoAccess(NoAccess),
    /// It will not work next time either.
    Impossible,
}

/// Why somebody's access stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NoAccess {
    UnknownPerson,
    OwnRecord,
    NoBirthDate,
    OfAge,
    Over,
    NotGiven,
    NotNarrower,
}

/// What became of a note on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Noted {
    Done,
    /// A colleague was faster; the line as they left it.
    Behind(Box<QueueLine>),
}

#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    refused: Option<Value>,
}

impl Problem {
    fn forbidden(&self) -> Failed {
        match self.kind.rsplit(':').next() {
            Some("code-needed") => Failed::CodeNeeded,
            Some("no-relation") => Failed::NoRelation,
            Some(_) | None => Failed::Impossible,
        }
    }

    fn failed(&self) -> Failed {
        let said = self.refused.clone().unwrap_or_default();
        let refused = serde_json::from_value(said.clone()).map(Failed::Refused);
        let refused = refused.or_else(|_| serde_json::from_value(said).map(Failed::NoAccess));
        refused.unwrap_or(Failed::Impossible)
    }
}

const API: &str = "/clinic/api";
/// The server answers nobody who speaks as somebody else than the browser's cookie does: a colleague
/// may have signed in by another tab.
const STAFF_HEADER: &str = "satchel-staff";

thread_local! {
    /// Who sits here, as this page shows it.
    static SPEAKS_AS: Cell<Option<AccountId>> = const { Cell::new(None) };
}

/// Whoever sits here from now on; without a name until the server has said it.
pub(super) async fn who() -> Result<Who, Failed> {
    SPEAKS_AS.set(None);
    let who: Option<Who> = get("session").await?;
    let who = who.ok_or(Failed::SignedOut)?;
    SPEAKS_AS.set(Some(who.account));
    Ok(who)
}

fn named(request: RequestBuilder) -> RequestBuilder {
    match SPEAKS_AS.get() {
        Some(account) => request.header(STAFF_HEADER, &account.to_string()),
        None => request,
    }
}

pub(super) async fn queue(show: &str, search: &str, page: usize) -> Result<Queue, Failed> {
    get(&format!("queue?show={show}&search={}&page={page}", encoded(search))).await
}

/// As a part of an address.
pub(super) fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

pub(super) async fn colleagues() -> Result<Vec<ColleagueLine>, Failed> {
    get("colleagues").await
}

/// Replies that this clinic writes often; none if it has none of its own.
pub(super) async fn saved_replies() -> Result<Vec<SavedReply>, Failed> {
    #[derive(Deserialize)]
    struct Shown {
        settings: Settings,
    }
    #[derive(Deserialize)]
    struct Settings {
        replies: Vec<SavedReply>,
    }
    let shown: Shown = get("settings").await?;
    Ok(shown.settings.replies)
}

pub(super) async fn item(place: Place) -> Result<DeskItem, Failed> {
    get(&format!("items/{}", place.text())).await
}

pub(super) async fn context(patient: PatientId) -> Result<PatientContext, Failed> {
    get(&format!("records/{patient}/context")).await
}

/// All of a photo or document that a message names.
pub(super) async fn attachment(
    patient: PatientId,
    attachment: &Attachment,
) -> Result<Vec<u8>, Failed> {
    let size = usize::try_from(attachment.bytes).unwrap_or(usize::MAX).min(ATTACHMENT_BYTES_MAX);
    let path = format!("{API}/records/{patient}/attachments/{}", attachment.blob);
    let mut content = Vec::new();
    for piece in 0..pieces(size) {
        let response = named(Request::get(&format!("{path}/{piece}"))).send().await;
        let response = judge(response.map_err(|_| Failed::Away)?).await?;
        content.extend(response.binary().await.map_err(|_| Failed::Away)?);
    }
    Ok(content)
}

/// `what` is one of the notes that the server knows.
pub(super) async fn note(place: Place, notes: u32, what: Value) -> Result<Noted, Failed> {
    let body = serde_json::json!({ "notes": notes, "what": what });
    let response = post(&format!("items/{}/notes", place.text()), &body).await?;
    if response.status() == 409 {
        let line = response.json().await.map_err(|_| Failed::Away)?;
        return Ok(Noted::Behind(line));
    }
    judge(response).await.map(|_| Noted::Done)
}

pub(super) async fn edit(place: Place, edit: &NewEdit) -> Result<(), Failed> {
    let response = post(&format!("records/{}/edits", place.patient), edit).await?;
    judge(response).await.map(drop)
}

pub(super) async fn sign_in(proof: &Proof) -> Result<(), Door> {
    at_the_door("sign-in", proof).await.map(drop)
}

/// What the browser says for the clinic stands on the first line.
pub(super) fn proof(said: &str) -> Option<Value> {
    serde_json::from_str(said.lines().next()?).ok()
}

/// With nothing else: the browser finds a passkey, and it says whose it is.
pub(super) async fn sign_in_by_passkey() -> Result<(), Door> {
    let asked = at_the_door("passkey/challenge", &serde_json::json!({})).await?;
    let asked = asked.text().await.map_err(|_| Door::Away)?;
    let used = use_passkey(&asked).await.ok_or(Door::NoPasskey)?;
    let used: Value = proof(&used).ok_or(Door::NoPasskey)?;
    match at_the_door("passkey", &used).await {
        Ok(_) => Ok(()),
        Err(Door::Wrong) => Err(Door::NoPasskey),
        Err(why) => Err(why),
    }
}

pub(super) async fn offered(secret: &str) -> Result<Offered, Door> {
    let body = serde_json::json!({ "secret": secret });
    at_the_door("link", &body).await?.json().await.map_err(|_| Door::Away)
}

/// Answers the codes for paper.
pub(super) async fn set_up(secret: &str, proof: &Proof) -> Result<Vec<String>, Door> {
    #[derive(Deserialize)]
    struct Done {
        recovery: Vec<String>,
    }
    let Proof { name, passphrase, code } = proof;
    let body = serde_json::json!({
        "secret": secret, "name": name, "passphrase": passphrase, "code": code,
    });
    let done: Done = at_the_door("set-up", &body).await?.json().await.map_err(|_| Door::Away)?;
    Ok(done.recovery)
}

/// A code in an open session, before what needs a fresh one.
pub(super) async fn prove(code: &str) -> Result<(), Door> {
    at_the_door("code", &serde_json::json!({ "code": code })).await.map(drop)
}

/// Somebody is at the page.
pub(super) async fn stay() -> Result<(), Failed> {
    judge(post("stay", &()).await?).await.map(drop)
}

/// One letter can be typed in several ways; the browser knows Unicode's tables.
pub(super) fn normal(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKC").into()
}

async fn at_the_door(path: &str, body: &impl Serialize) -> Result<Response, Door> {
    let response = post(path, body).await.map_err(|_| Door::Away)?;
    match response.status() {
        200..=299 => Ok(response),
        403 => Err(Door::Wrong),
        429 => Err(Door::TooMany),
        410 => Err(Door::Ended),
        409 => Err(Door::Taken),
        400 => Err(Door::Refused),
        _ => Err(Door::Away),
    }
}

pub(super) async fn sign_out() -> Result<(), Failed> {
    delete("session").await.map(drop)
}

pub(super) async fn delete(path: &str) -> Result<Response, Failed> {
    let response = named(Request::delete(&format!("{API}/{path}"))).send().await;
    judge(response.map_err(|_| Failed::Away)?).await
}

/// Posts and reads the answer.
pub(super) async fn send<T: DeserializeOwned>(
    path: &str,
    body: &impl Serialize,
) -> Result<T, Failed> {
    let response = judge(post(path, body).await?).await?;
    response.json().await.map_err(|_| Failed::Away)
}

/// The same where somebody may have been faster (409): false, and what they left.
pub(super) async fn send_or_behind<T: DeserializeOwned>(
    path: &str,
    body: &impl Serialize,
) -> Result<(T, bool), Failed> {
    let response = post(path, body).await?;
    let is_done = response.status() != 409;
    let response = if is_done { judge(response).await? } else { response };
    Ok((response.json().await.map_err(|_| Failed::Away)?, is_done))
}

async fn post(path: &str, body: &impl Serialize) -> Result<Response, Failed> {
    let request = named(Request::post(&format!("{API}/{path}"))).json(body);
    request.map_err(|_| Failed::Impossible)?.send().await.map_err(|_| Failed::Away)
}

pub(super) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failed> {
    let response = named(Request::get(&format!("{API}/{path}"))).send().await;
    let response = judge(response.map_err(|_| Failed::Away)?).await?;
    // An answer that was cut off on its way.
    response.json().await.map_err(|_| Failed::Away)
}

async fn judge(response: Response) -> Result<Response, Failed> {
    match response.status() {
        200..=299 => Ok(response),
        401 => Err(Failed::SignedOut),
        404 => Err(Failed::NotFound),
        403 => {
            let problem: Result<Problem, _> = response.json().await;
            Err(problem.map_or(Failed::Impossible, |problem| problem.forbidden()))
        }
        422 => {
            let problem: Result<Problem, _> = response.json().await;
            Err(problem.map_or(Failed::Impossible, |problem| problem.failed()))
        }
        // Too many requests, and everything that is the server's own trouble.
        429 | 500..=599 => Err(Failed::Away),
        _ => Err(Failed::Impossible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_is_refused() {
        let said = |refused: &str| {
            let kind = "urn:satchel:problem:refused".to_owned();
            Problem { kind, refused: Some(Value::from(refused)) }.failed()
        };
        assert_eq!(said("decided"), Failed::Refused(Refused::Decided));
        assert_eq!(said("unknown_person"), Failed::NoAccess(NoAccess::UnknownPerson));
        assert_eq!(said("of another server"), Failed::Impossible);
    }

    #[test]
    fn a_place_reads_back_from_the_address() {
        let place = Place { patient: PatientId::from_u128(1), item: EntryId::from_u128(2) };
        assert_eq!(Place::parse(&place.text()), Some(place));
        for text in ["", "conversation", "a/b", "01j00000000000000000000001/"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
