//! What a person says about the record, adds to it, and chooses.

use serde::{Deserialize, Serialize};

use super::{Audience, Pen, Prepared, Refused, text};
use crate::document::REGISTER_BYTES_MAX;
use crate::id::EntryId;
use crate::record::own::{OwnAllergy, OwnMedicine, Same, Wrong};
use crate::record::preference::{EmergencyCard, Preference};
use crate::record::{Entry, Record, Said};
use crate::sync::stored::PutInto;
use crate::time::PartialDate;

/// Contacts on one emergency card: it has to fit a wallet.
pub const CONTACTS_MAX: usize = 5;
/// Entries that a card leaves out; more than any card would show.
const WITHOUT_MAX: usize = 50;
/// The lock waits at most this long (design: 1, 5, 10 or 15 minutes).
pub const LOCK_AFTER_MINUTES_MAX: u8 = 15;
const MINUTES_PER_DAY: u16 = 24 * 60;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddMedicine {
    pub name: String,
    pub directions: Option<String>,
    pub since: Option<PartialDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddAllergy {
    pub substance: String,
    pub reaction: Option<String>,
    pub since: Option<PartialDate>,
}

pub(super) fn say_wrong(
    record: &Record,
    pen: Pen,
    about: EntryId,
    words: &str,
) -> Result<Prepared, Refused> {
    is_there(record, about)?;
    let chart = record.chart();
    let name = chart.find(about).and_then(|resource| {
        let said = resource.describe();
        said.name.or_else(|| chart.name_of(resource, said.named_by.as_deref(), None))
    });
    let text = text::body(words)?;
    let said = Said::Wrong(Wrong { about, name, text, written: pen.now });
    Ok(pen.new_entry(audience_of(record, about), &said))
}

/// Words about an entry name it: of one that caregivers do not see, or whose next version they do not see,
/// they see nothing.
pub(super) fn audience_of(record: &Record, about: EntryId) -> Audience {
    let chart = record.chart();
    let is_hidden = |entry| chart.find(entry).is_some_and(|it| chart.is_labelled(it));
    let is_private = |entry: &Entry| entry.audience == Some(Audience::Private);
    let is_kept_back = is_hidden(about)
        || is_hidden(chart.newest_of(about))
        || record.values_of(about).iter().any(is_private);
    if is_kept_back { Audience::Private } else { Audience::Circle }
}

pub(super) fn add_medicine(pen: Pen, medicine: AddMedicine) -> Result<Prepared, Refused> {
    let said = Said::OwnMedicine(OwnMedicine {
        name: text::name(&medicine.name)?,
        directions: text::note(medicine.directions)?,
        since: medicine.since,
        written: pen.now,
    });
    Ok(pen.new_entry(Audience::Circle, &said))
}

pub(super) fn add_allergy(pen: Pen, allergy: AddAllergy) -> Result<Prepared, Refused> {
    let said = Said::OwnAllergy(OwnAllergy {
        substance: text::name(&allergy.substance)?,
        reaction: text::note(allergy.reaction)?,
        since: allergy.since,
        written: pen.now,
    });
    Ok(pen.new_entry(Audience::Circle, &said))
}

pub(super) fn say_same(
    record: &Record,
    pen: Pen,
    one: EntryId,
    other: EntryId,
    same: bool,
) -> Result<Prepared, Refused> {
    is_there(record, one)?;
    is_there(record, other)?;
    if one == other {
        return Err(Refused::NoSuchEntry);
    }
    let said = Said::Same(Same { one, other, same, written: pen.now });
    Ok(pen.new_entry(Audience::Circle, &said))
}

pub(super) fn prefer(pen: Pen, preference: &Preference) -> Result<Prepared, Refused> {
    match preference {
        Preference::Language(language) => {
            text::name(language)?;
        }
        Preference::LockAfterMinutes(minutes) => {
            let known = (1..=LOCK_AFTER_MINUTES_MAX).contains(minutes);
            known.then_some(()).ok_or(Refused::NotPossible)?;
        }
        Preference::QuietHours { from_minute, to_minute } => {
            let known = *from_minute < MINUTES_PER_DAY && *to_minute < MINUTES_PER_DAY;
            known.then_some(()).ok_or(Refused::NotPossible)?;
        }
        Preference::EmergencyCard(card) => fits(card)?,
        Preference::TextSize(_) | Preference::Theme(_) | Preference::ResultNotice(_) => {}
    }
    let text = preference.to_text();
    if text.len() > REGISTER_BYTES_MAX {
        return Err(Refused::TextTooLong);
    }
    let put = PutInto::Register { name: preference.register(), text };
    Ok(pen.new_item(Audience::Private, put))
}

fn fits(card: &EmergencyCard) -> Result<(), Refused> {
    if card.contacts.len() > CONTACTS_MAX || card.without.len() > WITHOUT_MAX {
        return Err(Refused::TooMany);
    }
    for contact in &card.contacts {
        text::name(&contact.name)?;
        text::name(&contact.phone)?;
        text::short(contact.relation.clone())?;
    }
    text::note(card.note.clone()).map(|_| ())
}

fn is_there(record: &Record, entry: EntryId) -> Result<(), Refused> {
    let known = record.chart().find(entry).is_some() || !record.values_of(entry).is_empty();
    known.then_some(()).ok_or(Refused::NoSuchEntry)
}
