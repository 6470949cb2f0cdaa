//! Visits: asking for one, wishing it otherwise, answering before it; and asking to be called.

use serde::{Deserialize, Serialize};

use super::{Audience, Pen, Prepared, Refused, text};
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::EntryId;
use crate::record::before_visit::{BeforeVisit, Confirmation};
use crate::record::visit::{
    AnswerToVisit, Call, PreferredTime, VisitAnswer, VisitRequest, VisitWish, Wish,
};
use crate::record::{Entry, Place, Record, Said};

/// Preferred times of one request; more than a scheduler reads.
pub const TIMES_MAX: usize = 20;
/// Questions before a visit: what a visit has time for.
pub const QUESTIONS_MAX: usize = 3;
/// Longest name of a language (BCP 47, §2.1.1, allows for 35).
const LANGUAGE_CHARS_MAX: usize = 35;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForVisit {
    pub reason: String,
    pub with: Option<String>,
    pub times: Vec<PreferredTime>,
    pub earlier_welcome: bool,
    pub help: Option<String>,
    #[serde(default)]
    pub audience: Audience,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishForVisit {
    pub visit: EntryId,
    pub wish: Wish,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForCall {
    pub language: String,
    pub times: Vec<PreferredTime>,
    pub phone: Option<String>,
    pub note: Option<String>,
    #[serde(default)]
    pub audience: Audience,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerBeforeVisit {
    pub visit: EntryId,
    pub medicines: Confirmation,
    pub allergies: Confirmation,
    pub phone: Confirmation,
    pub reason: String,
    pub questions: Vec<String>,
}

pub(super) fn ask(pen: Pen, ask: AskForVisit) -> Result<Prepared, Refused> {
    let said = Said::VisitRequest(VisitRequest {
        reason: text::body(&ask.reason)?,
        with: text::short(ask.with)?,
        times: some(ask.times)?,
        earlier_welcome: ask.earlier_welcome,
        help: text::note(ask.help)?,
        written: pen.now,
    });
    Ok(pen.new_entry(ask.audience, &said))
}

pub(super) fn wish(record: &Record, pen: Pen, wish: WishForVisit) -> Result<Prepared, Refused> {
    is_to_come(record, wish.visit)?;
    let wished = match wish.wish {
        Wish::Move { times } => Wish::Move { times: some(times)? },
        Wish::CannotCome => Wish::CannotCome,
        Wish::EarlierWelcome => Wish::EarlierWelcome,
    };
    let said = Said::VisitWish(VisitWish {
        visit: wish.visit,
        wish: wished,
        note: text::note(wish.note)?,
        written: pen.now,
    });
    Ok(pen.new_entry(audience_of(record, wish.visit), &said))
}

pub(super) fn call(pen: Pen, ask: AskForCall) -> Result<Prepared, Refused> {
    let language = text::name(&ask.language)?;
    if language.chars().count() > LANGUAGE_CHARS_MAX {
        return Err(Refused::TextTooLong);
    }
    let said = Said::Call(Call {
        language,
        times: some(ask.times)?,
        phone: text::short(ask.phone)?,
        note: text::note(ask.note)?,
        written: pen.now,
    });
    Ok(pen.new_entry(ask.audience, &said))
}

pub(super) fn before(
    record: &Record,
    pen: Pen,
    answers: AnswerBeforeVisit,
) -> Result<Prepared, Refused> {
    is_to_come(record, answers.visit)?;
    if answers.questions.len() > QUESTIONS_MAX {
        return Err(Refused::TooMany);
    }
    let questions = answers.questions.into_iter().map(|question| text::note(Some(question)));
    let questions: Vec<_> = questions.collect::<Result<_, _>>()?;
    let visit = answers.visit;
    let said = BeforeVisit {
        visit,
        medicines: confirmed(answers.medicines)?,
        allergies: confirmed(answers.allergies)?,
        phone: confirmed(answers.phone)?,
        reason: text::note(Some(answers.reason))?.unwrap_or_default(),
        questions: questions.into_iter().flatten().collect(),
        written: pen.now,
    };
    let unanswered = Confirmation::NotAnswered;
    let says_nothing = said.medicines == unanswered
        && said.allergies == unanswered
        && said.phone == unanswered
        && said.reason.is_empty()
        && said.questions.is_empty();
    if says_nothing {
        return Err(Refused::EmptyText);
    }
    let (said, audience) = (Said::BeforeVisit(said), audience_of(record, visit));
    // What has not left is answered otherwise, not twice.
    match waiting(record, pen, visit, audience) {
        Some(entry) => Ok(said.instead_of(entry)),
        None => Ok(pen.new_entry(audience, &said)),
    }
}

/// Those read what is said of a visit who read that it was asked for. Where the request is not here, its
/// answers are, and stand where it stands.
fn audience_of(record: &Record, visit: EntryId) -> Audience {
    let request = record.values_of(visit).iter().find_map(|entry| match &entry.said {
        Said::VisitAnswer(said) => Some(said.request),
        _ => None,
    });
    let request = request.unwrap_or(visit);
    let is_of =
        |entry: &Entry| matches!(&entry.said, Said::VisitAnswer(it) if it.request == request);
    let answers = record.entries_besides_messages().map(|(_, entry)| entry);
    let mut said = record.values_of(request).iter().chain(answers.filter(|entry| is_of(entry)));
    match said.any(|entry| entry.audience == Some(Audience::Private)) {
        true => Audience::Private,
        false => super::own::audience_of(record, visit),
    }
}

/// The own answers for this visit that are on this device alone, and go where these go.
fn waiting(record: &Record, pen: Pen, visit: EntryId, audience: Audience) -> Option<EntryId> {
    let mut own = record.entries().filter_map(|(id, entry)| match &entry.said {
        Said::BeforeVisit(said) if record.chart().are_versions(said.visit, visit) => {
            let is_own = entry.author == Some(pen.account) && entry.audience == Some(audience);
            (is_own && entry.place == Place::Here).then_some(id)
        }
        _ => None,
    });
    own.next()
}

pub(super) fn some<T>(times: Vec<T>) -> Result<Vec<T>, Refused> {
    match times.len() {
        0 => Err(Refused::NoTimes),
        count if count > TIMES_MAX => Err(Refused::TooMany),
        _ => Ok(times),
    }
}

fn confirmed(confirmation: Confirmation) -> Result<Confirmation, Refused> {
    match confirmation {
        Confirmation::Corrected { text } => {
            Ok(Confirmation::Corrected { text: text::note(Some(text))?.ok_or(Refused::EmptyText)? })
        }
        Confirmation::NotAnswered => Ok(Confirmation::NotAnswered),
        Confirmation::Right => Ok(Confirmation::Right),
    }
}

/// A visit of the chart that is planned, or one that the clinic booked as an answer here. Whether
/// its day has gone by is the clinic's to say: this device's clock decides nothing.
fn is_to_come(record: &Record, visit: EntryId) -> Result<(), Refused> {
    let chart = record.chart();
    if let Some(resource) = chart.find(chart.newest_of(visit)) {
        let is_visit = matches!(resource.kind, ResourceType::Appointment | ResourceType::Encounter);
        let planned = || match resource.describe().standing {
            Standing::Planned | Standing::Unsure | Standing::Current | Standing::Unsaid => true,
            Standing::Past | Standing::Not | Standing::Mistake => false,
        };
        return (is_visit && planned()).then_some(()).ok_or(Refused::NotAVisit);
    }
    let answers = record.entries().filter_map(|(id, entry)| match &entry.said {
        Said::VisitAnswer(said) => Some((id, entry, said)),
        _ => None,
    });
    let answers: Vec<_> = answers.collect();
    let of = answers.iter().find(|(id, ..)| *id == visit).map_or(visit, |(.., said)| said.request);
    // The newest of the clinic's words counts.
    let about = answers.iter().filter(|(.., said)| said.request == of);
    let newest = about.max_by_key(|(id, entry, _)| (entry.order(), *id));
    let booked = |said: &VisitAnswer| matches!(said.answer, AnswerToVisit::Booked { .. });
    newest.filter(|(.., said)| booked(said)).map(|_| ()).ok_or(Refused::NotAVisit)
}
