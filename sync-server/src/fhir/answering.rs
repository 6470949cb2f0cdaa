//! What the EHR says to what a patient asked: each step that it takes becomes an entry in the care
//! document, so that the patient sees it as if somebody had done it at the clinic's page.

use serde_json::Value;
use shared::document::Put;
use shared::edit::Refused;
use shared::edit::clinic::{
    AnswerToVisit, ClinicEdit, ClinicPrepared, Decision, DeclineReason, Role, StaffPen, Way,
    WentOut, prepare,
};
use shared::id::{AccountId, EntryId, PatientId};
use shared::record::Said;
use shared::time::Timestamp;

use crate::clinic::desk::decide::mint;
use crate::clinic::record::{self, Parts};
use crate::documents::{self, Origin};
use crate::error::Error;
use crate::state::App;
use crate::store::rows::{Appended, Batch, News, ReplyKey};
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// What a person reads where the EHR declined and gave no words of its own.
const NO_REASON: &str = "The clinic did not give a reason.";
const WHAT_NEXT: &str = "Ask your care team what to do now.";

/// What an answer comes to; nothing if no person has to see it.
pub fn edit_of(
    kind: &str,
    was: &Value,
    is: &Value,
    by: &str,
    now: Timestamp,
) -> Result<Option<ClinicEdit>, Error> {
    let about = |value: &Value| {
        ["for", "subject", "focus", "basedOn", "partOf", "intent", "code"]
            .map(|field| value[field].clone())
    };
    // Whom and what it is about, nobody may change.
    if kind != "Appointment" && about(was) != about(is) {
        return Err(Error::StepRefused);
    }
    let id = was["id"].as_str().unwrap_or_default();
    match kind {
        "Task" => of_task(parsed(id)?, was, is, by, now),
        "Appointment" => of_appointment(parsed(id)?, was, is),
        _ => of_communication(id, was, is),
    }
}

fn parsed(id: &str) -> Result<EntryId, Error> {
    id.parse().map_err(|_| Error::StepRefused)
}

fn of_task(
    refill: EntryId,
    was: &Value,
    is: &Value,
    by: &str,
    now: Timestamp,
) -> Result<Option<ClinicEdit>, Error> {
    let begun = ["accepted", "in-progress", "on-hold"];
    let (before, after) = (word(was, "status"), word(is, "status"));
    let decision = match after {
        _ if before == after => return Ok(None),
        "received" if before == "requested" => return Ok(None),
        "accepted" | "in-progress" | "on-hold" if begun.contains(&before) => return Ok(None),
        "accepted" | "in-progress" | "on-hold" if matches!(before, "requested" | "received") => {
            return Ok(Some(ClinicEdit::Assign { of: refill, to: None }));
        }
        "completed" => {
            let out = each(&is["output"]).any(|output| {
                word(&output["valueReference"], "reference").contains("MedicationRequest/")
            });
            let out = out.then(|| WentOut { way: Way::Ehr, by: by.to_owned(), at: now });
            Decision::Approved { quantity: None, out }
        }
        "rejected" => Decision::Declined {
            reason: DeclineReason::Other,
            why: reason(&is["statusReason"]),
            next: WHAT_NEXT.to_owned(),
        },
        // Only the patient cancels, and what was decided is not asked for again.
        _ => return Err(Error::StepRefused),
    };
    Ok(Some(ClinicEdit::DecideRefill { refill, decision }))
}

fn of_appointment(request: EntryId, was: &Value, is: &Value) -> Result<Option<ClinicEdit>, Error> {
    let (before, after) = (word(was, "status"), word(is, "status"));
    let answer = match after {
        // A booked visit may still move.
        _ if before == after && was["start"] == is["start"] => return Ok(None),
        "waitlist" | "proposed" => return Ok(None),
        "pending" => return Ok(Some(ClinicEdit::Assign { of: request, to: None })),
        "booked" => {
            let at = word(is, "start").parse().map_err(|_| Error::StepRefused)?;
            let named = |kinds: &[&str]| {
                let mut all = each(&is["participant"]);
                let found = all.find(|one| {
                    let to = word(&one["actor"], "reference");
                    kinds.iter().any(|kind| to.contains(&format!("{kind}/")))
                });
                found.map(|one| word(&one["actor"], "display").to_owned())
            };
            let with = named(&["Practitioner", "PractitionerRole"]).filter(|it| !it.is_empty());
            let place = named(&["Location"]).filter(|it| !it.is_empty());
            AnswerToVisit::Booked { at, with, place }
        }
        "cancelled" => AnswerToVisit::Declined {
            why: reason(&is["cancelationReason"]),
            next: WHAT_NEXT.to_owned(),
        },
        _ => return Err(Error::StepRefused),
    };
    Ok(Some(ClinicEdit::AnswerVisit { request, answer }))
}

