//! Requests: a refill as Task with a proposal, a visit as Appointment. Never an order, never active:
//! nothing here is something that a pharmacy could fill.

use super::super::fill::{fill, identifier, list, maybe};
use super::{Pen, Written, date_time, instant, is_sent};
use crate::edit::Audience;
use crate::fhir::lenient::{Raw, view};
use crate::id::EntryId;
use crate::record::refill::{Decision, Refill};
use crate::record::refills::{End, RefillStanding, refills};
use crate::record::visit::{AnswerToVisit, PartOfDay, PreferredTime, VisitRequest, Wish};
use crate::record::{Entry, Place, Said};

view! {
    /// Of an order, what a proposal repeats word for word.
    Ordered { concept: Raw<'a> = "medicationCodeableConcept" }
}

pub fn written(pen: &Pen<'_>) -> Vec<Written> {
    let mut all = Vec::new();
    for standing in refills(pen.record) {
        if let Some((refill, entry)) = standing.request {
            let audience = entry.audience.unwrap_or(Audience::Circle);
            let id = standing.id;
            let of = |kind, json| Written { kind, id: id.to_string(), entry: id, audience, json };
            all.push(of("MedicationRequest", proposal(pen, id, refill, entry)));
            all.push(of("Task", task(pen, &standing, refill, entry)));
        }
    }
    for (id, entry) in pen.record.entries() {
        if let Said::VisitRequest(asked) = &entry.said {
            let audience = entry.audience.unwrap_or(Audience::Circle);
            let json = appointment(pen, id, asked, entry);
            let kind = "Appointment";
            all.push(Written { kind, id: id.to_string(), entry: id, audience, json });
        }
    }
    all
}

fn proposal(pen: &Pen<'_>, id: EntryId, refill: &Refill, entry: &Entry) -> String {
    let order = pen.record.chart().find(refill.medicine);
    let concept = order.and_then(|order| order.view::<Ordered<'_>>().concept.text());
    let concept = concept.filter(|concept| concept.starts_with('{'));
    let concept = concept.map_or_else(|| fill(r#"{"text":~}"#, &[&refill.name]), str::to_owned);
    fill(
        r#"{"resourceType":"MedicationRequest","id":~,"identifier":[@],"status":"draft","intent":"proposal","medicationCodeableConcept":@,"subject":@,"authoredOn":~,"requester":@,"reportedReference":@@@@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            &concept,
            &pen.patient(),
            &instant(refill.written),
            &pen.author(entry),
            &pen.author(entry),
            &pen.chart(r#","priorPrescription":{"reference":~}"#, refill.medicine),
            &maybe(r#","note":[{"text":~}]"#, refill.note.as_deref()),
            &maybe(r#","dispenseRequest":{"performer":{"display":~}}"#, refill.pharmacy.as_deref()),
        ],
    )
}

fn task(pen: &Pen<'_>, standing: &RefillStanding<'_>, refill: &Refill, entry: &Entry) -> String {
    let id = standing.id;
    let (status, why) = status(pen, standing, entry);
    let business = standing.decisions.last().map(|(said, _)| business(&said.decision));
    let newest = standing.decisions.last().map(|(said, _)| said.written);
    let newest = newest.max(entry.place.received_at()).unwrap_or(refill.written);
    fill(
        r#"{"resourceType":"Task","id":~,"identifier":[@],"groupIdentifier":@,"basedOn":[{"reference":~}],"status":~@@,"intent":"proposal","code":{"coding":[{"system":"http://snomed.info/sct","code":"103742009","display":"Renewal of prescription"}],"text":"Refill request"},"description":~@,"for":@,"authoredOn":~,"lastModified":~,"requester":@,"owner":{"display":"Care team"}@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            &identifier(id),
            &format!("MedicationRequest/{id}"),
            status,
            &maybe(r#","statusReason":{"text":~}"#, why.as_deref()),
            &maybe(r#","businessStatus":{"text":~}"#, business),
            &format!("Refill: {}", refill.name),
            &pen.chart(r#","focus":{"reference":~}"#, refill.medicine),
            &pen.patient(),
            &instant(refill.written),
            &instant(newest),
            &pen.author(entry),
            &maybe(r#","note":[{"text":~}]"#, refill.note.as_deref()),
        ],
    )
}

/// The status that the record bears out, and why.
fn status(
    pen: &Pen<'_>,
    standing: &RefillStanding<'_>,
    entry: &Entry,
) -> (&'static str, Option<String>) {
    match (standing.end, standing.decision()) {
        (End::NotSent, _) => ("draft", None),
        (End::Cancelled { .. }, _) => ("cancelled", Some("Cancelled by the patient".to_owned())),
        (End::Collapsed { into }, _) => {
            ("cancelled", Some(format!("Task/{into} asks for the same medicine")))
        }
        (End::Open | End::Decided, Some((said, _))) => match &said.decision {
            Decision::Declined { why, next, .. } => ("rejected", Some(format!("{why} {next}"))),
            Decision::Changed { to, why, .. } => ("completed", Some(format!("{to}: {why}"))),
            Decision::Approved { .. }
            | Decision::SentOut { .. }
            | Decision::Ready { .. }
            | Decision::PickedUp
            | Decision::Other => ("completed", None),
        },
        (End::Open | End::Decided, None) if !is_sent(entry) => ("draft", None),
        (End::Open | End::Decided, None) if is_taken(pen, standing.id) => ("in-progress", None),
        (End::Open | End::Decided, None) => ("requested", None),
    }
}

/// Somebody at the clinic is at work on it.
fn is_taken(pen: &Pen<'_>, id: EntryId) -> bool {
    pen.record.entries().any(|(_, entry)| match &entry.said {
        Said::Taken(said) => said.of == id,
        Said::Routed(said) => said.of == id,
        _ => false,
    })
}

const fn business(decision: &Decision) -> &'static str {
    match decision {
        Decision::Approved { .. } => "Approved",
        Decision::Changed { .. } => "Approved with a change",
        Decision::Declined { .. } => "Not approved",
        Decision::SentOut { .. } => "Sent to the pharmacy",
        Decision::Ready { .. } => "Ready to be picked up",
        Decision::PickedUp => "Picked up",
        Decision::Other => "Decided",
    }
}

fn appointment(pen: &Pen<'_>, id: EntryId, asked: &VisitRequest, entry: &Entry) -> String {
    let answers = pen.record.entries().filter_map(|(_, answer)| match &answer.said {
        Said::VisitAnswer(said) if said.request == id => Some((answer.order(), &said.answer)),
        _ => None,
    });
    let newest = answers.max_by_key(|(order, _)| *order).map(|(_, answer)| answer);
    let cancelled = pen.record.entries().any(|(_, other)| match &other.said {
        Said::Cancel(cancel) => cancel.request == id && other.author == entry.author,
        _ => false,
    });
    let mut why = None;
    let (mut status, mut start) = ("proposed", String::new());
    match newest {
        Some(AnswerToVisit::Booked { at, .. }) => {
            // A booked appointment has both ends (R4, app-3). Only the start is known: it stands for
            // both where it is a moment, and the day is said in words where it is not.
            if let Some(moment) = at.moment() {
                status = "booked";
                let moment = instant(moment);
                start = fill(r#","start":~,"end":~"#, &[&moment, &moment]);
            } else {
                status = "proposed";
                start = fill(r#","patientInstruction":~"#, &[&format!("Booked: {at}")]);
            }
        }
        Some(AnswerToVisit::Declined { why: reason, next }) => {
            status = "cancelled";
            why = Some(format!("{reason} {next}"));
        }
        Some(AnswerToVisit::Done { note }) => {
            status = "cancelled";
            why = Some(note.clone());
        }
        Some(AnswerToVisit::Offered { .. } | AnswerToVisit::Other) | None => {}
    }
    if cancelled && status == "proposed" {
        status = "cancelled";
        why = Some("Cancelled by the patient".to_owned());
    }
    let periods: Vec<_> = asked.times.iter().filter_map(period).collect();
    fill(
        r#"{"resourceType":"Appointment","id":~,"identifier":[@],"status":~@,"reasonCode":[{"text":~}]@@,"created":~,"comment":~,"participant":[{"actor":@,"required":"required","status":"accepted"},{"actor":{"display":~},"required":"required","status":"needs-action"}]@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            status,
            &maybe(r#","cancelationReason":{"text":~}"#, why.as_deref()),
            &asked.reason,
            &maybe(r#","description":~"#, asked.help.as_deref()),
            &start,
            &instant(asked.written),
            &comment(asked, entry),
            &pen.patient(),
            asked.with.as_deref().unwrap_or("Anyone who is free"),
            &list("requestedPeriod", &periods),
        ],
    )
}

fn comment(asked: &VisitRequest, entry: &Entry) -> String {
    let mut words: Vec<_> = asked.times.iter().map(time_words).collect();
    if asked.earlier_welcome {
        words.push("An earlier time is welcome".to_owned());
    }
    if matches!(entry.place, Place::Here | Place::Refused(_)) {
        words.push("Not sent to the clinic yet".to_owned());
    }
    words.join("; ")
}

/// Only a day is a period; "mornings" is said in the comment.
fn period(time: &PreferredTime) -> Option<String> {
    match time {
        PreferredTime::On { day, .. } => {
            let day = date_time(*day);
            Some(fill(r#"{"start":~,"end":~}"#, &[&day, &day]))
        }
        PreferredTime::Weekly { .. } | PreferredTime::Any => None,
    }
}

fn time_words(time: &PreferredTime) -> String {
    use crate::record::visit::Days;
    let part = |part: &PartOfDay| match part {
        PartOfDay::Morning => "in the morning",
        PartOfDay::Afternoon => "in the afternoon",
        PartOfDay::Evening => "in the evening",
        PartOfDay::Any => "at any time",
    };
    match time {
        PreferredTime::Weekly { days, part: at } => {
            let days = match days {
                Days::Weekdays => "Monday to Friday",
                Days::Saturday => "Saturday",
                Days::Sunday => "Sunday",
            };
            format!("{days} {}", part(at))
        }
        PreferredTime::On { day, part: at } => format!("{day} {}", part(at)),
        PreferredTime::Any => "Any day at any time".to_owned(),
    }
}

pub fn times_of_wish(wish: &Wish) -> String {
    match wish {
        Wish::CannotCome => "Cannot come".to_owned(),
        Wish::EarlierWelcome => "An earlier time is welcome".to_owned(),
        Wish::Move { times } => {
            let times: Vec<_> = times.iter().map(time_words).collect();
            format!("Another time, please: {}", times.join("; "))
        }
    }
}
