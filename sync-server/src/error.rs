//! One error for every answer that is not a success, told as `application/problem+json` with a
//! stable type. An answer never says more than its type: no cause, no name, no hint of what exists.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::store::StoreError;
use crate::store::grants::NoAccess;

/// Why a request was not done. The types are part of the interface and never change their meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not signed in")]
    NotSignedIn,
    /// Somebody ended this device's access: whoever hears it gives up all that it holds.
    #[error("the access of this device was ended")]
    DeviceEnded,
    #[error("not allowed")]
    NotAllowed,
    /// Also what a record is to someone who may not know that it exists.
    #[error("not found")]
    NotFound,
    #[error("this method is not possible here")]
    WrongMethod,
    #[error("the request came from another site")]
    WrongOrigin,
    #[error("the request could not be read")]
    Unreadable,
    #[error("this media type is not understood here; send application/fhir+json")]
    WrongMediaType,
    #[error("answers are application/fhir+json here")]
    WrongFormat,
    /// Why, and where: never what it says.
    #[error("{0}")]
    NotFhir(#[source] shared::fhir::import::NotRead),
    #[error("the request is too large")]
    TooLarge,
    #[error("the ticket is not valid")]
    BadTicket,
    /// No such invitation, or another birth date: which of them would help a guesser.
    #[error("the invitation is not recognized")]
    InvitationNotRecognized,
    #[error("the invitation was used or is too old")]
    InvitationEnded,
    /// No such name, or another passphrase.
    #[error("the sign-in is not recognized")]
    SignInNotRecognized,
    #[error("the sign-in name belongs to somebody else")]
    NameTaken,
    /// It cannot be read, is one that is known already, or there are too many.
    #[error("the passkey cannot be taken")]
    PasskeyRefused,
    /// What somebody asks for needs a code that was given just now.
    #[error("a fresh code is needed for this")]
    CodeNeeded,
    /// Nothing of this record is work of whoever asks; a stated reason opens it for a while.
    #[error("there is no relation to this patient")]
    NoRelation,
    #[error("the passphrase is too easy to guess")]
    WeakPassphrase,
    #[error("too many tries")]
    TooManyTries,
    #[error("the resource is no longer at the version that was named")]
    Outdated,
    #[error("say with If-Match which version is meant")]
    VersionWanted,
    #[error("several resources match")]
    SeveralMatch,
    #[error("a search parameter is not known here")]
    UnknownParameter,
    #[error("the value of a parameter is not understood")]
    WrongParameter,
    #[error("the body is not the resource that the path names")]
    OtherId,
    /// By somebody at the clinic, or ended by the patient.
    #[error("it was decided or cancelled before")]
    DecidedBefore,
    #[error("this step is not possible from here")]
    StepRefused,
    #[error("the text cannot be taken")]
    TextRefused(#[source] shared::edit::Refused),
    /// Its content is not what its name or its type says, or its type is not taken.
    #[error("the attachment cannot be taken")]
    AttachmentRefused,
    #[error("another piece is awaited")]
    PieceNotNext,
    #[error("the record has no room for it")]
    RecordFull,
    /// Somebody's access to a record stays as it is; the answer says why.
    #[error("the access cannot be changed like this")]
    AccessRefused(#[source] NoAccess),
    #[error("a websocket is expected here")]
    NotAWebSocket,
    #[error("too busy, try again later")]
    Busy,
    #[error("the server is stopping")]
    Stopping,
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Error {
    /// Status and stable type. The type is a name, not an address: nothing has to be looked up.
    pub fn problem(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in"),
            Self::DeviceEnded => (StatusCode::UNAUTHORIZED, "device-ended"),
            Self::NotAllowed => (StatusCode::FORBIDDEN, "not-allowed"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            Self::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "wrong-method"),
            Self::WrongOrigin => (StatusCode::FORBIDDEN, "wrong-origin"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, "unreadable"),
            Self::WrongMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type"),
            Self::WrongFormat => (StatusCode::NOT_ACCEPTABLE, "wrong-format"),
            Self::NotFhir(_) => (StatusCode::BAD_REQUEST, "not-fhir"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::BadTicket => (StatusCode::UNAUTHORIZED, "bad-ticket"),
            Self::InvitationNotRecognized => (StatusCode::FORBIDDEN, "invitation-not-recognized"),
            Self::InvitationEnded => (StatusCode::GONE, "invitation-ended"),
            Self::SignInNotRecognized => (StatusCode::FORBIDDEN, "sign-in-not-recognized"),
            Self::NameTaken => (StatusCode::CONFLICT, "name-taken"),
            Self::PasskeyRefused => (StatusCode::UNPROCESSABLE_ENTITY, "passkey-refused"),
            Self::CodeNeeded => (StatusCode::FORBIDDEN, "code-needed"),
            Self::NoRelation => (StatusCode::FORBIDDEN, "no-relation"),
            Self::WeakPassphrase => (StatusCode::BAD_REQUEST, "weak-passphrase"),
            Self::TooManyTries => (StatusCode::TOO_MANY_REQUESTS, "too-many-tries"),
            Self::Outdated => (StatusCode::PRECONDITION_FAILED, "outdated"),
            Self::VersionWanted => (StatusCode::PRECONDITION_FAILED, "version-wanted"),
            Self::SeveralMatch => (StatusCode::PRECONDITION_FAILED, "several-match"),
            Self::UnknownParameter => (StatusCode::BAD_REQUEST, "unknown-parameter"),
            Self::WrongParameter => (StatusCode::BAD_REQUEST, "wrong-parameter"),
            Self::OtherId => (StatusCode::BAD_REQUEST, "other-id"),
            Self::DecidedBefore => (StatusCode::CONFLICT, "decided-before"),
            Self::StepRefused => (StatusCode::UNPROCESSABLE_ENTITY, "step-refused"),
            Self::TextRefused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "text-refused"),
            Self::AttachmentRefused => (StatusCode::UNPROCESSABLE_ENTITY, "attachment-refused"),
            Self::PieceNotNext => (StatusCode::CONFLICT, "piece-not-next"),
            Self::RecordFull => (StatusCode::INSUFFICIENT_STORAGE, "record-full"),
            Self::AccessRefused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "access-refused"),
            Self::NotAWebSocket => (StatusCode::UPGRADE_REQUIRED, "not-a-websocket"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            Self::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "store-failed"),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, kind) = self.problem();
        let mut problem = serde_json::json!({
            "type": format!("urn:satchel:problem:{kind}"),
            "title": self.to_string(),
            "status": status.as_u16(),
        });
        if let Self::TextRefused(refused) = &self {
            problem["refused"] = serde_json::json!(refused);
        }
        if let Self::AccessRefused(why) = &self {
            problem["refused"] = serde_json::json!(why);
        }
        let mut response = (status, problem.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        // The log line of this request is written by `log`; it takes the cause from here.
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
