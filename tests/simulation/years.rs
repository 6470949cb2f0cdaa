//! New Year: from then on the clinic makes the volumes of the year for whoever is there, and devices that
//! were away write into the volume that they know.

use shared::document::{DocumentId, Kind};
use shared::edit::Audience;
use shared::id::{AccountId, EntryId};
use shared::sync::scope::Level;
use shared::time::Timestamp;
use shared::wire::Row;

use crate::cast::{self, ANA, PATIENT, ROSA};
use crate::clinic::Clinic;
use crate::erasure::base;
use crate::oracle;
use crate::store::Store;
use crate::tier::{Stack, Tier};
use crate::world::World;

/// 2028-01-01, the first that comes after the beginning of every schedule.
pub const NEW_YEAR: i64 = 1_830_297_600_000;

/// A document whatever its volume and its epoch.
pub fn work(document: DocumentId) -> DocumentId {
    let document = base(document);
    DocumentId { kind: document.kind.volume(None), ..document }
}

/// Documents that were made, with their first rows.
pub type Made = Vec<(DocumentId, Vec<Row>)>;

impl<T: Tier> Clinic<T> {
    /// As the server does whenever somebody connects, and again while they stay.
    pub fn ensure(&mut self, account: AccountId, now: Timestamp) -> Made {
        if !matches!(self.levels[&account], Some(Level::Own | Level::Caregiver)) {
            return Vec::new();
        }
        let kinds = [
            Kind::JournalCircle(account, None),
            Kind::JournalPrivate(account, None),
            Kind::CareCircle(None),
            Kind::CarePrivate(account, None),
        ];
        let documents = kinds.map(|kind| self.of_today(DocumentId::first(PATIENT, kind), now));
        documents.into_iter().filter_map(|document| self.make(document, now)).collect()
    }

    /// The volume into which the server writes at this time. Before the first New Year of a schedule there
    /// is only the first volume, which is of no year.
    pub fn of_today(&self, document: DocumentId, now: Timestamp) -> DocumentId {
        match now.millis() >= NEW_YEAR {
            true => document.in_year(now.year()),
            false => document,
        }
    }

    /// Nothing if it is there.
    pub fn make(&mut self, document: DocumentId, now: Timestamp) -> Option<(DocumentId, Vec<Row>)> {
        let document = self.store.newest(document);
        if self.store.log(&document).is_some() || document.kind.year().is_none() {
            return None;
        }
        self.store.create(document, now, &cast::receipt_key());
        let rows = self.store.log(&document)?.rows.clone();
        Some((document, rows))
    }
}

impl<T: Tier> Store<T> {
    /// All volumes of a document, each in its newest epoch.
    pub fn volumes(&self, document: DocumentId) -> Vec<DocumentId> {
        let all = self.logs().map(|(there, _)| *there);
        all.filter(|there| work(*there) == work(document)).collect()
    }
}

impl<T: Tier> World<T> {
    /// Nothing has happened yet, and so long after the start of the schedule the year ends.
    pub fn begin_before_new_year(&mut self, millis: i64) {
        self.now = NEW_YEAR - millis;
    }

    pub(super) fn made(&mut self, made: Made) {
        for (document, rows) in made {
            self.note(|| format!("{document} is made"));
            self.ledger.committed(document, &rows);
        }
    }
}

/// All devices have everything, and soon the year ends.
fn old_year() -> World<Stack> {
    let mut world = World::<Stack>::new(1);
    world.begin_before_new_year(10_000);
    world.start_all();
    world.run(2_000);
    world
}

fn journal() -> DocumentId {
    cast::audience_journal(ROSA, Audience::Circle)
}

/// Documents in which the clinic has an entry.
fn places(world: &World<Stack>, entry: EntryId) -> Vec<DocumentId> {
    let is_there = |row: &Row| world.ledger.entries.get(&row.hash) == Some(&entry);
    let logs = world.clinic.store.logs().filter(|(_, log)| log.rows.iter().any(is_there));
    logs.map(|(document, _)| *document).collect()
}

