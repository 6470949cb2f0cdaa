//! The ledger: what people wrote and were told, and whether it came true. It looks at values, not
//! at hashes: two sides that agree on the wrong thing are wrong.

use std::collections::{BTreeMap, BTreeSet};

use shared::document::{ChangeHash, DocumentId};
use shared::id::EntryId;
use shared::sync::stored::{Batch, PutInto, RowKey, Standing, Stored, Write};
use shared::wire::Row;

use crate::disk::Disk;
use crate::machine::Asked;

#[derive(Default)]
pub struct Ledger {
    pub facts: BTreeMap<EntryId, Fact>,
    /// Every change that was ever durable at the clinic.
    committed: BTreeSet<(DocumentId, ChangeHash)>,
    /// Which entry a change holds.
    pub entries: BTreeMap<ChangeHash, EntryId>,
    /// What was found to be wrong on the way.
    pub problems: Vec<String>,
}

/// One entry, as its author knows it.
pub struct Fact {
    /// Which of all it was, in the order in which they were written; nothing if later ones may pass it.
    pub number: Option<usize>,
    pub document: DocumentId,
    /// Where it was written; nothing if the clinic wrote it.
    pub machine: Option<usize>,
    /// The words that stand.
    pub text: String,
    /// Words that stood before.
    pub earlier: Vec<String>,
    /// It may be on two disks that do not know of each other.
    pub cloned: bool,
    /// Other words that were asked for, and of which nobody knows whether they stand.
    pub maybe: Vec<String>,
    /// The person was told that it is on the disk.
    pub saved: bool,
    /// The person was told that it is durable at the clinic.
    pub acknowledged: bool,
    pub withdrawn: Withdrawn,
    /// The person read that it was not sent, and put it away.
    pub dismissed: bool,
    /// And was told that it is gone.
    pub put_away: bool,
    /// The clinic was made to forget it.
    pub erased: bool,
    /// Nobody who is left could still have it.
    pub gone: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Withdrawn {
    No,
    Asked,
    Yes,
}

impl Ledger {
    pub fn problem(&mut self, what: String) {
        self.problems.push(what);
    }

    pub fn written(&mut self, machine: usize, document: DocumentId, entry: EntryId, text: &str) {
        self.facts.insert(entry, Fact::new(Some(machine), document, text));
    }

    /// Unless it waits for something else than the clinic.
    pub fn takes_its_turn(&mut self, entry: EntryId, is_held_back: bool) {
        self.fact(entry).number = (!is_held_back).then_some(self.facts.len());
    }

    pub fn written_by_clinic(&mut self, document: DocumentId, entry: EntryId, text: &str) {
        let mut fact = Fact::new(None, document, text);
        fact.saved = true;
        fact.acknowledged = true;
        self.facts.insert(entry, fact);
    }

    pub fn rewording(&mut self, entry: EntryId, text: &str) {
        self.fact(entry).maybe.push(text.to_owned());
    }

    pub fn withdrawing(&mut self, entry: EntryId) {
        let fact = self.fact(entry);
        if fact.withdrawn == Withdrawn::No {
            fact.withdrawn = Withdrawn::Asked;
        }
    }

    pub fn dismissing(&mut self, entry: EntryId) {
        self.fact(entry).dismissed = true;
    }

    /// The person was told so. It has to be on the disk, and stay there when the power goes now.
    pub fn saved(&mut self, disk: &Disk, asked: &Asked) {
        let (entry, wanted) = match asked {
            Asked::Write { entry, text } => {
                self.fact(*entry).saved = true;
                (*entry, Some(text))
            }
            Asked::Reword { entry, text } => {
                let fact = self.fact(*entry);
                fact.maybe.retain(|other| other != text);
                let before = std::mem::replace(&mut fact.text, text.clone());
                fact.earlier.push(before);
                (*entry, Some(text))
            }
            Asked::Withdraw { entry } => {
                self.fact(*entry).withdrawn = Withdrawn::Yes;
                (*entry, None)
            }
            Asked::Dismiss { entry } => {
                if disk.durable_row(&RowKey::DeadLetter(*entry)).is_some() {
                    self.problem(format!("{entry} was called put away before it was"));
                }
                self.fact(*entry).put_away = true;
                return;
            }
        };
        let true_now = match (disk.durable_words(entry), wanted) {
            (Some(item), Some(text)) => {
                matches!(&item.put, PutInto::Entry { text: there } if there == text)
            }
            (None, None) => true,
            (Some(_) | None, _) => false,
        };
        if !true_now {
            self.problem(format!("{entry} was called saved before it was"));
        }
    }

    /// What was written on either may now be on both, and neither knows what the other did with it.
    pub fn cloned(&mut self, from: usize, onto: usize) {
        for fact in self.facts.values_mut() {
            if fact.machine == Some(from) || fact.machine == Some(onto) {
                fact.cloned = true;
            }
        }
    }

    /// A device is about to write down what it believes.
    pub fn storing(&mut self, batch: &Batch) {
        for write in &batch.writes {
            let Write::Put(Stored::Change { document, hash, standing, .. }) = write else {
                continue;
            };
            match standing {
                Standing::Minted { entry, .. } => {
                    self.entries.insert(*hash, *entry);
                }
                Standing::Accepted { .. } if self.committed.contains(&(*document, *hash)) => {
                    let entry = self.entries.get(hash);
                    if let Some(fact) = entry.and_then(|entry| self.facts.get_mut(entry)) {
                        fact.acknowledged = true;
                    }
                }
                Standing::Accepted { .. } => {
                    self.problem(format!("{hash:?} was called sent before it was durable"));
                }
            }
        }
    }

    pub fn committed(&mut self, document: DocumentId, rows: &[Row]) {
        self.committed.extend(rows.iter().map(|row| (document, row.hash)));
    }

    pub fn erased(&mut self, entry: EntryId) {
        self.fact(entry).erased = true;
    }

    pub fn gone(&mut self, entry: &EntryId) {
        self.fact(*entry).gone = true;
    }

    fn fact(&mut self, entry: EntryId) -> &mut Fact {
        self.facts.get_mut(&entry).expect("only what was written is asked about")
    }
}

impl Fact {
    fn new(machine: Option<usize>, document: DocumentId, text: &str) -> Self {
        Self {
            number: None,
            document,
            machine,
            text: text.to_owned(),
            earlier: Vec::new(),
            cloned: false,
            maybe: Vec::new(),
            saved: false,
            acknowledged: false,
            withdrawn: Withdrawn::No,
            dismissed: false,
            put_away: false,
            erased: false,
            gone: false,
        }
    }
}
