//! Two tabs of one browser share a disk. One holds the socket; the other takes over when it is gone.

use shared::document::{Document, DocumentId};
use shared::edit::Audience;
use shared::id::EntryId;
use shared::sync::device::{Device, Effect, Event, OpenDocuments};
use shared::sync::stored::{OutboxItem, PutInto, Stored};
use shared::time::Timestamp;
use shared::wire::{Receipt, Row, Sidecar, ToDevice, ToServer};

use crate::cast::{self, PATIENT, ROSA};
use crate::disk::Disk;
use crate::random::Random;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

struct Browser {
    disk: Disk,
    rng: Random,
}

impl Browser {
    /// What a tab says to the server, once everything that follows from these events is done.
    fn drive(&mut self, tab: &mut Device<OpenDocuments>, mut events: Vec<Event>) -> Vec<ToServer> {
        let mut said = Vec::new();
        while !events.is_empty() {
            let effects = tab.handle(NOW, &mut self.rng, std::mem::take(&mut events));
            for effect in effects {
                match effect {
                    Effect::Store(batch) => {
                        self.disk.take(batch);
                        let (number, answer) = self.disk.perform().expect("it was handed over");
                        answer.expect("the disk takes it");
                        events.push(Event::Stored(number));
                    }
                    Effect::Send(message) => said.push(message),
                    Effect::Bring { .. }
                    | Effect::Connect
                    | Effect::HangUp
                    | Effect::Wipe
                    | Effect::WakeAt(_)
                    | Effect::Tell(_) => {}
                }
            }
        }
        said
    }
}

fn tab() -> Device<OpenDocuments> {
    Device::new(ROSA, cast::device_id(0), OpenDocuments::default())
}

fn pushed(said: &[ToServer]) -> Vec<Vec<u8>> {
    let pushes = said.iter().filter_map(|message| match message {
        ToServer::Push { changes, .. } => Some(changes.iter().map(|change| change.to_vec())),
        _ => None,
    });
    pushes.flatten().collect()
}

#[test]
fn a_tab_that_takes_over_sends_what_the_other_made_and_makes_nothing_twice() {
    let mut browser = Browser { disk: Disk::default(), rng: Random::new(1) };
    let journal = DocumentId::journal(PATIENT, ROSA, Audience::Circle);
    let (hash, genesis) = Document::genesis(&journal);
    let sidecar =
        Sidecar { account: None, device: None, received_at: NOW, receipt: Receipt([0; 16]) };
    let row = Row { seq: 1, hash, sidecar, bytes: genesis.into() };
    let greeted = || {
        vec![
            Event::Leading(true),
            Event::Connected,
            Event::Received(ToDevice::Welcome { version: 1, same: true }),
        ]
    };
    let mut first = tab();
    browser.drive(&mut first, greeted());
    let rows = ToDevice::Rows { document: journal, rows: vec![row], more: false };
    browser.drive(&mut first, vec![Event::Received(rows)]);

    let mut second = tab();
    let rows = browser.disk.rows();
    browser.drive(&mut second, vec![Event::Loaded(rows)]);
    let entry = EntryId::fresh(NOW, &mut browser.rng);
    let item = OutboxItem {
        patient: PATIENT,
        document: journal,
        written_at: NOW,
        put: PutInto::Entry { text: "It is swollen".into() },
        sealed_to_clinic: None,
        may_be_sent: None,
        ask_again_at: None,
        attachments: None,
    };
    let edited = Event::Edited { number: 1, entry, item: item.clone() };
    assert!(browser.drive(&mut second, vec![edited]).is_empty());

    let put = vec![Stored::Outbox { entry, item }];
    let said = browser.drive(&mut first, vec![Event::Elsewhere { put, removed: Vec::new() }]);
    let made = pushed(&said);
    assert_eq!(made.len(), 1);
    // That tab ends before it could say so.
    drop(first);
    let mut events = vec![Event::Loaded(browser.disk.rows())];
    events.extend(greeted());
    let said = browser.drive(&mut second, events);
    assert_eq!(pushed(&said), made);
    assert_eq!(second.unsent(), 1);
}