fn of_communication(id: &str, was: &Value, is: &Value) -> Result<Option<ClinicEdit>, Error> {
    if was["payload"] != is["payload"] || was["sender"] != is["sender"] {
        return Err(Error::StepRefused);
    }
    let (before, after) = (word(was, "status"), word(is, "status"));
    if let Some(thread) = id.strip_prefix("thread-") {
        let closed = match after {
            _ if before == after => return Ok(None),
            "completed" => true,
            "in-progress" => false,
            _ => return Err(Error::StepRefused),
        };
        return Ok(Some(ClinicEdit::CloseThread { thread: parsed(thread)?, closed }));
    }
    if before != after {
        return Err(Error::StepRefused);
    }
    let is_read = was["received"].is_null() && !is["received"].is_null();
    Ok(is_read.then_some(ClinicEdit::MarkRead { entry: parsed(id)? }))
}

/// A message of the EHR in a thread: which one, and its words.
pub async fn reply_of(
    store: &dyn Store,
    patient_of: impl Fn(&str) -> Option<(PatientId, EntryId)>,
    said: &Value,
) -> Result<Option<(PatientId, ClinicEdit)>, Error> {
    let of = each(&said["partOf"]).chain(each(&said["inResponseTo"]));
    let ids = of.map(|one| word(one, "reference").rsplit('/').next().unwrap_or_default());
    let Some((patient, entry)) = ids.filter_map(patient_of).next() else {
        return Ok(None);
    };
    let texts = each(&said["payload"]).map(|part| word(part, "contentString"));
    let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
    let record = record::read(store, patient, Parts::Writing).await?;
    let values = record.values_of(entry).iter();
    let mut threads = values.filter_map(|entry| match &entry.said {
        Said::Message(message) => message.thread,
        Said::Reply(reply) => Some(reply.thread),
        _ => None,
    });
    let thread = threads.next_back().unwrap_or(entry);
    let text = texts.join("\n\n");
    Ok(Some((patient, ClinicEdit::Reply { thread, text, attachments: Vec::new() })))
}

/// Who writes for the clinic here: a program, under the name that the patient should read.
pub struct Program<'a> {
    pub app: &'a App,
    pub store: &'a dyn Store,
    pub by: &'a str,
}

impl Program<'_> {
    /// Writes one edit; `key` makes asking twice harmless. Holds its turn in the record for as long
    /// as the caller wants: whoever calls has it.
    pub async fn write(
        &self,
        patient: PatientId,
        edit: ClinicEdit,
        key: Option<ReplyKey>,
    ) -> Result<EntryId, Error> {
        let (app, store, now) = (self.app, self.store, self.app.now());
        let entry = key.as_ref().map_or_else(|| EntryId::fresh(now, &mut OsRng), |key| key.entry);
        let record = record::read(store, patient, Parts::WritingAndChart).await?;
        let pen =
            StaffPen { patient, entry, now, name: self.by.to_owned(), role: Role::Prescriber };
        let (document, text) = match prepare(&record, &pen, edit).map_err(refused)? {
            ClinicPrepared::Entry { document, text } => (document, text),
            ClinicPrepared::Mark { document, mark } => {
                let mark = (mark.entry, documents::mark(app.receipts(), document, &mark));
                for news in store.seen(patient, vec![mark]).await? {
                    app.published(news, None);
                }
                return Ok(entry);
            }
        };
        documents::create(store, app.receipts(), document, now).await?;
        let change = mint(store, document, Put::Entry { entry, text }).await?;
        let origin = Origin { account: None, device: None, at: now };
        let batch = Batch {
            document,
            layout: documents::layout(&document),
            changes: vec![documents::own(app.receipts(), &document, &change, origin)?],
            reply: key,
        };
        let appended = store.append(batch).await?;
        if let Some(news) = News::of(document, &appended) {
            app.published(news, None);
        }
        match appended.as_slice() {
            [Appended::Stored(_)] => Ok(entry),
            [Appended::RepliedBefore(before)] => Ok(*before),
            _ => Err(StoreError::Damaged("a document of the clinic's").into()),
        }
    }
}

/// Programs have no account; their keys are kept apart by what stands for one.
pub fn account_of(program: &str) -> AccountId {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(program.as_bytes());
    AccountId::from_bytes(hash[..16].try_into().expect("a hash has more bytes than an id"))
}

fn refused(why: Refused) -> Error {
    match why {
        Refused::NoSuchEntry | Refused::NoSuchThread => Error::NotFound,
        Refused::Decided | Refused::Cancelled | Refused::RefillOpen => Error::DecidedBefore,
        _ => Error::StepRefused,
    }
}

fn reason(concept: &Value) -> String {
    let coded = concept["coding"][0]["display"].as_str();
    let text = concept["text"].as_str().or(coded).map(str::trim).filter(|text| !text.is_empty());
    text.unwrap_or(NO_REASON).to_owned()
}

fn word<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
