//! A whole server for tests: the real router over real SQLite in a folder of its own, with a clock
//! that only tests move, a few made-up people, and devices that run the core's real half.

pub mod authenticator;
pub mod device;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use shared::document::DocumentId;
use shared::edit::{Audience, Edit};
use shared::id::{AccountId, DeviceId, PatientId};
use shared::sync::receipt::ReceiptKey;
use shared::sync::scope::Level;
use shared::time::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::assets::PortalSource;
use crate::audit::checkpoint::{AuditKey, Checkpoints};
use crate::config::Clinic;
use crate::listen::{Encryption, Listening};
use crate::routes;
use crate::sealing::WrappingKey;
use crate::secret::{Secret, SecretHash, Slot};
use crate::sign_in::SignInKey;
use crate::state::{App, STAFF_COOKIE, Setup, slot_cookie};
use crate::store::Store;
use crate::store::people::{
    BirthDate, Door, Grant, Invitation, NewAccount, NewPatient, NewSession, NewStaff, Role,
};
use crate::store::sqlite::SqliteStore;
use crate::world::{Clock, OsRng};

pub const ROSA: AccountId = AccountId::from_u128(1);
pub const ANA: AccountId = AccountId::from_u128(2);
pub const LINH: AccountId = AccountId::from_u128(3);
pub const ADMIN: AccountId = AccountId::from_u128(4);
pub const ROSA_RECORD: PatientId = PatientId::from_u128(11);
pub const ANA_RECORD: PatientId = PatientId::from_u128(12);
pub const NEW_RECORD: PatientId = PatientId::from_u128(13);

/// Noon on some day.
pub const NOON: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);
pub const ORIGIN: &str = "http://localhost:8080";

pub struct World {
    pub app: App,
    pub store: Arc<SqliteStore>,
    pub clock: Clock,
    pub router: Router,
    pub port: u16,
    pub folder: Arc<tempfile::TempDir>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl World {
    pub async fn start() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let world = Self::on(folder).await;
        world.people().await;
        world
    }

    /// On a folder that may hold a database already.
    pub async fn on(folder: Arc<tempfile::TempDir>) -> Self {
        let clock = Clock::set(NOON);
        let store = SqliteStore::open(&folder.path().join("satchel.db"), KEY, NOON).unwrap();
        let store = Arc::new(store);
        let setup = setup(folder.path(), clock.clone());
        let app = App::new(setup, Arc::clone(&store) as Arc<dyn Store>);
        app.read_settings().await.unwrap();
        let portal = PortalSource::folder(folder.path().join("portal"));
        let router = routes::router(app.clone(), routes::table(), portal);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(crate::projector::run(app.clone()));
        let (stop, stopped) = oneshot::channel();
        let until = async move { drop(stopped.await) };
        let listening = Listening::new(listener, Encryption::None);
        let serving = tokio::spawn(listening.serve(router.clone(), until));
        Self { app, store, clock, router, port, folder, stop, serving }
    }

    /// Ends in the same order as the real process, and answers the folder.
    pub async fn stop(self) -> Arc<tempfile::TempDir> {
        self.app.hub().stop();
        let _gone = self.stop.send(());
        self.serving.await.unwrap();
        self.app.hub().stopped().await;
        self.store.close().await;
        self.folder
    }

    async fn people(&self) {
        let (store, at) = (&self.store, NOON);
        let born = |text| BirthDate::parse(text).unwrap();
        for (patient, name, birth_date) in [
            (ROSA_RECORD, "Rosa Delgado", born("1961-04-09")),
            (ANA_RECORD, "Ana Delgado", born("1987-09-14")),
            (NEW_RECORD, "Walter Finch", born("1948-02-17")),
        ] {
            let name = name.into();
            store.add_patient(NewPatient { patient, name, birth_date, at }).await.unwrap();
        }
        for (account, name) in [(ROSA, "Rosa Delgado"), (ANA, "Ana Delgado")] {
            store.add_account(NewAccount { account, name: name.into(), at }).await.unwrap();
        }
        for (account, name, role) in
            [(LINH, "Linh Tran, RN", Role::Nurse), (ADMIN, "Sam Admin", Role::Admin)]
        {
            store
                .add_staff(NewStaff { account, name: name.into(), role, prescribes: false, at })
                .await
                .unwrap();
        }
        for (patient, account, level) in [
            (ROSA_RECORD, ROSA, Level::Own),
            (ANA_RECORD, ANA, Level::Own),
            (ROSA_RECORD, ANA, Level::Caregiver),
        ] {
            store.grant(Grant { patient, account, level, at }).await.unwrap();
        }
    }

