//! What stands for each part of a path: a thing of whoever asks, one of another, or nothing at all.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;
use shared::attachment::AttachmentName;
use shared::id::{AccountId, DeviceId, EntryId};
use shared::sync::scope::Parts;

use super::askers::Tie;
use super::asks::{MINUTE_MS, Target, hello};
use super::scene::{Place, SPARE, SPARE_STAFF, Scene, Thing, photo};
use super::sessions::Caller;
use super::who_may::Line;
use crate::audit::Did;
use crate::encoded::hex;
use crate::passkey::{Backup, CredentialId};
use crate::secret::{Secret, SecretHash};
use crate::store::devices::Device;
use crate::store::grants::Terms;
use crate::store::passkeys::{OwnPasskey, Passkey};
use crate::store::people::Door;
use crate::store::shares::NewShare;
use crate::testing::{ANA, LINH, ROSA};
use crate::world::OsRng;

const OF_SOMEBODY: &str = "Of somebody";

/// Of people who ask for nothing themselves: whatever is asked, all of it stays as it is.
pub struct Others {
    device: DeviceId,
    passkeys: [(AccountId, Door, CredentialId); 2],
    share: SecretHash,
    line: String,
}

impl Scene {
    pub async fn makes_others(&self) -> Others {
        let share = Secret::fresh(&mut OsRng).hash();
        self.adds_share(Place::OpenedByAnother, share).await;
        let ana = self.world.sign_in(ANA).await;
        let ticket = self.world.ticket(&ana).await;
        let asked = ana.post(&format!("/api/line?ticket={ticket}"), &json!({}));
        let (_, opened) = self.world.ask_json(asked).await;
        let line = opened["line"].as_str().expect("a ticket opens a line").to_owned();
        let at_portal = self.adds_passkey(ANA, Door::Portal).await;
        let at_clinic = self.adds_passkey(LINH, Door::Clinic).await;
        let passkeys = [(ANA, Door::Portal, at_portal), (LINH, Door::Clinic, at_clinic)];
        Others { device: self.device_of(ANA).await, passkeys, share, line }
    }

    pub async fn others_are_untouched(&self) -> bool {
        let (store, others) = (self.store(), self.others());
        let device: Option<Device> = store.device(others.device).await.unwrap();
        let device = device.is_some_and(|one| one.ended_at.is_none() && one.name.is_none());
        let shares = store.shares_of(Place::OpenedByAnother.record()).await.unwrap();
        let share = shares.iter().any(|one| one.share == others.share && one.ended_at.is_none());
        let mut passkeys = true;
        for (_, door, credential) in &others.passkeys {
            let there = store.passkey(credential.clone(), *door).await.unwrap();
            passkeys &= there.is_some_and(|one| one.name == OF_SOMEBODY);
        }
        device && share && passkeys
    }

    pub async fn path(
        &self,
        line: &Line,
        caller: &Caller,
        target: Target,
        is_there: bool,
    ) -> String {
        let mut path = line.path().to_owned();
        for part in line.path().split(['{', '}']).skip(1).step_by(2) {
            let text = match (part, target.thing) {
                ("patient", _) if target.place == Place::Malformed => "nobody".to_owned(),
                ("patient", _) => target.place.record().to_string(),
                ("piece", _) => "0".to_owned(),
                ("version", _) => "1".to_owned(),
                ("secret" | "place", _) => "nothing".to_owned(),
                ("kind", _) if path.contains('$') => "Patient".to_owned(),
                ("kind", _) => "Observation".to_owned(),
                (_, Thing::Malformed) => "Nothing that is a name".replace(' ', ""),
                _ => self.named(part, line, caller, target, is_there).await,
            };
            path = path.replace(&format!("{{{part}}}"), &text);
        }
        path
    }

    /// The name of a thing, which is put there if it has to be.
    async fn named(
        &self,
        part: &str,
        line: &Line,
        caller: &Caller,
        Target { place, thing }: Target,
        is_there: bool,
    ) -> String {
        match part {
            "thread" | "item" => self.thread(place, thing).to_string(),
            "account" if line.path().contains("/grants/") => {
                let is_known = !matches!(place, Place::Unknown | Place::Malformed);
                if is_there && is_known && thing == Thing::Right {
                    let terms = Terms { messages: true, parts: Parts::ALL, until: None };
                    self.gives(SPARE, place.record(), terms).await;
                }
                self.account(thing, SPARE, Tie::Stranger.account())
            }
            "account" => self.account(thing, SPARE_STAFF, ROSA),
            "device" => self.device(line, caller, place, thing).await.to_string(),
            "passkey" => self.passkey(line, caller, thing, is_there).await,
            "name" => self.attachment(line, caller, place, thing, is_there).await,
            "share" if line.path().starts_with("/shl/") => format!("nothing-{}", self.fresh()),
            "share" => self.share(line, place, thing, is_there).await,
            "line" => self.line(line, caller, thing, is_there).await,
            "id" => self.resource(line, thing),
            other => panic!("say what stands for {{{other}}}"),
        }
    }

    fn thread(&self, place: Place, thing: Thing) -> EntryId {
        match (place, thing) {
            (Place::Busy, Thing::Right) => self.rosas_thread,
            (Place::Opened, Thing::Right) | (Place::Busy, Thing::Elsewhere) => self.anas_thread,
            _ => EntryId::from_u128(0x99),
        }
    }

