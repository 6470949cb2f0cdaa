//! What a person chose, and what two devices chose at once.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::id::AccountId;
use crate::record::preference::{Preference, REGISTERS};
use crate::record::{Place, Record};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub preference: Preference,
    /// Chosen at the same time on another device: the person settles it by choosing again.
    pub others: Vec<Preference>,
    pub only_here: bool,
}

/// The choices of this reader that a version like this one knows.
pub fn settings(record: &Record, reader: AccountId) -> Vec<Chosen> {
    let chosen = REGISTERS.iter().filter_map(|name| {
        let kept = record.values_of_register(reader, name);
        let only_here = kept.iter().any(|kept| matches!(kept.place, Place::Here | Place::Leaving));
        // Devices that exchanged everything show the same one first, whatever came first to each.
        let mut texts: Vec<_> = kept.iter().map(|kept| kept.text.as_str()).collect();
        texts.arrange();
        let mut known = texts.into_iter().filter_map(Preference::from_text);
        Some(Chosen { preference: known.next()?, others: known.collect(), only_here })
    });
    chosen.collect()
}
