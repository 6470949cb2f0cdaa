//! What the server answers to staff, and how it is asked.

use gloo_net::http::{Request, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::edit::Refused;
use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Who {
    pub(super) name: String,
    /// The clinic's name.
    pub(super) clinic: String,
}

/// Names one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) patient: PatientId,
    pub(super) thread: EntryId,
}

impl Place {
    /// As it stands in the address behind `#`, and in the paths of the API.
    pub(super) fn text(self) -> String {
        format!("{}/{}", self.patient, self.thread)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (patient, thread) = text.split_once('/')?;
        Some(Self { patient: patient.parse().ok()?, thread: thread.parse().ok()? })
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct ThreadLine {
    pub(super) patient: PatientId,
    pub(super) patient_name: String,
    pub(super) thread: EntryId,
    pub(super) topic: String,
    pub(super) excerpt: String,
    pub(super) received_at: Timestamp,
    pub(super) answered: bool,
}

impl ThreadLine {
    pub(super) const fn place(&self) -> Place {
        Place { patient: self.patient, thread: self.thread }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Thread {
    pub(super) topic: String,
    pub(super) patient_name: String,
    pub(super) messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Message {
    pub(super) entry: EntryId,
    pub(super) from: String,
    /// Written by the clinic.
    pub(super) clinic: bool,
    /// Written by the one who reads this.
    pub(super) mine: bool,
    pub(super) text: String,
    pub(super) written_at: Timestamp,
    pub(super) received_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct NewReply {
    pub(super) text: String,
    /// The same for every try of one reply: asking twice writes once.
    pub(super) key: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// The server cannot be reached or cannot work now. It comes back.
    Away,
    SignedOut,
    NotFound,
    Refused(Refused),
    /// It will not work next time either.
    Impossible,
}

#[derive(Deserialize)]
struct Problem {
    refused: Option<Refused>,
}

const API: &str = "/clinic/api";

pub(super) async fn who() -> Result<Who, Failed> {
    get("session").await
}

pub(super) async fn threads() -> Result<Vec<ThreadLine>, Failed> {
    get("threads").await
}

pub(super) async fn thread(place: Place) -> Result<Thread, Failed> {
    get(&format!("threads/{}", place.text())).await
}

pub(super) async fn reply(place: Place, reply: &NewReply) -> Result<(), Failed> {
    let path = format!("{API}/threads/{}/replies", place.text());
    let request = Request::post(&path).json(reply).map_err(|_| Failed::Impossible)?;
    let response = request.send().await.map_err(|_| Failed::Away)?;
    judge(response).await.map(drop)
}

pub(super) async fn sign_out() -> Result<(), Failed> {
    let response = Request::delete(&format!("{API}/session")).send().await;
    judge(response.map_err(|_| Failed::Away)?).await.map(drop)
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failed> {
    let response = Request::get(&format!("{API}/{path}")).send().await;
    let response = judge(response.map_err(|_| Failed::Away)?).await?;
    // An answer that was cut off on its way.
    response.json().await.map_err(|_| Failed::Away)
}

async fn judge(response: Response) -> Result<Response, Failed> {
    match response.status() {
        200..=299 => Ok(response),
        401 => Err(Failed::SignedOut),
        404 => Err(Failed::NotFound),
        422 => {
            let problem: Result<Problem, _> = response.json().await;
            let refused = problem.ok().and_then(|problem| problem.refused);
            Err(refused.map_or(Failed::Impossible, Failed::Refused))
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
    fn a_place_reads_back_from_the_address() {
        let place = Place { patient: PatientId::from_u128(1), thread: EntryId::from_u128(2) };
        assert_eq!(Place::parse(&place.text()), Some(place));
        for text in ["", "conversation", "a/b", "01j00000000000000000000001/"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
