//! A record of twenty years: 10,000 observations as full FHIR JSON, 500 prescriptions, 300 visits
//! and 2,000 messages, the same for the same seed. What is measured on it is what a person with a
//! long illness carries around.

mod resources;

use self::resources::{Dice, TOPICS, Visit, observation, people, prescription, sentence};
use crate::document::gate::{self, Limits};
use crate::document::{Actor, ChangeHash, Document, DocumentId, Kind, Opened, Put};
use crate::edit::Audience;
use crate::fhir::entry::ChartEntry;
use crate::id::{EntryId, Rng};
use crate::ordered::BTreeMap;
use crate::record::{Message, Record, Reply, Said};
use crate::testing::{PATIENT, ROSA, SOURCE};
use crate::time::{Day, MILLIS_PER_DAY, Timestamp};
use crate::wire::pack::Pack;
use crate::wire::{Receipt, Row, Sidecar, rows_bytes_goal};

/// Resources of one change, as an import writes them.
const PER_CHANGE: usize = 100;
pub const FIRST_YEAR: u16 = 2006;
pub const YEARS: u16 = 20;

/// How much of each a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub observations: usize,
    pub prescriptions: usize,
    pub visits: usize,
    pub messages: usize,
}

impl Size {
    pub const TWENTY_YEARS: Self =
        Self { observations: 10_000, prescriptions: 500, visits: 300, messages: 2_000 };

    pub const fn times(self, factor: usize) -> Self {
        Self {
            observations: self.observations * factor,
            prescriptions: self.prescriptions * factor,
            visits: self.visits * factor,
            messages: self.messages * factor,
        }
    }
}

/// The documents of a record, each as its changes.
pub type Documents = BTreeMap<DocumentId, Vec<Vec<u8>>>;

/// Core and the two last years of results, visits and what people wrote, with all that is of no year.
pub fn is_hot(document: &DocumentId) -> bool {
    let last = FIRST_YEAR + YEARS - 1;
    document.kind.year().is_none_or(|year| year + 1 >= last)
}

/// The last moment of the record.
pub fn end() -> Timestamp {
    let day = Day::new(2025, 12, 31).expect("the calendar has it");
    Timestamp::from_millis(day.number() * MILLIS_PER_DAY)
}

pub fn documents(seed: u64, size: Size) -> Documents {
    let mut dice = Dice(seed | 1);
    let mut puts: BTreeMap<DocumentId, Vec<Put>> = BTreeMap::new();
    // Ids of one import follow each other, as the server gives them.
    let mut last = EntryId::fresh(end(), &mut dice);
    let mut chart = |kind: Kind, dice: &mut Dice, json: String| {
        last = EntryId::from_u128(last.to_u128() + 1 + u128::from(dice.below(1 << 16)));
        let text = ChartEntry::new(SOURCE, json).to_text().expect("the generator writes JSON");
        let document = DocumentId::first(PATIENT, kind);
        puts.entry(document).or_default().push(Put::Entry { entry: last, text });
    };
    for json in people(&mut dice) {
        chart(Kind::ChartCore, &mut dice, json);
    }
    let visits: Vec<_> =
        (0..size.visits).map(|number| Visit::new(number, size.visits, &mut dice)).collect();
    for visit in &visits {
        chart(Kind::ChartVisits(visit.year()), &mut dice, visit.json());
    }
    for number in 0..size.observations {
        let visit = &visits[number * visits.len() / size.observations];
        let json = observation(number, visit, &mut dice);
        chart(Kind::ChartResults(visit.year()), &mut dice, json);
    }
    for number in 0..size.prescriptions {
        let visit = &visits[number * visits.len() / size.prescriptions];
        let is_new = number * 10 >= size.prescriptions * 9;
        let json = prescription(number, visit, is_new, &mut dice);
        chart(Kind::ChartCore, &mut dice, json);
    }
    let mut documents: Documents = puts
        .into_iter()
        .map(|(document, puts)| (document, minted(&document, &puts, PER_CHANGE, &mut dice)))
        .collect();
    messages(size.messages, &mut dice, &mut documents);
    documents
}

/// The record of some of these documents, received as a device receives it.
pub fn record<'a>(
    documents: impl IntoIterator<Item = (&'a DocumentId, &'a Vec<Vec<u8>>)>,
) -> Record {
    let mut record = Record::default();
    let sidecar = Sidecar {
        account: Some(ROSA),
        device: None,
        received_at: end(),
        receipt: Receipt([0; 16]),
    };
    for (key, changes) in documents {
        let document = Document::load(changes.iter().map(Vec::as_slice));
        let document = document.expect("the generator's changes are whole");
        record.add_document(key, &document, |_: &ChangeHash| Some(&sidecar));
    }
    record
}

