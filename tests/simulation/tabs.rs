//! Two tabs of one browser share a disk. One holds the socket; the other takes over when it is gone.

use shared::attachment::AttachmentName;
use shared::document::{Document, DocumentId};
use shared::edit::{Audience, Refused};
use shared::id::EntryId;
use shared::reading::Reading;
use shared::record::preference::Preference;
use shared::sync::device::{Device, Effect, Event, NotBrought, Notice, OpenDocuments};
use shared::sync::planted::Planted;
use shared::sync::stored::{OutboxItem, PutInto, Stored};
use shared::time::Timestamp;
use shared::view::settings::settings;
use shared::wire::{Receipt, Row, Sidecar, ToDevice, ToServer, WhyClosed, WhyRefused};

use crate::cast::{self, PATIENT, ROSA};
use crate::disk::Disk;
use crate::random::Random;
use crate::scenarios::has;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

struct Browser {
    disk: Disk,
    rng: Random,
    told: Vec<Notice>,
    /// What is handed over waits.
    is_slow: bool,
}

impl Browser {
    /// What a tab says to the server, once everything that follows from these events is done.
    fn drive(&mut self, tab: &mut Device<OpenDocuments>, mut events: Vec<Event>) -> Vec<ToServer> {
        let (mut said, mut turns) = (Vec::new(), 0);
        while !events.is_empty() {
            turns += 1;
            assert!(turns < 1_000, "it never ends");
            let effects = tab.handle(NOW, &mut self.rng, std::mem::take(&mut events));
            for effect in effects {
                match effect {
                    Effect::Store(batch) if self.is_slow => self.disk.take(batch),
                    Effect::Store(batch) => {
                        self.disk.take(batch);
                        let (number, answer) = self.disk.perform().expect("it was handed over");
                        events.push(match answer {
                            Ok(()) => Event::Stored(number),
                            Err(why) => Event::NotStored(number, why),
                        });
                    }
                    Effect::Send(message) => said.push(message),
                    Effect::Tell(notice) => self.told.push(notice),
                    Effect::Bring { .. }
                    | Effect::ReadAgain { .. }
                    | Effect::Connect
                    | Effect::HangUp
                    | Effect::Wipe
                    | Effect::WakeAt(_) => {}
                }
            }
        }
        said
    }
}

impl Browser {
    /// The slow disk does what it was given, and says so.
    fn catch_up(&mut self, tab: &mut Device<OpenDocuments>) {
        self.is_slow = false;
        while let Some((number, answer)) = self.disk.perform() {
            let event = match answer {
                Ok(()) => Event::Stored(number),
                Err(why) => Event::NotStored(number, why),
            };
            self.drive(tab, vec![event]);
        }
    }