fn all_agree(world: &mut World<Stack>) {
    world.run(60_000);
    assert!(oracle::converged(world), "not everybody has everything");
    oracle::check(world);
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn who_was_away_at_new_year_writes_into_the_volume_they_know_and_then_into_the_new_one() {
    let mut world = old_year();
    world.machines[0].offline = true;
    world.cut(0);
    world.run(30_000);
    let here = world.write(1, journal(), "Happy New Year").unwrap();
    let away = world.write(0, journal(), "I am away").unwrap();
    world.run(1_000);
    world.machines[0].offline = false;
    world.wake(0);
    world.run(5_000);
    let later = world.write(0, journal(), "Back again").unwrap();
    all_agree(&mut world);
    assert_eq!(places(&world, here), [journal().in_year(2028)]);
    assert_eq!(places(&world, away), [journal()]);
    assert_eq!(places(&world, later), [journal().in_year(2028)]);
}

/// Its clock may say what it likes.
#[test]
fn what_waits_for_its_first_document_goes_into_the_newest_volume() {
    // A record that began in this year has no volume without one.
    let mut world = World::<Stack>::new(1);
    world.begin_before_new_year(-1_000);
    world.clinic.store.logs.retain(|document, _| *document != journal());
    world.machines[2].offline = true;
    world.machines[2].clock_error = -365 * 24 * 60 * 60 * 1_000;
    world.start(2);
    let entry = world.write(2, journal(), "From a new phone").unwrap();
    world.run(5_000);
    world.machines[2].offline = false;
    [0, 1, 3].into_iter().for_each(|machine| world.start(machine));
    world.wake(2);
    all_agree(&mut world);
    assert_eq!(places(&world, entry), [journal().in_year(2028)]);
}

#[test]
fn what_was_sent_before_new_year_and_not_heard_of_is_not_written_into_a_second_volume() {
    let mut world = old_year();
    // It leaves, and the answer does not arrive.
    let entry = world.write(0, journal(), "Is it normal?").unwrap();
    while places(&world, entry).is_empty() {
        world.run(1);
    }
    world.machines[0].offline = true;
    world.cut(0);
    world.run(30_000);
    world.write(1, journal(), "Happy New Year").unwrap();
    world.machines[0].offline = false;
    world.wake(0);
    all_agree(&mut world);
    assert_eq!(places(&world, entry), [journal()]);
}

#[test]
fn a_clinic_that_goes_back_to_the_year_before_gets_the_new_volumes_from_its_devices() {
    let mut world = old_year();
    let backup = world.clinic.store.clone();
    world.run(30_000);
    let entry = world.write(3, cast::audience_journal(ANA, Audience::Circle), "She slept well");
    let entry = entry.unwrap();
    world.reply(0, DocumentId::care(PATIENT, ROSA, Audience::Circle), "Good to hear");
    world.run(5_000);
    world.go_back(backup, false);
    all_agree(&mut world);
    let volume = cast::audience_journal(ANA, Audience::Circle).in_year(2028);
    assert_eq!(places(&world, entry), [volume]);
}

/// Seed 15505468083887812886: while it was being written into the new volume, its row was named after the
/// old one, and the verdict about the new one took the change and put back nothing.
#[test]
fn what_is_being_written_into_a_new_volume_survives_its_erasure() {
    for delay in (0..10_000).step_by(250) {
        let mut world = old_year();
        world.run(7_950);
        // Saved in the old year; its change does not come onto the disk, and is made again after a while.
        let entry = world.write(0, journal(), "Is it normal?").unwrap();
        while !world.ledger.facts[&entry].saved {
            world.run(1);
        }
        world.trouble.disk_aborts = 100;
        // Another phone comes in the new year, and with it the new volume.
        world.run(200);
        world.cut(2);
        world.wake(2);
        world.run(500);
        world.trouble.disk_aborts = 0;
        let wrong = world.write(2, journal(), "Meant for somebody else").unwrap();
        world.run(70);
        world.trouble.slow_disk_millis = 1_000;
        world.run(delay);
        world.erase(wrong);
        world.run(5_000);
        world.trouble.slow_disk_millis = 0;
        all_agree(&mut world);
        assert_eq!(places(&world, entry).len(), 1, "erased after {delay} ms");
    }
}
