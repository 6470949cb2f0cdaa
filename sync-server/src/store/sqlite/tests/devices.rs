//! A device that was named and ended, in what is tampered with.

use shared::id::DeviceId;

use super::super::devices;
use super::super::sealed::Db;
use super::{NOW, account, words};
use crate::audit::Entry;
use crate::secret::{Secret, Slot};
use crate::store::devices::{EndedDevice, NewName};
use crate::store::people::{Door, NewSession};
use crate::world::OsRng;

pub fn named_and_ended(db: Db<'_>, number: u8) {
    let device = DeviceId::from_u128(number.into());
    let session = NewSession {
        token: Secret::fresh(&mut OsRng).hash(),
        account: account(number),
        device,
        slot: Slot::fresh(&mut OsRng),
        kind: String::new(),
        brief: false,
        door: Door::Portal,
        demo: false,
        at: NOW,
        until: NOW,
    };
    devices::seen(db, &session).unwrap();
    let noted = Entry::of_session(&session);
    let name = Some(words("device", number));
    devices::name(db, &NewName { device, name, noted: noted.clone() }).unwrap();
    let why = Some(words("ended", number));
    assert!(devices::end(db, &EndedDevice { device, why, noted }).unwrap());
}
