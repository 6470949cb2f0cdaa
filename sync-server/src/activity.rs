//! Tells patients who looked at their record: reads the audit log behind its own place and writes
//! what is new in it into the patient's activity document, in batches. Doing it twice does nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};
use shared::document::gate::guarded;
use shared::document::{Actor, DocumentId, Kind, Opened, Put};
use shared::id::{DeviceId, EntryId, PatientId};
use shared::record::Said;
use shared::record::activity::{Activity, Did, Touched, Why};
use shared::sync::scope::Level;
use shared::time::{MILLIS_PER_DAY, Timestamp};
use tokio::sync::watch;

use crate::audit::{self, Entry, What, Who};
use crate::authorize::Part;
use crate::documents::{self, Origin};
use crate::log::{Line, line};
use crate::state::App;
use crate::store::rows::{Batch, News};
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// How long entries are collected. Each batch becomes one change that all devices fetch.
const EVERY: Duration = Duration::from_secs(20);
/// Entries of the log that are looked at together.
const ENTRIES_MAX: usize = 500;
/// Looks of one person at one part of a record within this time are told as one.
const SAME_MS: i64 = 60 * 60 * 1000;

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut stopping = app.hub().stopping();
    while !stops_within(&mut stopping).await {
        if let Err(cause) = catch_up(&app).await {
            line(&Line::Failed { id: "-", what: "activity", cause: &cause });
        }
    }
}

async fn stops_within(stopping: &mut watch::Receiver<bool>) -> bool {
    let stops = stopping.wait_for(|stopping| *stopping);
    tokio::time::timeout(EVERY, stops).await.is_ok()
}

/// Tells everything that was not told.
pub async fn catch_up(app: &App) -> Result<(), StoreError> {
    let store = app.doorkeeper().for_part(Part::Auditor);
    let teller = Teller { app, store: store.as_ref() };
    loop {
        let rows = store.audit_after(store.audit_told().await?, ENTRIES_MAX).await?;
        let Some(last) = rows.last().map(|row| row.number) else {
            return Ok(());
        };
        let mut documents: BTreeMap<DocumentId, BTreeMap<EntryId, Activity>> = BTreeMap::new();
        for row in rows {
            for (patient, entry, activity) in teller.told(&row.entry()?).await? {
                let document = DocumentId::first(patient, Kind::Activity(activity.written.year()));
                documents.entry(document).or_default().entry(entry).or_insert(activity);
            }
        }
        for (document, entries) in documents {
            teller.write(document, entries).await?;
        }
        store.set_audit_told(last).await?;
    }
}

struct Teller<'a> {
    app: &'a App,
    store: &'a dyn Store,
}

impl Teller<'_> {
    /// In whose activity an entry stands, and as what.
    async fn told(&self, entry: &Entry) -> Result<Vec<(PatientId, EntryId, Activity)>, StoreError> {
        let levels = match entry.who.account() {
            Some(account) => self.store.access_of(account).await?,
            None => Vec::new(),
        };
        let own = levels.iter().filter(|access| access.level == Level::Own);
        let own: Vec<_> = own.map(|access| access.patient).collect();
        let patients = match (entry.patient, entry.did) {
            (Some(patient), _) => vec![patient],
            (None, audit::Did::SignedIn | audit::Did::EndedDevice) if is_person(&entry.who) => {
                own.clone()
            }
            (None, _) => Vec::new(),
        };
        let mut told = Vec::new();
        for patient in patients {
            let is_own = own.contains(&patient);
            // What people did themselves they know; their devices they may not.
            if is_own && entry.did == audit::Did::Wrote || entry.what == What::Activity {
                continue;
            }
            // The list of links says it, and what the link opened is over.
            if entry.did == audit::Did::EndedShare {
                continue;
            }
            // Somebody asked for it; what came of that is noted by itself.
            if entry.what == What::Access && entry.did == audit::Did::Wrote && !is_changed(entry) {
                continue;
            }
            let Some(who) = self.called(patient, entry).await? else {
                continue;
            };
            let span = if is_own { MILLIS_PER_DAY } else { SAME_MS };
            let (id, at) = (told_as(patient, entry, span), entry.at);
            let mut activity = activity(entry, who, is_own, at);
            if let Some(account) = entry.access_of {
                activity.detail = self.store.account_name(account).await?;
            }
            if let Some(device) = entry.device {
                activity.detail = self.device(device).await?;
            }
            if let Some(words) = self.words(patient, entry).await? {
                activity.detail = Some(words);
            }
            told.push((patient, id, activity));
        }
        Ok(told)
    }

    /// What was said when the record was opened. The log has only which of the reasons it was.
    async fn words(&self, patient: PatientId, entry: &Entry) -> Result<Option<String>, StoreError> {
        match (entry.did, entry.item) {
            (audit::Did::OpenedRecord, Some(opening)) => {
                let opening = self.store.opening(patient, opening).await?;
                Ok(opening.and_then(|opening| opening.words))
            }
            _ => Ok(None),
        }
    }

    /// What its person calls it, and why the clinic ended it. One that signed out since is not known.
    async fn device(&self, device: DeviceId) -> Result<Option<String>, StoreError> {
        let Some(known) = self.store.device(device).await? else {
            return Ok(None);
        };
        let called = known.name.unwrap_or(known.kind);
        let said = [Some(called), known.ended_for].into_iter().flatten();
        let said: Vec<_> = said.filter(|one| !one.is_empty()).collect();
        Ok((!said.is_empty()).then(|| said.join(": ")))
    }

    /// Whoever opens a link says who they are.
    async fn called(
        &self,
        patient: PatientId,
        entry: &Entry,
    ) -> Result<Option<String>, StoreError> {
        match (entry.did, entry.item) {
            (audit::Did::OpenedShare, Some(opening)) => {
                self.store.share_opened_by(patient, opening).await
            }
            _ => self.name(&entry.who).await,
        }
    }

    async fn name(&self, who: &Who) -> Result<Option<String>, StoreError> {
        match who {
            Who::Person { account, .. } | Who::Staff { account } => {
                self.store.account_name(*account).await
            }
            Who::Source { name } => Ok(Some(name.clone())),
            // A person at the server acts for the clinic, and so does a rule.
            Who::Terminal | Who::Rule => Ok(Some(self.app.clinic().name.clone())),
            Who::Anyone => Ok(None),
        }
    }

    async fn write(
        &self,
        document: DocumentId,
        entries: BTreeMap<EntryId, Activity>,
    ) -> Result<(), StoreError> {
        let (app, store) = (self.app, self.store);
        documents::create(store, app.receipts(), document, app.now()).await?;
        let (rows, _) = store.rows_after(document, 0, usize::MAX).await?;
        let damaged = StoreError::Damaged("an activity document");
        let minted = guarded(|| {
            let mut open = Opened::load(rows.iter().map(|row| &row.bytes[..])).ok()?;
            let new = entries.iter().filter(|(entry, _)| open.entry(**entry).is_none());
            let put = |(entry, activity): (&EntryId, &Activity)| Put::Entry {
                entry: *entry,
                text: Said::Activity(activity.clone()).to_text(),
            };
            let puts: Vec<_> = new.map(put).collect();
            if puts.is_empty() {
                return Some(None);
            }
            Some(Some(open.mint(Actor::fresh(&mut OsRng), &puts).1))
        });
        let Some(bytes) = minted.ok().flatten().ok_or(damaged)? else {
            return Ok(());
        };
        let origin = Origin { account: None, device: None, at: app.now() };
        let changes = vec![documents::own(app.receipts(), &document, &bytes, origin)?];
        let layout = documents::layout(&document);
        let batch = Batch { document, layout, changes, reply: None };
        let appended = store.append(batch).await?;
        if let Some(news) = News::of(document, &appended) {
            app.published(news, None);
        }
        Ok(())
    }
}

