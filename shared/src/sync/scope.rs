//! Who may read and write which document, decided from its key alone: permission never looks
//! inside a document.

use crate::document::{DocumentId, Kind};
use crate::id::{AccountId, PatientId};

/// What one account may do with one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub patient: PatientId,
    pub level: Level,
    pub parts: Parts,
}

/// What a caregiver reads of the chart beside its core, as far as documents can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub results: bool,
    pub visits: bool,
}

impl Parts {
    pub const ALL: Self = Self { results: true, visits: true };

    pub const fn is_within(self, wider: Self) -> bool {
        (wider.results || !self.results) && (wider.visits || !self.visits)
    }
}

impl Access {
    /// To all parts that this level opens.
    pub const fn whole(patient: PatientId, level: Level) -> Self {
        Self { patient, level, parts: Parts::ALL }
    }
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
        self.access(patient).map(|access| access.level)
    }

    fn access(&self, patient: PatientId) -> Option<&Access> {
        self.records.iter().find(|access| access.patient == patient)
    }

    pub fn may_read(&self, document: &DocumentId) -> bool {
        let Some(Access { level, parts, .. }) = self.access(document.patient).copied() else {
            return false;
        };
        match document.kind {
            Kind::ChartCore => true,
            Kind::ChartResults(_) => level == Level::Own || parts.results,
            Kind::ChartVisits(_) => level == Level::Own || parts.visits,
            Kind::ChartSensitive | Kind::Activity(_) => level == Level::Own,
            Kind::JournalCircle(account, _) => account == self.account || level != Level::ChartOnly,
            Kind::CareCircle(_) | Kind::MarksCircle => level != Level::ChartOnly,
            Kind::JournalPrivate(account, _)
            | Kind::CarePrivate(account, _)
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
        Scope { account, records: vec![Access::whole(PATIENT, level)] }
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
    fn a_caregiver_reads_only_the_parts_that_were_given_and_always_the_core() {
        let parts = Parts { results: false, visits: true };
        let only = |level| Access { parts, ..Access::whole(PATIENT, level) };
        let read = |account, level| {
            let scope = Scope { account, records: vec![only(level)] };
            [Kind::ChartCore, Kind::ChartResults(2024), Kind::ChartVisits(2024)]
                .map(|kind| scope.may_read(&DocumentId::first(PATIENT, kind)))
        };
        assert_eq!(read(ANA, Level::Caregiver), [true, false, true]);
        assert_eq!(read(ANA, Level::ChartOnly), [true, false, true]);
        assert_eq!(read(ROSA, Level::Own), [true; 3], "one's own record has no parts");
        assert!(parts.is_within(Parts::ALL) && !Parts::ALL.is_within(parts));
    }

    #[test]
    fn the_record_of_a_stranger_is_closed() {
        let other = DocumentId::first(PatientId::from_u128(2), Kind::ChartCore);
        assert!(!scope(ROSA, Level::Own).may_read(&other));
    }
}
