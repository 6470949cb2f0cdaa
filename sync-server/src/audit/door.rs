//! Where requests are noted: every route passes here, whatever its handler does or forgets. A read is
//! noted when its answer is ready and before it leaves, a write before it is done; if that fails,
//! the answer is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::http::{Method, StatusCode};
use shared::document::{DocumentId, Kind};
use shared::id::{EntryId, PatientId};
use shared::time::Timestamp;

use super::{Did, Entry, What, Who, Why};
use crate::secret::SecretHash;
use crate::store::people::Session;
use crate::store::{Store, StoreError};

/// The same look of the same session within this time is one look: pages draw themselves anew
/// whenever something changed.
const SAME_LOOK_MS: i64 = 5 * 60 * 1000;
/// Looks that are remembered. Beyond that all are forgotten, and noted once more.
const LOOKS_MAX: usize = 100_000;

/// Whose record something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Nothing of any record.
    Nobody,
    Record {
        patient: PatientId,
        item: Option<EntryId>,
        what: What,
    },
    /// Somebody is let into this record.
    Admission {
        patient: PatientId,
    },
    /// Of no record, but who may come in: what is changed there is noted.
    Accounts,
    /// The records of everybody in the answer. Its handler says whose, or there is no answer.
    Shown(What),
}

/// Who stands at a door, as the log calls them.
#[derive(Debug, Clone)]
pub struct Signature {
    pub who: Who,
    pub why: Why,
    pub session: Option<SecretHash>,
}

impl Signature {
    pub const fn anyone() -> Self {
        Self { who: Who::Anyone, why: Why::Operations, session: None }
    }

    pub fn of_device(session: &Session) -> Self {
        let Session { account, device, token, .. } = session;
        let who = Who::Person { account: *account, device: *device };
        Self { who, why: Why::Granted, session: Some(*token) }
    }
}

/// What of which record a session looked at.
type Look = (SecretHash, &'static str, PatientId, Option<EntryId>);

/// Looks that were noted a moment ago.
#[derive(Default)]
pub struct Looks(Mutex<BTreeMap<Look, Timestamp>>);

impl Looks {
    fn is_noted(&self, look: &Look, now: Timestamp) -> bool {
        let noted = self.lock().get(look).copied();
        noted.is_some_and(|at| (0..SAME_LOOK_MS).contains(&now.millis_since(at)))
    }

    fn remember(&self, look: Look, now: Timestamp) {
        let mut looks = self.lock();
        if looks.len() >= LOOKS_MAX {
            looks.clear();
        }
        looks.insert(look, now);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Look, Timestamp>> {
        self.0.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

/// The records that an answer shows, once its handler has said so.
pub type Shown = Arc<Mutex<Option<BTreeSet<PatientId>>>>;

/// One request on its way through the door.
pub struct Noting<'a> {
    pub store: &'a dyn Store,
    pub looks: &'a Looks,
    pub now: Timestamp,
    pub signature: Signature,
    pub action: &'static str,
    pub whose: Whose,
    pub from: Option<IpAddr>,
    pub shown: Shown,
}

impl Noting<'_> {
    /// Before the handler.
    pub async fn before(&self, method: &Method) -> Result<(), StoreError> {
        match self.whose {
            Whose::Record { patient, item, what } if *method != Method::GET => {
                self.store.audit(vec![self.entry(Did::Wrote, Some(patient), item, what)]).await
            }
            Whose::Admission { patient } if *method != Method::GET => {
                self.store
                    .audit(vec![self.entry(Did::GaveAccess, Some(patient), None, What::Access)])
                    .await
            }
            Whose::Accounts if *method != Method::GET => {
                self.store.audit(vec![self.entry(Did::Wrote, None, None, What::Access)]).await
            }
            Whose::Record { .. }
            | Whose::Admission { .. }
            | Whose::Accounts
            | Whose::Shown(_)
            | Whose::Nobody => Ok(()),
        }
    }

    /// After the handler, and before its answer leaves.
    pub async fn after(&self, method: &Method, status: StatusCode) -> Result<(), StoreError> {
        if *method != Method::GET || !status.is_success() {
            return Ok(());
        }
        let (patients, item, what) = match self.whose {
            Whose::Nobody | Whose::Accounts => return Ok(()),
            Whose::Record { patient, item, what } => (BTreeSet::from([patient]), item, what),
            Whose::Admission { patient } => (BTreeSet::from([patient]), None, What::Access),
            Whose::Shown(what) => {
                let shown = self.shown.lock().unwrap_or_else(|lock| lock.into_inner()).take();
                (shown.expect("whoever answers about many says about whom"), None, what)
            }
        };
        self.read(patients, item, what).await
    }

    async fn read(
        &self,
        patients: BTreeSet<PatientId>,
        item: Option<EntryId>,
        what: What,
    ) -> Result<(), StoreError> {
        let look = |patient| Some((self.signature.session?, self.action, patient, item));
        let is_new = |patient: &PatientId| {
            !look(*patient).is_some_and(|look| self.looks.is_noted(&look, self.now))
        };
        let new: Vec<_> = patients.into_iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        let entry = |patient: &PatientId| self.entry(Did::Read, Some(*patient), item, what);
        self.store.audit(new.iter().map(entry).collect()).await?;
        for look in new.into_iter().filter_map(look) {
            self.looks.remember(look, self.now);
        }
        Ok(())
    }

    pub fn entry(
        &self,
        did: Did,
        patient: Option<PatientId>,
        item: Option<EntryId>,
        what: What,
    ) -> Entry {
        Entry {
            at: self.now,
            who: self.signature.who.clone(),
            did,
            action: self.action.into(),
            what,
            patient,
            item,
            from: self.from,
            why: self.signature.why.clone(),
            access_of: None,
            device: None,
        }
    }
}

/// Before rows of a document leave for a device. Who looked, and how far things have come, are no
/// reading of the record; without that a reading would make the next one.
pub async fn before_rows_leave(
    noting: &Noting<'_>,
    document: &DocumentId,
) -> Result<(), StoreError> {
    match document.kind {
        Kind::Activity(_) | Kind::MarksCircle | Kind::MarksPrivate(_) => Ok(()),
        Kind::ChartCore
        | Kind::ChartResults(_)
        | Kind::ChartVisits(_)
        | Kind::ChartSensitive
        | Kind::JournalCircle(..)
        | Kind::JournalPrivate(..)
        | Kind::CareCircle(_)
        | Kind::CarePrivate(..) => {
            noting.read(BTreeSet::from([document.patient]), None, What::Record).await
        }
    }
}
