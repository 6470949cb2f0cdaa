//! One schedule: a seed decides what may go wrong in it, what happens when, and how it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::EntryId;
use shared::sync::planted::Planted;
use shared::sync::scope::Level;

use crate::cast::{self, ANA, PATIENT, ROSA};
use crate::clinic::NODES;
use crate::oracle;
use crate::random::Random;
use crate::store::Store;
use crate::tier::Tier;
use crate::world::{REFUSED_MARK, Trouble, World};

/// The promise: after the last fault everyone agrees within this time.
const CONVERGED_WITHIN_MILLIS: i64 = 60_000;
const STEP_MILLIS: i64 = 500;
/// Most schedules are still being played then.
const NEW_YEAR_WITHIN_MILLIS: i64 = 60_000;
const TEN_YEARS_MILLIS: i64 = 315_360_000_000;

/// What may go wrong in this schedule. Each schedule picks some: with everything at once, little
/// gets far enough to go wrong in an interesting way.
struct Mix {
    /// Few things go wrong, and these often.
    few: bool,
    crash: bool,
    offline: bool,
    cut: bool,
    node: bool,
    store_fails: bool,
    rollback: bool,
    full: bool,
    evict: bool,
    copy: bool,
    clock: bool,
    change_mind: bool,
    refused: bool,
    narrow: bool,
    revoke: bool,
    erase: bool,
    new_year: bool,
}

impl Mix {
    fn new(rng: &mut Random) -> (Self, Trouble) {
        // In half of them only a few things go wrong, and each of them often: what needs two faults
        // one after the other drowns in a schedule that has them all.
        let few = rng.percent(50);
        let mut flip = |chance: u64| rng.percent(if few { chance / 2 } else { chance });
        let mix = Self {
            few,
            crash: flip(50),
            offline: flip(50),
            cut: flip(60),
            node: flip(40),
            store_fails: flip(25),
            rollback: flip(if few { 80 } else { 35 }),
            full: flip(20),
            evict: flip(15),
            copy: flip(15),
            clock: flip(25),
            change_mind: flip(30),
            refused: flip(30),
            narrow: flip(if few { 60 } else { 25 }),
            revoke: flip(12),
            erase: flip(if few { 60 } else { 25 }),
            new_year: flip(60),
        };
        let torn = flip(30);
        let some = |yes: bool, most: u64, rng: &mut Random| if yes { rng.below(most) } else { 0 };
        let (aborts, lost, half) = (rng.percent(25), rng.percent(40), rng.percent(30));
        let garbled = rng.percent(15);
        let unheard = rng.percent(15);
        let (repeated, shuffled) = (rng.percent(15), rng.percent(15));
        let trouble = Trouble {
            torn,
            disk_aborts: some(aborts, 40, rng),
            unheard: some(unheard, 40, rng),
            news_lost: some(lost, 101, rng),
            half_open: some(half, 101, rng),
            garbled: some(garbled, 50, rng),
            repeated: some(repeated, 50, rng),
            shuffled: some(shuffled, 50, rng),
            delay_millis_max: [20, 50, 400, 3_000][rng.place(4)],
            slow_disk_millis: 0,
        };
        (mix, trouble)
    }

    /// Whether this throw of the dice makes something go wrong, in the order of `Stage::step`.
    const fn may(&self, what: u64) -> bool {
        match what {
            50..58 => self.crash,
            58..64 => self.offline,
            64..72 => self.cut,
            72..76 => self.node,
            76..80 => self.rollback,
            80..83 => self.full,
            83..85 => self.evict,
            85..88 => self.copy,
            88..91 => self.clock,
            91..98 => self.change_mind,
            100..104 => self.narrow,
            104..106 => self.revoke,
            106..110 => self.erase || self.revoke,
            _ => true,
        }
    }
}

/// Runs the schedule of a seed. What went wrong, if anything did.
pub fn run<T: Tier>(seed: u64, planted: Option<Planted>, log: bool) -> Result<(), Failure> {
    let mut world = World::<T>::new(seed);
    world.clinic.planted = planted;
    world.clinic.store.erasures.forgotten = planted == Some(Planted::ErasedTakenAgain);
    if log {
        world.log = Some(Vec::new());
    }
    let played = catch_unwind(AssertUnwindSafe(|| play(&mut world)));
    let result = played.unwrap_or_else(|_| Err(vec!["it panicked".to_owned()]));
    result.map_err(|problems| Failure { seed, problems, log: world.log.unwrap_or_default() })
}