const fn is_person(who: &Who) -> bool {
    matches!(who, Who::Person { .. })
}

/// One name for what is told as one, so that it is told once, also after a stop in between.
fn told_as(patient: PatientId, entry: &Entry, span: i64) -> EntryId {
    let since = entry.at.millis().div_euclid(span) * span;
    let mut hash = Sha256::new();
    hash.update(b"satchel activity v1\0");
    hash.update(patient.to_bytes());
    let same = (&entry.who, entry.did, entry.what, &entry.why, since);
    let key = serde_json::to_string(&same).expect("it becomes JSON");
    hash.update(key.as_bytes());
    if let Some(account) = entry.access_of {
        hash.update(account.to_bytes());
    }
    if let Some(device) = entry.device {
        hash.update(device.to_bytes());
    }
    // Each opening is one of its own, by whoever it says.
    if let (audit::Did::OpenedShare, Some(opening)) = (entry.did, entry.item) {
        hash.update(opening.to_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&since.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&digest[..10]);
    EntryId::from_bytes(bytes)
}

/// Access that was narrowed, which is neither given nor ended.
const fn is_changed(entry: &Entry) -> bool {
    entry.access_of.is_some()
}

fn activity(entry: &Entry, who: String, is_own: bool, written: Timestamp) -> Activity {
    // Where the clinic's people sit is nobody's business; where one's own account was used is.
    let is_outside = is_person(&entry.who) || entry.did == audit::Did::OpenedShare;
    let from = entry.from.filter(|_| is_outside).map(|from| from.to_string());
    let (why, detail) = match (&entry.why, is_own) {
        (audit::Why::Granted, true) => (Some(Why::Own), None),
        (audit::Why::Granted, false) => (Some(Why::Granted), None),
        (audit::Why::Treatment, _) => (Some(Why::Treatment), None),
        (audit::Why::Operations, _) => (Some(Why::Operations), None),
        (audit::Why::Emergency { reason }, _) => (Some(Why::Emergency), Some(reason.clone())),
    };
    let did = match entry.did {
        audit::Did::Read => Did::Read,
        audit::Did::Wrote if is_changed(entry) => Did::Changed,
        audit::Did::Wrote => Did::Wrote,
        audit::Did::SignedIn => Did::SignedIn,
        audit::Did::GaveAccess => Did::GaveAccess,
        audit::Did::EndedAccess => Did::EndedAccess,
        audit::Did::OpenedRecord => Did::OpenedRecord,
        audit::Did::EndedDevice => Did::RemovedDevice,
        audit::Did::Shared => Did::Shared,
        audit::Did::EndedShare => Did::Other,
        audit::Did::OpenedShare => Did::OpenedShare,
    };
    let what = touched(entry.what).into_iter().collect();
    // An opening is an entry of no document.
    let is_opening = matches!(entry.did, audit::Did::OpenedRecord | audit::Did::OpenedShare);
    let item = entry.item.filter(|_| !is_opening);
    // The clinic did nothing when somebody opened a link.
    let why = why.filter(|_| entry.did != audit::Did::OpenedShare);
    Activity { who, did, what, entry: item, detail, from, why, written }
}

const fn touched(what: What) -> Option<Touched> {
    match what {
        What::Record => Some(Touched::Whole),
        What::Chart => Some(Touched::Documents),
        What::Results => Some(Touched::Results),
        What::Visits => Some(Touched::Visits),
        What::Messages => Some(Touched::Messages),
        What::Requests | What::Line => Some(Touched::Requests),
        What::Access | What::Activity | What::Account => None,
    }
}
