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
    /// What this account writes for the patient's circle.
    #[n(4)]
    JournalCircle(#[n(0)] AccountId),
    /// What this account writes for the clinic alone.
    #[n(5)]
    JournalPrivate(#[n(0)] AccountId),
    /// What the clinic answers to the circle.
    #[n(6)]
    CareCircle,
    /// What the clinic answers to this account alone.
    #[n(7)]
    CarePrivate(#[n(0)] AccountId),
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
            Self::ChartCore
            | Self::ChartSensitive
            | Self::JournalCircle(_)
            | Self::JournalPrivate(_)
            | Self::CareCircle
            | Self::CarePrivate(_)
            | Self::MarksCircle
            | Self::MarksPrivate(_) => None,
        }
    }
}

impl Document {
    pub const fn first(patient: PatientId, kind: Kind) -> Self {
        Self { patient, kind, epoch: 0 }
    }

    pub const fn journal(patient: PatientId, account: AccountId, audience: Audience) -> Self {
        match audience {
            Audience::Circle => Self::first(patient, Kind::JournalCircle(account)),
            Audience::Private => Self::first(patient, Kind::JournalPrivate(account)),
        }
    }

    /// Where the clinic's answers to a thread of this author go.
    pub const fn care(patient: PatientId, author: AccountId, audience: Audience) -> Self {
        match audience {
            Audience::Circle => Self::first(patient, Kind::CareCircle),
            Audience::Private => Self::first(patient, Kind::CarePrivate(author)),
        }
    }

    /// Where the marks of what this author wrote go.
    pub const fn marks(patient: PatientId, author: AccountId, audience: Audience) -> Self {
        match audience {
            Audience::Circle => Self::first(patient, Kind::MarksCircle),
            Audience::Private => Self::first(patient, Kind::MarksPrivate(author)),
        }
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
            Kind::JournalCircle(account) | Kind::JournalPrivate(account) => Some(account),
            Kind::ChartCore
            | Kind::ChartResults(_)
            | Kind::ChartVisits(_)
            | Kind::ChartSensitive
            | Kind::CareCircle
            | Kind::CarePrivate(_)
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
            Kind::JournalCircle(_) | Kind::CareCircle | Kind::MarksCircle => Some(Audience::Circle),
            Kind::JournalPrivate(_) | Kind::CarePrivate(_) | Kind::MarksPrivate(_) => {
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
            Kind::JournalCircle(account) => write!(f, "journal/circle/{account}"),
            Kind::JournalPrivate(account) => write!(f, "journal/private/{account}"),
            Kind::CareCircle => f.write_str("care/circle"),
            Kind::CarePrivate(account) => write!(f, "care/private/{account}"),
            Kind::Activity(year) => write!(f, "activity/{year}"),
            Kind::MarksCircle => f.write_str("marks/circle"),
            Kind::MarksPrivate(account) => write!(f, "marks/private/{account}"),
        }?;
        write!(f, "/{}", self.epoch)
    }
}
