//! The building blocks of FHIR resources (R4, §2.24): concepts, quantities, references, periods.

use super::decimal::Decimal;
use super::lenient::{Lenient, Many, Number, Raw, Text, each_known, view};
use super::units;
use crate::json::{Kind, Value};
use crate::time::PartialDate;

pub const LOINC: &str = "http://loinc.org";
pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
pub const SNOMED: &str = "http://snomed.info/sct";
pub const CVX: &str = "http://hl7.org/fhir/sid/cvx";
pub const UCUM: &str = "http://unitsofmeasure.org";

/// What something is called, in words and in codes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Concept<'a> {
    pub text: Text<'a>,
    pub coding: Many<Coding<'a>>,
}

impl<'a> Lenient<'a> for Concept<'a> {
    fn put(&mut self, value: Value<'a>) {
        *self = Self::default();
        // Statuses are bare codes before R4.
        if value.kind() == Kind::Text {
            return self.text.put(value);
        }
        each_known(value, &["text", "coding", "concept"], &mut |place, value| match place {
            0 => self.text.put(value),
            1 => self.coding.put(value),
            // R5 says in one field what it is or where it stands (CodeableReference).
            _ => self.put(value),
        });
    }

    fn is_text() -> bool {
        true
    }
}

view! {
    Coding { system: Text<'a> = "system", code: Text<'a> = "code", display: Text<'a> = "display" }
    Quantity {
        value: Number<'a> = "value",
        comparator: Text<'a> = "comparator",
        unit: Text<'a> = "unit",
        system: Text<'a> = "system",
        code: Text<'a> = "code",
    }
    Range { low: Quantity<'a> = "low", high: Quantity<'a> = "high" }
    Ratio { numerator: Quantity<'a> = "numerator", denominator: Quantity<'a> = "denominator" }
    Period { start: Text<'a> = "start", end: Text<'a> = "end" }
    Reference {
        reference: Text<'a> = "reference",
        display: Text<'a> = "display",
        identifier: Identifier<'a> = "identifier",
        kind: Text<'a> = "type",
    }
    Identifier { system: Text<'a> = "system", value: Text<'a> = "value" }
    Annotation { text: Text<'a> = "text", time: Text<'a> = "time" }
    HumanName {
        text: Text<'a> = "text",
        given: Many<Text<'a>> = "given",
        family: Text<'a> = "family",
        prefix: Many<Text<'a>> = "prefix",
        name_use: Text<'a> = "use",
    }
    Contact { system: Text<'a> = "system", value: Text<'a> = "value" }
    Address {
        text: Text<'a> = "text",
        line: Many<Text<'a>> = "line",
        city: Text<'a> = "city",
        state: Text<'a> = "state",
        postal_code: Text<'a> = "postalCode",
    }
    Attachment {
        content_type: Text<'a> = "contentType",
        title: Text<'a> = "title",
        url: Text<'a> = "url",
        size: Text<'a> = "size",
        /// As it stands in the text: it may be megabytes of base64, and nobody here decodes it.
        data: Raw<'a> = "data",
        creation: Text<'a> = "creation",
        language: Text<'a> = "language",
    }
    Narrative { div: Text<'a> = "div", status: Text<'a> = "status" }
    Meta { security: Many<Coding<'a>> = "security" }
}

impl Concept<'_> {
    /// The source's own words: its text, else a name, else the bare code.
    pub fn words(&self) -> Option<&str> {
        let displays = self.coding.iter().filter_map(|coding| coding.display.said());
        let codes = self.coding.iter().filter_map(|coding| coding.code.said());
        self.text.said().or_else(|| displays.chain(codes).next())
    }

    pub fn owned(&self) -> Option<String> {
        self.words().map(str::to_owned)
    }

    pub fn code_in(&self, system: &str) -> Option<&str> {
        let coding = self.coding.iter().find(|coding| coding.system.is(system))?;
        coding.code.said()
    }

    /// Some sources write the code where its words belong.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        let text = self.text.said().unwrap_or_default();
        let said = codes.iter().any(|code| code.eq_ignore_ascii_case(text));
        said || self.coding.iter().any(|coding| coding.code.is_one_of(codes))
    }

    /// The first code, with its system: enough for a plain name or a link.
    pub fn code(&self) -> Option<Code> {
        let known = [LOINC, RXNORM, SNOMED, CVX];
        let coded = || self.coding.iter().filter(|coding| coding.code.said().is_some());
        let best = coded().find(|coding| coding.system.is_one_of(&known));
        let coding = best.or_else(|| coded().next())?;
        Some(Code { system: coding.system.owned().unwrap_or_default(), code: coding.code.owned()? })
    }
}