pub struct Failure {
    pub seed: u64,
    pub problems: Vec<String>,
    pub log: Vec<String>,
}

fn play<T: Tier>(world: &mut World<T>) -> Result<(), Vec<String>> {
    let (mix, trouble) = Mix::new(&mut world.rng);
    if mix.new_year {
        let millis = world.rng.between(0, NEW_YEAR_WITHIN_MILLIS);
        world.begin_before_new_year(millis);
    }
    // Half of the schedules begin with devices that have everything already.
    if world.rng.percent(50) {
        world.start_all();
        world.run(2_000);
    }
    world.trouble = trouble;
    world.clinic.failing_percent = if mix.store_fails { 5 } else { 0 };
    let mut stage = Stage::<T>::default();
    for _ in 0..world.rng.between(4, 40) {
        stage.step(world, &mix);
        let millis = match world.rng.below(10) {
            0..5 => world.rng.between(0, 60),
            5..9 => world.rng.between(60, 3_000),
            _ => world.rng.between(3_000, 40_000),
        };
        world.run(millis);
        if !world.ledger.problems.is_empty() {
            return Err(std::mem::take(&mut world.ledger.problems));
        }
    }
    oracle::on_disk(world);
    heal(world);
    settle(world)
}

fn heal<T: Tier>(world: &mut World<T>) {
    world.note(|| "faults stop".into());
    world.trouble = Trouble { delay_millis_max: 50, ..Trouble::default() };
    world.clinic.failing_percent = 0;
    for node in 0..NODES {
        if !world.clinic.nodes[node].up {
            world.start_node(node);
        }
    }
    for machine in 0..world.machines.len() {
        world.machines[machine].offline = false;
        world.machines[machine].disk.full = false;
        if world.machines[machine].running.is_none() {
            world.start(machine);
        }
    }
}

fn settle<T: Tier>(world: &mut World<T>) -> Result<(), Vec<String>> {
    let healed = world.now;
    while !oracle::converged(world) {
        if world.now - healed >= CONVERGED_WITHIN_MILLIS {
            oracle::why_not(world);
            break;
        }
        world.run(STEP_MILLIS);
    }
    oracle::check(world);
    match std::mem::take(&mut world.ledger.problems) {
        none if none.is_empty() => Ok(()),
        problems => Err(problems),
    }
}

/// What a schedule remembers between its steps.
struct Stage<T: Tier> {
    texts: u32,
    backup: Option<Store<T>>,
    unsent: Vec<(usize, EntryId)>,
    disk: Option<(usize, crate::disk::Disk)>,
}

impl<T: Tier> Default for Stage<T> {
    fn default() -> Self {
        Self { texts: 0, backup: None, unsent: Vec::new(), disk: None }
    }
}

impl<T: Tier> Stage<T> {
    fn step(&mut self, world: &mut World<T>, mix: &Mix) {
        let machine = world.rng.place(world.machines.len());
        if world.machines[machine].running.is_none() && world.rng.percent(70) {
            world.start(machine);
            return;
        }
        let mut what = world.rng.below(110);
        while mix.few && !mix.may(what) && world.rng.percent(80) {
            what = world.rng.below(110);
        }
        match what {
            0..35 => self.write(world, machine, mix),
            35..45 => self.reply(world),
            45..50 => world.wake(machine),
            50..58 if mix.crash => world.crash(machine),
            58..64 if mix.offline => {
                world.machines[machine].offline ^= true;
                if world.machines[machine].offline {
                    world.cut(machine);
                }
            }
            64..72 if mix.cut => world.cut(machine),
            72..76 if mix.node => {
                let node = world.rng.place(NODES);
                if world.clinic.nodes[node].up {
                    world.stop_node(node);
                } else {
                    world.start_node(node);
                }
            }
            76..80 if mix.rollback => self.backup(world),
            80..83 if mix.full => world.machines[machine].disk.full ^= true,
            83..85 if mix.evict => world.evict(machine),
            85..88 if mix.copy => self.copy(world, machine),
            88..91 if mix.clock => {
                world.machines[machine].clock_error =
                    world.rng.between(-TEN_YEARS_MILLIS, TEN_YEARS_MILLIS);
            }
            91..98 if mix.change_mind => self.change_mind(world),
            98..99 => world.shut(machine),
            99..100 => self.forge(world),
            100..104 if mix.narrow => {
                let levels = [None, Some(Level::ChartOnly), Some(Level::Caregiver)];
                let level = levels[world.rng.place(3)];
                world.rescope(ANA, level);
            }
            104..106 if mix.revoke => world.revoke(machine),
            106..108 if mix.revoke && world.is_revoked(machine) => world.enroll(machine),
            106..110 if mix.erase => self.erase(world),
            _ => self.write(world, machine, mix),
        }
    }

