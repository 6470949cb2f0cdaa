//! Where each refill stands: the request in a journal and its decisions in care, joined. Either may
//! be here without the other.

use std::collections::BTreeMap;

use super::medicines::key_of;
use super::refill::{Decision, Refill, RefillDecision};
use super::{Entry, Place, Record, Said};
use crate::arrange::Arrange;
use crate::id::EntryId;
use crate::time::Timestamp;

pub struct RefillStanding<'a> {
    pub id: EntryId,
    /// Nothing if only a decision has come so far.
    pub request: Option<(&'a Refill, &'a Entry)>,
    /// In the order in which the server received them.
    pub decisions: Vec<(&'a RefillDecision, &'a Entry)>,
    pub end: End,
    /// What is the same for all requests of one medicine.
    pub medicine: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Open,
    Decided,
    Cancelled {
        at: Option<Timestamp>,
    },
    /// Another request for the same medicine stands for this one too.
    Collapsed {
        into: EntryId,
    },
    /// Never reached the clinic.
    NotSent,
}

/// All refills, in the order of their ids.
pub fn refills(record: &Record) -> Vec<RefillStanding<'_>> {
    let mut found: BTreeMap<EntryId, RefillStanding<'_>> = BTreeMap::new();
    let mut cancels = BTreeMap::new();
    let mut collapsed = BTreeMap::new();
    for (id, entry) in record.entries() {
        match &entry.said {
            Said::Refill(refill) => {
                let standing = found.entry(id).or_insert_with(|| RefillStanding::new(id));
                standing.request.get_or_insert((refill, entry));
            }
            Said::RefillDecision(decision) => {
                let id = decision.refill;
                let standing = found.entry(id).or_insert_with(|| RefillStanding::new(id));
                standing.decisions.push((decision, entry));
            }
            Said::RefillCollapsed(both) => {
                collapsed.insert(both.refill, both.into);
            }
            Said::Cancel(cancel) => {
                cancels.entry(cancel.request).or_insert_with(Vec::new).push(entry);
            }
            _ => {}
        }
    }
    let mut all: Vec<_> = found.into_values().collect();
    for standing in &mut all {
        standing.decisions.arrange_by_key(|(_, entry)| entry.order());
        let cancelled = cancels.get(&standing.id).map_or(&[][..], Vec::as_slice);
        standing.end = standing.end_of(cancelled, collapsed.get(&standing.id).copied());
        let medicine = standing.request.map(|(refill, _)| refill.medicine);
        standing.medicine = medicine.map(|medicine| medicine_of(record, medicine));
    }
    collapse(&mut all);
    all
}

/// What is the same for all requests of one medicine, also while the chart is not here.
pub fn medicine_of(record: &Record, medicine: EntryId) -> String {
    key_of(record, medicine).unwrap_or_else(|| medicine.to_string())
}

/// Of several open requests for one medicine the first that the server received stands for all,
/// on every device alike and also before the server has said so.
fn collapse(all: &mut [RefillStanding<'_>]) {
    let mut first: BTreeMap<String, (_, EntryId)> = BTreeMap::new();
    let open = |standing: &&RefillStanding<'_>| standing.end == End::Open;
    for standing in all.iter().filter(open) {
        let (Some(medicine), Some((_, entry))) = (&standing.medicine, standing.request) else {
            continue;
        };
        let order = (entry.order(), standing.id);
        let earliest = first.entry(medicine.clone()).or_insert(order);
        *earliest = (*earliest).min(order);
    }
    for standing in all.iter_mut().filter(|standing| standing.end == End::Open) {
        let earliest = standing.medicine.as_ref().and_then(|medicine| first.get(medicine));
        if let Some((_, into)) = earliest.filter(|(_, id)| *id != standing.id) {
            standing.end = End::Collapsed { into: *into };
        }
    }
}

impl<'a> RefillStanding<'a> {
    fn new(id: EntryId) -> Self {
        Self { id, request: None, decisions: Vec::new(), end: End::Open, medicine: None }
    }

    /// The first that the server received counts: a cancellation after a decision comes too late,
    /// and so does one that has not left this device.
    fn end_of(&self, cancels: &[&Entry], collapsed: Option<EntryId>) -> End {
        if let Some((_, entry)) = self.request
            && matches!(entry.place, Place::Refused(_))
        {
            return End::NotSent;
        }
        let author = self.request.and_then(|(_, entry)| entry.author);
        let own = cancels.iter().filter(|cancel| cancel.author == author || author.is_none());
        let sent = own.filter(|cancel| !matches!(cancel.place, Place::Refused(_)));
        let cancelled = sent.map(|cancel| cancel.order()).min();
        let decided = self.decisions.first().map(|(_, entry)| entry.order());
        match (cancelled, decided) {
            (Some(cancelled), Some(decided)) if cancelled < decided => {}
            (_, Some(_)) => return End::Decided,
            (None, None) => {
                return collapsed.map_or(End::Open, |into| End::Collapsed { into });
            }
            (Some(_), None) => {}
        }
        let at = cancelled.filter(|(here, _)| !here).map(|(_, at)| at);
        End::Cancelled { at }
    }

    /// The first decision on the request itself, not a later step of it.
    pub fn decision(&self) -> Option<(&'a RefillDecision, &'a Entry)> {
        let judges = |decision: &Decision| match decision {
            Decision::Approved { .. }
            | Decision::Changed { .. }
            | Decision::Declined { .. }
            | Decision::Other => true,
            Decision::SentOut { .. } | Decision::Ready { .. } | Decision::PickedUp => false,
        };
        let mut judged = self.decisions.iter().filter(|(said, _)| judges(&said.decision));
        judged.next().or(self.decisions.first()).copied()
    }
}