/// What a concept is called in a terminology.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Code {
    pub system: String,
    pub code: String,
}

/// A number as the source wrote it, and its unit in the source's words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Amount {
    pub number: String,
    /// "<", ">=" and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The unit in UCUM, if the source said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ucum: Option<String>,
}

impl Quantity<'_> {
    pub fn amount(&self) -> Option<Amount> {
        let ucum = self.code.owned().filter(|_| self.system.is(UCUM));
        Some(Amount {
            number: self.value.said()?.to_owned(),
            comparator: self.comparator.owned(),
            unit: self.unit.said().or(self.code.said()).and_then(units::spelled),
            ucum,
        })
    }
}

impl Quantity<'_> {
    pub fn is_said(&self) -> bool {
        self.value.said().is_some()
    }

    /// Nothing if it is said in another unit, or not in whole days.
    pub fn whole_days(&self) -> Option<i64> {
        let amount = self.amount()?;
        let unit = amount.unit_key();
        let in_days = ["", "d", "day", "days", "tage", "día", "días"].contains(&unit.as_str());
        let days: i64 = amount.number.split('.').next()?.parse().ok()?;
        let whole = Decimal::read(&amount.number) == Decimal::read(&days.to_string());
        (in_days && whole && (1..=3650).contains(&days)).then_some(days)
    }
}

impl Amount {
    /// Two amounts may stand on one line only if this is equal.
    pub fn unit_key(&self) -> String {
        let unit = self.ucum.as_deref().or(self.unit.as_deref()).unwrap_or_default();
        units::compared(unit)
    }

    pub fn words(&self) -> String {
        let comparator = self.comparator.as_deref().unwrap_or_default();
        let number = &self.number;
        match &self.unit {
            Some(unit) => format!("{comparator}{number} {unit}"),
            None => format!("{comparator}{number}"),
        }
    }
}

impl Text<'_> {
    pub fn date(&self) -> Option<PartialDate> {
        self.said()?.parse().ok()
    }
}

impl Range<'_> {
    /// "80 to 130 mg/dL", in signs that every language reads.
    pub fn words(&self) -> Option<String> {
        Some(match (self.low.amount(), self.high.amount()) {
            (Some(low), Some(high)) if low.unit_key() == high.unit_key() => {
                format!("{}–{}", low.number, high.words())
            }
            (Some(low), Some(high)) => format!("{} – {}", low.words(), high.words()),
            (Some(low), None) => format!("≥ {}", low.words()),
            (None, Some(high)) => format!("≤ {}", high.words()),
            (None, None) => return None,
        })
    }
}

impl Period<'_> {
    pub fn is_said(&self) -> bool {
        self.start.said().or(self.end.said()).is_some()
    }
}

impl Reference<'_> {
    pub fn is_said(&self) -> bool {
        self.reference.said().or(self.display.said()).is_some()
    }
}

impl HumanName<'_> {
    /// As the source wrote it, else in the order given, family.
    pub fn words(&self) -> Option<String> {
        if let Some(text) = self.text.owned() {
            return Some(text);
        }
        let before = self.prefix.iter().chain(self.given.iter());
        let parts: Vec<_> = before.chain([&self.family]).filter_map(Text::said).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

impl Address<'_> {
    pub fn words(&self) -> Option<String> {
        if let Some(text) = self.text.owned() {
            return Some(text);
        }
        let after = [&self.city, &self.state, &self.postal_code];
        let parts: Vec<_> = self.line.iter().chain(after).filter_map(Text::said).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}
