//! The made-up clinic. Its people are synthetic, and running this again changes nothing that was
//! written meanwhile.

mod queue;

use shared::document::{Actor, DocumentId, Opened, Put};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::record::reading::{Measured, Reading};
use shared::record::{Message, Reply, Said};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Level, Parts, Scope};
use shared::time::{PartialDate, Timestamp, Zone};
use shared::wire::ROWS_BYTES_GOAL;

use super::charts::{Charted, charts};
use crate::audit::{Did, Entry, What, Who, Why};
use crate::documents::{Origin, ensure, layout, own};
use crate::secret::Secret;
use crate::state::INVITATION_MS;
use crate::store::grants::{CHILD_UNTIL_AGE, Consent, Given, Terms};
use crate::store::people::{BirthDate, Grant, Invitation, NewAccount, NewPatient, NewStaff, Role};
use crate::store::rows::Batch;
use crate::store::{Store, StoreError};
use crate::world::{Clock, OsRng};

pub const ROSA: AccountId = AccountId::from_u128(synthetic(1));
pub const ANA: AccountId = AccountId::from_u128(synthetic(2));
pub const LINH: AccountId = AccountId::from_u128(synthetic(3));
pub const OKAFOR: AccountId = AccountId::from_u128(synthetic(4));

const ROSA_RECORD: PatientId = PatientId::from_u128(synthetic(11));
const ANA_RECORD: PatientId = PatientId::from_u128(synthetic(12));
const MATEO_RECORD: PatientId = PatientId::from_u128(synthetic(13));

/// The new patients, one after the other as they are activated.
const NEW_PATIENTS: &[(&str, &str)] = &[
    ("Walter Finch", "1948-02-17"),
    ("Grace Abara", "1979-10-03"),
    ("Bao Nguyen", "1990-06-21"),
    ("Hana Sato", "1996-12-08"),
    ("Ivan Petrov", "1967-07-30"),
];

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Before the laboratory's newest results, which stay on top.
const MEASURED_BEFORE_MS: i64 = 20 * 24 * HOUR_MS;

/// Ids that are the same in every demo, so that seeding twice seeds once.
const fn synthetic(number: u128) -> u128 {
    (0x0190_0000_0000 << 80) | number
}

/// What the person needs who tries the first visit.
pub struct NewPatientLink {
    pub secret: Secret,
    pub birth_date: &'static str,
}

pub async fn seed(
    store: &dyn Store,
    receipts: &ReceiptKey,
    clock: &Clock,
) -> Result<NewPatientLink, StoreError> {
    let now = clock.now();
    // Access that was ended or narrowed in the demo stays so.
    let is_new = !store.patients().await?.iter().any(|known| known.patient == ROSA_RECORD);
    people(store, now).await?;
    for (account, records) in
        [(ROSA, vec![(ROSA_RECORD, Level::Own)]), (ANA, vec![(ANA_RECORD, Level::Own)])]
    {
        for (patient, level) in records {
            store.grant(Grant { patient, account, level, at: now }).await?;
        }
        if account == ANA && is_new {
            caregiver(store, ROSA_RECORD, Consent::Patient, now).await?;
            let child = Consent::Parent { until_age: CHILD_UNTIL_AGE };
            caregiver(store, MATEO_RECORD, child, now).await?;
        }
        let scope = Scope { account, records: store.access_of(account).await? };
        ensure(store, receipts, &scope, now).await?;
    }
    let records = Charted { rosa: ROSA_RECORD, mateo: MATEO_RECORD, ana: ANA_RECORD };
    charts(store, receipts, now, records).await?;
    welcome(store, receipts, now).await?;
    queue::fill(store, receipts, now).await?;
    new_patient(store, now).await
}

/// Ana may read and write in this record.
async fn caregiver(
    store: &dyn Store,
    patient: PatientId,
    consent: Consent,
    at: Timestamp,
) -> Result<(), StoreError> {
    let noted = Entry {
        at,
        who: Who::Staff { account: LINH },
        did: Did::GaveAccess,
        action: "GiveAccess".into(),
        what: What::Access,
        patient: Some(patient),
        item: None,
        from: None,
        why: Why::Treatment,
        access_of: Some(ANA),
        device: None,
    };
    let terms = Terms { messages: true, parts: Parts::ALL, until: None };
    let given = Given { patient, account: ANA, terms, consent, noted };
    let damaged = |_| StoreError::Damaged("the access of the demo");
    store.give_access(given).await?.map_err(damaged)
}

async fn people(store: &dyn Store, at: Timestamp) -> Result<(), StoreError> {
    for (patient, name, born) in [
        (ROSA_RECORD, "Rosa Delgado", "1961-04-09"),
        (ANA_RECORD, "Ana Delgado", "1987-09-14"),
        (MATEO_RECORD, "Mateo Delgado", "2017-05-26"),
    ] {
        let birth_date = BirthDate::parse(born).ok_or(StoreError::Damaged("a birth date"))?;
        store.add_patient(NewPatient { patient, name: name.into(), birth_date, at }).await?;
    }
    for (account, name) in [(ROSA, "Rosa Delgado"), (ANA, "Ana Delgado")] {
        store.add_account(NewAccount { account, name: name.into(), at }).await?;
    }
    for (account, name, role) in
        [(LINH, "Linh Tran, RN", Role::Nurse), (OKAFOR, "Dr. Okafor", Role::Clinician)]
    {
        let prescribes = role == Role::Clinician;
        store.add_staff(NewStaff { account, name: name.into(), role, prescribes, at }).await?;
    }
    Ok(())
}

