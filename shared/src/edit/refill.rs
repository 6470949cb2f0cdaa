//! Refills: asking once for one medicine, and taking back a request.

use serde::{Deserialize, Serialize};

use super::message::{own, retract};
use super::own::audience_of;
use super::{Audience, Pen, Prepared, Refused, text};
use crate::id::EntryId;
use crate::record::medicines::courses;
use crate::record::own::Cancel;
use crate::record::refill::Refill;
use crate::record::refills::{is_open, medicine_of, refills};
use crate::record::{Place, Record, Said};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForRefill {
    /// An entry of the medicine in the chart.
    pub medicine: EntryId,
    /// Where to pick it up, in the person's words.
    pub pharmacy: Option<String>,
    pub note: Option<String>,
}

pub(super) fn ask(record: &Record, pen: Pen, ask: AskForRefill) -> Result<Prepared, Refused> {
    let key = medicine_of(record, ask.medicine);
    let courses = courses(record);
    let course = courses.iter().find(|course| course.key == key);
    let course = course.ok_or(Refused::NotAMedicine)?;
    if !course.is_taken() {
        return Err(Refused::MedicineStopped);
    }
    if is_open(&refills(record), &key) {
        return Err(Refused::RefillOpen);
    }
    let name = course.newest().and_then(|order| order.describe(record).name);
    let said = Said::Refill(Refill {
        medicine: ask.medicine,
        name: name.unwrap_or_default(),
        pharmacy: text::short(ask.pharmacy)?,
        note: text::note(ask.note)?,
        written: pen.now,
    });
    let private =
        course.all().any(|order| audience_of(record, order.resource.entry) == Audience::Private);
    let audience = if private { Audience::Private } else { Audience::Circle };
    Ok(pen.new_entry(audience, &said))
}

/// Also for the other kinds of requests.
pub(super) fn cancel(record: &Record, pen: Pen, request: EntryId) -> Result<Prepared, Refused> {
    let own = own(record, pen.account, request)?;
    match own.said {
        Said::Refill(_) | Said::VisitRequest(_) | Said::VisitWish(_) | Said::Call(_) => {}
        // Nothing is done about these that could be stopped: they are taken back.
        Said::Wrong(_)
        | Said::BeforeVisit(_)
        | Said::OwnMedicine(_)
        | Said::OwnAllergy(_)
        | Said::Reading(_) => {
            return retract(record, pen, request);
        }
        _ => return Err(Refused::NoSuchEntry),
    }
    match own.place {
        // Nobody has seen it: it simply never was.
        Place::Here => return Ok(Prepared::Withdraw { entry: request }),
        Place::Refused(_) => return Err(Refused::AlreadySent),
        Place::Leaving | Place::Received(_) => {}
    }
    for (_, entry) in record.entries() {
        match &entry.said {
            // One that the clinic refused, or that somebody else wrote, ended nothing.
            Said::Cancel(cancel)
                if cancel.request == request
                    && entry.author == own.author
                    && !matches!(entry.place, Place::Refused(_)) =>
            {
                return Err(Refused::Cancelled);
            }
            Said::RefillDecision(decision) if decision.refill == request => {
                return Err(Refused::Decided);
            }
            Said::VisitAnswer(answer) if answer.request == request && answer.answer.is_final() => {
                return Err(Refused::Decided);
            }
            _ => {}
        }
    }
    let written = pen.now;
    let said = Said::Cancel(Cancel { request, written });
    Ok(pen.new_entry(own.audience.unwrap_or_default(), &said))
}
