//! What is worth asking about two medicines, in words: for the person and for the clinic.

use shared::view::safety::{Notice, Risk, Why};

use super::words;

/// One notice, with the names as they stand in the record.
pub(crate) fn sentence(notice: &Notice) -> String {
    let (medicine, other) = (notice.medicine.as_str(), notice.other.as_str());
    match notice.why {
        Why::Allergy => words::safety_allergy(other, medicine),
        Why::Twice => words::safety_twice(medicine, other),
        Why::Together(risk) => words::safety_together(medicine, other, &risk_words(risk)),
    }
}

fn risk_words(risk: Risk) -> String {
    match risk {
        Risk::Pressure => words::risk_pressure(),
        Risk::Weaker => words::risk_weaker(),
        Risk::Stronger => words::risk_stronger(),
        Risk::Blood => words::risk_blood(),
        Risk::Serotonin => words::risk_serotonin(),
        Risk::Heart => words::risk_heart(),
        Risk::Muscles => words::risk_muscles(),
        Risk::Vessels => words::risk_vessels(),
    }
}
