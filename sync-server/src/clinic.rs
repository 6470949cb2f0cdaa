//! What staff see and do: the queue, its items, their answers, and news of all of it as it happens.

pub mod access;
pub mod context;
pub mod desk;
pub mod devices;
pub mod door;
pub mod events;
pub mod passkeys;
pub mod record;
pub mod records;
pub mod relation;
pub mod reply;
pub mod session;
pub mod set_up;
pub mod settings;
pub mod staff;
pub mod threads;

#[cfg(test)]
mod tests;

use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Around, Decision, Path, Resource, Staff, allowed};
use crate::error::Error;
use crate::store::people::Role;

/// The clinic's pooled inbox.
pub struct Inbox;

impl Resource for Inbox {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Shown(What::Line)
    }
}

/// One conversation in one record.
pub struct ThreadOf {
    pub patient: shared::id::PatientId,
    pub thread: shared::id::EntryId,
}

impl Resource for ThreadOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")?, thread: path.part("thread")? })
    }

    fn whose(&self) -> Whose {
        let item = Some(self.thread);
        Whose::Record { patient: self.patient, item, what: What::Messages }
    }
}

/// Who runs the server's accounts has no reason to read what patients write.
pub fn handles_messages<'a, R>(
    who: &'a Staff,
    _resource: &'a R,
    _facts: Around<'a>,
) -> Decision<'a> {
    match who.member.role {
        Role::FrontDesk | Role::Nurse | Role::Clinician | Role::Pharmacist => allowed(),
        Role::Admin => Box::pin(std::future::ready(Err(Error::NotAllowed))),
    }
}
