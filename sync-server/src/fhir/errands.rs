//! What a person at the server's own terminal asks for. It is done by the process that holds the
//! folder: the command itself, or the server that runs on it.

mod access;
mod at_rest;

use std::io::Read;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use shared::fhir::import::{Input, NotRead, read};
use shared::id::{AccountId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::time::{Timestamp, Zone};

pub use self::access::{Agreed, AskAccess, May};
use super::proof::are_keys;
use super::scope::Scopes;
use super::{Importer, Order, Outcome};
use crate::audit::checkpoint::Checkpoints;
use crate::audit::verify::verify;
use crate::audit::{self, Entry};
use crate::clinic::set_up;
use crate::secret::Secret;
use crate::state::INVITATION_MS;
use crate::store::desk::Colleague;
use crate::store::outgoing::KeyedClient;
use crate::store::people::{Invitation, NewStaff, Role};
use crate::store::resources::Client;
use crate::store::rows::News;
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// Bytes of one file after unpacking. A patient of twenty years is under 10 MB; files of a whole
/// clinic come in parts.
pub const IMPORT_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Bytes of one step of an export.
const EXPORT_BYTES_GOAL: usize = 1024 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    Import {
        source: String,
        patient: Option<PatientId>,
    },
    Export {
        patient: PatientId,
    },
    AddClient {
        name: String,
        source: String,
    },
    /// One with public keys of its own, which are the body, and what it may do.
    AddKeyedClient {
        name: String,
        source: String,
        scopes: String,
    },
    EndClient {
        name: String,
    },
    /// A new file with the key that opens the records from now on.
    RotateKeys {
        file: PathBuf,
    },
    Shred {
        patient: PatientId,
    },
    Check,
    /// Packs what is long, at once and without a rest.
    Compact,
    VerifyAudit,
    AddStaff {
        name: String,
        role: Role,
        prescribes: bool,
    },
    /// A new link for somebody who cannot sign in any more.
    ResetStaff {
        name: String,
    },
    InvitePatient {
        patient: PatientId,
    },
    /// Who may open a record.
    Access {
        patient: PatientId,
        verb: AskAccess,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tell", rename_all = "snake_case")]
pub enum Tell {
    Progress {
        done: usize,
        of: usize,
    },
    Summary {
        text: String,
        is_clean: bool,
        patients: Vec<PatientId>,
    },
    Resource {
        url: Option<String>,
        body: String,
    },
    Token {
        token: String,
    },
    Link {
        secret: String,
    },
    Ended {
        count: u64,
    },
    /// One caregiver of a record.
    Caregiver {
        account: AccountId,
        text: String,
    },
    Rotated {
        count: u64,
    },
    Shredded,
    Checked {
        count: u64,
    },
    Packed {
        count: usize,
    },
    /// The last word of everything that is not one sentence.
    Done,
    Failed {
        sentence: String,
    },
}

/// Why an import was not even begun, or did not end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{0}")]
    NotRead(#[from] NotRead),
    #[error("it is damaged: it cannot be unpacked")]
    NotGzip,
    #[error("it is larger than {} MiB", IMPORT_BYTES_MAX / (1024 * 1024))]
    TooLarge,
    #[error("the file holds no public keys (a JWKS of RSA or EC keys, each with a kid)")]
    NotKeys,
    #[error("the scopes are none that a program can have; write them like \"system/Task.rus\"")]
    NotScopes,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where it is done.
pub struct Errands<'a> {
    pub store: &'a dyn Store,
    pub receipts: &'a ReceiptKey,
    pub checkpoints: &'a Checkpoints,
    pub now: Timestamp,
    /// Everyone who listens hears of what was committed.
    pub publish: &'a (dyn Fn(News) + Send + Sync),
    /// The devices of an account look again at what they may have.
    pub rescope: &'a (dyn Fn(AccountId) + Send + Sync),
}

impl Errands<'_> {
    pub async fn perform(&self, ask: Ask, body: Vec<u8>, tell: &mut (dyn FnMut(Tell) + Send)) {
        let said = match ask {
            Ask::Import { source, patient } => {
                sentence(self.import(&source, patient, &body, tell).await)
            }
            Ask::Export { patient } => sentence(self.export(patient, tell).await),
            Ask::AddClient { name, source } => sentence(self.add_client(name, source).await),
            Ask::AddKeyedClient { name, source, scopes } => {
                let jwks = String::from_utf8_lossy(&body).into_owned();
                let client = KeyedClient { name, source, scopes, jwks, at: self.now };
                sentence(self.add_keyed(client).await)
            }
            Ask::EndClient { name } => sentence(self.end_client(name).await),
            Ask::RotateKeys { file } => sentence(self.rotate(&file).await),
            Ask::Shred { patient } => sentence(self.shred(patient).await),
            Ask::Check => sentence(self.check().await),
            Ask::Compact => sentence(self.compact().await),
            Ask::VerifyAudit => sentence(self.verify_audit().await),
            Ask::AddStaff { name, role, prescribes } => {
                sentence(self.add_staff(name, role, prescribes).await)
            }
            Ask::ResetStaff { name } => sentence(self.reset_staff(&name).await),
            Ask::InvitePatient { patient } => sentence(self.invite(patient).await),
            Ask::Access { patient, verb } => sentence(self.access(patient, verb, tell).await),
        };
        tell(said);
    }

    async fn import(
        &self,
        source: &str,
        to: Option<PatientId>,
        body: &[u8],
        tell: &mut (dyn FnMut(Tell) + Send),
    ) -> Result<Tell, ImportError> {
        let bytes = unpacked(body)?;
        let outcome = self.take(source, to, read(&bytes)?, tell).await?;
        let Outcome { summary, patients, .. } = outcome;
        let is_clean = summary.is_clean();
        Ok(Tell::Summary { text: summary.to_string(), is_clean, patients })
    }

    /// Takes what was read, and publishes what comes of it.
    pub async fn take(
        &self,
        source: &str,
        to: Option<PatientId>,
        input: Input<'_>,
        tell: &mut (dyn FnMut(Tell) + Send),
    ) -> Result<Outcome, StoreError> {
        let of = input.entries.len();
        let order = Order { source, to, now: self.now };
        let mut importer = Importer::new(self.store, self.receipts);
        let mut told = |done: usize, news: Vec<News>| {
            tell(Tell::Progress { done: done.min(of), of });
            for one in news {
                (self.publish)(one);
            }
        };
        importer.take(order, input, &mut told).await
    }

    async fn export(
        &self,
        patient: PatientId,
        tell: &mut (dyn FnMut(Tell) + Send),
    ) -> Result<Tell, ImportError> {
        self.store.audit(vec![self.noted(audit::Did::Read, "Export", patient)]).await?;
        let mut after = None;
        loop {
            let (rows, more) = self.store.resources_in(patient, after, EXPORT_BYTES_GOAL).await?;
            after = rows.last().map(|row| row.known.resource);
            for row in rows {
                tell(Tell::Resource { url: row.url, body: row.body });
            }
            if !more {
                return Ok(Tell::Done);
            }
        }
    }

    async fn verify_audit(&self) -> Result<Tell, ImportError> {
        let verdict = verify(self.store, self.checkpoints).await?;
        let is_clean = verdict.findings.is_empty();
        Ok(Tell::Summary { text: verdict.to_string(), is_clean, patients: Vec::new() })
    }

    async fn add_staff(
        &self,
        name: String,
        role: Role,
        prescribes: bool,
    ) -> Result<Tell, ImportError> {
        let (account, at) = (AccountId::fresh(self.now, &mut OsRng), self.now);
        let new = NewStaff { account, name, role, prescribes, at };
        let secret = set_up::add(self.store, new).await?;
        Ok(Tell::Link { secret: secret.text().to_owned() })
    }

    async fn invite(&self, patient: PatientId) -> Result<Tell, ImportError> {
        if !self.store.patients().await?.iter().any(|known| known.patient == patient) {
            return Ok(Tell::Failed { sentence: "there is no such record".into() });
        }
        self.store.audit(vec![self.noted(audit::Did::GaveAccess, "Invite", patient)]).await?;
        let (secret, at) = (Secret::fresh_short(&mut OsRng), self.now);
        let until = at.plus_millis(INVITATION_MS);
        self.store.invite(Invitation { secret: secret.hash(), patient, until, at }).await?;
        Ok(Tell::Link { secret: secret.text().to_owned() })
    }

    /// Somebody at the server's own terminal acts for the clinic.
    fn noted(&self, did: audit::Did, action: &'static str, patient: PatientId) -> Entry {
        let what = match did {
            audit::Did::GaveAccess | audit::Did::EndedAccess | audit::Did::EndedDevice => {
                audit::What::Access
            }
            audit::Did::Read
            | audit::Did::Wrote
            | audit::Did::SignedIn
            | audit::Did::OpenedRecord
            | audit::Did::Shared
            | audit::Did::EndedShare
            | audit::Did::OpenedShare => audit::What::Record,
        };
        Entry {
            at: self.now,
            who: audit::Who::Terminal,
            did,
            action: action.into(),
            what,
            patient: Some(patient),
            item: None,
            from: None,
            why: audit::Why::Operations,
            access_of: None,
            device: None,
        }
    }

    /// `whom` is a name, or the id of one of two who have the same.
    async fn reset_staff(&self, whom: &str) -> Result<Tell, ImportError> {
        let all = self.store.colleagues().await?.into_iter().filter(|one| !one.ended);
        let named: Vec<_> =
            all.filter(|one| one.name == whom || one.account.to_string() == whom).collect();
        let [one] = &named[..] else {
            return Ok(Tell::Failed { sentence: not_one(whom, &named) });
        };
        let secret = set_up::link(self.store, one.account, self.now).await?;
        Ok(Tell::Link { secret: secret.text().to_owned() })
    }

    async fn add_client(&self, name: String, source: String) -> Result<Tell, ImportError> {
        let token = Secret::fresh(&mut OsRng);
        let client = Client { token: token.hash(), name, source, at: self.now };
        self.store.add_client(client).await?;
        Ok(Tell::Token { token: token.text().to_owned() })
    }

    async fn add_keyed(&self, client: KeyedClient) -> Result<Tell, ImportError> {
        if !are_keys(&client.jwks) {
            return Err(ImportError::NotKeys);
        }
        if Scopes::parse(&client.scopes).is_none() {
            return Err(ImportError::NotScopes);
        }
        self.store.add_keyed_client(client).await?;
        Ok(Tell::Done)
    }

    async fn end_client(&self, name: String) -> Result<Tell, ImportError> {
        let keyed = self.store.end_keyed_client(name.clone(), self.now).await?;
        let count = keyed + self.store.end_clients(name.clone(), self.now).await?;
        if count > 0 {
            return Ok(Tell::Ended { count });
        }
        let all = self.store.fetches().await?.into_iter().map(|one| one.name);
        let sentence = match all.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => {
                format!(
                    "no program is called {name:?}, nor is there another; `client add` adds one"
                )
            }
            all => format!("no program is called {name:?}; name one of {all}"),
        };
        Ok(Tell::Failed { sentence })
    }
}

