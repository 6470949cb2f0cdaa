//! One medicine has one open refill on every side, whoever asked without a line and whenever it came.

use std::collections::BTreeMap;

use shared::document::{Document, DocumentId};
use shared::edit::Audience;
use shared::id::EntryId;
use shared::reading::Reading;
use shared::record::refill::{Decision, Refill, RefillDecision};
use shared::record::refills::{End, is_open, medicine_of, refills};
use shared::record::{Record, Said};
use shared::time::Timestamp;

use crate::cast::{self, PATIENT, ROSA};
use crate::oracle;
use crate::tier::Stack;
use crate::world::World;

const SEEDS: u64 = 60;
const STEPS: u32 = 24;
const MEDICINES: [EntryId; 2] = [EntryId::from_u128(501), EntryId::from_u128(502)];

fn of_device(world: &World<Stack>, machine: usize) -> Option<Record> {
    let machine = &world.machines[machine];
    let device = machine.running.as_ref()?;
    Some(Reading::of(PATIENT).record(device, machine.account, []).clone())
}

fn of_clinic(world: &World<Stack>) -> Record {
    let mut record = Record::default();
    for (document, log) in world.clinic.store.logs().filter(|(document, _)| !document.is_marks()) {
        let bytes = log.rows.iter().map(|row| &row.bytes[..]);
        let open = Document::load(bytes).expect("what the clinic holds can be opened");
        let row = |hash| log.rows.iter().find(move |row| row.hash == hash);
        record.add_document(document, &open, |hash| row(*hash).map(|row| &row.sidecar));
    }
    record
}

/// What a screen would let them do.
fn ask(world: &mut World<Stack>, machine: usize, medicine: EntryId) {
    let Some(record) = of_device(world, machine) else { return };
    if is_open(&refills(&record), &medicine_of(&record, medicine)) {
        return;
    }
    let written = world.machines[machine].clock(world.now);
    let name = "Lisinopril 10 mg".to_owned();
    let said = Said::Refill(Refill { medicine, name, pharmacy: None, note: None, written });
    let journal = cast::audience_journal(world.machines[machine].account, Audience::Circle);
    world.write(machine, journal, &said.to_text());
}

/// The clinic decides something that it sees open.
fn decide(world: &mut World<Stack>) {
    let record = of_clinic(world);
    let open = refills(&record).into_iter().find(|one| one.end == End::Open);
    let Some(refill) = open.map(|one| one.id) else { return };
    let decision = Decision::Approved { quantity: None, out: None };
    let written = Timestamp::from_millis(world.now);
    let by = "Dr. Amara Okafor".to_owned();
    let said = Said::RefillDecision(RefillDecision { refill, decision, by, written });
    world.reply(0, DocumentId::care(PATIENT, ROSA, Audience::Circle), &said.to_text());
}

fn ends(record: &Record) -> Vec<(EntryId, End)> {
    refills(record).iter().map(|one| (one.id, one.end)).collect()
}

#[test]
fn devices_and_the_clinic_agree_on_one_open_refill_for_each_medicine() {
    let mut folded = 0;
    for seed in 1..=SEEDS {
        let mut world = World::<Stack>::new(seed);
        world.start_all();
        world.run(2_000);
        world.trouble.delay_millis_max = 400;
        for _ in 0..STEPS {
            let machine = world.rng.place(world.machines.len());
            match world.rng.below(10) {
                0..4 => {
                    let medicine = MEDICINES[world.rng.place(MEDICINES.len())];
                    ask(&mut world, machine, medicine);
                }
                4..6 => decide(&mut world),
                6..9 => {
                    world.machines[machine].offline ^= true;
                    world.cut(machine);
                }
                _ => {
                    world.crash(machine);
                    world.start(machine);
                }
            }
            let millis = world.rng.between(0, 2_000);
            world.run(millis);
        }
        (0..world.machines.len()).for_each(|machine| world.machines[machine].offline = false);
        world.trouble.delay_millis_max = 50;
        world.run(60_000);
        assert!(oracle::converged(&world), "seed {seed}");
        oracle::check(&mut world);
        assert!(world.ledger.problems.is_empty(), "seed {seed}: {:?}", world.ledger.problems);

        let clinic = of_clinic(&world);
        for machine in 0..world.machines.len() {
            let device = of_device(&world, machine).expect("it runs");
            assert_eq!(ends(&device), ends(&clinic), "seed {seed}: machine {machine}");
        }
        let mut open = BTreeMap::new();
        for one in refills(&clinic) {
            folded += u32::from(matches!(one.end, End::Collapsed { .. }));
            if let (End::Open, Some((refill, _))) = (one.end, one.request) {
                assert_eq!(open.insert(refill.medicine, one.id), None, "seed {seed}");
            }
        }
    }
    assert!(folded > SEEDS as u32 / 4, "only {folded} requests met another");
}
