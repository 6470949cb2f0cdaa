//! `Authorized<Action, Resource>` is the only way a handler reaches the store. Every action names
//! who may do it; a route is made from a handler that takes one, so a route without a policy does
//! not compile.

use std::future::Future;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::request::Parts;
use shared::id::{AccountId, DeviceId, PatientId};

use crate::audit::door::{Noting, Shown, Signature, Whose};
use crate::audit::{Did, Entry, What};
use crate::error::Error;
use crate::extract::client_address;
use crate::state::App;
use crate::store::Store;
use crate::store::openings::Reason;
use crate::store::people::{Door, Session, StaffMember};

mod callers;

pub use self::callers::{Anyone, Ehr, Person, Staff, StaffOrNobody, TicketHolder};

/// Holds the store and hands it out only with a permission, or to a named part of the server that
/// acts for nobody.
#[derive(Clone)]
pub struct Doorkeeper {
    store: Arc<dyn Store>,
}

/// A part of the server that reads and writes on its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Recognizes sessions and tickets.
    Callers,
    /// Moves changes of documents. Each message is judged by `shared::sync::server` and its scope.
    Hub,
    /// Opens journals after the commit.
    Projector,
    /// Signs the audit log, and tells patients what is in it.
    Auditor,
    /// Does what somebody at the server's own terminal asks for.
    Errands,
    /// Ends access that is over, and empties links that are.
    Grants,
    /// Packs long logs; it looks at no change.
    Compaction,
    /// Reads what the clinic says about itself, at the start.
    Settings,
    /// Fills the made-up clinic.
    #[cfg(feature = "demo")]
    Demo,
}

impl Doorkeeper {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The store for a part of the server. The name is here to be searched for.
    pub fn for_part(&self, _part: Part) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

/// Who stands at the door.
pub trait Caller: Sized + Send + 'static {
    const KIND: CallerKind;
    fn identify(app: &App, parts: &Parts) -> impl Future<Output = Result<Self, Error>> + Send;
    /// As the audit log calls them.
    fn signature(&self) -> Signature;
}

/// The kinds of callers, for the table of routes and its tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    Anyone,
    Person,
    Staff,
    StaffOrNobody,
    TicketHolder,
    Ehr,
}

/// What is asked for, found in the path.
pub trait Resource: Sized + Send + Sync + 'static {
    fn locate(path: &Path<'_>) -> Result<Self, Error>;
    /// Whose record it is, for the audit log.
    fn whose(&self) -> Whose;
}

/// The named parts of a path.
pub struct Path<'a>(pub &'a axum::extract::RawPathParams);

impl Path<'_> {
    /// A part that cannot be read names nothing that exists.
    pub fn part<T: std::str::FromStr>(&self, name: &str) -> Result<T, Error> {
        let text = self.0.iter().find(|(known, _)| *known == name).map(|(_, text)| text);
        text.and_then(|text| text.parse().ok()).ok_or(Error::NotFound)
    }
}

/// On what ground somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// It is theirs, was opened to them, or is their work.
    Usual,
    /// Without a relation to the patient, for this reason and for a while.
    Stated(Reason),
}

/// What a decision looks at besides who asks for what.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub app: &'a App,
    pub store: &'a dyn Store,
}

/// The decision about one resource.
pub type Decision<'a> = Pin<Box<dyn Future<Output = Result<Ground, Error>> + Send + 'a>>;

/// Something that can be done to a resource, and who may.
pub trait Action<R: Resource>: Send + 'static {
    type Who: Caller + Sync;
    const NAME: &'static str;
    fn decide<'a>(who: &'a Self::Who, resource: &'a R, around: Around<'a>) -> Decision<'a>;
}

/// The proof that this caller may do this to this. Nothing else makes one.
pub struct Authorized<A: Action<R>, R: Resource> {
    pub who: A::Who,
    pub resource: R,
    ground: Ground,
    app: App,
    from: Option<IpAddr>,
    shown: Shown,
    action: PhantomData<A>,
}

impl<A: Action<R>, R: Resource> Authorized<A, R> {
    /// Recognizes the caller, finds the resource, decides: in this order, so that a stranger
    /// learns nothing about what exists.
    pub async fn check(app: &App, parts: &Parts, path: &Path<'_>) -> Result<Self, Error> {
        let who = A::Who::identify(app, parts).await?;
        let resource = R::locate(path)?;
        let around = Around { app, store: app.doorkeeper().store.as_ref() };
        let ground = A::decide(&who, &resource, around).await?;
        let from = client_address(parts.extensions.get().copied(), &parts.headers);
        let (app, shown) = (app.clone(), Shown::default());
        Ok(Self { who, resource, ground, app, from, shown, action: PhantomData })
    }

