//! Who may read and write which document, decided from its key alone: permission never looks
//! inside a document.

use crate::document::{DocumentId, Kind};
use crate::id::{AccountId, PatientId};

/// What one account may do with one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub patient: PatientId,
    pub level: Level,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It is the account's own record.
    Own,
    /// A caregiver who reads the chart and writes with the clinic.
    Caregiver,
    /// A caregiver who reads the chart and nothing that anyone wrote.
    ChartOnly,
}

/// Everything one account may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub account: AccountId,
    pub records: Vec<Access>,
}

impl Scope {
    pub fn level(&self, patient: PatientId) -> Option<Level> {
        self.records.iter().find(|access| access.patient == patient).map(|access| access.level)
    }

    pub fn may_read(&self, document: &DocumentId) -> bool {
        let Some(level) = self.level(document.patient) else {
            return false;
        };
        match document.kind {
            Kind::ChartCore | Kind::ChartResults(_) | Kind::ChartVisits(_) => true,
            Kind::ChartSensitive | Kind::Activity(_) => level == Level::Own,
            Kind::JournalCircle(account) => account == self.account || level != Level::ChartOnly,
            Kind::CareCircle | Kind::MarksCircle => level != Level::ChartOnly,
            Kind::JournalPrivate(account)
            | Kind::CarePrivate(account)
            | Kind::MarksPrivate(account) => account == self.account,
        }
    }

    pub fn may_write(&self, document: &DocumentId) -> bool {
        let writes = matches!(self.level(document.patient), Some(Level::Own | Level::Caregiver));
        writes && document.writer() == Some(self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Audience;

    const PATIENT: PatientId = PatientId::from_u128(1);
    const ROSA: AccountId = AccountId::from_u128(10);
    const ANA: AccountId = AccountId::from_u128(11);

    fn scope(account: AccountId, level: Level) -> Scope {
        Scope { account, records: vec![Access { patient: PATIENT, level }] }
    }

    #[test]
    fn a_private_journal_is_read_by_its_author_alone() {
        let private = DocumentId::journal(PATIENT, ANA, Audience::Private);
        assert!(scope(ANA, Level::Caregiver).may_read(&private));
        assert!(!scope(ROSA, Level::Own).may_read(&private));
    }

    #[test]
    fn nobody_writes_the_journal_of_somebody_else_or_what_the_server_writes() {
        let rosa = scope(ROSA, Level::Own);
        assert!(rosa.may_write(&DocumentId::journal(PATIENT, ROSA, Audience::Circle)));
        assert!(!rosa.may_write(&DocumentId::journal(PATIENT, ANA, Audience::Circle)));
        assert!(!rosa.may_write(&DocumentId::care(PATIENT, ROSA, Audience::Circle)));
        assert!(!rosa.may_write(&DocumentId::first(PATIENT, Kind::ChartCore)));
    }

    #[test]
    fn a_caregiver_does_not_see_what_carries_a_security_label() {
        let sensitive = DocumentId::first(PATIENT, Kind::ChartSensitive);
        assert!(scope(ROSA, Level::Own).may_read(&sensitive));
        assert!(!scope(ANA, Level::Caregiver).may_read(&sensitive));
    }

    #[test]
    fn the_record_of_a_stranger_is_closed() {
        let other = DocumentId::first(PatientId::from_u128(2), Kind::ChartCore);
        assert!(!scope(ROSA, Level::Own).may_read(&other));
    }
}
