//! What one import remembers from piece to piece, and what it decides about each resource.

use shared::fhir::import::{Entry, Fate, Input, Planner, Summary, Why, twice};
use shared::id::{EntryId, PatientId, Rng};
use shared::ordered::BTreeSet;
use shared::time::Timestamp;

use super::examined::{Examined, examine};
use super::import::{EntryOutcome, Order, Outcome};
use super::owner::{Learned, Owner, Owners};
use crate::store::resources::ResourceCommit;
use crate::world::OsRng;

/// Everything that one import remembers from piece to piece.
pub struct Run<'a> {
    pub order: Order<'a>,
    made_at: Option<Timestamp>,
    /// Entries for which another one counts.
    twice: BTreeSet<usize>,
    /// Entries that name a version which is not the stored one's.
    pub outdated: BTreeSet<usize>,
    import: EntryId,
    last: EntryId,
    pub owners: Owners,
    pub planner: Planner,
    pub outcome: Counted,
}

#[derive(Default)]
pub struct Counted {
    pub summary: Summary,
    pub entries: Vec<Numbered>,
}

pub struct Numbered {
    pub number: usize,
    pub outcome: EntryOutcome,
}

/// What was decided about one resource.
pub enum Taken {
    New { resource: EntryId, owner: Option<PatientId> },
    Same { resource: EntryId, owner: Option<PatientId> },
    Not,
}

pub struct Decided {
    pub commit: ResourceCommit,
    pub fates: Vec<Taken>,
}

impl Taken {
    pub const fn resource(&self) -> Option<EntryId> {
        match self {
            Self::New { resource, .. } | Self::Same { resource, .. } => Some(*resource),
            Self::Not => None,
        }
    }

    pub const fn owner(&self) -> Option<PatientId> {
        match self {
            Self::New { owner, .. } | Self::Same { owner, .. } => *owner,
            Self::Not => None,
        }
    }
}

impl<'a> Run<'a> {
    pub fn new(order: Order<'a>, input: &Input<'_>) -> Self {
        let made_at = input.made_at;
        let import = EntryId::fresh(order.now, &mut OsRng);
        Self {
            order,
            made_at,
            twice: twice(&input.entries, made_at),
            outdated: BTreeSet::new(),
            import,
            last: import,
            owners: Owners::default(),
            planner: Planner::default(),
            outcome: Counted::default(),
        }
    }

    /// Ids of one import follow each other, so that a chart stays small.
    pub fn fresh(&mut self) -> EntryId {
        let mut step = [0; 2];
        OsRng.fill(&mut step);
        let step = 1 + u128::from(u16::from_le_bytes(step));
        self.last = EntryId::from_u128(self.last.to_u128().wrapping_add(step));
        self.last
    }

    pub fn examine<'e>(&mut self, entries: Vec<(usize, Entry<'e>)>) -> Vec<Examined<'e>> {
        let mut examined = Vec::new();
        for (number, entry) in entries {
            let place = entry.place.clone();
            let counts = match self.twice.contains(&number) {
                true => Err(Why::Twice),
                false => examine(number, entry),
            };
            match counts {
                Ok(one) => examined.push(one),
                Err(why) => self.refuse(number, place, "", None, why),
            }
        }
        examined
    }

    fn refuse(&mut self, number: usize, place: String, kind: &str, id: Option<String>, why: Why) {
        self.outcome.summary.refuse(&place, why);
        let (kind, fate) = (kind.to_owned(), Fate::Refused(why));
        let outcome = EntryOutcome { place, kind, id, fate };
        self.outcome.entries.push(Numbered { number, outcome });
    }

    pub fn decide(&mut self, entries: &[Examined<'_>], learned: Learned) -> Decided {
        let mut commit = ResourceCommit {
            import: self.import,
            source: self.order.source.to_owned(),
            at: self.order.now,
            people: learned.people,
            facts: learned.facts,
            resources: Vec::new(),
            places: Vec::new(),
            wanted: Vec::new(),
            aside: Vec::new(),
            taken: Vec::new(),
            blobs: Vec::new(),
            charts: Vec::new(),
        };
        let mut fates = Vec::new();
        for entry in entries {
            fates.push(self.decide_one(entry, &mut commit));
        }
        Decided { commit, fates }
    }

    fn decide_one(&mut self, entry: &Examined<'_>, commit: &mut ResourceCommit) -> Taken {
        let facts = &entry.facts;
        let owner = match self.owners.of(entry) {
            Owner::Of(patient) => Some(patient),
            Owner::Nobody => None,
            Owner::Refused(why, waits_for) => {
                if why.is_kept_aside() && entry.aside.is_none() {
                    commit.aside.push(entry.kept_aside(why, waits_for));
                }
                let id = facts.id.clone();
                self.refuse(entry.number, entry.place.clone(), &facts.kind, id, why);
                return Taken::Not;
            }
        };
        commit.taken.extend(entry.aside);
        let updated = facts.updated.or(self.made_at);
        let fresh = self.fresh();
        let condition = entry.stands_for_itself(&self.planner);
        let is_as_sent = condition.is_none();
        let fate = match condition {
            _ if self.outdated.contains(&entry.number) => Fate::Refused(Why::Outdated),
            Some(fate) => fate,
            None => self.planner.decide(facts, &entry.keys, owner, updated, fresh),
        };
        let summary = &mut self.outcome.summary;
        let taken = match fate {
            Fate::New(resource) | Fate::Newer(resource) => {
                let is_new = matches!(fate, Fate::New(_));
                *(if is_new { &mut summary.new } else { &mut summary.updated }) += 1;
                commit.resources.push(entry.stored(resource, owner, updated));
                Taken::New { resource, owner }
            }
            Fate::Unchanged(resource) => {
                summary.unchanged += 1;
                // What stays may say something else, and be somebody else's.
                if is_as_sent { Taken::Same { resource, owner } } else { Taken::Not }
            }
            Fate::Refused(why) => {
                let id = facts.id.clone();
                self.refuse(entry.number, entry.place.clone(), &facts.kind, id, why);
                return Taken::Not;
            }
        };
        if entry.aside.is_some() {
            // Counted now, and read in an earlier import.
            summary.read += 1;
        }
        let (place, kind) = (entry.place.clone(), facts.kind.clone());
        let outcome = EntryOutcome { place, kind, id: facts.id.clone(), fate };
        self.outcome.entries.push(Numbered { number: entry.number, outcome });
        taken
    }

    /// Of a transaction that failed: what was good fails with it.
    pub fn nothing(mut self) -> Outcome {
        let mut summary = Summary { read: self.outcome.summary.read, ..Summary::default() };
        self.outcome.entries.sort_by_key(|entry| entry.number);
        let mut entries = Vec::new();
        for Numbered { mut outcome, .. } in self.outcome.entries {
            let why = match outcome.fate {
                Fate::Refused(why) => why,
                Fate::New(_) | Fate::Newer(_) | Fate::Unchanged(_) => Why::Together,
            };
            outcome.fate = Fate::Refused(why);
            summary.refuse(&outcome.place, why);
            entries.push(outcome);
        }
        // The reasons first, before all that failed with them.
        summary.examples.sort_by_key(|example| example.why == Why::Together);
        Outcome { summary, entries, patients: Vec::new() }
    }
}
