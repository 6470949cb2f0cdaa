//! Refills as a person follows them, step by step. No step is shown before it is true.

use serde::{Deserialize, Serialize};

use super::ItemState;
use super::state::state;
use crate::arrange::Arrange;
use crate::id::{AccountId, EntryId};
use crate::record::refill::{Decision, DeclineReason, WentOut};
use crate::record::refills::{self, End, RefillStanding};
use crate::record::{Entry, Record, Said, Step};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefillRow {
    pub entry: EntryId,
    /// Nothing while only the clinic's answer has come.
    pub medicine: Option<EntryId>,
    pub name: String,
    pub pharmacy: Option<String>,
    pub note: Option<String>,
    /// Who asked; nothing if it was the reader.
    pub asked_by: Option<String>,
    /// In the order in which they come; those that were not reached have no time.
    pub steps: Vec<RefillStep>,
    pub outcome: RefillOutcome,
    /// Requests that this one stands for too, with what was said there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoAsked>,
    /// Nothing while the request itself has not come.
    pub state: Option<ItemState>,
    /// The reader may still take it back.
    pub can_cancel: bool,
}

/// Somebody asked for the same before they could know that it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoAsked {
    pub entry: EntryId,
    /// Nothing if it was the reader.
    pub asked_by: Option<String>,
    pub pharmacy: Option<String>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefillStep {
    pub is: RefillStepName,
    /// Reached, perhaps at a time that is not known.
    pub reached: bool,
    pub at: Option<Timestamp>,
    pub by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefillStepName {
    SavedHere,
    Sent,
    AtTheClinic,
    /// Somebody there took it on.
    InWork,
    Approved,
    SentOut,
    Ready,
    PickedUp,
    /// Not approved: the last step there is.
    Declined,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefillOutcome {
    Open,
    Approved {
        quantity: Option<String>,
        out: Option<WentOut>,
    },
    Changed {
        to: String,
        why: String,
    },
    Declined {
        reason: DeclineReason,
        why: String,
        next: String,
    },
    /// Decided in a way that this version has no words for.
    Decided,
    Cancelled,
    /// Another request for the same medicine stands for this one too.
    SameAs {
        entry: EntryId,
        asked_by: Option<String>,
    },
    NotSent,
}

/// All refills, the newest request first.
pub fn refills(record: &Record, reader: AccountId) -> Vec<RefillRow> {
    let mut all = refills::refills(record);
    all.arrange_by_key(|standing| {
        let request = standing.request.map(|(_, entry)| entry.order());
        let decided = standing.decisions.first().map(|(_, entry)| entry.order());
        std::cmp::Reverse((request.or(decided), standing.id))
    });
    all.iter().map(|standing| row(record, reader, standing)).collect()
}

pub(super) fn row(record: &Record, reader: AccountId, standing: &RefillStanding<'_>) -> RefillRow {
    let decided_at = standing.decision().and_then(|(_, entry)| entry.place.received_at());
    let request = standing.request;
    let state = request.map(|(_, entry)| state(record, standing.id, entry, decided_at));
    let own = request.is_some_and(|(_, entry)| entry.author == Some(reader));
    RefillRow {
        entry: standing.id,
        medicine: request.map(|(refill, _)| refill.medicine),
        name: request.map(|(refill, _)| refill.name.clone()).unwrap_or_default(),
        pharmacy: request.and_then(|(refill, _)| refill.pharmacy.clone()),
        note: request.and_then(|(refill, _)| refill.note.clone()),
        asked_by: request.and_then(|(_, entry)| asked_by(record, reader, entry)),
        steps: steps(record, standing, own),
        outcome: outcome(record, reader, standing),
        also: also(record, reader, standing),
        can_cancel: own && standing.end == End::Open,
        state,
    }
}

fn also(record: &Record, reader: AccountId, standing: &RefillStanding<'_>) -> Vec<AlsoAsked> {
    let asked = standing.stands_for.iter().map(|folded| AlsoAsked {
        entry: folded.id,
        asked_by: asked_by(record, reader, folded.entry),
        pharmacy: folded.refill.pharmacy.clone(),
        note: folded.refill.note.clone(),
    });
    asked.collect()
}

fn asked_by(record: &Record, reader: AccountId, entry: &Entry) -> Option<String> {
    let author = entry.author.filter(|author| *author != reader)?;
    Some(record.name_of(author).unwrap_or_default().to_owned())
}

fn outcome(record: &Record, reader: AccountId, standing: &RefillStanding<'_>) -> RefillOutcome {
    match standing.end {
        End::Open => return RefillOutcome::Open,
        End::NotSent => return RefillOutcome::NotSent,
        End::Cancelled { .. } => return RefillOutcome::Cancelled,
        End::Collapsed { into } => {
            let other = record.values_of(into).iter().find_map(|entry| entry.author);
            let other = other.filter(|author| *author != reader);
            let asked_by = other.and_then(|author| record.name_of(author)).map(str::to_owned);
            return RefillOutcome::SameAs { entry: into, asked_by };
        }
        End::Decided => {}
    }
    let Some((said, _)) = standing.decision() else {
        return RefillOutcome::Decided;
    };
    match &said.decision {
        Decision::Approved { quantity, out } => {
            RefillOutcome::Approved { quantity: quantity.clone(), out: out.clone() }
        }
        Decision::Changed { to, why, .. } => {
            RefillOutcome::Changed { to: to.clone(), why: why.clone() }
        }
        Decision::Declined { reason, why, next } => {
            RefillOutcome::Declined { reason: *reason, why: why.clone(), next: next.clone() }
        }
        Decision::SentOut { .. } | Decision::Ready { .. } | Decision::PickedUp => {
            RefillOutcome::Approved { quantity: None, out: None }
        }
        Decision::Other => RefillOutcome::Decided,
    }
}

fn steps(record: &Record, standing: &RefillStanding<'_>, own: bool) -> Vec<RefillStep> {
    use RefillStepName as Name;
    let step =
        |is, reached, at: Option<Timestamp>, by: Option<String>| RefillStep { is, reached, at, by };
    let decided = !standing.decisions.is_empty();
    let mut steps = Vec::new();
    let (mut received_at, mut sent) = (None, decided);
    if let Some((refill, entry)) = standing.request {
        received_at = entry.place.received_at();
        sent |= received_at.is_some();
        if own {
            steps.push(step(Name::SavedHere, true, Some(refill.written), None));
        }
    }
    steps.push(step(Name::Sent, sent, received_at, None));
    let marks = record.marks_of(standing.id);
    let mut there =
        marks.iter().filter(|mark| matches!(mark.step, Step::AtTheClinic | Step::ReadBy { .. }));
    let there_at = there.next().map(|mark| mark.at);
    let there_at = there.fold(there_at, |first, mark| first.map(|first| first.min(mark.at)));
    let taken = taken(record, standing.id);
    let there = decided || there_at.is_some() || taken.is_some();
    steps.push(step(Name::AtTheClinic, there, there_at, None));
    // Only a step once somebody took it on: a decision may come without.
    steps.extend(taken.map(|(at, by)| step(Name::InWork, true, at, Some(by))));
    if let End::Cancelled { at } = standing.end {
        steps.push(step(Name::Cancelled, true, at, None));
        return steps;
    }
    // Nothing more will be done about this one: the steps of the other say what is.
    if matches!(standing.end, End::Collapsed { .. }) {
        return steps;
    }
    let of = |wanted: fn(&Decision) -> bool| {
        let found = standing.decisions.iter().find(|(said, _)| wanted(&said.decision));
        found.map(|(said, entry)| (entry.place.received_at(), said.by.clone()))
    };
    if let Some((at, by)) = of(|decision| matches!(decision, Decision::Declined { .. })) {
        steps.push(step(Name::Declined, true, at, Some(by)));
        return steps;
    }
    if matches!(standing.decision(), Some((said, _)) if said.decision == Decision::Other) {
        return steps;
    }
    let approved =
        of(|decision| matches!(decision, Decision::Approved { .. } | Decision::Changed { .. }));
    let later = [
        (Name::SentOut, of(|decision| matches!(decision, Decision::SentOut { .. }))),
        (Name::Ready, of(|decision| matches!(decision, Decision::Ready { .. }))),
        (Name::PickedUp, of(|decision| matches!(decision, Decision::PickedUp))),
    ];
    let after = later.iter().any(|(_, reached)| reached.is_some());
    let (at, by) = approved.clone().unzip();
    steps.push(step(Name::Approved, approved.is_some() || after, at.flatten(), by));
    for (name, reached) in later {
        // What a pharmacy may never say is only a step once it was said.
        if reached.is_some() || name == Name::Ready {
            let picked_up =
                standing.decisions.iter().any(|(said, _)| said.decision == Decision::PickedUp);
            let (at, by) = reached.clone().unzip();
            let reached = reached.is_some() || (name == Name::Ready && picked_up);
            steps.push(step(name, reached, at.flatten(), by));
        }
    }
    steps
}

/// When somebody at the clinic took it on, and who: the last who did.
fn taken(record: &Record, refill: EntryId) -> Option<(Option<Timestamp>, String)> {
    let others = record.entries_besides_messages();
    let all = others.filter_map(|(_, entry)| match &entry.said {
        Said::Taken(said) if said.of == refill => Some((entry.order(), entry, said)),
        _ => None,
    });
    let (_, entry, said) = all.max_by_key(|(order, ..)| *order)?;
    Some((entry.place.received_at(), said.to.clone()))
}
