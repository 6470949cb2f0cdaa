//! What people ask the made-up clinic.

use shared::id::{AccountId, EntryId, PatientId};
use shared::record::own::{OwnMedicine, Wrong};
use shared::record::reading::{Measured, Reading};
use shared::record::refill::Refill;
use shared::record::visit::{Call, Days, PartOfDay, PreferredTime, VisitRequest, VisitWish, Wish};
use shared::record::{Message, Said};
use shared::time::{PartialDate, Timestamp, Zone};

use super::super::{HOUR_MS, synthetic};
use super::{ALLERGY, MEDICINE, MINUTE_MS, VISIT};

/// Somebody synthetic, what they asked, how long ago they wrote it and how long it was on its way.
pub(super) struct Asking {
    pub(super) number: u128,
    pub(super) name: &'static str,
    pub(super) born: &'static str,
    pub(super) written_ms_ago: i64,
    pub(super) on_its_way_ms: i64,
    pub(super) said: fn(Timestamp) -> Said,
}

impl Asking {
    pub(super) const fn account(&self) -> AccountId {
        AccountId::from_u128(synthetic(self.number))
    }

    pub(super) const fn patient(&self) -> PatientId {
        PatientId::from_u128(synthetic(self.number + 100))
    }

    pub(super) const fn entry(&self) -> EntryId {
        EntryId::from_u128(synthetic(self.number + 200))
    }
}

pub(super) const ASKING: [Asking; 9] = [
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
    Asking {
        number: 306,
        name: "Amir Rahimi",
        born: "1983-05-17",
        written_ms_ago: 5 * HOUR_MS,
        on_its_way_ms: 20 * MINUTE_MS,
        said: |written| {
            Said::Refill(Refill {
                medicine: MEDICINE,
                name: "Levothyroxine 50 mcg tablet".into(),
                pharmacy: Some("Main Street Pharmacy".into()),
                note: Some("Six tablets left.".into()),
                written,
            })
        },
    },
    Asking {
        number: 307,
        name: "Ingrid Solberg",
        born: "1971-12-03",
        written_ms_ago: 26 * HOUR_MS,
        on_its_way_ms: 3 * HOUR_MS,
        said: |written| {
            Said::OwnMedicine(OwnMedicine {
                name: "Vitamin D 1000 units".into(),
                directions: Some("One in the morning".into()),
                since: None,
                written,
            })
        },
    },
    Asking {
        number: 308,
        name: "Thomas Berg",
        born: "1955-07-22",
        written_ms_ago: 2 * HOUR_MS,
        on_its_way_ms: 4 * MINUTE_MS,
        said: |written| {
            Said::Wrong(Wrong {
                about: ALLERGY,
                name: None,
                text: "I was tested again and I am not allergic to latex.".into(),
                written,
            })
        },
    },
    Asking {
        number: 309,
        name: "Yusuf Demir",
        born: "2001-10-09",
        written_ms_ago: 50 * MINUTE_MS,
        on_its_way_ms: MINUTE_MS,
        said: |written| {
            Said::VisitWish(VisitWish {
                visit: VISIT,
                wish: Wish::CannotCome,
                note: Some("I have to work that morning.".into()),
                written,
            })
        },
    },
];
