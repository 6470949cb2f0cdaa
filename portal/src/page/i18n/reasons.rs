//! Why somebody at the clinic opened a record that is no work of theirs, for patients and for the
//! clinic.

use super::words;

/// Said in their own words, it stays as it is.
pub(crate) fn one(reason: &str) -> String {
    match reason {
        "emergency" => words::reason_emergency(),
        "patient_asks" => words::reason_patient_asks(),
        "stands_in" => words::reason_stands_in(),
        "puts_right" => words::reason_puts_right(),
        "other" => words::reason_other(),
        said => said.to_owned(),
    }
}