/// One document as the fewest bytes: what a snapshot of it costs.
pub fn saved(document: &DocumentId, changes: &[Vec<u8>]) -> usize {
    let opened = Document::load(changes.iter().map(Vec::as_slice));
    let opened = opened.expect("the generator's changes are whole");
    let puts: Vec<_> = opened
        .entries()
        .into_iter()
        .flat_map(|(entry, values)| {
            values.into_iter().map(move |value| Put::Entry { entry, text: value.text.to_string() })
        })
        .collect();
    let all = puts.len().max(1);
    minted(document, &puts, all, &mut Dice(1)).iter().map(Vec::len).sum()
}

/// One document as a server sends it that has packed its log. Receipts look like chance, as real ones do.
pub fn packs(document: &DocumentId, changes: &[Vec<u8>]) -> Vec<Pack> {
    let mut dice = Dice(document.to_bytes().len() as u64 | 1);
    let mut packs: Vec<(usize, Vec<Row>)> = Vec::new();
    for (seq, bytes) in (1..).zip(changes) {
        let change = gate::check(bytes, &Limits::IMPORT).expect("the generator's changes are fit");
        let mut receipt = Receipt([0; 16]);
        dice.fill(&mut receipt.0);
        let account = document.writer();
        let sidecar = Sidecar { account, device: None, received_at: end(), receipt };
        let row = Row { seq, hash: change.hash(), sidecar, bytes: change.into_bytes().into() };
        match packs.last_mut().filter(|(weight, _)| *weight < rows_bytes_goal(document)) {
            Some((weight, rows)) => {
                *weight += row.bytes.len();
                rows.push(row);
            }
            None => packs.push((row.bytes.len(), vec![row])),
        }
    }
    packs.into_iter().map(|(_, rows)| Pack::smallest(*document, rows)).collect()
}

fn minted(document: &DocumentId, puts: &[Put], per_change: usize, dice: &mut Dice) -> Vec<Vec<u8>> {
    let (_, genesis) = Document::genesis(document);
    let mut opened = Opened::load([&genesis[..]]).expect("genesis is whole");
    let actor = Actor::fresh(dice);
    let mut changes = vec![genesis];
    changes.extend(puts.chunks(per_change).map(|puts| opened.mint(actor, puts).1));
    changes
}

/// Half of them by the patient, half answers, each a change of its own in the volume of its year.
fn messages(count: usize, dice: &mut Dice, documents: &mut Documents) {
    let journal = DocumentId::journal(PATIENT, ROSA, Audience::Circle);
    let care = DocumentId::care(PATIENT, ROSA, Audience::Circle);
    let mut volumes: BTreeMap<DocumentId, Vec<Put>> = BTreeMap::new();
    let mut thread = None;
    for number in 0..count {
        let days = i64::from(YEARS) * 365 * number as i64 / count as i64;
        let written = end().plus_millis((days - i64::from(YEARS) * 365) * MILLIS_PER_DAY);
        let entry = EntryId::fresh(written, dice);
        let text = sentence(dice);
        let said = if number % 2 == 0 {
            let opens = number % 10 == 0;
            let message = Message {
                thread: thread.filter(|_| !opens),
                topic: opens.then(|| dice.pick(&TOPICS).to_owned()),
                text,
                written,
                ..Message::default()
            };
            thread = message.thread.or(Some(entry));
            Said::Message(message)
        } else {
            Said::Reply(Reply {
                thread: thread.expect("a message came before"),
                text,
                attachments: Vec::new(),
                by: "Nurse Linh Tran".to_owned(),
                written,
            })
        };
        let put = Put::Entry { entry, text: said.to_text() };
        let document = if number % 2 == 0 { journal } else { care };
        volumes.entry(document.in_year(written.year())).or_default().push(put);
    }
    for (document, puts) in volumes {
        documents.insert(document, minted(&document, &puts, 1, dice));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Answer, Ask, answer};

    const SMALL: Size = Size { observations: 200, prescriptions: 20, visits: 20, messages: 40 };

    #[test]
    fn one_seed_is_one_record_and_everything_in_it_is_shown() {
        assert_eq!(documents(7, SMALL), documents(7, SMALL));
        assert_ne!(documents(7, SMALL), documents(8, SMALL));
        let documents = documents(7, SMALL);
        let record = record(&documents);
        let show = crate::view::ShowResults::All;
        let Answer::Results(results) = answer(&record, ROSA, &Ask::Results { show, limit: 500 })
        else {
            panic!("results");
        };
        let rows: usize = results.panels.iter().map(|panel| panel.rows.len()).sum();
        assert_eq!(rows, SMALL.observations);
        let Answer::Medicines(medicines) = answer(&record, ROSA, &Ask::Medicines) else {
            panic!("medicines");
        };
        let entries: usize =
            medicines.now.iter().chain(&medicines.before).map(|row| row.entries.len()).sum();
        assert_eq!(entries, SMALL.prescriptions);
        assert_eq!(record.entries().count(), SMALL.messages);
    }
}
