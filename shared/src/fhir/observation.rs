//! Observation: a result, a vital sign, a habit, an answer of a survey.

mod judged;

use serde::{Deserialize, Serialize};

use self::judged::{band, flag};
use super::datatypes::{
    Amount, Annotation, Concept, LOINC, Period, Quantity, Range, Ratio, Reference,
};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};
use crate::time::PartialDate;

view! {
    Observation {
        status: Text<'a> = "status",
        category: Many<Concept<'a>> = "category",
        code: Concept<'a> = "code",
        effective: Text<'a> = "effectiveDateTime",
        effective_instant: Text<'a> = "effectiveInstant",
        effective_period: Period<'a> = "effectivePeriod",
        issued: Text<'a> = "issued",
        performer: Many<Reference<'a>> = "performer",
        quantity: Quantity<'a> = "valueQuantity",
        concept: Concept<'a> = "valueCodeableConcept",
        text: Text<'a> = "valueString",
        truth: Text<'a> = "valueBoolean",
        integer: super::lenient::Number<'a> = "valueInteger",
        range: Range<'a> = "valueRange",
        ratio: Ratio<'a> = "valueRatio",
        sampled: Sampled<'a> = "valueSampledData",
        time: Text<'a> = "valueTime",
        date: Text<'a> = "valueDateTime",
        period: Period<'a> = "valuePeriod",
        absent: Concept<'a> = "dataAbsentReason",
        interpretation: Many<Concept<'a>> = "interpretation",
        note: Many<Annotation<'a>> = "note",
        body_site: Concept<'a> = "bodySite",
        method: Concept<'a> = "method",
        reference_range: Many<ReferenceRange<'a>> = "referenceRange",
        component: Many<Component<'a>> = "component",
        has_member: Many<Reference<'a>> = "hasMember",
    }
    Component {
        code: Concept<'a> = "code",
        quantity: Quantity<'a> = "valueQuantity",
        concept: Concept<'a> = "valueCodeableConcept",
        text: Text<'a> = "valueString",
        truth: Text<'a> = "valueBoolean",
        integer: super::lenient::Number<'a> = "valueInteger",
        range: Range<'a> = "valueRange",
        ratio: Ratio<'a> = "valueRatio",
        sampled: Sampled<'a> = "valueSampledData",
        time: Text<'a> = "valueTime",
        date: Text<'a> = "valueDateTime",
        period: Period<'a> = "valuePeriod",
        absent: Concept<'a> = "dataAbsentReason",
        interpretation: Many<Concept<'a>> = "interpretation",
        reference_range: Many<ReferenceRange<'a>> = "referenceRange",
    }
    ReferenceRange {
        low: Quantity<'a> = "low",
        high: Quantity<'a> = "high",
        kind: Concept<'a> = "type",
        applies_to: Many<Concept<'a>> = "appliesTo",
        age: Range<'a> = "age",
        text: Text<'a> = "text",
    }
    /// What lists sort by, so that thousands need not be read in full.
    Outline {
        status: Text<'a> = "status",
        category: Many<Concept<'a>> = "category",
        effective: Text<'a> = "effectiveDateTime",
        effective_instant: Text<'a> = "effectiveInstant",
        effective_period: Period<'a> = "effectivePeriod",
        has_member: Many<Reference<'a>> = "hasMember",
    }
    /// What it is called and no more.
    Coded { code: Concept<'a> = "code" }
    Sampled { dimensions: super::lenient::Number<'a> = "dimensions", data: Text<'a> = "data" }
}

/// What was found, in the source's own words and digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Measured {
    Amount(Amount),
    Words {
        text: String,
    },
    Truth {
        yes: bool,
    },
    Range {
        low: Option<Amount>,
        high: Option<Amount>,
    },
    Ratio {
        numerator: Option<Amount>,
        denominator: Option<Amount>,
    },
    Time {
        text: String,
    },
    Date {
        date: PartialDate,
    },
    Period {
        from: Option<PartialDate>,
        to: Option<PartialDate>,
    },
    /// A curve: too many numbers to read, kept in the original.
    Curve,
    /// The source says that there is no value, and perhaps why.
    Absent {
        why: Option<String>,
    },
    /// The source says nothing.
    #[default]
    Nothing,
}

