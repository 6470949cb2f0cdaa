//! A link that asks for a passcode, and somebody who opened it.

use shared::id::EntryId;

use super::super::sealed::Db;
use super::super::shares;
use super::{NOW, account, patient, words};
use crate::audit::Entry;
use crate::secret::SecretHash;
use crate::store::shares::{Knock, Made, NewShare, Opened};

pub fn made_and_opened(db: Db<'_>, number: u8) {
    let (share, passcode) = (SecretHash::from_bytes([number; 32]), Some(words("code", number)));
    let noted = Entry::of_rule(patient(number), account(number), NOW);
    let new = NewShare {
        share,
        patient: patient(number),
        account: account(number),
        file: vec![number; 10],
        passcode: passcode.clone(),
        uses_max: 5,
        at: NOW,
        until: NOW.plus_millis(1),
        noted: noted.clone(),
    };
    assert_eq!(shares::add(db, &new).unwrap(), Made::Done);
    let (recipient, opening) = (words("clinic", number), EntryId::from_u128(number.into()));
    let knock = Knock { share, passcode, recipient, opening, at: NOW, noted };
    assert_eq!(shares::open(db, &knock).unwrap(), Opened::Yes(vec![number; 10]));
}