    fn words_on_disk(&self, entry: EntryId) -> Option<PutInto> {
        self.disk.durable_words(entry).map(|item| item.put.clone())
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

fn journal() -> DocumentId {
    DocumentId::journal(PATIENT, ROSA, Audience::Circle)
}

fn waiting(words: &str) -> OutboxItem {
    OutboxItem {
        patient: PATIENT,
        document: journal(),
        written_at: NOW,
        put: words_of(words),
        sealed_to_clinic: None,
        may_be_sent: None,
        ask_again_at: None,
        attachments: None,
        saying: None,
    }
}

fn words_of(words: &str) -> PutInto {
    PutInto::Entry { text: words.to_owned() }
}

fn greeted() -> Vec<Event> {
    let welcome = ToDevice::Welcome { version: 1, same: true };
    vec![Event::Leading(true), Event::Connected, Event::Received(welcome)]
}

/// Two tabs that know the journal, and an entry that waits. The first has no line yet.
fn two_tabs(words: &str) -> (Browser, [Device<OpenDocuments>; 2], EntryId) {
    let mut browser =
        Browser { disk: Disk::default(), rng: Random::new(1), told: Vec::new(), is_slow: false };
    let (hash, genesis) = Document::genesis(&journal());
    let sidecar =
        Sidecar { account: None, device: None, received_at: NOW, receipt: Receipt([0; 16]) };
    let row = Row { seq: 1, hash, sidecar, bytes: genesis.into() };
    let mut first = tab();
    browser.drive(&mut first, greeted());
    let rows = ToDevice::Rows { document: journal(), rows: vec![row], more: false };
    browser.drive(&mut first, vec![Event::Received(rows), Event::Disconnected]);
    let entry = EntryId::fresh(NOW, &mut browser.rng);
    let edited = Event::Edited { number: 1, entry, item: waiting(words) };
    browser.drive(&mut first, vec![edited]);
    let mut second = tab();
    let rows = browser.disk.rows();
    browser.drive(&mut second, vec![Event::Loaded(rows)]);
    (browser, [first, second], entry)
}

#[test]
fn a_tab_that_takes_over_sends_what_the_other_made_and_makes_nothing_twice() {
    let (mut browser, [mut first, mut second], _) = two_tabs("It is swollen");
    let said = browser.drive(&mut first, greeted());
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

#[test]
fn what_one_tab_says_otherwise_no_other_sends_as_it_was() {
    let (mut browser, [mut first, mut second], entry) = two_tabs("Take two");
    let reworded = Event::Reworded { number: 2, entry, put: words_of("Take one") };
    browser.drive(&mut second, vec![reworded]);
    assert!(matches!(browser.told.last(), Some(Notice::Changed)), "{:?}", browser.told);
    assert!(browser.told.contains(&Notice::Saved { number: 2, entry }));

    // Nobody told the first tab yet, and its line opens.
    assert_eq!(pushed(&browser.drive(&mut first, greeted())), Vec::<Vec<u8>>::new());
    let item = browser.disk.durable_words(entry).expect("it waits").clone();
    let (put, removed) = (vec![Stored::Outbox { entry, item }], waiting("").rows(entry).collect());
    let said = pushed(&browser.drive(&mut first, vec![Event::Elsewhere { put, removed }]));
    assert_eq!(said.len(), 1);
    assert!(has(&said[0], "Take one") && !has(&said[0], "Take two"));
    assert!(browser.disk.durable_words(entry).is_none());
}

/// The second tab does not know that the first has sent it: what it is asked is refused, and nothing
/// comes back. Whether that is so, with a fault planted in it.
fn changes_nothing_that_is_on_its_way(ask: impl Fn(EntryId) -> Event, planted: Planted) -> bool {
    let (mut browser, [mut first, mut second], entry) = two_tabs("Take two");
    second.plant(Some(planted));
    assert_eq!(pushed(&browser.drive(&mut first, greeted())).len(), 1);
    browser.drive(&mut second, vec![ask(entry)]);
    let refused = Notice::Refused { number: 2, why: Refused::AlreadySent };
    browser.told.contains(&refused) && browser.disk.durable_words(entry).is_none()
}

#[test]
fn what_one_tab_sends_no_other_changes_or_takes_back_and_one_that_does_not_look_is_found() {
    let reword = |entry| Event::Reworded { number: 2, entry, put: words_of("Take one") };
    let withdraw = |entry| Event::Withdrawn { number: 2, entry };
    let other = Planted::AckBeforeCommit;
    assert!(changes_nothing_that_is_on_its_way(reword, other));
    assert!(!changes_nothing_that_is_on_its_way(reword, Planted::RewordedWithoutLooking));
    assert!(changes_nothing_that_is_on_its_way(withdraw, other));
    assert!(!changes_nothing_that_is_on_its_way(withdraw, Planted::WithdrawnWithoutLooking));
}

/// The first is on its way, and its answer never came; the second waits for a line.
#[test]
fn of_two_choices_the_later_one_is_shown() {
    let (mut browser, [mut first, _], _) = two_tabs("It is swollen");
    let choose = |number: u32, language: &str| {
        let preference = Preference::Language(language.to_owned());
        let put = PutInto::Register { name: preference.register(), text: preference.to_text() };
        Event::Edited {
            number,
            entry: EntryId::from_u128(number.into()),
            item: OutboxItem { put, ..waiting("") },
        }
    };
    browser.drive(&mut first, vec![choose(2, "es")]);
    assert_eq!(pushed(&browser.drive(&mut first, greeted())).len(), 2);
    browser.drive(&mut first, vec![Event::Disconnected, choose(3, "en")]);
    let mut reading = Reading::of(PATIENT);
    let chosen = settings(reading.record(&first, ROSA, [(ROSA, "Rosa Delgado")]), ROSA);
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0].preference, Preference::Language("en".to_owned()));
    assert!(chosen[0].others.is_empty() && chosen[0].only_here);
}

#[test]
fn what_is_said_otherwise_twice_before_the_disk_answers_says_what_was_said_last() {
    let (mut browser, [mut tab, _], entry) = two_tabs("Take two");
    let reword = |number, words| Event::Reworded { number, entry, put: words_of(words) };
    browser.is_slow = true;
    browser.drive(&mut tab, vec![reword(2, "Take one"), reword(3, "Take none")]);
    browser.catch_up(&mut tab);
    assert!(browser.told.contains(&Notice::Saved { number: 3, entry }), "{:?}", browser.told);
    assert_eq!(browser.words_on_disk(entry), Some(words_of("Take none")));

    browser.is_slow = true;
    browser.drive(&mut tab, vec![reword(4, "Ask"), Event::Withdrawn { number: 5, entry }]);
    browser.catch_up(&mut tab);
    assert!(browser.told.contains(&Notice::Saved { number: 5, entry }), "{:?}", browser.told);
    assert!(browser.words_on_disk(entry).is_none() && tab.unsent() == 0);
}

/// A verdict, and a photo that the clinic does not take, in a tab that did not hear of it.
#[test]
fn what_another_tab_took_back_comes_back_in_no_way() {
    let photo = AttachmentName::from_bytes([7; 32]);
    let closed = |why| Event::Received(ToDevice::Closed { document: journal(), why });
    let superseded = closed(WhyClosed::Superseded { epoch: 1 });
    let refused = Event::Brought(photo, Err(NotBrought::Refused(WhyRefused::NotAttached)));
    for (place, event) in [superseded, closed(WhyClosed::NotYours), refused].into_iter().enumerate()
    {
        let (mut browser, [mut first, mut second], other) = two_tabs("It is swollen");
        browser.drive(&mut first, vec![Event::Withdrawn { number: 2, entry: other }]);
        // It names a photo, so that the line alone does not send it.
        let entry = EntryId::from_u128(9);
        let item = OutboxItem { attachments: Some(vec![photo]), ..waiting("Look") };
        browser.drive(&mut first, vec![Event::Edited { number: 3, entry, item }]);
        browser.drive(&mut first, greeted());
        browser.drive(&mut second, vec![Event::Loaded(browser.disk.rows())]);
        browser.drive(&mut second, vec![Event::Withdrawn { number: 4, entry }]);
        assert!(browser.told.contains(&Notice::Saved { number: 4, entry }));

        browser.drive(&mut first, vec![event]);
        let rows = browser.disk.rows();
        let is_back =
            |row: &Stored| matches!(row, Stored::Outbox { .. } | Stored::DeadLetter { .. });
        assert!(!rows.iter().any(is_back), "{place}: {rows:?}");
        assert!(first.dead_letters().is_empty(), "{place}");
    }
}

/// The row that says it waits is gone, and nobody told this tab: it used to try for ever.
#[test]
fn what_is_in_its_document_already_is_not_looked_for_without_end() {
    let (mut browser, [mut first, mut second], entry) = two_tabs("It is swollen");
    let made = pushed(&browser.drive(&mut first, greeted()));
    let row = Row {
        seq: 2,
        hash: first.held()[&journal()].minted().first().expect("it was made").hash,
        sidecar: Sidecar {
            account: Some(ROSA),
            device: None,
            received_at: NOW,
            receipt: Receipt([1; 16]),
        },
        bytes: made[0].clone().into(),
    };
    let rows = ToDevice::Rows { document: journal(), rows: vec![row], more: false };
    let welcome = greeted().pop().expect("it ends with a welcome");
    let events = [Event::Leading(true), Event::Connected, Event::Received(rows), welcome];
    for event in events {
        browser.drive(&mut second, vec![event]);
    }
    assert_eq!(second.unsent(), 0, "{entry} is at the clinic");
}
