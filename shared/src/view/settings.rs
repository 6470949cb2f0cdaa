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
    use std::collections::BTreeSet;

    use crate::edit::{Audience, Edit, Refused};
    use crate::id::EntryId;
    use crate::record::preference::{
        CardContact, CardField, EmergencyCard, ResultNotice, TextSize, Theme,
    };
    use crate::testing::{PATIENT, ROSA, Story};

    #[test]
    fn every_choice_there_is_can_be_made_and_is_kept() {
        let card = EmergencyCard {
            shows: vec![
                CardField::Name,
                CardField::BirthDate,
                CardField::Allergies,
                CardField::Medicines,
                CardField::Conditions,
                CardField::BloodType,
                CardField::Devices,
                CardField::Language,
                CardField::Contacts,
                CardField::Note,
            ],
            without: vec![EntryId::from_u128(7)],
            contacts: vec![CardContact {
                name: "Luis Marin".into(),
                phone: "555-0100".into(),
                relation: Some("Son".into()),
            }],
            note: Some("Takes insulin".into()),
            while_locked: true,
        };
        let mut all = vec![
            Preference::Language("es".into()),
            Preference::LockAfterMinutes(1),
            Preference::QuietHours { from_minute: 1_439, to_minute: 0 },
            Preference::EmergencyCard(card),
            Preference::EmergencyCard(EmergencyCard::default()),
        ];
        let sizes = [TextSize::Normal, TextSize::Large, TextSize::Largest];
        all.extend(sizes.map(Preference::TextSize));
        all.extend([Theme::AsDevice, Theme::Light, Theme::Dark].map(Preference::Theme));
        let notices = [ResultNotice::AtOnce, ResultNotice::WithNote, ResultNotice::Never];
        all.extend(notices.map(Preference::ResultNotice));
        let mut made = BTreeSet::new();
        for preference in all {
            let mut story = Story::default();
            story.writes(ROSA, Edit::Prefer(preference.clone())).unwrap();
            made.insert(preference.register());
            let (others, only_here) = (Vec::new(), true);
            assert_eq!(settings(&story.record, ROSA), [Chosen { preference, others, only_here }]);
        }
        assert_eq!(made, REGISTERS.map(str::to_owned).into(), "one of each kind at least");
    }

    #[test]
    fn what_cannot_be_chosen_is_refused() {
        let refused = |preference, why| {
            assert_eq!(Story::default().writes(ROSA, Edit::Prefer(preference)), Err(why));
        };
        refused(Preference::Language(String::new()), Refused::EmptyText);
        refused(Preference::LockAfterMinutes(0), Refused::NotPossible);
        refused(Preference::LockAfterMinutes(u8::MAX), Refused::NotPossible);
        let hours = |from_minute, to_minute| Preference::QuietHours { from_minute, to_minute };
        refused(hours(1_440, 0), Refused::NotPossible);
        refused(hours(0, 1_440), Refused::NotPossible);
    }

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
