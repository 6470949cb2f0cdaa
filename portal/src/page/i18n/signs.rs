//! Warning signs in words, for the person who writes and for the clinic.

use super::words;

/// All of them, in one line.
pub(crate) fn list(codes: &[String]) -> String {
    codes.iter().map(|code| one(code)).collect::<Vec<_>>().join(", ")
}

/// A code that this program does not know stays as it is: it says more than nothing.
pub(crate) fn one(code: &str) -> String {
    match code {
        "chest_pain" => words::sign_chest_pain(),
        "breathing" => words::sign_breathing(),
        "stroke" => words::sign_stroke(),
        "unconscious" => words::sign_unconscious(),
        "seizure" => words::sign_seizure(),
        "bleeding" => words::sign_bleeding(),
        "allergic_reaction" => words::sign_allergic_reaction(),
        "self_harm" => words::sign_self_harm(),
        "overdose" => words::sign_overdose(),
        "severe_pain" => words::sign_severe_pain(),
        "infant" => words::sign_infant(),
        "pregnancy" => words::sign_pregnancy(),
        "blood_sugar" => words::sign_blood_sugar(),
        "infection" => words::sign_infection(),
        "head_injury" => words::sign_head_injury(),
        other => other.to_owned(),
    }
}