    /// A session of the portal.
    pub async fn sign_in(&self, account: AccountId) -> SignedIn {
        self.open_session(account, Door::Portal).await
    }

    /// A session of the clinic's page.
    pub async fn sign_in_staff(&self, account: AccountId) -> SignedIn {
        self.open_session(account, Door::Clinic).await
    }

    async fn open_session(&self, account: AccountId, door: Door) -> SignedIn {
        let (token, slot) = (Secret::fresh(&mut OsRng), Slot::fresh(&mut OsRng));
        let device = DeviceId::fresh(NOON, &mut OsRng);
        let at = self.clock.now();
        let session = NewSession {
            token: token.hash(),
            account,
            device,
            slot: slot.clone(),
            kind: "Firefox, Android".into(),
            brief: false,
            door,
            demo: false,
            at,
            until: at.plus_millis(60 * 60 * 1000),
        };
        self.store.open_session(session).await.unwrap();
        let cookie = match door {
            Door::Portal => format!("{}={}", slot_cookie(&slot), token.text()),
            Door::Clinic => format!("{STAFF_COOKIE}={}", token.text()),
        };
        SignedIn { account, device, slot, cookie }
    }

    /// A member of staff gives a code.
    pub async fn prove(&self, staff: &SignedIn) {
        let token = SecretHash::of(staff.cookie.split_once('=').unwrap().1);
        self.store.prove_session(token, self.clock.now()).await.unwrap();
    }

    pub async fn invite(&self, patient: PatientId) -> Secret {
        let secret = Secret::fresh_short(&mut OsRng);
        let (at, until) = (self.clock.now(), self.clock.now().plus_millis(1000));
        let invitation = Invitation { secret: secret.hash(), patient, until, at };
        self.store.invite(invitation).await.unwrap();
        secret
    }

    /// Asks the router, as a browser on one of our pages would.
    pub async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn ask_json(&self, request: Request<Body>) -> (StatusCode, serde_json::Value) {
        let response = self.ask(request).await;
        (response.status(), json_of(response).await)
    }
}

/// What a server is started with on this folder.
pub fn setup(folder: &Path, clock: Clock) -> Setup {
    Setup {
        clinic: Clinic {
            name: "Northside".into(),
            phone: "555 0134".into(),
            emergency_number: "911".into(),
        },
        origins: vec![ORIGIN.into()],
        clock,
        receipts: ReceiptKey::from_bytes([7; 32]),
        sign_ins: SignInKey::from_bytes([8; 32]),
        checkpoints: Checkpoints::new(folder.into(), AuditKey::from_bytes([9; 32])),
        #[cfg(feature = "demo")]
        entrances: crate::demo::Entrances::closed(),
    }
}

/// A body that is JSON; null if it is something else.
pub async fn json_of(response: Response<Body>) -> serde_json::Value {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or(serde_json::Value::Null)
}

/// Somebody's session, as their browser holds it.
#[derive(Clone)]
pub struct SignedIn {
    pub account: AccountId,
    pub device: DeviceId,
    pub slot: Slot,
    pub cookie: String,
}

impl SignedIn {
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        request(method, path)
            .header(header::COOKIE, &self.cookie)
            .header("satchel-slot", self.slot.text())
    }

    pub fn get(&self, path: &str) -> Request<Body> {
        self.request("GET", path).body(Body::empty()).unwrap()
    }

    pub fn post(&self, path: &str, body: &serde_json::Value) -> Request<Body> {
        with_json(self.request("POST", path), body)
    }
}

/// From one of our pages, by nobody in particular.
pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::ORIGIN, ORIGIN)
}

pub fn with_json(request: axum::http::request::Builder, body: &serde_json::Value) -> Request<Body> {
    let request = request.header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

/// Somebody starts a thread.
/// Where this account's devices write for Rosa's circle.
pub fn journal_of(account: AccountId) -> DocumentId {
    DocumentId::journal(ROSA_RECORD, account, Audience::Circle).in_year(NOON.year())
}

pub fn start_thread(topic: &str, text: &str, audience: Audience) -> Edit {
    Edit::StartThread {
        topic: topic.into(),
        text: text.into(),
        audience,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    }
}
