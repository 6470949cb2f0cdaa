//! What waits at the made-up clinic: a few people wrote over the last days, so that the inbox is
//! one that somebody works with.

mod asked;

use std::collections::BTreeMap;

use shared::document::{DocumentId, Put};
use shared::edit::Audience;
use shared::edit::clinic::{ClinicEdit, ClinicPrepared, Hand, Role, StaffPen, prepare};
use shared::id::{DeviceId, EntryId, PatientId};
use shared::record::refill::Refill;
use shared::record::{Message, Record, Reply, Said};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Level, Scope};
use shared::time::{PartialDate, Timestamp, Zone};
use shared::view::desk::queue::{Note, Owner};

use self::asked::{ASKING, Asking};
use super::{ANA, HOUR_MS, LINH, MATEO_RECORD, synthetic, write_all_once, write_once};
use crate::documents::{Origin, create, ensure};
use crate::store::desk::{Contact, DeskNote};
use crate::store::people::{BirthDate, Grant, NewAccount, NewPatient};
use crate::store::resources::ResourceRow;
use crate::store::{Store, StoreError};
use crate::world::OsRng;

const MINUTE_MS: i64 = 60 * 1000;

/// What some of them write about stands in their charts, entered by hand.
const MEDICINE: EntryId = EntryId::from_u128(synthetic(601));
const ALLERGY: EntryId = EntryId::from_u128(synthetic(602));
const VISIT: EntryId = EntryId::from_u128(synthetic(603));
const DAY_MS: i64 = 24 * HOUR_MS;

/// Whose chart, under which id, and what.
fn by_hand(now: Timestamp) -> Vec<(u128, EntryId, Hand)> {
    let day = |ms: i64| PartialDate::Day(Zone::utc().day_of(now.plus_millis(ms)));
    let entry = |number| EntryId::from_u128(synthetic(number));
    let result =
        |name: &str, loinc: &str, value: &str, unit: &str, range: (&str, &str)| Hand::Result {
            name: name.into(),
            loinc: Some(loinc.into()),
            value: value.into(),
            unit: Some(unit.into()),
            low: Some(range.0.into()),
            high: Some(range.1.into()),
            taken_on: day(-20 * DAY_MS),
            lab: Some("Eastside Lab".into()),
        };
    let medicine = |name: &str, directions: &str| Hand::Medicine {
        name: name.into(),
        directions: Some(directions.into()),
        since: Some(day(-400 * DAY_MS)),
    };
    let allergy = |substance: &str, reaction: &str, severe| Hand::Allergy {
        substance: substance.into(),
        reaction: Some(reaction.into()),
        severe: Some(severe),
    };
    let condition = |name: &str| Hand::Condition { name: name.into(), since: None, ended: None };
    vec![
        (301, entry(604), condition("High blood pressure")),
        (301, entry(605), medicine("Amlodipine 10 mg tablet", "Take 1 tablet a day")),
        (301, entry(606), allergy("Penicillin", "Rash", true)),
        (301, entry(607), result("Potassium", "2823-3", "4.1", "mmol/L", ("3.5", "5.1"))),
        (306, MEDICINE, medicine("Levothyroxine 50 mcg tablet", "Take 1 tablet every morning")),
        (306, entry(608), condition("Underactive thyroid")),
        (306, entry(609), result("TSH", "3016-3", "6.8", "mIU/L", ("0.4", "4.5"))),
        (306, entry(610), result("Hemoglobin", "718-7", "14.1", "g/dL", ("12", "16"))),
        (306, entry(611), allergy("Sulfa drugs", "Itching", false)),
        (308, ALLERGY, allergy("Latex", "Hives", false)),
        (
            309,
            VISIT,
            Hand::Visit {
                name: "Yearly check-up".into(),
                at: day(3 * DAY_MS),
                with: Some("Dr. Okafor".into()),
                place: Some("Room 2".into()),
                to_come: true,
            },
        ),
    ]
}

pub(super) async fn fill(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    for asking in &ASKING {
        enters(store, receipts, asking, now).await?;
        let written = now.plus_millis(-asking.written_ms_ago);
        let at = written.plus_millis(asking.on_its_way_ms);
        let journal = DocumentId::journal(asking.patient(), asking.account(), Audience::Circle)
            .in_year(now.year());
        let entry = asking.entry();
        let origin = Origin { account: Some(asking.account()), device: None, at };
        write_once(store, receipts, journal, entry, &(asking.said)(written), origin).await?;
    }
    charts(store, receipts, now).await?;
    for_a_child(store, receipts, now).await?;
    not_seen(store, receipts, now).await?;
    taken(store, now).await
}

