//! What became of an import, counted, and why something was not taken.

use super::person::Mismatch;
use crate::ordered::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub read: u64,
    pub new: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub refused: BTreeMap<Why, u64>,
    /// The first of those that were refused, with their places.
    pub examples: Vec<Refusal>,
}

/// Refusals that are named one by one; the rest is counted.
pub const EXAMPLES_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub place: String,
    pub why: Why,
}

/// Why a resource was not taken. None of them says anything about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Why {
    #[error("not a FHIR resource")]
    NotAResource,
    #[error("nested too deeply")]
    TooDeep,
    #[error("too large for a chart")]
    TooLarge,
    #[error("a notice of the sending system, not a part of a record")]
    Notice,
    #[error("this kind of request is not supported")]
    NotSupported,
    #[error("older than what is stored")]
    Older,
    #[error("stored before as another patient's")]
    OtherPatient,
    #[error("it names no patient")]
    NoPatient,
    #[error("its patient is not known here; it is kept aside until they are")]
    UnknownPatient,
    #[error("kept aside: the patient matches a record here but for the birth date")]
    BirthDateDiffers,
    #[error("kept aside: the patient's number is that of somebody with another name")]
    NameDiffers,
    #[error("kept aside: several records may be this patient's")]
    SeveralPatients,
    #[error("kept aside: name and birth date are known here, and nothing else agrees")]
    NothingElseAgrees,
    #[error("another with the same id came with it, and that one counts")]
    Twice,
    #[error("several resources fulfil the condition it was sent with")]
    SeveralMatch,
    #[error("what is stored is no longer at the version that was named")]
    Outdated,
    #[error("the request names another type, id or identifier than the resource does")]
    OtherName,
    #[error("nothing of this transaction was taken because another part of it was refused")]
    Together,
}

impl Why {
    /// As stored and sent; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotAResource => "not_a_resource",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::Notice => "notice",
            Self::NotSupported => "not_supported",
            Self::Older => "older",
            Self::OtherPatient => "other_patient",
            Self::NoPatient => "no_patient",
            Self::UnknownPatient => "unknown_patient",
            Self::BirthDateDiffers => "birth_date_differs",
            Self::NameDiffers => "name_differs",
            Self::SeveralPatients => "several_patients",
            Self::NothingElseAgrees => "nothing_else_agrees",
            Self::Twice => "twice",
            Self::SeveralMatch => "several_match",
            Self::Outdated => "outdated",
            Self::OtherName => "other_name",
            Self::Together => "together",
        }
    }

    /// Whether a transaction fails with it.
    pub const fn breaks_a_transaction(self) -> bool {
        !matches!(self, Self::Older | Self::Notice)
    }

    /// Whether the resource is kept aside, for a person to decide or until its patient comes.
    pub const fn is_kept_aside(self) -> bool {
        matches!(
            self,
            Self::UnknownPatient
                | Self::BirthDateDiffers
                | Self::NameDiffers
                | Self::SeveralPatients
                | Self::NothingElseAgrees
        )
    }
}

impl From<Mismatch> for Why {
    fn from(mismatch: Mismatch) -> Self {
        match mismatch {
            Mismatch::BirthDate => Self::BirthDateDiffers,
            Mismatch::Name => Self::NameDiffers,
            Mismatch::Several => Self::SeveralPatients,
            Mismatch::NothingElse => Self::NothingElseAgrees,
        }
    }
}

impl Summary {
    pub fn refuse(&mut self, place: &str, why: Why) {
        *self.refused.entry(why).or_default() += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(Refusal { place: place.to_owned(), why });
        }
    }

    pub fn refused(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Nothing was read that could not be taken.
    pub fn is_clean(&self) -> bool {
        self.refused.keys().all(|why| !why.breaks_a_transaction())
    }

    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.new += other.new;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        for (why, count) in other.refused {
            *self.refused.entry(why).or_default() += count;
        }
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES_MAX);
    }
}

impl std::fmt::Display for Summary {
    /// One sentence of numbers, then one line for each reason.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { read, new, updated, unchanged, .. } = self;
        let refused = self.refused();
        write!(f, "read {read}: {new} new, {updated} updated, {unchanged} unchanged, ")?;
        write!(f, "{refused} refused")?;
        for (why, count) in &self.refused {
            let first = self.examples.iter().find(|example| example.why == *why);
            let first = first.map_or("", |example| &example.place);
            write!(f, "\n  {count}: {why} (first: {first})")?;
        }
        Ok(())
    }
}
