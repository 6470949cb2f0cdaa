//! What is minted here is what automerge mints, automerge takes it, and so does the gate.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjType, ROOT, ReadDoc};

use super::super::gate::{Known, Limits, Shape, check};
use super::*;

const HISTORIES: u64 = 300;
const STEPS: u64 = 40;

/// One device twice: as it is, and with automerge in its place.
struct Device {
    ours: Document,
    theirs: Opened,
    actor: Actor,
    /// Minted, and not at the server yet.
    minted: Vec<Vec<u8>>,
    /// How much of the log it has heard.
    heard: usize,
}

struct Story {
    dice: u64,
    actors: u8,
    /// What the server took, in its order.
    log: Vec<Vec<u8>>,
    gate: Known,
    devices: Vec<Device>,
    replaced: usize,
}

impl Story {
    fn new(seed: u64) -> Self {
        let (_, genesis) = Document::genesis(&circle());
        let gate = Known::with_genesis(&check(&genesis, &Limits::IMPORT).unwrap()).unwrap();
        let dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let log = vec![genesis];
        let mut story = Self { dice, actors: 0, log, gate, devices: Vec::new(), replaced: 0 };
        story.devices = (0..3).map(|_| story.connected(Vec::new())).collect();
        story
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 16) % sides
    }

    /// A device that starts with the whole log and what it minted before, in any order, and a fresh
    /// actor.
    fn connected(&mut self, minted: Vec<Vec<u8>>) -> Device {
        self.actors += 1;
        let mut all: Vec<&[u8]> = self.log.iter().chain(&minted).map(Vec::as_slice).collect();
        let turn = usize::from(self.actors) % all.len();
        all.rotate_left(turn);
        let ours = Document::load(all.iter().copied()).unwrap();
        let theirs = Opened::load(all).unwrap();
        // Actors are random, so a later one may stand before an earlier one.
        let actor = Actor([self.actors.wrapping_mul(167); 16]);
        Device { ours, theirs, actor, minted, heard: self.log.len() }
    }

    fn step(&mut self, number: u64) {
        let who = usize::try_from(self.roll(3)).unwrap();
        match self.roll(10) {
            0..=4 => self.write(who, number),
            5 | 6 => self.hear(who),
            7 => self.push(who),
            8 => {
                let minted = std::mem::take(&mut self.devices[who].minted);
                self.devices[who] = self.connected(minted);
            }
            // Refused: what was minted is gone, and the rest is written again by another actor.
            _ => self.devices[who] = self.connected(Vec::new()),
        }
    }

    fn write(&mut self, who: usize, number: u64) {
        let length = usize::try_from(self.roll(400)).unwrap();
        let words: String = "ñandú 120/80 \u{1f600} ".chars().cycle().take(length).collect();
        let put = match self.roll(4) {
            0 => entry(u128::from(number) << 8 | who as u128, &words),
            1 => entry(u128::from(self.roll(4)), &words),
            _ => Put::Register { name: format!("pref/{}", self.roll(3)), text: words },
        };
        let Device { ours, theirs, actor, minted, .. } = &mut self.devices[who];
        assert_eq!(ours.says(&put), theirs.says(&put));
        if ours.says(&put) {
            return;
        }
        let (hash, bytes) = ours.mint(*actor, &put);
        let (as_automerge, deflated) = theirs.mint(*actor, std::slice::from_ref(&put));
        let by_automerge = check(&deflated, &Limits::PATIENT).unwrap();
        assert_eq!((hash, &bytes[..]), (as_automerge, by_automerge.bytes()));
        self.replaced += usize::from(by_automerge.operations()[0].overwritten.len() > 1);
        assert_eq!(hash_of(&deflated), Ok(hash));
        minted.push(bytes);
    }

    fn hear(&mut self, who: usize) {
        let device = &mut self.devices[who];
        let news: Vec<&[u8]> = self.log[device.heard..].iter().map(Vec::as_slice).collect();
        device.heard = self.log.len();
        device.ours.apply(news.iter().copied()).unwrap();
        device.theirs.apply(news).unwrap();
        assert_eq!(device.ours.entries(), device.theirs.entries());
        assert_eq!(device.ours.registers(), device.theirs.registers());
    }

    fn push(&mut self, who: usize) {
        for bytes in std::mem::take(&mut self.devices[who].minted) {
            // As a server, which lets entries be replaced; all else is as in a journal.
            let taken = self.gate.take(&bytes, Shape::Server).expect("the gate takes it");
            assert_eq!(taken.bytes(), bytes);
            self.log.push(bytes);
        }
    }
}

#[test]
fn what_is_minted_is_what_automerge_mints_and_automerge_and_the_gate_take_it() {
    let mut replaced = 0;
    for seed in 1..=HISTORIES {
        let mut story = Story::new(seed);
        (0..STEPS).for_each(|number| story.step(number));
        (0..3).for_each(|who| story.push(who));
        (0..3).for_each(|who| story.hear(who));
        // Any automerge opens it, without a word of ours.
        let mut automerge = AutoCommit::load(&story.log.concat()).expect("any automerge opens it");
        let again = AutoCommit::load(&automerge.save()).expect("and what it saved");
        assert_eq!(again.get_missing_deps(&[]), []);
        assert_eq!(automerge.get_changes(&[]).len(), story.log.len());
        replaced += story.replaced;
    }
    assert!(replaced > 50, "the dice make conflicts that are overwritten: {replaced}");
}

#[test]
fn genesis_is_what_automerge_makes() {
    let actor = ActorId::from(&first_actor(&circle()).0[..]);
    let mut automerge = AutoCommit::new().with_actor(actor);
    automerge.put(ROOT, SCHEMA, SCHEMA_VERSION).unwrap();
    automerge.put_object(ROOT, ENTRIES, ObjType::Map).unwrap();
    automerge.put_object(ROOT, REGISTERS, ObjType::Map).unwrap();
    automerge.commit_with(CommitOptions::default().with_time(0));
    let mut change = automerge.get_last_local_change().unwrap();
    let (hash, bytes) = Document::genesis(&circle());
    assert_eq!((change.hash().0, &change.bytes()[..]), (hash.0, &bytes[..]));
}

/// The gate lets a register hold one, though none of our writers writes it.
#[test]
fn a_number_in_a_register_is_no_text_and_can_be_replaced() {
    let genesis = Document::genesis(&circle()).1;
    let mut other = AutoCommit::load(&genesis).unwrap().with_actor(ActorId::from(&[9; 16][..]));
    let (_, registers) = other.get(ROOT, REGISTERS).unwrap().unwrap();
    other.put(&registers, "pref/size", 3_i64).unwrap();
    other.commit_with(CommitOptions::default().with_time(0));
    let number = other.get_last_local_change().unwrap().bytes().into_owned();
    let mut gate = Known::with_genesis(&check(&genesis, &Limits::IMPORT).unwrap()).unwrap();
    gate.take(&number, Shape::Journal).expect("the gate takes it");
    let mut ours = Document::load([&genesis[..], &number[..]]).unwrap();
    let mut theirs = Opened::load([&genesis[..], &number[..]]).unwrap();
    assert_eq!(ours.registers(), theirs.registers());
    let put = Put::Register { name: "pref/size".into(), text: "4".into() };
    let minted = ours.mint(Actor([1; 16]), &put);
    assert_eq!(minted, theirs.mint(Actor([1; 16]), &[put]));
    assert_eq!(ours.registers(), theirs.registers());
}
