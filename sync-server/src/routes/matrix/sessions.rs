//! Sessions, tokens and tickets in every standing, made as the server makes them.

use axum::http::request::Builder;
use axum::http::{StatusCode, header};
use serde_json::json;
use shared::id::{AccountId, DeviceId};

use super::askers::{Asker, Member, Session, Tie, Who};
use super::scene::{SOURCE, Scene};
use crate::audit::Did;
use crate::secret::{Secret, SecretHash, Slot};
use crate::state::{STAFF_COOKIE, slot_cookie};
use crate::store::devices::EndedDevice;
use crate::store::outgoing::{ClientToken, KeyedClient};
use crate::store::people::{Door, NewSession, NewStaff};
use crate::store::resources::Client;
use crate::store::staff::{StaffChange, StaffLink, StaffSetUp};
use crate::testing::{LINH, ORIGIN, SignedIn, request, with_json};
use crate::totp::TotpSeed;
use crate::world::OsRng;

const PASSPHRASE: &str = "heron teapot ladder quartz";
const HOUR_MS: i64 = 60 * 60 * 1000;

/// What somebody's browser or program sends along.
#[derive(Clone)]
pub struct Caller {
    /// Of the one who asks; of nobody it is nobody's.
    pub account: AccountId,
    pub token: SecretHash,
    pub headers: Vec<(&'static str, String)>,
    pub origin: Option<&'static str>,
}

impl Caller {
    fn nobody() -> Self {
        let token = Secret::fresh(&mut OsRng).hash();
        Self { account: AccountId::from_u128(0), token, headers: vec![], origin: Some(ORIGIN) }
    }

    /// Programs say no origin where programs are expected.
    pub fn with(&self, mut request: Builder, path: &str) -> Builder {
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        match self.origin {
            Some(ORIGIN) if self.is_program() && path.starts_with("/fhir") => request,
            Some(origin) => request.header(header::ORIGIN, origin),
            None => request,
        }
    }

    fn is_program(&self) -> bool {
        self.headers.iter().any(|(name, _)| *name == "authorization")
    }
}

impl Scene {
    /// Somebody comes, with a session of their own.
    pub async fn comes(&self, asker: Asker) -> Caller {
        let mut caller = match asker.who {
            Who::Nobody => Caller::nobody(),
            Who::Person(tie) => self.person(tie, asker.session).await,
            Who::Staff(member) => self.staff(member, asker.session).await,
            Who::Program(scopes) => self.program(scopes, asker.session).await,
        };
        if asker.session == Session::OtherSite {
            caller.origin = Some("https://evil.example");
        }
        caller
    }

    async fn person(&self, tie: Tie, session: Session) -> Caller {
        let account = tie.account();
        let door = if session == Session::OtherDoor { Door::Clinic } else { Door::Portal };
        let (mut token, new) = self.opens(account, door, session == Session::Over).await;
        let mut slot = new.slot.clone();
        match session {
            Session::MadeUp => token = Secret::fresh(&mut OsRng),
            Session::SignedOut => {
                self.store().end_session(new.token, self.now()).await.unwrap();
            }
            Session::Replaced => {
                let again = NewSession { token: Secret::fresh(&mut OsRng).hash(), ..new.clone() };
                self.store().open_session(again).await.unwrap();
            }
            Session::DeviceEnded => {
                let noted = self.noted(Did::EndedDevice, None);
                let ended = EndedDevice { device: new.device, why: None, noted };
                self.store().end_device(ended).await.unwrap();
            }
            Session::OtherSlot => slot = Slot::fresh(&mut OsRng),
            _ => {}
        }
        let mut headers = vec![("cookie", format!("{}={}", slot_cookie(&slot), token.text()))];
        if session != Session::NoSlot {
            headers.push(("satchel-slot", slot.text().to_owned()));
        }
        Caller { account, token: token.hash(), headers, origin: Some(ORIGIN) }
    }

    /// Whoever leaves or signs in anew in a test has an account of their own for it.
    async fn staff(&self, member: Member, session: Session) -> Caller {
        let account = match session {
            Session::Left | Session::SetUpAnew | Session::Half => self.hired(member).await,
            _ => member.account(),
        };
        if session == Session::Half {
            return self.half(account).await;
        }
        let door = if session == Session::OtherDoor { Door::Portal } else { Door::Clinic };
        let (mut token, new) = self.opens(account, door, session == Session::Over).await;
        if member.proven {
            self.store().prove_session(new.token, self.now()).await.unwrap();
        }
        let (store, at) = (self.store(), self.now());
        let mut headers = Vec::new();
        match session {
            Session::MadeUp => token = Secret::fresh(&mut OsRng),
            Session::SignedOut => store.end_session(new.token, at).await.unwrap(),
            Session::Left => {
                let Member { role, prescribes, .. } = member;
                let change = StaffChange { account, role, prescribes, ended: true, at };
                store.change_staff(change).await.unwrap();
            }
            Session::SetUpAnew => self.set_up_anew(account).await,
            Session::OtherPage => headers.push(("satchel-staff", LINH.to_string())),
            _ => {}
        }
        headers.push(("cookie", format!("{STAFF_COOKIE}={}", token.text())));
        Caller { account, token: token.hash(), headers, origin: Some(ORIGIN) }
    }

