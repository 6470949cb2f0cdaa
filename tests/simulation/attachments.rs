//! A message that names a photo is sent after its photo, and holds nothing else up.

use std::mem;

use shared::attachment::AttachmentName;
use shared::document::DocumentId;
use shared::edit::Audience;
use shared::id::EntryId;
use shared::sync::device::{Event, Line, NotBrought};
use shared::time::Timestamp;
use shared::wire::WhyRefused;

use crate::cast::{self, ROSA};
use crate::tier::Stack;
use crate::world::World;

/// What goes with words, and what came of it.
#[derive(Default)]
pub struct Beside {
    /// From then on they wait for the person.
    pub ask_again_at: Option<Timestamp>,
    pub attachment: Option<AttachmentName>,
    /// What machines were told to bring; a scenario says what became of it.
    pub bringing: Vec<(usize, AttachmentName)>,
}

impl Beside {
    /// What was written later may pass it.
    pub const fn holds_back(&self) -> bool {
        self.ask_again_at.is_some() || self.attachment.is_some()
    }
}

const PHOTO: AttachmentName = AttachmentName::from_bytes([7; 32]);

fn journal() -> DocumentId {
    cast::audience_journal(ROSA, Audience::Circle)
}

/// With a line, and a message that names the photo on the disk.
fn world() -> (World<Stack>, EntryId) {
    let mut world = World::new(1);
    world.start_all();
    world.run(2_000);
    world.beside.attachment = Some(PHOTO);
    let entry = world.write(0, journal(), "Look at my ankle").expect("it runs");
    world.beside.attachment = None;
    world.run(2_000);
    (world, entry)
}

fn shown(world: &World<Stack>) -> Vec<String> {
    world.shown(1, &journal()).into_values().flatten().collect()
}

fn brought(world: &mut World<Stack>, outcome: Result<(), NotBrought>) {
    world.feed(0, vec![Event::Brought(PHOTO, outcome)]);
    world.run(2_000);
}

fn asked(world: &mut World<Stack>) -> usize {
    mem::take(&mut world.beside.bringing).len()
}

#[test]
fn a_message_follows_its_photo_and_other_words_do_not_wait() {
    let (mut world, _) = world();
    assert_eq!(asked(&mut world), 1, "it is brought once");
    assert!(shown(&world).is_empty());
    world.write(0, journal(), "And my knee");
    world.run(2_000);
    assert_eq!(shown(&world), ["And my knee"]);
    let device = world.machines[0].running.as_ref().unwrap();
    assert_eq!((device.line(), device.unsent()), (Line::Exchanging, 1));
    assert_eq!(asked(&mut world), 0);
    brought(&mut world, Ok(()));
    assert_eq!(shown(&world).len(), 2);
    assert!(matches!(world.machines[0].running.as_ref().unwrap().line(), Line::Same { .. }));
    world.beside.attachment = Some(PHOTO);
    world.write(0, journal(), "The same photo again");
    world.run(2_000);
    assert_eq!((shown(&world).len(), asked(&mut world)), (3, 0), "it is there already");
    assert!(world.ledger.problems.is_empty(), "{:?}", world.ledger.problems);
}

#[test]
fn what_could_not_be_brought_is_brought_later_and_after_a_restart() {
    let (mut world, _) = world();
    asked(&mut world);
    world.feed(0, vec![Event::Brought(PHOTO, Err(NotBrought::Later))]);
    assert_eq!(asked(&mut world), 0, "not at once");
    world.run(20_000);
    assert_eq!(asked(&mut world), 1);
    world.cut(0);
    world.run(5_000);
    assert_eq!(asked(&mut world), 1, "a new line asks anew");
    world.shut(0);
    world.start(0);
    world.run(2_000);
    assert_eq!(asked(&mut world), 1, "the disk remembers what it names");
    assert!(shown(&world).is_empty());
    brought(&mut world, Ok(()));
    assert_eq!(shown(&world), ["Look at my ankle"]);
}

#[test]
fn a_photo_that_is_refused_leaves_its_words_with_the_person() {
    let (mut world, entry) = world();
    world.write(0, journal(), "And my knee");
    brought(&mut world, Err(NotBrought::Refused(WhyRefused::NoRoom)));
    assert_eq!(shown(&world), ["And my knee"]);
    for _ in 0..2 {
        let device = world.machines[0].running.as_ref().unwrap();
        let (item, why) = &device.dead_letters()[&entry];
        assert_eq!((item.attachments.as_deref(), *why), (Some(&[PHOTO][..]), WhyRefused::NoRoom));
        assert!(device.outbox().is_empty());
        world.shut(0);
        world.start(0);
        world.run(2_000);
    }
}

#[test]
fn a_message_that_is_taken_back_meanwhile_is_not_sent() {
    let (mut world, entry) = world();
    world.withdraw(0, entry);
    world.run(100);
    brought(&mut world, Ok(()));
    assert!(shown(&world).is_empty());
    let device = world.machines[0].running.as_ref().unwrap();
    assert_eq!((device.unsent(), device.dead_letters().len()), (0, 0));
}
