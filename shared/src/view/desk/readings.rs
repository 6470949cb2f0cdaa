//! Which home readings somebody at the clinic should look at, and how a reading is put in a line.

use crate::fhir::decimal::Decimal;
use crate::record::reading::Measured;

/// Below the first or above the second somebody looks at it. By LOINC code and UCUM unit. Samples
/// for the clinic's own review, wide enough that a queue does not fill with ordinary days: severe
/// hypertension and hypotension, hypo- and marked hyperglycaemia, fever, hypoxaemia.
const LIMITS: [(&str, &str, &str, &str); 8] = [
    ("8480-6", "mm[Hg]", "90", "180"),
    ("8462-4", "mm[Hg]", "50", "110"),
    ("8867-4", "/min", "45", "120"),
    ("41653-7", "mg/dL", "70", "300"),
    ("14743-9", "mmol/L", "3.9", "16.7"),
    ("8310-5", "Cel", "35", "38.9"),
    ("8310-5", "[degF]", "95", "102"),
    // Weight is not here: it says something only beside other weights.
    ("59408-5", "%", "92", "100"),
];

pub(super) fn should_be_looked_at(measured: &Measured) -> bool {
    measured.measures().iter().any(|measure| {
        let limits = LIMITS
            .iter()
            .find(|(loinc, ucum, _, _)| *loinc == measure.loinc && *ucum == measure.ucum);
        let (Some((_, _, low, high)), Some(value)) = (limits, Decimal::read(measure.value)) else {
            return false;
        };
        Some(&value) < Decimal::read(low).as_ref() || Some(&value) > Decimal::read(high).as_ref()
    })
}

/// "182/96 mmHg", "38.9 °C": as the person typed it.
pub(super) fn line(measured: &Measured) -> String {
    if let Measured::BloodPressure { top, bottom, .. } = measured {
        return format!("{top}/{bottom} mmHg");
    }
    let measures = measured.measures();
    measures.first().map(|it| format!("{} {}", it.value, it.unit)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressure(top: &str, bottom: &str) -> Measured {
        Measured::BloodPressure { top: top.into(), bottom: bottom.into(), pulse: None }
    }

    #[test]
    fn an_ordinary_day_is_nobody_s_work() {
        assert!(!should_be_looked_at(&pressure("128", "78")));
        assert!(!should_be_looked_at(&pressure("180", "110")));
        assert!(!should_be_looked_at(&Measured::Oxygen { value: "92".into() }));
    }

    #[test]
    fn what_is_far_from_usual_is() {
        assert!(should_be_looked_at(&pressure("181", "78")));
        assert!(should_be_looked_at(&pressure("128", "49.5")));
        assert!(should_be_looked_at(&Measured::Oxygen { value: "91".into() }));
    }

    #[test]
    fn a_line_keeps_the_digits_that_were_typed() {
        assert_eq!(line(&pressure("182", "96")), "182/96 mmHg");
        assert_eq!(line(&Measured::Oxygen { value: "91.0".into() }), "91.0 %");
    }
}
