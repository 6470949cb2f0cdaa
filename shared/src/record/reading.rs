//! Home readings: numbers as the person typed them, with their unit.

use serde::{Deserialize, Serialize};

use crate::fhir::decimal::Decimal;
use crate::id::EntryId;
use crate::time::{PartialDate, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub measured: Measured,
    /// When it was measured, as the person said.
    pub at: PartialDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The reading that this one stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<EntryId>,
    pub written: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    BloodPressure {
        top: String,
        bottom: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pulse: Option<String>,
    },
    Pulse {
        value: String,
    },
    Weight {
        value: String,
        unit: WeightUnit,
    },
    Glucose {
        value: String,
        unit: GlucoseUnit,
    },
    Temperature {
        value: String,
        unit: TemperatureUnit,
    },
    Oxygen {
        value: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightUnit {
    Kilogram,
    Pound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GlucoseUnit {
    MilligramPerDeciliter,
    MillimolePerLiter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemperatureUnit {
    Celsius,
    Fahrenheit,
}

/// One number of a reading: its LOINC code, unit, UCUM code, and what a body can show at all.
pub struct Measure<'a> {
    pub loinc: &'static str,
    pub value: &'a str,
    pub unit: &'static str,
    pub ucum: &'static str,
    possible: (&'static str, &'static str),
}

/// LOINC's panel of both blood pressures.
pub const BLOOD_PRESSURE: &str = "85354-9";
pub const TOP: &str = "8480-6";
pub const BOTTOM: &str = "8462-4";

impl Measured {
    /// The LOINC code under which its trend stands, beside those of the clinic.
    pub fn loinc(&self) -> &'static str {
        match self {
            Self::BloodPressure { .. } => BLOOD_PRESSURE,
            Self::Pulse { .. }
            | Self::Weight { .. }
            | Self::Glucose { .. }
            | Self::Temperature { .. }
            | Self::Oxygen { .. } => self.measures()[0].loinc,
        }
    }

    /// Limits are what has been survived or what home devices can show, with room: they catch a
    /// slip of the finger and never argue with a body.
    pub fn measures(&self) -> Vec<Measure<'_>> {
        let measure =
            |loinc, value, unit, ucum, possible| Measure { loinc, value, unit, ucum, possible };
        match self {
            Self::BloodPressure { top, bottom, pulse } => {
                let mut all = vec![
                    measure(TOP, top, "mmHg", "mm[Hg]", ("40", "350")),
                    measure(BOTTOM, bottom, "mmHg", "mm[Hg]", ("10", "250")),
                ];
                let pulse = pulse.as_deref();
                all.extend(
                    pulse.map(|pulse| measure("8867-4", pulse, "/min", "/min", ("15", "350"))),
                );
                all
            }
            Self::Pulse { value } => vec![measure("8867-4", value, "/min", "/min", ("15", "350"))],
            Self::Weight { value, unit } => vec![match unit {
                WeightUnit::Kilogram => measure("29463-7", value, "kg", "kg", ("0.3", "650")),
                WeightUnit::Pound => measure("29463-7", value, "lb", "[lb_av]", ("0.6", "1433")),
            }],
            Self::Glucose { value, unit } => vec![match unit {
                GlucoseUnit::MilligramPerDeciliter => {
                    measure("41653-7", value, "mg/dL", "mg/dL", ("5", "2700"))
                }
                GlucoseUnit::MillimolePerLiter => {
                    measure("14743-9", value, "mmol/L", "mmol/L", ("0.3", "150"))
                }
            }],
            Self::Temperature { value, unit } => vec![match unit {
                TemperatureUnit::Celsius => measure("8310-5", value, "°C", "Cel", ("13", "47")),
                TemperatureUnit::Fahrenheit => {
                    measure("8310-5", value, "°F", "[degF]", ("55", "117"))
                }
            }],
            Self::Oxygen { value } => vec![measure("59408-5", value, "%", "%", ("20", "100"))],
        }
    }

    /// Without the spaces that a keyboard adds.
    pub fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        match self {
            Self::BloodPressure { top, bottom, pulse } => Self::BloodPressure {
                top: trim(top),
                bottom: trim(bottom),
                pulse: pulse.map(trim).filter(|pulse| !pulse.is_empty()),
            },
            Self::Pulse { value } => Self::Pulse { value: trim(value) },
            Self::Weight { value, unit } => Self::Weight { value: trim(value), unit },
            Self::Glucose { value, unit } => Self::Glucose { value: trim(value), unit },
            Self::Temperature { value, unit } => Self::Temperature { value: trim(value), unit },
            Self::Oxygen { value } => Self::Oxygen { value: trim(value) },
        }
    }

    /// Whether each value is a number; nothing else is known of it then.
    pub fn is_numbers(&self) -> bool {
        let plain = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number = |value: &str| plain(value) && Decimal::read(value).is_some();
        self.measures().iter().all(|measure| number(measure.value))
    }

    pub fn is_possible(&self) -> bool {
        let within = |measure: &Measure<'_>| {
            let number = Decimal::read;
            let (low, high) = measure.possible;
            let (low, high) = (number(low), number(high));
            number(measure.value)
                .is_some_and(|value| low <= Some(value.clone()) && Some(value) <= high)
        };
        let ordered = match self {
            Self::BloodPressure { top, bottom, .. } => Decimal::read(top) > Decimal::read(bottom),
            Self::Pulse { .. }
            | Self::Weight { .. }
            | Self::Glucose { .. }
            | Self::Temperature { .. }
            | Self::Oxygen { .. } => true,
        };
        ordered && self.measures().iter().all(within)
    }
}
