//! How a caller is recognized: by nothing, a cookie of a slot, the staff's cookie, a ticket, or the
//! token of a program.

use axum::http::header;
use axum::http::request::Parts;

use super::{Caller, CallerKind, Part, session_of, staff_of};
use crate::audit::door::Signature;
use crate::audit::{Who, Why};
use crate::error::Error;
use crate::extract::{cookie, query_part, slot_of, staff_of_page};
use crate::fhir::scope::Scopes;
use crate::secret::SecretHash;
use crate::state::{App, PROVEN_MS, STAFF_COOKIE, slot_cookie};
use crate::store::people::{Door, Role, Session, StaffMember};
use crate::store::resources::Client;

pub struct Anyone;

impl Caller for Anyone {
    const KIND: CallerKind = CallerKind::Anyone;

    async fn identify(_app: &App, _parts: &Parts) -> Result<Self, Error> {
        Ok(Self)
    }

    fn signature(&self) -> Signature {
        Signature::anyone()
    }
}

/// A patient or caregiver, by the cookie of the slot that the request names.
pub struct Person {
    pub session: Session,
}

impl Caller for Person {
    const KIND: CallerKind = CallerKind::Person;

    async fn identify(app: &App, parts: &Parts) -> Result<Self, Error> {
        let slot = slot_of(&parts.headers).ok_or(Error::NotSignedIn)?;
        let secret = cookie(&parts.headers, &slot_cookie(&slot)).ok_or(Error::NotSignedIn)?;
        let session = session_of(app, secret, Door::Portal).await?;
        if session.slot != slot {
            return Err(Error::NotSignedIn);
        }
        Ok(Self { session })
    }

    fn signature(&self) -> Signature {
        Signature::of_device(&self.session)
    }
}

/// A member of staff, by the one cookie of the clinic's page.
pub struct Staff {
    pub session: Session,
    pub member: StaffMember,
    /// Gave a code a moment ago.
    pub is_proven: bool,
}

impl Caller for Staff {
    const KIND: CallerKind = CallerKind::Staff;

    async fn identify(app: &App, parts: &Parts) -> Result<Self, Error> {
        let secret = cookie(&parts.headers, STAFF_COOKIE).ok_or(Error::NotSignedIn)?;
        let session = session_of(app, secret, Door::Clinic).await?;
        // A colleague came in by another tab of this browser. What a tab writes must never stand
        // under another name than the one it shows.
        if staff_of_page(&parts.headers).is_some_and(|page| page != session.account.to_string()) {
            return Err(Error::NotSignedIn);
        }
        let member = staff_of(app, &session).await?;
        let is_proven = session.proven_at.is_some_and(|at| app.now().millis_since(at) < PROVEN_MS);
        Ok(Self { session, member, is_proven })
    }

    fn signature(&self) -> Signature {
        let (who, session) = (Who::Staff { account: self.member.account }, self.session.token);
        let why = match self.member.role {
            Role::Admin => Why::Operations,
            Role::FrontDesk | Role::Nurse | Role::Clinician | Role::Pharmacist => Why::Treatment,
        };
        Signature { who, why, session: Some(session) }
    }
}

/// Whoever opens the clinic's page: a member of staff, or nobody yet. To be nobody is no fault there, so a
/// first visit leaves no refusal in the browser's console.
pub struct StaffOrNobody(pub Option<Staff>);

impl Caller for StaffOrNobody {
    const KIND: CallerKind = CallerKind::StaffOrNobody;

    async fn identify(app: &App, parts: &Parts) -> Result<Self, Error> {
        match Staff::identify(app, parts).await {
            Ok(staff) => Ok(Self(Some(staff))),
            Err(Error::NotSignedIn) => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }

    fn signature(&self) -> Signature {
        self.0.as_ref().map_or_else(Signature::anyone, Caller::signature)
    }
}

/// Whoever brings a ticket that was given to an open session just before. It works once.
pub struct TicketHolder {
    pub session: Session,
}

impl Caller for TicketHolder {
    const KIND: CallerKind = CallerKind::TicketHolder;

    async fn identify(app: &App, parts: &Parts) -> Result<Self, Error> {
        let ticket = query_part(parts, "ticket").ok_or(Error::BadTicket)?;
        let store = app.doorkeeper().for_part(Part::Callers);
        let session = store.take_ticket(SecretHash::of(ticket), app.now()).await?;
        let session = session.filter(|session| session.door == Door::Portal);
        Ok(Self { session: session.ok_or(Error::BadTicket)? })
    }

    fn signature(&self) -> Signature {
        Signature::of_device(&self.session)
    }
}

/// A program of the clinic, by its token.
pub struct Ehr {
    pub client: Client,
    pub scopes: Scopes,
}

impl Caller for Ehr {
    const KIND: CallerKind = CallerKind::Ehr;

    async fn identify(app: &App, parts: &Parts) -> Result<Self, Error> {
        let said = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = said.and_then(|said| said.split_once(' ')).unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::NotSignedIn);
        }
        let store = app.doorkeeper().for_part(Part::Callers);
        let token = SecretHash::of(token.trim());
        if let Some(client) = store.client(token).await? {
            return Ok(Self { client, scopes: Scopes::All });
        }
        let known = store.client_by_token(token, app.now()).await?;
        let (client, scopes) = known.ok_or(Error::NotSignedIn)?;
        let scopes = Scopes::parse(&scopes).ok_or(Error::NotSignedIn)?;
        Ok(Self { client, scopes })
    }

    fn signature(&self) -> Signature {
        let who = Who::Source { name: self.client.name.clone() };
        Signature { who, why: Why::Operations, session: None }
    }
}
