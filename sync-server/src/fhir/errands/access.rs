//! Caregivers' access, as somebody at the server's own terminal gives, narrows and ends it.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::id::PatientId;
use shared::sync::scope::Parts;
use shared::time::{Timestamp, Zone};

use super::{Errands, Tell};
use crate::audit::{Did, Entry, What};
use crate::grants::account_behind;
use crate::store::StoreError;
use crate::store::grants::{Consent, Ended, Given, GrantRow, Narrowed, NoAccess, Terms};

/// What is asked about the access to one record. A caregiver is named by the id of their account, or
/// by that of the record which is their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum AskAccess {
    List,
    Give { caregiver: PatientId, may: May, consent: Agreed },
    Narrow { caregiver: PatientId, may: May },
    End { caregiver: PatientId },
}

/// What somebody may have, beside the chart's core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    pub messages: bool,
    pub results: bool,
    pub visits: bool,
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreed {
    Patient,
    Parent { until_age: u8 },
    Legal,
}

impl May {
    const fn terms(self) -> Terms {
        let parts = Parts { results: self.results, visits: self.visits };
        Terms { messages: self.messages, parts, until: self.until }
    }
}

impl Agreed {
    const fn consent(self) -> Consent {
        match self {
            Self::Patient => Consent::Patient,
            Self::Parent { until_age } => Consent::Parent { until_age },
            Self::Legal => Consent::Legal,
        }
    }
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error(transparent)]
    NoAccess(#[from] NoAccess),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Errands<'_> {
    pub(super) async fn access(
        &self,
        patient: PatientId,
        ask: AskAccess,
        tell: &mut (dyn FnMut(Tell) + Send),
    ) -> Result<Tell, AccessError> {
        let caregiver = match ask {
            AskAccess::List => None,
            AskAccess::Give { caregiver, .. }
            | AskAccess::Narrow { caregiver, .. }
            | AskAccess::End { caregiver } => {
                let account = account_behind(self.store, caregiver.to_u128()).await?;
                Some(account.ok_or(NoAccess::UnknownPerson)?)
            }
        };
        if let Some(account) = caregiver {
            let noted = |did, action| Entry {
                access_of: Some(account),
                what: What::Access,
                ..self.noted(did, action, patient)
            };
            match ask {
                AskAccess::List => {}
                AskAccess::Give { may, consent, .. } => {
                    let (terms, consent) = (may.terms(), consent.consent());
                    let noted = noted(Did::GaveAccess, "GiveAccess");
                    let given = Given { patient, account, terms, consent, noted };
                    self.store.give_access(given).await??;
                }
                AskAccess::Narrow { may, .. } => {
                    let (terms, noted) = (may.terms(), noted(Did::Wrote, "NarrowAccess"));
                    let narrowed = Narrowed { patient, account, terms, noted };
                    self.store.narrow_access(narrowed).await??;
                }
                AskAccess::End { .. } => {
                    let noted = noted(Did::EndedAccess, "EndAccess");
                    self.store.end_access(Ended { patient, account, noted }).await??;
                }
            }
            (self.rescope)(account);
        }
        for row in self.store.grants_of(patient).await? {
            tell(Tell::Caregiver { account: row.account, text: Shown(&row).to_string() });
        }
        Ok(Tell::Done)
    }
}

/// A caregiver's access in a line of a terminal.
struct Shown<'a>(&'a GrantRow);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GrantRow { name, terms, consent, ends_at, .. } = self.0;
        write!(f, "{name}: chart")?;
        for (has, word) in [
            (terms.parts.results, "results"),
            (terms.parts.visits, "visits"),
            (terms.messages, "messages"),
        ] {
            if has {
                write!(f, ", {word}")?;
            }
        }
        if let Some(at) = ends_at {
            let day = Zone::utc().day_of(*at);
            write!(f, "; ends {:04}-{:02}-{:02}", day.year, day.month, day.day)?;
        }
        match consent {
            Some(consent) => write!(f, "; consent: {}", consent.word()),
            None => Ok(()),
        }
    }
}
