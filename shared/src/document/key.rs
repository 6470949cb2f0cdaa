//! Names a document: whose record, which part of it, who reads it, and its epoch. Stable from the
//! first day of use, as bytes and as text.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::edit::Audience;
use crate::id::{AccountId, PatientId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Document {
    #[n(0)]
    pub patient: PatientId,
    #[n(1)]
    pub kind: Kind,
    /// Counts up when the content is rebuilt without something that was erased.
    #[n(2)]
    pub epoch: u32,
}

/// What a document holds. Who writes it and who reads it follow from this alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(flat)]
pub enum Kind {
    /// Person, allergies, medicines, conditions, shots, care team, plan and everything undated.
    #[n(0)]
    ChartCore,
    #[n(1)]
    ChartResults(#[n(0)] u16),
    #[n(2)]
    ChartVisits(#[n(0)] u16),
    /// What carries a security label.
    #[n(3)]
    ChartSensitive,
    /// What this account writes for the patient's circle. What people write has a volume for each
    /// year in which the server made one; the first volume of all is of no year.
    #[n(4)]
    JournalCircle(#[n(0)] AccountId, #[n(1)] Option<u16>),
    /// What this account writes for the clinic alone.
    #[n(5)]
    JournalPrivate(#[n(0)] AccountId, #[n(1)] Option<u16>),
    /// What the clinic answers to the circle.
    #[n(6)]
    CareCircle(#[n(0)] Option<u16>),
    /// What the clinic answers to this account alone.
    #[n(7)]
    CarePrivate(#[n(0)] AccountId, #[n(1)] Option<u16>),
    #[n(8)]
    Activity(#[n(0)] u16),
    /// How far the circle's items have come: rows of marks, not an automerge document.
    #[n(9)]
    MarksCircle,
    /// The same for what this account writes to the clinic alone.
    #[n(10)]
    MarksPrivate(#[n(0)] AccountId),
}

impl Kind {
    /// The year that its content is of, if it is of one.
    pub const fn year(self) -> Option<u16> {
        match self {
            Self::ChartResults(year) | Self::ChartVisits(year) | Self::Activity(year) => Some(year),
            Self::JournalCircle(_, year)
            | Self::JournalPrivate(_, year)
            | Self::CareCircle(year)
            | Self::CarePrivate(_, year) => year,
            Self::ChartCore | Self::ChartSensitive | Self::MarksCircle | Self::MarksPrivate(_) => {
                None
            }
        }
    }

    /// The volume of this year of what people write. Nothing else has volumes.
    pub const fn volume(self, year: Option<u16>) -> Self {
        match self {
            Self::JournalCircle(account, _) => Self::JournalCircle(account, year),
            Self::JournalPrivate(account, _) => Self::JournalPrivate(account, year),
            Self::CareCircle(_) => Self::CareCircle(year),
            Self::CarePrivate(account, _) => Self::CarePrivate(account, year),
            Self::ChartCore
            | Self::ChartResults(_)
            | Self::ChartVisits(_)
            | Self::ChartSensitive
            | Self::Activity(_)
            | Self::MarksCircle
            | Self::MarksPrivate(_) => self,
        }
    }
}

impl Document {
    pub const fn first(patient: PatientId, kind: Kind) -> Self {
        Self { patient, kind, epoch: 0 }
    }

    pub const fn journal(patient: PatientId, account: AccountId, audience: Audience) -> Self {
        match audience {
            Audience::Circle => Self::first(patient, Kind::JournalCircle(account, None)),
            Audience::Private => Self::first(patient, Kind::JournalPrivate(account, None)),
        }
    }

    /// Where the clinic's answers to a thread of this author go.
    pub const fn care(patient: PatientId, author: AccountId, audience: Audience) -> Self {
        match audience {
            Audience::Circle => Self::first(patient, Kind::CareCircle(None)),
            Audience::Private => Self::first(patient, Kind::CarePrivate(author, None)),
        }
    }

    /// Where the marks of what this author wrote go.
    pub const fn marks(patient: PatientId, author: AccountId, audience: Audience) -> Self {
        match audience {
            Audience::Circle => Self::first(patient, Kind::MarksCircle),
            Audience::Private => Self::first(patient, Kind::MarksPrivate(author)),
        }
    }

    /// The volume of this year, if it is of what people write.
    pub const fn in_year(self, year: u16) -> Self {
        Self { kind: self.kind.volume(Some(year)), ..self }
    }

    /// Nothing but their year and their epoch is different.
    pub fn is_volume_of(&self, other: &Self) -> bool {
        (self.patient, self.kind.volume(None)) == (other.patient, other.kind.volume(None))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("writing into memory does not fail")
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    /// The account whose devices alone write it; nothing if only the server does.
    pub const fn writer(&self) -> Option<AccountId> {
        match self.kind {
            Kind::JournalCircle(account, _) | Kind::JournalPrivate(account, _) => Some(account),
            Kind::ChartCore
            | Kind::ChartResults(_)
            | Kind::ChartVisits(_)
            | Kind::ChartSensitive
            | Kind::CareCircle(_)
            | Kind::CarePrivate(..)
            | Kind::Activity(_)
            | Kind::MarksCircle
            | Kind::MarksPrivate(_) => None,
        }
    }

    /// Holds resources that the server alone writes.
    pub const fn is_chart(&self) -> bool {
        matches!(
            self.kind,
            Kind::ChartCore | Kind::ChartResults(_) | Kind::ChartVisits(_) | Kind::ChartSensitive
        )
    }

    /// Rows of marks are merged by value and need no automerge.
    pub const fn is_marks(&self) -> bool {
        matches!(self.kind, Kind::MarksCircle | Kind::MarksPrivate(_))
    }

    pub const fn audience(&self) -> Option<Audience> {
        match self.kind {
            Kind::JournalCircle(..) | Kind::CareCircle(_) | Kind::MarksCircle => {
                Some(Audience::Circle)
            }
            Kind::JournalPrivate(..) | Kind::CarePrivate(..) | Kind::MarksPrivate(_) => {
                Some(Audience::Private)
            }
            Kind::ChartCore
            | Kind::ChartResults(_)
            | Kind::ChartVisits(_)
            | Kind::ChartSensitive
            | Kind::Activity(_) => None,
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.patient)?;
        match self.kind {
            Kind::ChartCore => f.write_str("chart/core"),
            Kind::ChartResults(year) => write!(f, "chart/results/{year}"),
            Kind::ChartVisits(year) => write!(f, "chart/visits/{year}"),
            Kind::ChartSensitive => f.write_str("chart/sensitive"),
            Kind::JournalCircle(account, _) => write!(f, "journal/circle/{account}"),
            Kind::JournalPrivate(account, _) => write!(f, "journal/private/{account}"),
            Kind::CareCircle(_) => f.write_str("care/circle"),
            Kind::CarePrivate(account, _) => write!(f, "care/private/{account}"),
            Kind::Activity(year) => write!(f, "activity/{year}"),
            Kind::MarksCircle => f.write_str("marks/circle"),
            Kind::MarksPrivate(account) => write!(f, "marks/private/{account}"),
        }?;
        if let (Some(year), Some(_)) = (self.kind.year(), self.audience()) {
            write!(f, "/{year}")?;
        }
        write!(f, "/{}", self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: PatientId = PatientId::from_u128(1);
    const ROSA: AccountId = AccountId::from_u128(2);

    #[test]
    fn a_volume_is_named_after_the_first_one_with_its_year_at_the_end() {
        let documents = [
            Document::journal(PATIENT, ROSA, Audience::Circle),
            Document::journal(PATIENT, ROSA, Audience::Private),
            Document::care(PATIENT, ROSA, Audience::Circle),
            Document::care(PATIENT, ROSA, Audience::Private),
        ];
        for first in documents {
            let volume = first.in_year(2026);
            assert_eq!((first.kind.year(), volume.kind.year()), (None, Some(2026)));
            assert!(volume.is_volume_of(&first) && first < volume && volume < first.in_year(2027));
            assert_eq!(
                Document { epoch: 9, ..volume }.to_string(),
                format!("{}/2026/9", base(&first))
            );
            assert_eq!(first.to_string(), format!("{}/0", base(&first)));
            for document in [first, volume] {
                assert_eq!(Document::from_bytes(&document.to_bytes()), Some(document));
            }
            assert_eq!((first.writer(), first.audience()), (volume.writer(), volume.audience()));
        }
        let marks = Document::marks(PATIENT, ROSA, Audience::Circle);
        assert_eq!(marks.in_year(2026), marks, "marks have no volumes");
        assert!(!documents[0].is_volume_of(&documents[1]));
    }

    fn base(document: &Document) -> String {
        document.to_string().trim_end_matches("/0").to_owned()
    }
}