/// Why it is not clear who is meant, and how it would be.
fn not_one(whom: &str, named: &[Colleague]) -> String {
    if named.is_empty() {
        return format!(
            "nobody who works here is called {whom:?}; write the name as /clinic/office shows it, \
             or add somebody new with `staff add`"
        );
    }
    let each = named.iter().map(|one| {
        let added = Timestamp::from_millis((one.account.to_u128() >> 80) as i64);
        let day = Zone::utc().day_of(added);
        format!("{} ({}, added on {day})", one.account, one.role.word())
    });
    let each = each.collect::<Vec<_>>().join(" or ");
    format!("{} people are called {whom:?}; give the id of the one you mean: {each}", named.len())
}

/// What did not work is told as a sentence.
fn sentence(told: Result<Tell, impl std::error::Error>) -> Tell {
    told.unwrap_or_else(|error| Tell::Failed { sentence: error.to_string() })
}

/// The text of a file, whether it was packed or not. It never grows beyond the limit.
pub fn unpacked(body: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, ImportError> {
    if !body.starts_with(&GZIP) {
        return Ok(body.into());
    }
    let mut bytes = Vec::new();
    let limit = IMPORT_BYTES_MAX as u64 + 1;
    let reader = flate2::read::MultiGzDecoder::new(body);
    reader.take(limit).read_to_end(&mut bytes).map_err(|_| ImportError::NotGzip)?;
    if bytes.len() > IMPORT_BYTES_MAX {
        return Err(ImportError::TooLarge);
    }
    Ok(bytes.into())
}
