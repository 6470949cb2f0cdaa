//! Home readings: what a body can show, written down and corrected.

use serde::{Deserialize, Serialize};

use super::message::own;
use super::{Audience, Pen, Prepared, Refused, text};
use crate::id::EntryId;
use crate::record::reading::{Measured, Reading};
use crate::record::{Place, Record, Said};
use crate::time::PartialDate;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddReading {
    pub measured: Measured,
    pub at: PartialDate,
    pub note: Option<String>,
}

pub(super) fn add(pen: Pen, reading: AddReading) -> Result<Prepared, Refused> {
    let said = Said::Reading(checked(pen, reading, None)?);
    Ok(pen.new_entry(Audience::Circle, &said))
}

pub(super) fn correct(
    record: &Record,
    pen: Pen,
    id: EntryId,
    with: AddReading,
) -> Result<Prepared, Refused> {
    let own = own(record, pen.account, id)?;
    let Said::Reading(old) = &own.said else {
        return Err(Refused::NoSuchEntry);
    };
    match own.place {
        Place::Here => {
            let said = Said::Reading(checked(pen, with, old.corrects)?);
            Ok(said.instead_of(id))
        }
        Place::Refused(_) => Err(Refused::AlreadySent),
        Place::Leaving | Place::Received(_) => {
            let said = Said::Reading(checked(pen, with, Some(id))?);
            Ok(pen.new_entry(Audience::Circle, &said))
        }
    }
}

fn checked(pen: Pen, new: AddReading, corrects: Option<EntryId>) -> Result<Reading, Refused> {
    let measured = new.measured.trimmed();
    if !measured.is_numbers() {
        return Err(Refused::NotANumber);
    }
    if !measured.is_possible() {
        return Err(Refused::NotPossible);
    }
    // A reading is of a day at least; whether that day has come yet no clock here may decide.
    match new.at {
        PartialDate::Year(_) | PartialDate::Month { .. } => return Err(Refused::NotADate),
        PartialDate::Day(_) | PartialDate::Time(..) => {}
    }
    Ok(Reading { measured, at: new.at, note: text::note(new.note)?, corrects, written: pen.now })
}
