//! What people asked the clinic for besides refills: visits, calls, answers before a visit, and
//! what they said is wrong.

use serde::{Deserialize, Serialize};

use super::ItemState;
use super::state::state;
use crate::arrange::Arrange;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeMap;
use crate::record::before_visit::BeforeVisit;
use crate::record::own::{OwnAllergy, OwnMedicine, Wrong};
use crate::record::reading::Reading;
use crate::record::visit::{AnswerToVisit, Call, VisitAnswer, VisitRequest, VisitWish};
use crate::record::{Entry, Loaded, Place, Record, Said};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    pub entry: EntryId,
    /// Nothing while only the clinic's answer has come.
    pub asked: Option<Asked>,
    /// Who asked; nothing if it was the reader.
    pub asked_by: Option<String>,
    pub state: Option<ItemState>,
    /// In the order in which they came.
    pub answers: Vec<AnswerRow>,
    pub cancelled: bool,
    pub can_cancel: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Visit(VisitRequest),
    Wish(VisitWish),
    Call(Call),
    BeforeVisit(BeforeVisit),
    Wrong(Wrong),
    Medicine(OwnMedicine),
    Allergy(OwnAllergy),
    /// Nobody asks with a reading; one that the clinic answered is listed with its answer.
    Reading(Reading),
}

/// The list of requests, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Whether one may be missing, or an answer.
    pub loaded: Loaded,
    pub rows: Vec<RequestRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRow {
    pub entry: EntryId,
    pub answer: AnswerToVisit,
    pub by: String,
    pub at: Option<Timestamp>,
}

/// All of them, or only what was said about this entry, in whichever version of it.
pub fn listed(record: &Record, reader: AccountId, about: Option<EntryId>) -> Requests {
    let mut rows = requests(record, reader);
    if let Some(about) = about {
        rows.retain(|row| match &row.asked {
            Some(Asked::Wrong(said)) => record.chart().are_versions(said.about, about),
            _ => false,
        });
    }
    Requests { loaded: record.loaded_writing_since(0), rows }
}

/// All requests, the newest first.
pub fn requests(record: &Record, reader: AccountId) -> Vec<RequestRow> {
    let mut answers: BTreeMap<EntryId, Vec<(EntryId, &Entry, &VisitAnswer)>> = BTreeMap::new();
    let mut ended: BTreeMap<EntryId, Vec<&Entry>> = BTreeMap::new();
    let (mut asked, mut readings) = (Vec::new(), Vec::new());
    for (id, entry) in record.entries_besides_messages() {
        let what = match &entry.said {
            Said::VisitRequest(said) => Asked::Visit(said.clone()),
            Said::VisitWish(said) => Asked::Wish(said.clone()),
            Said::Call(said) => Asked::Call(said.clone()),
            Said::BeforeVisit(said) => Asked::BeforeVisit(said.clone()),
            Said::Wrong(said) => Asked::Wrong(said.clone()),
            Said::OwnMedicine(said) => Asked::Medicine(said.clone()),
            Said::OwnAllergy(said) => Asked::Allergy(said.clone()),
            Said::Reading(said) => {
                readings.push((id, entry, Asked::Reading(said.clone())));
                continue;
            }
            Said::VisitAnswer(answer) => {
                answers.entry(answer.request).or_default().push((id, entry, answer));
                continue;
            }
            Said::Cancel(cancel) => {
                ended.entry(cancel.request).or_default().push(entry);
                continue;
            }
            Said::Retract(retract) => {
                ended.entry(retract.entry).or_default().push(entry);
                continue;
            }
            _ => continue,
        };
        asked.push((id, entry, what));
    }
    readings.retain(|(id, _, _)| answers.contains_key(id));
    asked.append(&mut readings);
    let mut rows = Vec::new();
    for (id, entry, what) in asked {
        let answered = answers.remove(&id).unwrap_or_default();
        let own = entry.author == Some(reader);
        let (cancelled, is_final) = end_of(entry, ended.get(&id), &answered);
        let answered_at = answered.iter().filter_map(|(_, entry, _)| entry.place.received_at());
        let writer = entry.author.and_then(|author| record.name_of(author)).unwrap_or_default();
        let row = RequestRow {
            entry: id,
            asked: Some(what),
            asked_by: (!own).then(|| writer.to_owned()),
            state: Some(state(record, id, entry, answered_at.max())),
            answers: answer_rows(answered),
            cancelled,
            can_cancel: own && !cancelled && !is_final,
        };
        rows.push((entry.order(), row));
    }
    for (id, answered) in answers {
        let Some(order) = answered.iter().map(|(_, entry, _)| entry.order()).max() else {
            continue;
        };
        rows.push((order, only_answered(id, answered)));
    }
    rows.arrange_by_key(|(order, row)| std::cmp::Reverse((*order, row.entry)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Whether it was taken back, and whether it was answered for good. The first of the two that the clinic
/// received counts: a cancellation after its answer comes too late.
fn end_of(
    asked: &Entry,
    ends: Option<&Vec<&Entry>>,
    answers: &[(EntryId, &Entry, &VisitAnswer)],
) -> (bool, bool) {
    let own = ends.into_iter().flatten().filter(|end| end.author == asked.author);
    let own = own.filter(|end| !matches!(end.place, Place::Refused(_)));
    let ended = own.map(|end| end.order()).min();
    let last = answers.iter().filter(|(_, _, answer)| answer.answer.is_final());
    let answered = last.map(|(_, entry, _)| entry.order()).min();
    let is_first = ended.is_some_and(|ended| answered.is_none_or(|answered| ended < answered));
    (is_first, answered.is_some())
}

/// Answers to what is not here.
fn only_answered(request: EntryId, answered: Vec<(EntryId, &Entry, &VisitAnswer)>) -> RequestRow {
    RequestRow {
        entry: request,
        asked: None,
        asked_by: None,
        state: None,
        answers: answer_rows(answered),
        cancelled: false,
        can_cancel: false,
    }
}

fn answer_rows(mut answers: Vec<(EntryId, &Entry, &VisitAnswer)>) -> Vec<AnswerRow> {
    answers.arrange_by_key(|(id, entry, _)| (entry.order(), *id));
    let rows = answers.into_iter().map(|(entry, at, answer)| AnswerRow {
        entry,
        answer: answer.answer.clone(),
        by: answer.by.clone(),
        at: at.place.received_at(),
    });
    rows.collect()
}
