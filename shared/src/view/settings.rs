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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Actor, Document, DocumentId, Opened, Put};
    use crate::edit::Audience;
    use crate::testing::{PATIENT, ROSA};

    #[test]
    fn what_two_devices_chose_at_once_is_there_for_the_person_to_settle() {
        let key = DocumentId::journal(PATIENT, ROSA, Audience::Circle);
        let genesis = Document::genesis(&key).1;
        let language = |language: &str| Preference::Language(language.to_owned());
        let choose = |device: u8, said: &str| {
            let mut journal = Opened::load([&genesis[..]]).unwrap();
            let (name, text) = (language(said).register(), language(said).to_text());
            journal.mint(Actor([device; 16]), &[Put::Register { name, text }]).1
        };
        let (phone, laptop) = (choose(1, "es"), choose(2, "en"));
        let shown = |first: &[u8], second: &[u8]| {
            let document = Document::load([&genesis[..], first, second]).unwrap();
            let mut record = Record::default();
            record.add_document(&key, &document, |_| None);
            settings(&record, ROSA)
        };
        let others = vec![language("es")];
        let chosen = [Chosen { preference: language("en"), others, only_here: true }];
        // The same one first, whichever came first.
        assert_eq!(shown(&phone, &laptop), chosen);
        assert_eq!(shown(&laptop, &phone), chosen);
    }
}
