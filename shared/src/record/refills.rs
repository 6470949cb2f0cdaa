//! Where each refill stands: the request in a journal and its decisions in care, joined. Either may
//! be here without the other.

use super::medicines::Keys;
use super::refill::{Decision, Refill, RefillDecision};
use super::{Entry, Place, Record, Said};
use crate::arrange::Arrange;
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeMap;
use crate::time::Timestamp;

pub struct RefillStanding<'a> {
    pub id: EntryId,
    /// Nothing if only a decision has come so far.
    pub request: Option<(&'a Refill, &'a Entry)>,
    /// In the order in which the server received them.
    pub decisions: Vec<(&'a RefillDecision, &'a Entry)>,
    pub end: End,
    /// Requests that were folded into this one.
    pub stands_for: Vec<Folded<'a>>,
    /// What is the same for all requests of one medicine.
    pub medicine: Option<String>,
}

/// Somebody asked for the same before they could know that it was asked for.
#[derive(Clone, Copy)]
pub struct Folded<'a> {
    pub id: EntryId,
    pub refill: &'a Refill,
    pub entry: &'a Entry,
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
    for (id, entry) in record.entries_besides_messages() {
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
    let keys = Keys::of(record);
    for standing in &mut all {
        standing.decisions.arrange_by_key(|(_, entry)| entry.order());
        let cancelled = cancels.get(&standing.id).map_or(&[][..], Vec::as_slice);
        standing.end = standing.end_of(cancelled, collapsed.get(&standing.id).copied());
        let medicine = standing.request.map(|(refill, _)| refill.medicine);
        standing.medicine = medicine.map(|medicine| medicine_in(&keys, medicine));
    }
    collapse(&mut all);
    let mut folded: BTreeMap<EntryId, Vec<Folded<'_>>> = BTreeMap::new();
    for one in &all {
        if let (End::Collapsed { into }, Some((refill, entry))) = (one.end, one.request) {
            folded.entry(into).or_default().push(Folded { id: one.id, refill, entry });
        }
    }
    for standing in &mut all {
        standing.stands_for = folded.remove(&standing.id).unwrap_or_default();
    }
    all
}

/// What is the same for all requests of one medicine, also while the chart is not here.
pub fn medicine_of(record: &Record, medicine: EntryId) -> String {
    medicine_in(&Keys::of(record), medicine)
}

fn medicine_in(keys: &Keys<'_>, medicine: EntryId) -> String {
    keys.find(medicine).unwrap_or_else(|| medicine.to_string())
}

/// Whether several requests may be for one medicine, so that only the chart says how many there are.
pub fn are_told_apart_by_the_chart(record: &Record) -> bool {
    let all = refills(record);
    let mut medicines: Vec<EntryId> =
        all.iter().filter_map(|one| one.request).map(|(refill, _)| refill.medicine).collect();
    medicines.arrange();
    medicines.dedup();
    medicines.len() > 1 && all.iter().any(|one| one.end == End::Open)
}

/// Whether another request for this medicine would be a second one.
pub fn is_open(all: &[RefillStanding<'_>], medicine: &str) -> bool {
    let ended = |into: EntryId| all.iter().any(|one| one.id == into && one.end != End::Open);
    let same = |one: &&RefillStanding<'_>| one.medicine.as_deref() == Some(medicine);
    all.iter().filter(same).any(|standing| match standing.end {
        End::Open => true,
        End::Collapsed { into } => !ended(into),
        End::Decided | End::Cancelled { .. } | End::NotSent => false,
    })
}

/// A request that came while another one for the same medicine was open is folded into that one and
/// stays so when it is decided: two people who asked without knowing of each other get the medicine
/// once. The order in which the server received them says so on every side alike, also before the
/// server has heard of both. What was folded into a cancelled request stands again. What other people see
/// is never folded: of the answer to the one they would hear nothing.
fn collapse(all: &mut [RefillStanding<'_>]) {
    let mut order: Vec<usize> = (0..all.len()).collect();
    let asked_at = |one: &RefillStanding<'_>| one.request.map(|(_, entry)| entry.order());
    order.arrange_by_key(|place| (asked_at(&all[*place]), all[*place].id));
    // By medicine and by who sees it: the request that stands, and when it was decided.
    let mut standing: BTreeMap<(String, Option<AccountId>), (EntryId, Option<Order>)> =
        BTreeMap::new();
    for place in order {
        let one = &mut all[place];
        let (Some(medicine), Some((_, asked)), Some(at)) =
            (one.medicine.clone(), one.request, asked_at(one))
        else {
            continue;
        };
        let alike = (medicine, asked.author.filter(|_| asked.audience == Some(Audience::Private)));
        let before = standing.get(&alike);
        let was_open = before.filter(|(_, decided)| decided.is_none_or(|decided| at <= decided));
        match (one.end, was_open) {
            (End::Open, Some((into, _))) => one.end = End::Collapsed { into: *into },
            (End::Open | End::Decided, _) => {
                let decided = one.decisions.first().map(|(_, entry)| entry.order());
                standing.insert(alike, (one.id, decided));
            }
            (End::Cancelled { .. } | End::Collapsed { .. } | End::NotSent, _) => {}
        }
    }
}

/// What has not left this device comes last.
type Order = (bool, Timestamp);

impl<'a> RefillStanding<'a> {
    fn new(id: EntryId) -> Self {
        let (decisions, stands_for) = Default::default();
        Self { id, request: None, decisions, end: End::Open, stands_for, medicine: None }
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
