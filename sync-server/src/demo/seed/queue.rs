//! What waits at the made-up clinic: a few people wrote over the last days, so that the inbox is
//! one that somebody works with.

use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::{AccountId, EntryId, PatientId};
use shared::record::reading::{Measured, Reading};
use shared::record::visit::{Call, Days, PartOfDay, PreferredTime, VisitRequest};
use shared::record::{Message, Said};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Level, Scope};
use shared::time::{PartialDate, Timestamp, Zone};

use super::{HOUR_MS, synthetic, write_once};
use crate::documents::{Origin, ensure};
use crate::store::people::{BirthDate, Grant, NewAccount, NewPatient};
use crate::store::{Store, StoreError};

const MINUTE_MS: i64 = 60 * 1000;

/// Somebody synthetic, what they asked, how long ago they wrote it and how long it was on its way.
struct Asking {
    number: u128,
    name: &'static str,
    born: &'static str,
    written_ms_ago: i64,
    on_its_way_ms: i64,
    said: fn(Timestamp) -> Said,
}

const ASKING: [Asking; 5] = [
    Asking {
        number: 301,
        name: "Lucia Romero",
        born: "1974-03-11",
        written_ms_ago: 40 * MINUTE_MS,
        on_its_way_ms: 14 * MINUTE_MS,
        said: |written| {
            Said::Message(Message {
                topic: Some("Dizzy since the new pill".into()),
                text: "I feel dizzy when I stand up and my chest hurts a little.".into(),
                red_flags: vec!["chest_pain".into()],
                written,
                ..Message::default()
            })
        },
    },
    Asking {
        number: 302,
        name: "Omar Haddad",
        born: "1958-11-02",
        written_ms_ago: 3 * HOUR_MS,
        on_its_way_ms: 2 * MINUTE_MS,
        said: |written| {
            Said::Message(Message {
                topic: Some("Can I take this with grapefruit?".into()),
                text: "The leaflet says no, my cousin says yes.".into(),
                written,
                ..Message::default()
            })
        },
    },
    Asking {
        number: 303,
        name: "Peter Novak",
        born: "1990-06-21",
        written_ms_ago: 22 * HOUR_MS,
        on_its_way_ms: 9 * HOUR_MS,
        said: |written| {
            Said::VisitRequest(VisitRequest {
                reason: "Knee pain".into(),
                with: None,
                times: vec![PreferredTime::Weekly {
                    days: Days::Weekdays,
                    part: PartOfDay::Morning,
                }],
                earlier_welcome: true,
                help: None,
                written,
            })
        },
    },
    Asking {
        number: 304,
        name: "Hye-jin Park",
        born: "1949-08-30",
        written_ms_ago: 6 * HOUR_MS,
        on_its_way_ms: HOUR_MS,
        said: |written| {
            Said::Reading(Reading {
                measured: Measured::BloodPressure {
                    top: "186".into(),
                    bottom: "104".into(),
                    pulse: None,
                },
                at: PartialDate::Day(Zone::utc().day_of(written)),
                note: Some("Measured twice.".into()),
                corrects: None,
                written,
            })
        },
    },
    Asking {
        number: 305,
        name: "Grete Lind",
        born: "1966-01-19",
        written_ms_ago: 75 * HOUR_MS,
        on_its_way_ms: 5 * MINUTE_MS,
        said: |written| {
            Said::Call(Call {
                language: "en".into(),
                times: vec![PreferredTime::Any],
                phone: None,
                note: Some("About the letter from the hospital.".into()),
                written,
            })
        },
    },
];

pub(super) async fn fill(
    store: &dyn Store,
    receipts: &ReceiptKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    for asking in ASKING {
        let account = AccountId::from_u128(synthetic(asking.number));
        let patient = PatientId::from_u128(synthetic(asking.number + 100));
        let birth_date =
            BirthDate::parse(asking.born).ok_or(StoreError::Damaged("a birth date"))?;
        let name = asking.name.to_owned();
        store.add_patient(NewPatient { patient, name: name.clone(), birth_date, at: now }).await?;
        store.add_account(NewAccount { account, name, at: now }).await?;
        store.grant(Grant { patient, account, level: Level::Own, at: now }).await?;
        let scope = Scope { account, records: store.access_of(account).await? };
        ensure(store, receipts, &scope, now).await?;

        let written = now.plus_millis(-asking.written_ms_ago);
        let at = written.plus_millis(asking.on_its_way_ms);
        let journal = DocumentId::journal(patient, account, Audience::Circle);
        let entry = EntryId::from_u128(synthetic(asking.number + 200));
        let origin = Origin { account: Some(account), device: None, at };
        write_once(store, receipts, journal, entry, &(asking.said)(written), origin).await?;
    }
    Ok(())
}
