//! Who and what every schedule is about: a patient, a caregiver, and the documents between them.

use shared::document::{DocumentId, Kind};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::{Access, Level, Scope};

pub const PATIENT: PatientId = PatientId::from_u128(1);
pub const ROSA: AccountId = AccountId::from_u128(10);
pub const ANA: AccountId = AccountId::from_u128(11);

/// Whose device it is. The first three are the patient's.
pub const OWNERS: [AccountId; 4] = [ROSA, ROSA, ROSA, ANA];

pub fn device_id(place: usize) -> DeviceId {
    DeviceId::from_u128(100 + place as u128)
}

pub const fn receipt_key() -> ReceiptKey {
    ReceiptKey::from_bytes([7; 32])
}

pub const fn audience_journal(account: AccountId, audience: Audience) -> DocumentId {
    DocumentId::journal(PATIENT, account, audience)
}

pub fn documents() -> Vec<DocumentId> {
    vec![
        DocumentId::first(PATIENT, Kind::ChartCore),
        audience_journal(ROSA, Audience::Circle),
        audience_journal(ROSA, Audience::Private),
        audience_journal(ANA, Audience::Circle),
        DocumentId::care(PATIENT, ROSA, Audience::Circle),
        DocumentId::care(PATIENT, ROSA, Audience::Private),
        DocumentId::marks(PATIENT, ROSA, Audience::Circle),
    ]
}

/// What an account may do at the start of a schedule.
pub fn scope(account: AccountId, level: Level) -> Scope {
    let records = vec![Access::whole(PATIENT, level)];
    Scope { account, records }
}

pub fn first_level(account: AccountId) -> Level {
    if account == ROSA { Level::Own } else { Level::Caregiver }
}
