//! The clinic's edits: what a member of staff can do in a patient's record, and why it may be
//! refused. Staff write through the server, so that each comes to one entry in a document of the
//! server's, or to a mark.

mod hand;

use serde::{Deserialize, Serialize};

pub use self::hand::Hand;
use super::message::attachments_fit;
use super::visit::some;
use super::{Audience, Refused, text};
use crate::document::{DocumentId, Kind};
use crate::fhir::entry::ChartEntry;
use crate::id::{EntryId, PatientId};
use crate::record::message::{Attachment, Reply, ThreadClosed};
use crate::record::refill::RefillDecision;
pub use crate::record::refill::{Decision, DeclineReason, Way, WentOut};
use crate::record::refills::{End, refills};
use crate::record::staff::{MarkedWrong, Routed, Taken};
use crate::record::visit::VisitAnswer;
pub use crate::record::visit::{AnswerToVisit, PreferredTime};
use crate::record::{Entry, Mark, Record, Said, Step};
use crate::time::Timestamp;

/// Which system hand-written entries come from.
pub const BY_HAND: &str = "by-hand";

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Prescriber,
    Nurse,
    FrontDesk,
}

/// Who writes, under which fresh id, and what the server's clock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffPen {
    pub patient: PatientId,
    pub entry: EntryId,
    pub now: Timestamp,
    /// Name and role as the patient should read them: "Nurse Linh Tran".
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClinicEdit {
    Reply {
        thread: EntryId,
        text: String,
        #[serde(default)]
        attachments: Vec<Attachment>,
    },
    /// Works on it from now on, or lets somebody else.
    Assign {
        of: EntryId,
        to: Option<String>,
    },
    /// Passes it on to whoever may decide. What is recommended stays in the worklist.
    Route {
        of: EntryId,
        to: String,
    },
    DecideRefill {
        refill: EntryId,
        decision: Decision,
    },
    AnswerVisit {
        request: EntryId,
        answer: AnswerToVisit,
    },
    AddToChart(Hand),
    MarkWrong {
        entry: EntryId,
        why: String,
    },
    MarkRead {
        entry: EntryId,
    },
    CloseThread {
        thread: EntryId,
        closed: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClinicPrepared {
    Entry { document: DocumentId, text: String },
    Mark { document: DocumentId, mark: Mark },
}

/// Checks an edit against the record and says what is to be written where.
pub fn prepare(
    record: &Record,
    pen: &StaffPen,
    edit: ClinicEdit,
) -> Result<ClinicPrepared, Refused> {
    let (by, written) = (pen.name.clone(), pen.now);
    match edit {
        ClinicEdit::Reply { thread, text, attachments } => {
            let (text, attachments) = (text::body(&text)?, attachments_fit(attachments)?);
            is_thread(record, thread)?;
            let said = Said::Reply(Reply { thread, text, attachments, by, written });
            pen.answer(record, thread, &said)
        }
        ClinicEdit::Assign { of, to } => {
            let to = text::short(to)?.unwrap_or_else(|| by.clone());
            let said = Said::Taken(Taken { of, to, by, written });
            pen.answer(record, of, &said)
        }
        ClinicEdit::Route { of, to } => {
            let to = text::name(&to)?;
            let said = Said::Routed(Routed { of, to, by, written });
            pen.answer(record, of, &said)
        }
        ClinicEdit::DecideRefill { refill, decision } => pen.decide(record, refill, decision),
        ClinicEdit::AnswerVisit { request, answer } => {
            can_be_answered(record, request)?;
            let said = Said::VisitAnswer(VisitAnswer {
                request,
                answer: answer_fits(answer)?,
                by,
                written,
            });
            pen.answer(record, request, &said)
        }
        ClinicEdit::AddToChart(hand) => pen.add(hand),
        ClinicEdit::MarkWrong { entry, why } => pen.mark_wrong(record, entry, &why),
        ClinicEdit::MarkRead { entry } => pen.mark_read(record, entry),
        ClinicEdit::CloseThread { thread, closed } => {
            is_thread(record, thread)?;
            let said = Said::ThreadClosed(ThreadClosed { thread, closed, by, written });
            pen.answer(record, thread, &said)
        }
    }
}

/// What is no conversation is neither answered in words nor closed.
fn is_thread(record: &Record, thread: EntryId) -> Result<(), Refused> {
    let begins = |entry: &Entry| match &entry.said {
        Said::Message(said) => said.thread.is_none_or(|of| of == thread),
        _ => false,
    };
    let begun = record.values_of(thread).iter().any(begins);
    begun.then_some(()).ok_or(Refused::NoSuchThread)
}

/// What is no request has no answer, and nobody is booked for what its author took back before it was
/// answered. An answer to an answered one is a correction.
fn can_be_answered(record: &Record, request: EntryId) -> Result<(), Refused> {
    let asks = |said: &Said| {
        matches!(
            said,
            Said::VisitRequest(_)
                | Said::VisitWish(_)
                | Said::Call(_)
                | Said::BeforeVisit(_)
                | Said::Wrong(_)
                | Said::OwnMedicine(_)
                | Said::OwnAllergy(_)
                | Said::Reading(_)
        )
    };
    let asked = record.values_of(request).iter().find(|entry| asks(&entry.said));
    let author = asked.ok_or(Refused::NoSuchEntry)?.author;
    let (mut is_over, mut is_settled) = (false, false);
    for (_, entry) in record.entries_besides_messages() {
        // What the clinic has not is not known to it.
        if entry.place.received_at().is_none() {
            continue;
        }
        match &entry.said {
            Said::Cancel(end) => is_over |= end.request == request && entry.author == author,
            Said::Retract(end) => is_over |= end.entry == request && entry.author == author,
            Said::VisitAnswer(said) => {
                is_settled |= said.request == request && said.answer.is_final();
            }
            _ => {}
        }
    }
    match is_over && !is_settled {
        true => Err(Refused::Cancelled),
        false => Ok(()),
    }
}

impl StaffPen {
    /// An answer goes where those read who read the question.
    fn answer(&self, record: &Record, of: EntryId, said: &Said) -> Result<ClinicPrepared, Refused> {
        let question = record.values_of(of).first().ok_or(Refused::NoSuchEntry)?;
        let (Some(author), Some(audience)) = (question.author, question.audience) else {
            return Err(Refused::NoSuchEntry);
        };
        Ok(ClinicPrepared::Entry {
            document: DocumentId::care(self.patient, author, audience).in_year(self.now.year()),
            text: said.to_text(),
        })
    }

    fn decide(
        &self,
        record: &Record,
        refill: EntryId,
        decision: Decision,
    ) -> Result<ClinicPrepared, Refused> {
        let all = refills(record);
        let standing = all.iter().find(|standing| standing.id == refill);
        let standing = standing.ok_or(Refused::NoSuchEntry)?;
        let judged = standing.decision().is_some();
        match (&decision, standing.end) {
            (_, End::Cancelled { .. }) => return Err(Refused::Cancelled),
            (_, End::NotSent) => return Err(Refused::NoSuchEntry),
            (_, End::Collapsed { into }) => {
                let other = all.iter().find(|other| other.id == into);
                let decided = other.is_some_and(|other| other.decision().is_some());
                return Err(if decided { Refused::Decided } else { Refused::RefillOpen });
            }
            (
                Decision::Approved { .. } | Decision::Changed { .. } | Decision::Declined { .. },
                End::Open | End::Decided,
            ) => {
                if judged {
                    return Err(Refused::Decided);
                }
                if self.role != Role::Prescriber {
                    return Err(Refused::NotYourRole);
                }
            }
            // Only what was approved can go out, be ready and be picked up.
            (
                Decision::SentOut { .. } | Decision::Ready { .. } | Decision::PickedUp,
                End::Open | End::Decided,
            ) => {
                let approved = standing.decision().is_some_and(|(said, _)| {
                    matches!(said.decision, Decision::Approved { .. } | Decision::Changed { .. })
                });
                approved.then_some(()).ok_or(Refused::NoSuchEntry)?;
            }
            (Decision::Other, End::Open | End::Decided) => return Err(Refused::NoSuchEntry),
        }
        let said = Said::RefillDecision(RefillDecision {
            refill,
            decision: decision_fits(decision)?,
            by: self.name.clone(),
            written: self.now,
        });
        self.answer(record, refill, &said)
    }

    fn add(&self, hand: Hand) -> Result<ClinicPrepared, Refused> {
        let (kind, resource, cut) = hand.checked()?.into_resource(self.entry)?;
        let entry =
            ChartEntry { by: Some(self.name.clone()), cut, ..ChartEntry::new(BY_HAND, resource) };
        Ok(ClinicPrepared::Entry {
            document: DocumentId::first(self.patient, kind),
            text: entry.to_text().expect("what was just written is JSON"),
        })
    }

    fn mark_wrong(
        &self,
        record: &Record,
        entry: EntryId,
        why: &str,
    ) -> Result<ClinicPrepared, Refused> {
        let document = record.chart().document_of(entry).ok_or(Refused::NoSuchEntry)?;
        let said = Said::MarkedWrong(MarkedWrong {
            entry,
            why: text::body(why)?,
            by: self.name.clone(),
            written: self.now,
        });
        Ok(ClinicPrepared::Entry { document, text: said.to_text() })
    }

    fn mark_read(&self, record: &Record, entry: EntryId) -> Result<ClinicPrepared, Refused> {
        let read = record.values_of(entry).first().ok_or(Refused::NoSuchEntry)?;
        let author = read.author.ok_or(Refused::NoSuchEntry)?;
        let audience = read.audience.unwrap_or(Audience::Circle);
        let name = self.name.clone();
        Ok(ClinicPrepared::Mark {
            document: DocumentId::marks(self.patient, author, audience),
            mark: Mark { entry, step: Step::ReadBy { name }, at: self.now },
        })
    }
}

/// A decline says why and what to do next; a change says to what.
fn decision_fits(decision: Decision) -> Result<Decision, Refused> {
    Ok(match decision {
        Decision::Declined { reason, why, next } => {
            Decision::Declined { reason, why: text::body(&why)?, next: text::body(&next)? }
        }
        Decision::Changed { to, why, out } => {
            Decision::Changed { to: text::name(&to)?, why: text::body(&why)?, out: out_fits(out)? }
        }
        Decision::Approved { quantity, out } => {
            Decision::Approved { quantity: text::short(quantity)?, out: out_fits(out)? }
        }
        Decision::Ready { at } => Decision::Ready { at: text::short(at)? },
        Decision::SentOut { out } => {
            Decision::SentOut { out: WentOut { by: text::name(&out.by)?, ..out } }
        }
        Decision::PickedUp => Decision::PickedUp,
        Decision::Other => Decision::Other,
    })
}

fn out_fits(out: Option<WentOut>) -> Result<Option<WentOut>, Refused> {
    out.map(|out| Ok(WentOut { by: text::name(&out.by)?, ..out })).transpose()
}

fn answer_fits(answer: AnswerToVisit) -> Result<AnswerToVisit, Refused> {
    Ok(match answer {
        AnswerToVisit::Offered { times } => AnswerToVisit::Offered { times: some(times)? },
        AnswerToVisit::Booked { at, with, place } => {
            AnswerToVisit::Booked { at, with: text::short(with)?, place: text::short(place)? }
        }
        AnswerToVisit::Declined { why, next } => {
            AnswerToVisit::Declined { why: text::body(&why)?, next: text::body(&next)? }
        }
        AnswerToVisit::Done { note } => AnswerToVisit::Done { note: text::body(&note)? },
        AnswerToVisit::Other => return Err(Refused::EmptyText),
    })
}

/// The compartment for a thing of this date.
fn shelf(date: Option<crate::time::PartialDate>, dated: impl Fn(u16) -> Kind) -> Kind {
    let year = date.and_then(|date| u16::try_from(date.year()).ok());
    year.map_or(Kind::ChartCore, dated)
}
