//! Security labels: what a source keeps from others than the patient.

use super::datatypes::Coding;
use super::lenient::{Many, view};

view! {
    Labelled { meta: Meta<'a> = "meta" }
    Meta { security: Many<Coding<'a>> = "security" }
}

/// HL7 v3 Confidentiality: restricted, very restricted.
const CONFIDENTIAL: [&str; 2] = ["R", "V"];
/// HL7 v3 ActCode, ActInformationSensitivityPolicy.
const SENSITIVE: [&str; 20] = [
    "ETH", "ETHUD", "OPIOIDUD", "GDIS", "HIV", "MST", "PREGNANT", "SCA", "SDV", "SEX", "SPI", "BH",
    "COGN", "DVD", "EMOTDIS", "MH", "PSY", "PSYTHPN", "SUD", "STD",
];

pub fn is_sensitive(label: &Coding<'_>) -> bool {
    let system = label.system.said().unwrap_or_default();
    (system.ends_with("v3-Confidentiality") && label.code.is_one_of(&CONFIDENTIAL))
        || (system.ends_with("v3-ActCode") && label.code.is_one_of(&SENSITIVE))
}

impl Labelled<'_> {
    pub fn is_sensitive(&self) -> bool {
        self.meta.security.iter().any(is_sensitive)
    }
}
