//! Whether a value is in range: by the source's word, else by the source's own range.

use super::{Band, Flag, Measured, ReferenceRange};
use crate::fhir::datatypes::{Amount, Concept};
use crate::fhir::decimal::Decimal;

/// The source's word first (HL7 v3 ObservationInterpretation), else its own range. No range of
/// ours is ever laid over a value.
pub(super) fn flag(
    said: &[Concept<'_>],
    value: &Measured,
    ranges: &[ReferenceRange<'_>],
) -> Option<Flag> {
    let mut other = None;
    for concept in said {
        let codes = concept.coding.iter().filter_map(|coding| coding.code.said());
        for code in codes.chain(concept.text.said()) {
            if let Some(flag) = flag_of_code(code) {
                return Some(flag);
            }
        }
        other = other.or_else(|| concept.owned());
    }
    // Words that are not known say less than a range that says it.
    let range = value.amount().zip(band(ranges));
    match (range.and_then(|(amount, band)| by_range(amount, &band)), other) {
        (Some(Flag::InRange) | None, Some(words)) => Some(Flag::Words(words)),
        (judged, _) => judged,
    }
}

fn flag_of_code(code: &str) -> Option<Flag> {
    Some(match code {
        "LL" | "LU" => Flag::FarBelow,
        "L" | "LX" | "<" => Flag::Below,
        "N" => Flag::InRange,
        "H" | "HX" | ">" => Flag::Above,
        "HH" | "HU" => Flag::FarAbove,
        "A" => Flag::Unusual,
        "AA" => Flag::VeryUnusual,
        "POS" | "DET" => Flag::Found,
        "NEG" | "ND" | "NR" | "260385009" | "260415000" => Flag::NotFound,
        "RR" | "WR" | "10828004" | "260373001" => Flag::Found,
        "394844007" | "263654008" => Flag::Unusual,
        // SNOMED CT: below, within and above the reference range; normal.
        "281300000" => Flag::Below,
        "281301001" | "17621005" => Flag::InRange,
        "281302008" => Flag::Above,
        _ => return flag_of_words(code),
    })
}

/// Some sources write the name where its code belongs.
fn flag_of_words(words: &str) -> Option<Flag> {
    Some(match words.to_lowercase().as_str() {
        "normal" | "within normal limits" => Flag::InRange,
        "low" | "below low normal" => Flag::Below,
        "high" | "above high normal" => Flag::Above,
        "critical low" | "critically low" => Flag::FarBelow,
        "critical high" | "critically high" => Flag::FarAbove,
        "abnormal" => Flag::Unusual,
        "critical" | "critical abnormal" | "critically abnormal" => Flag::VeryUnusual,
        "positive" | "detected" | "reactive" => Flag::Found,
        "negative" | "not detected" | "non-reactive" | "nonreactive" => Flag::NotFound,
        _ => return None,
    })
}

impl Flag {
    /// In doubt it is: a word that is not known may be the worst. Of a germ "susceptible" is good.
    pub fn is_unusual(&self) -> bool {
        match self {
            Self::Words(words) => {
                let good = ["s", "ms", "vs", "susceptible", "sensitive", "sensible"];
                !good.contains(&words.to_lowercase().as_str())
            }
            _ => self.gravity() > 1,
        }
    }

    /// What is graver is said of the whole.
    pub fn gravity(&self) -> u8 {
        match self {
            Self::InRange | Self::NotFound => 1,
            Self::Found | Self::Words(_) => 2,
            Self::Unusual | Self::Below | Self::Above => 3,
            Self::VeryUnusual | Self::FarBelow | Self::FarAbove => 4,
        }
    }
}

/// Compares digit by digit, and only where nothing has to be guessed: same unit, and a value that
/// is not itself "less than" something inside of the range.
fn by_range(amount: &Amount, band: &Band) -> Option<Flag> {
    let value = Decimal::read(&amount.number)?;
    let limit = |limit: &Option<Amount>| match limit {
        None => Some(None),
        Some(limit) if limit.unit.is_some() && limit.unit_key() != amount.unit_key() => None,
        Some(limit) => Decimal::read(&limit.number).map(Some),
    };
    let (low, high) = (limit(&band.low)?, limit(&band.high)?);
    if low.as_ref().zip(high.as_ref()).is_some_and(|(low, high)| low > high) {
        // Nothing is within such a range; the source mistook something.
        return None;
    }
    let below = low.as_ref().is_some_and(|low| value < *low);
    let above = high.as_ref().is_some_and(|high| value > *high);
    match amount.comparator.as_deref() {
        Some("<" | "<=") if below => return Some(Flag::Below),
        Some(">" | ">=") if above => return Some(Flag::Above),
        // "< 5" with an upper limit of 5 or more and no lower one cannot be too high.
        Some("<" | "<=") if low.is_none() && !above => return Some(Flag::InRange),
        // Nor "> 90" with a lower limit of 90 or less and no upper one too low.
        Some(">" | ">=") if high.is_none() && !below => return Some(Flag::InRange),
        Some(_) => return None,
        None => {}
    }
    match (low.is_some() || high.is_some(), below, above) {
        (false, _, _) => None,
        (true, true, _) => Some(Flag::Below),
        (true, _, true) => Some(Flag::Above),
        (true, false, false) => Some(Flag::InRange),
    }
}

/// The usual range: the only one that is not for somebody or something special.
pub(super) fn band(ranges: &[ReferenceRange<'_>]) -> Option<Band> {
    let usual = |range: &&ReferenceRange<'_>| {
        let kind = &range.kind;
        let normal = kind.words().is_none() || kind.has_code(&["normal"]);
        normal && range.says_something()
    };
    let mut usual = ranges.iter().filter(usual);
    match (usual.next(), usual.next()) {
        (Some(only), None) => Some(only.band()),
        // Several that all claim to be usual (by age, by sex): which is this person's is a guess.
        (Some(_), Some(_)) | (None, _) => None,
    }
}

impl ReferenceRange<'_> {
    fn says_something(&self) -> bool {
        let numbers = self.low.value.said().or(self.high.value.said());
        numbers.or(self.text.said()).is_some()
    }

    pub fn band(&self) -> Band {
        let applies = self.applies_to.iter().find_map(Concept::owned);
        Band {
            low: self.low.amount(),
            high: self.high.amount(),
            text: self.text.owned(),
            of: applies.or_else(|| self.kind.owned()),
        }
    }
}