/// How a value compares, as the source said, else as its own range says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    FarBelow,
    Below,
    InRange,
    Above,
    FarAbove,
    Unusual,
    VeryUnusual,
    Found,
    NotFound,
    /// A word that has no place on this line.
    Words(String),
}

/// A range that the source gave with this very value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    pub low: Option<Amount>,
    pub high: Option<Amount>,
    pub text: Option<String>,
    /// For whom or for what, if it is not simply the usual range.
    pub of: Option<String>,
}

/// A part of a result: the upper and lower number of a blood pressure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: Option<String>,
    pub loinc: Option<String>,
    pub value: Measured,
    pub flag: Option<Flag>,
    pub band: Option<Band>,
}

/// What kind of observation it is, as far as lists care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Lab,
    VitalSign,
    Social,
    Survey,
    Imaging,
    Procedure,
    Other,
}

/// Codes of what a laboratory finds (HL7 v2-0074).
const LABS: [&str; 20] = [
    "LAB", "BG", "BLB", "CG", "CH", "CP", "GE", "HM", "IMM", "MB", "MCB", "MYC", "OSL", "PAR",
    "PAT", "SP", "SR", "TX", "URN", "VR",
];

macro_rules! measured {
    ($self:ident) => {{
        if let Some(amount) = $self.quantity.amount() {
            return Measured::Amount(amount);
        }
        if let Some(number) = $self.integer.said() {
            return Measured::Amount(Amount {
                number: number.to_owned(),
                comparator: None,
                unit: None,
                ucum: None,
            });
        }
        let words = $self.concept.owned().or_else(|| $self.text.owned());
        // A quantity whose number is missing still has words: "not seen", "trace". Where the source says why
        // there is no number, they are its unit.
        let unit = || $self.quantity.unit.owned().filter(|_| $self.absent.words().is_none());
        let words = words.or_else(unit);
        if let Some(text) = words {
            return Measured::Words { text };
        }
        match $self.truth.said() {
            Some("true") => return Measured::Truth { yes: true },
            Some("false") => return Measured::Truth { yes: false },
            Some(_) | None => {}
        }
        let (low, high) = ($self.range.low.amount(), $self.range.high.amount());
        if low.is_some() || high.is_some() {
            return Measured::Range { low, high };
        }
        let numerator = $self.ratio.numerator.amount();
        let denominator = $self.ratio.denominator.amount();
        if numerator.is_some() || denominator.is_some() {
            return Measured::Ratio { numerator, denominator };
        }
        if let Some(text) = $self.time.owned() {
            return Measured::Time { text };
        }
        if let Some(text) = $self.date.owned() {
            return match $self.date.date() {
                Some(date) => Measured::Date { date },
                None => Measured::Words { text },
            };
        }
        if $self.period.is_said() {
            let (from, to) = ($self.period.start.date(), $self.period.end.date());
            return Measured::Period { from, to };
        }
        if $self.sampled.data.said().or($self.sampled.dimensions.said()).is_some() {
            return Measured::Curve;
        }
        match $self.absent.coding.is_empty() && $self.absent.text.said().is_none() {
            true => Measured::Nothing,
            false => Measured::Absent { why: $self.absent.owned() },
        }
    }};
}