    /// What the audit log is told of this request.
    pub fn noting<'a>(&self, app: &'a App) -> Noting<'a> {
        let signature = self.who.signature();
        let signature = match self.ground {
            Ground::Usual => signature,
            Ground::Stated(reason) => Signature { why: reason.why(), ..signature },
        };
        Noting {
            store: app.doorkeeper().store.as_ref(),
            looks: app.looks(),
            now: app.now(),
            signature,
            action: A::NAME,
            whose: self.resource.whose(),
            from: self.from,
            shown: Shown::clone(&self.shown),
        }
    }

    /// The answer shows something of these records. Whoever answers about several must say it.
    pub fn shows(&self, patients: impl IntoIterator<Item = PatientId>) {
        let mut shown = self.shown.lock().unwrap_or_else(|lock| lock.into_inner());
        shown.get_or_insert_default().extend(patients);
    }

    /// How it is noted that somebody's access was given, changed or ended: together with that.
    pub fn notes_access(&self, did: Did, patient: PatientId, account: AccountId) -> Entry {
        let entry = self.noting(&self.app).entry(did, Some(patient), None, What::Access);
        Entry { access_of: Some(account), ..entry }
    }

    /// How it is noted what was done to a device: together with that.
    pub fn notes_device(
        &self,
        did: Did,
        patient: Option<PatientId>,
        what: What,
        device: DeviceId,
    ) -> Entry {
        let entry = self.noting(&self.app).entry(did, patient, None, what);
        Entry { device: Some(device), ..entry }
    }

    pub const fn ground(&self) -> Ground {
        self.ground
    }

    pub fn store(&self) -> &dyn Store {
        self.app.doorkeeper().store.as_ref()
    }

    pub const fn app(&self) -> &App {
        &self.app
    }
}

/// Whoever was recognized may.
pub fn allowed<'a>() -> Decision<'a> {
    Box::pin(std::future::ready(Ok(Ground::Usual)))
}

/// Declares actions: who does it to what, and a function that decides where being recognized is not
/// enough.
#[macro_export]
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $who:ty => $resource:ty $(, if $decide:path)?);+ $(;)?) => {$(
        $(#[$doc])*
        pub struct $name;
        impl $crate::authorize::Action<$resource> for $name {
            type Who = $who;
            const NAME: &'static str = stringify!($name);
            fn decide<'a>(
                who: &'a Self::Who,
                resource: &'a $resource,
                around: $crate::authorize::Around<'a>,
            ) -> $crate::authorize::Decision<'a> {
                $crate::decided!(who, resource, around $(, $decide)?)
            }
        }
    )+};
}

/// The decision of one action: that of its function, or yes.
#[macro_export]
macro_rules! decided {
    ($who:ident, $resource:ident, $around:ident) => {{
        let _recognized = ($who, $resource, $around);
        $crate::authorize::allowed()
    }};
    ($who:ident, $resource:ident, $around:ident, $decide:path) => {
        $decide($who, $resource, $around)
    };
}

/// The service itself: nothing of anybody's.
pub struct Service;

impl Resource for Service {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

/// The caller's own account.
pub struct OwnAccount;

impl Resource for OwnAccount {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

/// A session that is open, found by the secret of a cookie.
async fn session_of(app: &App, secret: &str, door: Door) -> Result<Session, Error> {
    let token = crate::secret::SecretHash::of(secret);
    let store = app.doorkeeper().for_part(Part::Callers);
    if let Some(session) = store.session(token, app.now()).await? {
        return if session.door == door { Ok(session) } else { Err(Error::NotSignedIn) };
    }
    // Only whoever has the secret of a session that was open hears it.
    let Some(device) = store.ended_device(token).await? else {
        return Err(Error::NotSignedIn);
    };
    store.tell_device(device, app.now()).await?;
    Err(Error::DeviceEnded)
}

async fn staff_of(app: &App, session: &Session) -> Result<StaffMember, Error> {
    let store = app.doorkeeper().for_part(Part::Callers);
    let member = store.staff_member(session.account).await?;
    // Whoever works here no longer is nobody.
    member.ok_or(Error::NotSignedIn)
}