/// A thread with an answer, so that the first screen is not empty, and what it is about: a reading from home.
async fn welcome(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let thread = EntryId::from_u128(synthetic(101));
    let asked = now.plus_millis(-26 * HOUR_MS);
    let question = Said::Message(Message {
        topic: Some("Blood pressure at home".into()),
        text: "My readings at home are about 128 over 78. Should I keep writing them down?".into(),
        written: asked,
        ..Message::default()
    });
    let reading = Said::Reading(Reading {
        measured: Measured::BloodPressure { top: "128".into(), bottom: "78".into(), pulse: None },
        at: PartialDate::Day(Zone::utc().day_of(asked.plus_millis(-MEASURED_BEFORE_MS))),
        note: None,
        corrects: None,
        written: asked,
    });
    let entry = EntryId::from_u128(synthetic(103));
    let puts = [(thread, question), (entry, reading)]
        .map(|(entry, said)| Put::Entry { entry, text: said.to_text() });
    let journal = DocumentId::journal(ROSA_RECORD, ROSA, Audience::Circle).in_year(now.year());
    let origin = Origin { account: Some(ROSA), device: None, at: asked };
    write_all_once(store, receipts, journal, &puts, origin).await?;

    let answered = asked.plus_millis(2 * HOUR_MS);
    let answer = Said::Reply(Reply {
        thread,
        text: "Yes, please. Two a day for one more week, then we look at them together.".into(),
        attachments: Vec::new(),
        by: "Linh Tran, RN".into(),
        written: answered,
    });
    let care = DocumentId::care(ROSA_RECORD, ROSA, Audience::Circle).in_year(now.year());
    let origin = Origin { account: Some(LINH), device: None, at: answered };
    write_once(store, receipts, care, EntryId::from_u128(synthetic(102)), &answer, origin).await
}

async fn write_once(
    store: &dyn Store,
    receipts: &ReceiptKey,
    document: DocumentId,
    entry: EntryId,
    said: &Said,
    origin: Origin,
) -> Result<(), StoreError> {
    let put = Put::Entry { entry, text: said.to_text() };
    write_all_once(store, receipts, document, &[put], origin).await
}

async fn write_all_once(
    store: &dyn Store,
    receipts: &ReceiptKey,
    document: DocumentId,
    puts: &[Put],
    origin: Origin,
) -> Result<(), StoreError> {
    // Only into a document that holds nothing but its first change, in whichever year that was.
    let have = store.summaries(vec![document.patient]).await?;
    if have.iter().any(|one| one.document.is_volume_of(&document) && one.seq_last > 1) {
        return Ok(());
    }
    let (rows, _) = store.rows_after(document, 0, ROWS_BYTES_GOAL).await?;
    let damaged = |_| StoreError::Damaged("a document of the demo");
    let mut open = Opened::load(rows.iter().map(|row| &row.bytes[..])).map_err(damaged)?;
    let (_, bytes) = open.mint(Actor::fresh(&mut OsRng), puts);
    let changes = vec![own(receipts, &document, &bytes, origin)?];
    store.append(Batch { document, layout: layout(&document), changes, reply: None }).await?;
    Ok(())
}

/// The first of the new patients who was not activated yet, with a fresh invitation. When all were,
/// one more is made up.
async fn new_patient(store: &dyn Store, at: Timestamp) -> Result<NewPatientLink, StoreError> {
    let mut number = 0;
    loop {
        let patient = PatientId::from_u128(synthetic(1_000 + number as u128));
        let (name, born) = NEW_PATIENTS[number % NEW_PATIENTS.len()];
        let birth_date = BirthDate::parse(born).ok_or(StoreError::Damaged("a birth date"))?;
        store.add_patient(NewPatient { patient, name: name.into(), birth_date, at }).await?;
        if !store.is_activated(patient).await? {
            let secret = Secret::fresh_short(&mut OsRng);
            let until = at.plus_millis(INVITATION_MS);
            store.invite(Invitation { secret: secret.hash(), patient, until, at }).await?;
            return Ok(NewPatientLink { secret, birth_date: born });
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::place;
    use crate::folder::Folder;
    use crate::store::sqlite::SqliteStore;

    /// The demo's next start in this folder, as far as its people.
    fn started(folder: &Folder) -> SqliteStore {
        place::begin(folder, false).unwrap();
        let key = folder.own_key().unwrap();
        SqliteStore::open(&folder.database(), key, Clock::System.now()).unwrap()
    }

    #[tokio::test]
    async fn people_who_came_in_by_half_come_in_anew_and_whole_ones_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let store = started(&folder);
        people(&store, Clock::System.now()).await.unwrap();
        // Here the process is killed: Ana has no access yet.
        store.close().await;
        drop(store);

        let store = started(&folder);
        let patients = store.patients().await.unwrap();
        assert!(patients.is_empty(), "the half that came in is still there");
        seed(&store, &folder.receipts(), &Clock::System).await.unwrap();
        place::is_whole(&folder).unwrap();
        let records = async |store: &SqliteStore| {
            let access = store.access_of(ANA).await.unwrap();
            access.iter().map(|access| access.patient).collect::<std::collections::BTreeSet<_>>()
        };
        let all = [ROSA_RECORD, ANA_RECORD, MATEO_RECORD].into();
        assert_eq!(records(&store).await, all);
        store.close().await;
        drop(store);
        assert_eq!(records(&started(&folder)).await, all);
    }
}