    fn account(&self, thing: Thing, right: AccountId, elsewhere: AccountId) -> String {
        let unknown = AccountId::from_u128(0x98);
        let account = match thing {
            Thing::Right => right,
            Thing::Elsewhere => elsewhere,
            Thing::Unknown | Thing::Malformed => unknown,
        };
        account.to_string()
    }

    async fn device(&self, line: &Line, caller: &Caller, place: Place, thing: Thing) -> DeviceId {
        let at_clinic = line.path().starts_with("/clinic/");
        match thing {
            Thing::Right if at_clinic => self.device_of(place.owner()).await,
            Thing::Right if caller.account.to_u128() != 0 => self.device_of(caller.account).await,
            Thing::Right | Thing::Elsewhere => self.others().device,
            Thing::Unknown | Thing::Malformed => DeviceId::from_u128(0x97),
        }
    }

    async fn passkey(&self, line: &Line, caller: &Caller, thing: Thing, is_there: bool) -> String {
        let door = if line.path().starts_with("/clinic/") { Door::Clinic } else { Door::Portal };
        match thing {
            Thing::Right if is_there => self.adds_passkey(caller.account, door).await.text(),
            Thing::Elsewhere => {
                let mut all = self.others().passkeys.iter();
                all.find(|(_, there, _)| *there == door).unwrap().2.text()
            }
            _ => "0".repeat(64),
        }
    }

    /// In place of the one that was there.
    pub async fn adds_passkey(&self, account: AccountId, door: Door) -> CredentialId {
        let store = self.store();
        for old in store.passkeys_of(account, door).await.unwrap() {
            let credential = old.credential;
            let which = OwnPasskey { account, door, credential };
            store.remove_passkey(which).await.unwrap();
        }
        let credential = Secret::fresh(&mut OsRng).hash();
        let credential = CredentialId::from_bytes(credential.bytes()).unwrap();
        let backup = Backup { is_eligible: false, is_backed_up: false };
        let new = Passkey {
            credential: credential.clone(),
            account,
            door,
            key: vec![1],
            counter: 0,
            backup,
            name: OF_SOMEBODY.into(),
            carried: None,
            added_at: self.now(),
            used_at: None,
        };
        store.add_passkey(new).await.unwrap();
        credential
    }

    async fn attachment(
        &self,
        line: &Line,
        caller: &Caller,
        place: Place,
        thing: Thing,
        is_there: bool,
    ) -> String {
        let record = place.record();
        let name = match (line.route, thing) {
            ("POST /api/records/{patient}/attachments/{name}", _) => {
                AttachmentName::of(record, &photo(1 + self.fresh()))
            }
            ("POST /api/records/{patient}/attachments/{name}/{piece}", Thing::Right) => {
                let photo = self.next_piece();
                if is_there && place.has_account() {
                    self.begins(record, caller.account, &photo).await;
                }
                AttachmentName::of(record, &photo)
            }
            (_, Thing::Right) => AttachmentName::of(record, &photo(0)),
            (_, Thing::Elsewhere) => AttachmentName::of(Place::Opened.record(), &photo(0)),
            (_, Thing::Unknown | Thing::Malformed) => AttachmentName::of(record, &[1]),
        };
        name.text()
    }

    async fn share(&self, line: &Line, place: Place, thing: Thing, is_there: bool) -> String {
        let share = match thing {
            Thing::Elsewhere => self.others().share,
            _ => Secret::fresh(&mut OsRng).hash(),
        };
        if is_there && thing == Thing::Right && place.has_account() {
            for old in self.store().shares_of(place.record()).await.unwrap() {
                let noted = self.noted(Did::EndedShare, Some(place.record()));
                self.store().end_share(place.record(), old.share, noted).await.unwrap();
            }
            if line.method() != Method::POST {
                self.adds_share(place, share).await;
            }
        }
        hex(share.bytes())
    }

    pub async fn adds_share(&self, place: Place, share: SecretHash) {
        let (patient, at) = (place.record(), self.now());
        let new = NewShare {
            share,
            patient,
            account: place.owner(),
            file: b"sealed".to_vec(),
            passcode: None,
            uses_max: 1,
            at,
            until: at.plus_millis(MINUTE_MS),
            noted: self.noted(Did::Shared, Some(patient)),
        };
        self.store().add_share(new).await.unwrap();
    }

    async fn line(&self, line: &Line, caller: &Caller, thing: Thing, is_there: bool) -> String {
        match thing {
            Thing::Right if is_there => {
                let (who, world) = (self.signed_in(caller), &self.world);
                let asked = format!("/api/line?ticket={}", self.ticket(caller).await);
                let (_, opened) = world.ask_json(who.post(&asked, &json!({}))).await;
                let name = opened["line"].as_str().expect("a ticket opens a line").to_owned();
                // Whoever listens hears at once only what answers something.
                if line.path().ends_with("/next") {
                    let said = who.request("POST", &format!("/api/line/{name}"));
                    world.ask(said.body(Body::from(hello())).unwrap()).await;
                }
                name
            }
            Thing::Elsewhere => self.others().line.clone(),
            _ => "nothing".into(),
        }
    }

    fn resource(&self, line: &Line, thing: Thing) -> String {
        let id = match thing {
            Thing::Right => "o1",
            Thing::Elsewhere => "o2",
            Thing::Unknown | Thing::Malformed => "o9",
        };
        if line.path().contains('$') { format!("p-{id}") } else { id.to_owned() }
    }
}