async fn enters(
    store: &dyn Store,
    receipts: &ReceiptKey,
    asking: &Asking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (account, patient) = (asking.account(), asking.patient());
    let birth_date = BirthDate::parse(asking.born).ok_or(StoreError::Damaged("a birth date"))?;
    let name = asking.name.to_owned();
    store.add_patient(NewPatient { patient, name: name.clone(), birth_date, at: now }).await?;
    store.add_account(NewAccount { account, name, at: now }).await?;
    store.grant(Grant { patient, account, level: Level::Own, at: now }).await?;
    let scope = Scope { account, records: store.access_of(account).await? };
    ensure(store, receipts, &scope, now).await?;
    let at = now.plus_millis(asking.on_its_way_ms - asking.written_ms_ago);
    let device = DeviceId::fresh(at, &mut OsRng);
    store.keep_contact(Contact { account, device, heard_at: at, level_at: Some(at) }).await
}

/// Through the same check as what staff type.
async fn charts(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let damaged = StoreError::Damaged("a document of the demo");
    let mut documents: BTreeMap<DocumentId, Vec<Put>> = BTreeMap::new();
    for (number, entry, hand) in by_hand(now) {
        let patient = PatientId::from_u128(synthetic(number + 100));
        let pen = StaffPen { patient, entry, now, name: "Linh Tran, RN".into(), role: Role::Nurse };
        let prepared = prepare(&Record::default(), &pen, ClinicEdit::AddToChart(hand));
        let Ok(ClinicPrepared::Entry { document, text }) = prepared else { return Err(damaged) };
        documents.entry(document).or_default().push(Put::Entry { entry, text });
    }
    for (document, puts) in documents {
        create(store, receipts, document, now).await?;
        let origin = Origin { account: Some(LINH), device: None, at: now };
        write_all_once(store, receipts, document, &puts, origin).await?;
    }
    Ok(())
}

/// Ana asks for Mateo: the queue says who wrote.
async fn for_a_child(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (rows, _) = store.resources_in(MATEO_RECORD, None, usize::MAX).await?;
    let is_inhaler =
        |row: &&ResourceRow| row.kind == "MedicationRequest" && row.body.contains("lbuterol");
    let Some(inhaler) = rows.iter().find(is_inhaler).map(|row| row.known.resource) else {
        return Ok(());
    };
    let places = store.places(vec![inhaler]).await?;
    let Some(place) = places.first() else { return Ok(()) };
    let written = now.plus_millis(-19 * HOUR_MS);
    let said = Said::Refill(Refill {
        medicine: place.entry,
        name: "Albuterol inhaler".into(),
        pharmacy: Some("Main Street Pharmacy".into()),
        note: Some("He used it every day last week.".into()),
        written,
    });
    let journal = DocumentId::journal(MATEO_RECORD, ANA, Audience::Circle).in_year(now.year());
    let at = written.plus_millis(6 * MINUTE_MS);
    let origin = Origin { account: Some(ANA), device: None, at };
    write_once(store, receipts, journal, EntryId::from_u128(synthetic(510)), &said, origin).await
}

/// An answer that nobody has read for days.
async fn not_seen(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let asked = now.plus_millis(-4 * DAY_MS);
    let asking = Asking {
        number: 311,
        name: "Ruth Okello",
        born: "1938-04-28",
        written_ms_ago: 4 * DAY_MS,
        on_its_way_ms: 30 * MINUTE_MS,
        said: |written| {
            Said::Message(Message {
                topic: Some("Puffy feet".into()),
                text: "My feet are a little puffy in the evening.".into(),
                written,
                ..Message::default()
            })
        },
    };
    enters(store, receipts, &asking, now).await?;
    let (account, patient, thread) = (asking.account(), asking.patient(), asking.entry());
    let journal = DocumentId::journal(patient, account, Audience::Circle).in_year(now.year());
    let at = asked.plus_millis(asking.on_its_way_ms);
    let origin = Origin { account: Some(account), device: None, at };
    write_once(store, receipts, journal, thread, &(asking.said)(asked), origin).await?;
    let answered = asked.plus_millis(DAY_MS);
    let answer = Said::Reply(Reply {
        thread,
        text: "Please keep your legs up in the evening, and weigh yourself every morning.".into(),
        attachments: Vec::new(),
        by: "Linh Tran, RN".into(),
        written: answered,
    });
    let care = DocumentId::care(patient, account, Audience::Circle).in_year(now.year());
    let origin = Origin { account: Some(LINH), device: None, at: answered };
    write_once(store, receipts, care, EntryId::from_u128(synthetic(512)), &answer, origin).await
}

/// The nurse has taken two of them already.
async fn taken(store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    for number in [302, 306] {
        let owner = Owner::Person { account: LINH, name: "Linh Tran, RN".into() };
        let what = serde_json::to_string(&Note::Owner(Some(owner))).expect("notes become JSON");
        let note = DeskNote {
            patient: PatientId::from_u128(synthetic(number + 100)),
            item: EntryId::from_u128(synthetic(number + 200)),
            number: 1,
            account: LINH,
            name: "Linh Tran, RN".into(),
            at: now.plus_millis(-30 * MINUTE_MS),
            what,
        };
        // Seeded before: somebody may have gone on from there.
        let _seeded_before = store.add_desk_note(note).await?;
    }
    Ok(())
}