macro_rules! outlined {
    ($($view:ident),+) => {$(
        impl $view<'_> {
            pub fn when(&self) -> Option<PartialDate> {
                let effective = self.effective.date().or(self.effective_instant.date());
                let period = &self.effective_period;
                effective.or(period.end.date()).or(period.start.date())
            }

            pub fn category(&self) -> Category {
                let says = |code: &str| self.category.iter().any(|category| category.has_code(&[code]));
                if says("laboratory") || self.category.iter().any(|category| category.has_code(&LABS)) {
                    Category::Lab
                } else if says("vital-signs") {
                    Category::VitalSign
                } else if says("social-history") {
                    Category::Social
                } else if says("survey") {
                    Category::Survey
                } else if says("imaging") {
                    Category::Imaging
                } else if says("procedure") || says("exam") {
                    Category::Procedure
                } else {
                    Category::Other
                }
            }

            pub fn standing(&self) -> Standing {
                match self.status.said() {
                    Some("final" | "corrected" | "amended") => Standing::Current,
                    Some("registered") => Standing::Planned,
                    Some("preliminary") => Standing::Unsure,
                    Some("cancelled") => Standing::Not,
                    Some("entered-in-error") => Standing::Mistake,
                    Some(_) | None => Standing::Unsaid,
                }
            }
        }
    )+};
}
outlined!(Observation, Outline);

impl Observation<'_> {
    pub fn value(&self) -> Measured {
        measured!(self)
    }

    pub fn flag(&self) -> Option<Flag> {
        flag(&self.interpretation, &self.value(), &self.reference_range)
    }

    pub fn band(&self) -> Option<Band> {
        band(&self.reference_range)
    }

    pub fn parts(&self) -> Vec<Part> {
        let parts = self.component.iter().map(|component| Part {
            name: component.code.owned(),
            loinc: component.code.code_in(LOINC).map(str::to_owned),
            value: component.value(),
            flag: flag(&component.interpretation, &component.value(), &component.reference_range),
            band: band(&component.reference_range),
        });
        parts.collect()
    }

    /// It has no value and no parts: what was found stands under it.
    pub fn is_empty(&self) -> bool {
        self.component.is_empty()
            && matches!(self.value(), Measured::Nothing | Measured::Absent { .. })
    }

    /// Of one that is empty: how it is judged, what is noted, or why there is no value, in somebody's words.
    pub fn says_something(&self) -> bool {
        let is_judged = !self.interpretation.is_empty() || !self.note.is_empty();
        is_judged || self.absent.text.said().is_some()
    }

    pub fn is_corrected(&self) -> bool {
        self.status.is_one_of(&["corrected", "amended"])
    }

    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.code);
        said.when = self.when();
        said.standing = self.standing();
        said.text(What::Status, &self.status);
        said.say(What::Value, self.value().words());
        for part in self.parts() {
            let value = part.value.words().unwrap_or_default();
            let name = part.name.unwrap_or_default();
            said.say(What::Value, format!("{name} {value}").trim().to_owned());
        }
        said.concepts(What::Category, &self.category);
        said.concept(What::BodySite, &self.body_site);
        said.references(What::Who, &self.performer);
        said.notes(&self.note);
        said
    }
}

impl Component<'_> {
    pub fn value(&self) -> Measured {
        measured!(self)
    }
}

impl Measured {
    /// As the source wrote it. Nothing where a screen needs words of its own.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Amount(amount) => Some(amount.words()),
            Self::Words { text } | Self::Time { text } => Some(text.clone()),
            Self::Range { low, high } => match (low, high) {
                (Some(low), Some(high)) => Some(format!("{} - {}", low.words(), high.words())),
                // Half a range is no number.
                (Some(low), None) => Some(format!("≥ {}", low.words())),
                (None, Some(high)) => Some(format!("≤ {}", high.words())),
                (None, None) => None,
            },
            Self::Ratio { numerator, denominator } => {
                let (over, under) = (numerator.as_ref()?, denominator.as_ref()?);
                Some(format!("{} : {}", over.words(), under.words()))
            }
            Self::Date { date } => Some(date.to_string()),
            Self::Absent { why } => why.clone(),
            Self::Truth { .. } | Self::Period { .. } | Self::Curve | Self::Nothing => None,
        }
    }

    pub fn amount(&self) -> Option<&Amount> {
        match self {
            Self::Amount(amount) => Some(amount),
            Self::Words { .. }
            | Self::Truth { .. }
            | Self::Range { .. }
            | Self::Ratio { .. }
            | Self::Time { .. }
            | Self::Date { .. }
            | Self::Period { .. }
            | Self::Curve
            | Self::Absent { .. }
            | Self::Nothing => None,
        }
    }
}
