//! What a database in clear did not hold: one of everything that came since.

use shared::attachment::{AttachmentName, MediaType};
use shared::edit::Audience;
use shared::wire::pack::Pack;

use super::super::sealed::Db;
use super::super::{attachments, clinic, documents, openings, outgoing, packs, passkeys};
use super::{NOW, account, journal, patient, words};
use crate::audit::Entry;
use crate::passkey::{Backup, CredentialId};
use crate::store::attachments::{Attached, NewAttachment, Took};
use crate::store::openings::{Opening, Reason};
use crate::store::outgoing::Made;
use crate::store::packs::{NewPack, PackPlace};
use crate::store::passkeys::{Added, Passkey};
use crate::store::people::Door;
use crate::store::rows::{Author, Found, MessageRow, Projection};

pub fn since_it_is_sealed(db: Db<'_>, number: u8) {
    let mut photo = vec![number; 100];
    photo[..3].copy_from_slice(&[0xff, 0xd8, 0xff]);
    let name = AttachmentName::of(patient(number), &photo);
    let at = Attached { patient: patient(number), name };
    let (account, media, size) = (account(number), MediaType::Jpeg, 100);
    let new = NewAttachment { at, account, media, size, now: NOW };
    attachments::begin(db, &new).unwrap();
    assert_eq!(attachments::put(db, &at, 0, &photo, NOW).unwrap(), Took::Whole);
    let (kind, id, body) = ("Task".to_owned(), format!("t{number}"), words("task", number));
    let made = Made { kind, id, hash: [number; 32], body };
    outgoing::put(db, patient(number), &[made], NOW).unwrap();
    assert_eq!(passkeys::add(db, &passkey(number)).unwrap(), Added::Done);
    let (opening, noted) = opening(number);
    openings::open(db, &opening, &noted).unwrap();
    super::devices::named_and_ended(db, number);
    super::shares::made_and_opened(db, number);
    let message = MessageRow {
        patient: patient(number),
        thread: super::id(number, 9),
        entry: super::id(number, 9),
        audience: Audience::Circle,
        author: Author::Person(super::account(number)),
        text: words("text", number),
        attachments: Some(words("photo", number)),
        written_at: NOW,
        received_at: NOW,
    };
    let messages = vec![Found { message, mark: None }];
    let (document, threads, marks) = (journal(number), Vec::new(), Vec::new());
    clinic::project(db, &Projection { document, up_to: 0, threads, messages, marks }).unwrap();
    // One of the two rows, so that there are bytes in both places.
    let rows = documents::rows_between(db, &document, 1, 1).unwrap();
    let (place, pack) = (PackPlace { document, first: 1, last: 1 }, Pack::of(document, rows));
    packs::write(db, &NewPack { place, weight: 100, pack }).unwrap();
    assert!(packs::finish(db, place).unwrap());
}

fn passkey(number: u8) -> Passkey {
    Passkey {
        credential: CredentialId::from_bytes(&[number; 16]).unwrap(),
        account: account(number),
        door: Door::Portal,
        key: vec![number; 3],
        counter: 0,
        backup: Backup { is_eligible: true, is_backed_up: true },
        name: words("passkey", number),
        carried: None,
        added_at: NOW,
        used_at: None,
    }
}

fn opening(number: u8) -> (Opening, Entry) {
    let (account, patient, opening) = (account(number), patient(number), super::id(number, 8));
    let (reason, words) = (Reason::Other, Some(words("reason", number)));
    let opening = Opening { opening, account, patient, reason, words, at: NOW, until: NOW };
    (opening, Entry::of_rule(patient, account, NOW))
}