    async fn hired(&self, Member { role, prescribes, .. }: Member) -> AccountId {
        let (account, at) = (AccountId::fresh(self.now(), &mut OsRng), self.now());
        let staff = NewStaff { account, name: "Somebody".into(), role, prescribes, at };
        self.store().add_staff(staff).await.unwrap();
        account
    }

    async fn set_up_anew(&self, account: AccountId) {
        let (secret, now) = (Secret::fresh(&mut OsRng).hash(), self.now());
        let (totp, until) = (TotpSeed::fresh(&mut OsRng), now.plus_millis(HOUR_MS));
        let store = self.store();
        store.add_staff_link(StaffLink { secret, account, totp, until }).await.unwrap();
        let keys = self.world.app.sign_ins();
        let name = shared::vault::SignInName::parse(&self.fresh_name()).unwrap();
        let authentication = crate::sign_in::Authentication::from_bytes([1; 32]);
        let (name, verifier) = (keys.staff_name(&name), keys.verifier(&authentication));
        let new = StaffSetUp { secret, name, verifier, step: 1, recovery: vec![], now };
        store.set_up_staff(new).await.unwrap();
    }

    /// Name and passphrase are right, the code is not: whatever cookie that gives.
    async fn half(&self, account: AccountId) -> Caller {
        let (world, name) = (&self.world, self.fresh_name());
        let store = self.store();
        let link = crate::clinic::set_up::link(store, account, self.now()).await.unwrap();
        let seed = store.staff_link(link.hash(), self.now()).await.unwrap().unwrap().totp;
        let code = world.app.sign_ins().totp(account, seed).code_at(self.now());
        let mut body = json!({
            "secret": link.text(), "name": name, "passphrase": PASSPHRASE, "code": code,
        });
        let asked = with_json(request("POST", "/clinic/api/set-up"), &body);
        assert_eq!(world.ask(asked).await.status(), StatusCode::OK);
        body["code"] = json!("no code");
        let asked = with_json(request("POST", "/clinic/api/sign-in"), &body);
        let cookie = world.ask(asked).await.headers().get(header::SET_COOKIE).cloned();
        let headers = cookie.iter().map(|it| ("cookie", it.to_str().unwrap().to_owned()));
        Caller { account, headers: headers.collect(), ..Caller::nobody() }
    }

    async fn program(&self, scopes: Option<&str>, session: Session) -> Caller {
        let (secret, now) = (Secret::fresh(&mut OsRng), self.now());
        let (name, source) = (self.fresh_name(), SOURCE.to_owned());
        let (token, store) = (secret.hash(), self.store());
        match scopes {
            None => store.add_client(Client { token, name, source, at: now }).await.unwrap(),
            Some(scopes) => {
                let (scopes, jwks) = (scopes.to_owned(), String::from("{}"));
                let client = KeyedClient {
                    name: name.clone(),
                    source,
                    scopes: scopes.clone(),
                    jwks,
                    at: now,
                };
                store.add_keyed_client(client).await.unwrap();
                let lasts = if session == Session::Over { 0 } else { HOUR_MS };
                let until = now.plus_millis(lasts);
                let new = ClientToken { token, name: name.clone(), scopes, until };
                let proof = name.clone();
                assert!(store.exchange_proof(proof, until, new, now).await.unwrap());
                if session == Session::Ended {
                    store.end_keyed_client(name, now).await.unwrap();
                }
            }
        }
        let said = match session {
            Session::MadeUp => Secret::fresh(&mut OsRng).text().to_owned(),
            _ => secret.text().to_owned(),
        };
        let headers = vec![("authorization", format!("Bearer {said}"))];
        Caller { headers, ..Caller::nobody() }
    }

    async fn opens(&self, account: AccountId, door: Door, is_over: bool) -> (Secret, NewSession) {
        let (token, at) = (Secret::fresh(&mut OsRng), self.now());
        let new = NewSession {
            token: token.hash(),
            account,
            device: DeviceId::fresh(at, &mut OsRng),
            slot: Slot::fresh(&mut OsRng),
            kind: "Firefox, Android".into(),
            brief: false,
            door,
            demo: false,
            at,
            until: if is_over { at } else { at.plus_millis(HOUR_MS) },
        };
        self.store().open_session(new.clone()).await.unwrap();
        (token, new)
    }

    /// A device of this account besides the one that asks.
    pub async fn device_of(&self, account: AccountId) -> DeviceId {
        self.opens(account, Door::Portal, false).await.1.device
    }

    /// As a device would, which has this session.
    pub fn signed_in(&self, caller: &Caller) -> SignedIn {
        let said = |wanted: &str| {
            let found = caller.headers.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let slot = Slot::parse(&said("satchel-slot")).unwrap_or_else(|| Slot::fresh(&mut OsRng));
        let (account, cookie) = (caller.account, said("cookie"));
        SignedIn { account, device: DeviceId::from_u128(0), slot, cookie }
    }
}
