//! The audit log: who read or wrote whose record, when, from where and why, and never what it says.
//! An entry is appended before the answer leaves or together with the change it is about; each is
//! linked to the one before by its hash, so that nothing inside can be changed unseen.

pub mod checkpoint;
pub mod door;
pub mod verify;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::document::{DocumentId, Kind};
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::time::Timestamp;

use crate::store::StoreError;
use crate::store::people::{Door, NewSession};
use crate::store::resources::ResourceCommit;
use crate::store::rows::{Appended, Batch};

/// One thing that happened, as it is kept. Fields are added, and never change their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub who: Who,
    pub did: Did,
    /// The action of the route, or of the part of the server.
    pub action: Cow<'static, str>,
    pub what: What,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<PatientId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<EntryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<IpAddr>,
    pub why: Why,
    /// Whose access was given, changed or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_of: Option<AccountId>,
    /// Which device was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Nobody who was recognized.
    Anyone,
    /// A patient or caregiver.
    Person {
        account: AccountId,
        device: DeviceId,
    },
    Staff {
        account: AccountId,
    },
    /// A program of the clinic, by the name of its records.
    Source {
        name: String,
    },
    /// Somebody at the server's own terminal.
    Terminal,
    /// The server itself, by a rule: access that ended by its time or by the patient's age.
    Rule,
}

impl Who {
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Person { account, .. } | Self::Staff { account } => Some(*account),
            Self::Anyone | Self::Source { .. } | Self::Terminal | Self::Rule => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    Read,
    Wrote,
    SignedIn,
    GaveAccess,
    EndedAccess,
    /// Opened a record without a relation to the patient. The item is the opening, which has the words.
    OpenedRecord,
    /// A device may not open anything any more, and gives up what it holds.
    EndedDevice,
    /// Made a link that opens a summary for whoever has it. The server cannot open it.
    Shared,
    EndedShare,
    /// Opened such a link. The item is the opening, which has the words of whoever did.
    OpenedShare,
}

/// Which part of a record, by the document or screen alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// All that the reader may have.
    Record,
    Chart,
    Results,
    Visits,
    Messages,
    Requests,
    /// Its line in the clinic's queue: a name and a few words.
    Line,
    /// Who may open it.
    Access,
    /// Who looked at it.
    Activity,
    /// An account, and nothing of a record.
    Account,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The reader's own record, or one that was opened to them.
    Granted,
    Treatment,
    /// What keeps the clinic running: accounts, imports, exports.
    Operations,
    /// Without a relation to the patient, for a reason that was stated.
    Emergency {
        reason: String,
    },
}

impl Entry {
    /// What a commit to a document's log is noted as; the server's own rows are nobody's doing.
    pub fn of_batch(batch: &Batch, outcomes: &[Appended]) -> Option<Self> {
        let stored = outcomes.iter().find_map(|one| match one {
            Appended::Stored(row) => Some(row.sidecar),
            Appended::Already(_)
            | Appended::Missing
            | Appended::Refused(_)
            | Appended::RepliedBefore(_) => None,
        })?;
        let (account, document) = (stored.account?, &batch.document);
        let (who, why) = match (document.writer(), stored.device) {
            (Some(_), Some(device)) => (Who::Person { account, device }, Why::Granted),
            (Some(_), None) | (None, _) => (Who::Staff { account }, Why::Treatment),
        };
        Some(Self {
            at: stored.received_at,
            who,
            did: Did::Wrote,
            action: "Append".into(),
            what: what_of(document),
            patient: Some(document.patient),
            item: batch.reply.as_ref().map(|reply| reply.entry),
            from: None,
            why,
            access_of: None,
            device: None,
        })
    }

    /// What an import is noted as: once for each record that it wrote into.
    pub fn of_import(commit: &ResourceCommit) -> Vec<Self> {
        let places = commit.places.iter().map(|place| place.patient);
        let people = commit.people.iter().map(|person| person.patient);
        let patients: std::collections::BTreeSet<_> = places.chain(people).collect();
        let entry = |patient| Self {
            at: commit.at,
            who: Who::Source { name: commit.source.clone() },
            did: Did::Wrote,
            action: "Import".into(),
            what: What::Chart,
            patient: Some(patient),
            item: Some(commit.import),
            from: None,
            why: Why::Operations,
            access_of: None,
            device: None,
        };
        patients.into_iter().map(entry).collect()
    }

    /// What is noted when somebody's access ends by itself.
    pub fn of_rule(patient: PatientId, account: AccountId, at: Timestamp) -> Self {
        Self {
            at,
            who: Who::Rule,
            did: Did::EndedAccess,
            action: "EndWhatIsOver".into(),
            what: What::Access,
            patient: Some(patient),
            item: None,
            from: None,
            why: Why::Operations,
            access_of: Some(account),
            device: None,
        }
    }

    /// What a new session is noted as.
    pub fn of_session(new: &NewSession) -> Self {
        let (account, device) = (new.account, new.device);
        let (who, why) = match new.door {
            Door::Portal => (Who::Person { account, device }, Why::Granted),
            Door::Clinic => (Who::Staff { account }, Why::Operations),
        };
        Self {
            at: new.at,
            who,
            did: Did::SignedIn,
            action: "OpenSession".into(),
            what: What::Account,
            patient: None,
            item: None,
            from: None,
            why,
            access_of: None,
            device: None,
        }
    }
}

/// What a document holds is known from its name.
const fn what_of(document: &DocumentId) -> What {
    match document.kind {
        Kind::ChartCore | Kind::ChartSensitive => What::Chart,
        Kind::ChartResults(_) => What::Results,
        Kind::ChartVisits(_) => What::Visits,
        Kind::JournalCircle(..)
        | Kind::JournalPrivate(..)
        | Kind::CareCircle(_)
        | Kind::CarePrivate(..)
        | Kind::MarksCircle
        | Kind::MarksPrivate(_) => What::Messages,
        Kind::Activity(_) => What::Activity,
    }
}

/// The end of the log as somebody knew it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Head {
    /// Entries are numbered from 1 without gaps; 0 is before the first.
    pub number: u64,
    pub hash: [u8; 32],
}

/// An entry at its place. The columns beside the body are there to be searched; the body counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub number: u64,
    pub at: Timestamp,
    pub patient: Option<PatientId>,
    pub account: Option<AccountId>,
    pub body: String,
    pub hash: [u8; 32],
}

impl Linked {
    pub fn after(before: &Head, entry: &Entry) -> Self {
        let body = serde_json::to_string(entry).expect("an entry becomes JSON");
        let number = before.number + 1;
        let hash = link(&before.hash, number, &body);
        let (at, patient, account) = (entry.at, entry.patient, entry.who.account());
        Self { number, at, patient, account, body, hash }
    }

    pub const fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash }
    }

    pub fn entry(&self) -> Result<Entry, StoreError> {
        serde_json::from_str(&self.body).map_err(|_| StoreError::Damaged("the audit log"))
    }
}

fn link(before: &[u8; 32], number: u64, body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"satchel audit v1\0");
    hash.update(before);
    hash.update(number.to_be_bytes());
    hash.update(body.as_bytes());
    hash.finalize().into()
}

/// What is looked for in the log. Nothing set finds everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Search {
    pub patient: Option<PatientId>,
    pub account: Option<AccountId>,
    /// Only entries before this one: the next page.
    pub before: Option<u64>,
}