    fn write(&mut self, world: &mut World<T>, machine: usize, mix: &Mix) {
        let account = world.machines[machine].account;
        let private = account == ROSA && world.rng.percent(30);
        let audience = if private { Audience::Private } else { Audience::Circle };
        let refused = mix.refused && world.rng.percent(15);
        let mark = if refused { REFUSED_MARK } else { "" };
        self.texts += 1;
        let text = format!("{mark}text {}", self.texts);
        let document = cast::audience_journal(account, audience);
        if let Some(entry) = world.write(machine, document, &text) {
            self.unsent.push((machine, entry));
        }
    }

    fn reply(&mut self, world: &mut World<T>) {
        let node = world.rng.place(NODES);
        if !world.clinic.nodes[node].up {
            return;
        }
        let audience = if world.rng.percent(30) { Audience::Private } else { Audience::Circle };
        self.texts += 1;
        let text = format!("reply {}", self.texts);
        world.reply(node, DocumentId::care(PATIENT, ROSA, audience), &text);
    }

    /// Somebody with a line of their own makes up a row of a document that others write.
    fn forge(&mut self, world: &mut World<T>) {
        self.texts += 1;
        let text = format!("forged {}", self.texts);
        let private = world.rng.percent(50);
        let audience = if private { Audience::Private } else { Audience::Circle };
        world.forge(DocumentId::care(PATIENT, ROSA, audience), &text);
    }

    /// Something that the clinic may have is to be forgotten.
    fn erase(&mut self, world: &mut World<T>) {
        let entries: Vec<_> = world.ledger.facts.keys().copied().collect();
        if !entries.is_empty() {
            let entry = entries[world.rng.place(entries.len())];
            world.erase(entry);
        }
    }

    /// The person thinks again about something they wrote.
    fn change_mind(&mut self, world: &mut World<T>) {
        if self.unsent.is_empty() {
            return;
        }
        let place = world.rng.place(self.unsent.len());
        let (machine, entry) = self.unsent[place];
        let Some(device) = &world.machines[machine].running else {
            return;
        };
        if device.dead_letters().contains_key(&entry) && world.rng.percent(50) {
            world.dismiss(machine, entry);
            return;
        }
        if world.rng.percent(40) {
            world.withdraw(machine, entry);
        } else {
            self.texts += 1;
            world.reword(machine, entry, &format!("text {}", self.texts));
        }
    }

    /// Takes a backup of the clinic's store, or goes back to the one that was taken.
    fn backup(&mut self, world: &mut World<T>) {
        match self.backup.take() {
            None => self.backup = Some(world.clinic.store.clone()),
            Some(backup) => {
                let quiet = world.rng.percent(50);
                world.go_back(backup.clone(), quiet);
                if world.rng.percent(30) {
                    self.backup = Some(backup);
                }
            }
        }
    }

    /// A profile is cloned onto another machine, or put back as it was.
    fn copy(&mut self, world: &mut World<T>, machine: usize) {
        match self.disk.take() {
            None => self.disk = Some((machine, world.machines[machine].disk.clone())),
            Some((from, disk)) => {
                let same_owner = world.machines[from].account == world.machines[machine].account;
                let onto = if same_owner && cast::OWNERS[from] != ANA { machine } else { from };
                world.put_back(from, onto, disk);
            }
        }
    }
}
