//! What every request can reach: the clock, the doorkeeper of the store, and what never changes
//! while the server runs.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use shared::clinic::ClinicSettings;
use shared::id::PatientId;
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;

use tokio::sync::{Semaphore, watch};

use crate::audit::checkpoint::Checkpoints;
use crate::audit::door::Looks;
use crate::authorize::{Doorkeeper, Part};
use crate::clinic::context::Contexts;
use crate::clinic::desk::Desk;
use crate::config::Clinic;
use crate::hub::Hub;
use crate::passkey::Ceremonies;
use crate::projector::Projector;
use crate::secret::{Secret, Slot};
use crate::shares::Fetches;
use crate::sign_in::SignInKey;
use crate::store::rows::News;
use crate::store::{Store, StoreError};
use crate::tries::Tries;
use crate::world::Clock;

/// The staff's cookie. Its path keeps it away from the patients' API.
pub const STAFF_COOKIE: &str = "__Secure-satchel-staff";

/// How long a portal session lasts: a person who opens the app every few weeks stays signed in.
pub const PORTAL_SESSION_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// A session on a device that keeps nothing is over so long after that device was last heard: it was
/// closed, or has no connection, and can do nothing without one.
pub const BRIEF_SESSION_MS: i64 = 5 * 60 * 1000;
/// And so long after it began, whoever still sits there.
pub const BRIEF_LASTS_MS: i64 = 12 * 60 * 60 * 1000;
/// How long a session at the clinic lasts without a touch of its page: the inactivity that is usual
/// for screens that others walk past.
pub const CLINIC_IDLE_MS: i64 = 15 * 60 * 1000;
/// How long a code counts as just given, for what needs one.
pub const PROVEN_MS: i64 = 5 * 60 * 1000;
/// How long the link of somebody new can be used: until they are at work again.
pub const STAFF_LINK_MS: i64 = 72 * 60 * 60 * 1000;
/// Passphrases of staff that are stretched at once, 64 MiB each.
const STRETCHING_MAX: usize = 2;
/// How long a session at the clinic lasts at most: one long day.
pub const CLINIC_SESSION_MS: i64 = 12 * 60 * 60 * 1000;
/// How long a ticket waits for its socket.
pub const TICKET_MS: i64 = 30 * 1000;
/// How long an invitation can be used.
pub const INVITATION_MS: i64 = 72 * 60 * 60 * 1000;

#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    setup: Setup,
    /// What the clinic says about itself now.
    clinic: RwLock<Arc<ClinicSettings>>,
    doorkeeper: Doorkeeper,
    hub: Hub,
    projector: Projector,
    desk: Desk,
    looks: Looks,
    contexts: Contexts,
    tries: Tries,
    /// Of their own: who guesses at links keeps nobody from signing in.
    share_tries: Tries,
    fetches: Fetches,
    ceremonies: Ceremonies,
    stretching: Semaphore,
    /// Charts have one writer: imports go one after the other.
    importing: tokio::sync::Mutex<()>,
    projecting: tokio::sync::Mutex<()>,
    /// What goes out is made by one at a time.
    outgoing: tokio::sync::Mutex<()>,
    /// Whether all of it was made once, so that only what changes has to be made anew.
    outgoing_is_full: AtomicBool,
    /// Counts what changed for the clinic.
    clinic_changes: watch::Sender<u64>,
}

/// What the server is started with.
pub struct Setup {
    pub clinic: Clinic,
    /// What browsers may send as `Origin`, byte for byte.
    pub origins: Vec<String>,
    pub clock: Clock,
    pub receipts: ReceiptKey,
    pub sign_ins: SignInKey,
    pub checkpoints: Checkpoints,
    #[cfg(feature = "demo")]
    pub entrances: crate::demo::Entrances,
}

impl App {
    pub fn new(setup: Setup, store: Arc<dyn Store>) -> Self {
        let clinic = RwLock::new(Arc::new(setup.clinic.settings()));
        Self(Arc::new(Inner {
            setup,
            clinic,
            doorkeeper: Doorkeeper::new(store),
            hub: Hub::default(),
            projector: Projector::default(),
            desk: Desk::default(),
            looks: Looks::default(),
            contexts: Contexts::default(),
            tries: Tries::default(),
            share_tries: Tries::default(),
            fetches: Fetches::default(),
            ceremonies: Ceremonies::default(),
            stretching: Semaphore::new(STRETCHING_MAX),
            importing: tokio::sync::Mutex::default(),
            projecting: tokio::sync::Mutex::default(),
            outgoing: tokio::sync::Mutex::default(),
            outgoing_is_full: AtomicBool::new(false),
            clinic_changes: watch::Sender::new(0),
        }))
    }

    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    pub fn looks(&self) -> &Looks {
        &self.0.looks
    }

    pub fn contexts(&self) -> &Contexts {
        &self.0.contexts
    }

    pub fn projector(&self) -> &Projector {
        &self.0.projector
    }

    /// Waits until no import runs; none begins while this is held.
    pub async fn importing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.importing.lock().await
    }

    /// Held by whoever opens journals, so that who comes second finds all of it done.
    pub async fn projecting(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.projecting.lock().await
    }

    /// Waits until nobody makes or answers what goes out.
    pub async fn outgoing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.outgoing.lock().await
    }

    pub fn outgoing_is_full(&self) -> &AtomicBool {
        &self.0.outgoing_is_full
    }

    /// Something was committed to the log: whoever listens hears of it, but for the connection
    /// that brought it, and the projector looks.
    pub fn published(&self, news: News, by: Option<u64>) {
        self.0.hub.publish(news, by);
        self.0.projector.wake();
    }

    /// A record is gone: whoever has it open looks again.
    pub fn shredded(&self, patient: PatientId) {
        self.0.hub.rebuilt(patient);
        self.0.desk.forget(patient);
        self.clinic_changed();
    }

    /// The clinic's pages look again.
    pub fn clinic_changed(&self) {
        self.0.clinic_changes.send_modify(|count| *count += 1);
    }

    pub fn clinic_changes(&self) -> watch::Receiver<u64> {
        self.0.clinic_changes.subscribe()
    }

    pub fn now(&self) -> Timestamp {
        self.0.setup.clock.now()
    }

    pub fn clinic(&self) -> Arc<ClinicSettings> {
        Arc::clone(&self.0.clinic.read().unwrap_or_else(|lock| lock.into_inner()))
    }

    /// From now on.
    pub fn set_clinic(&self, settings: ClinicSettings) {
        self.0.desk.promise(settings.working_days(), settings.target_days);
        let mut clinic = self.0.clinic.write().unwrap_or_else(|lock| lock.into_inner());
        *clinic = Arc::new(settings);
    }

    /// What was changed before this start takes the place of what the flags say.
    pub async fn read_settings(&self) -> Result<(), StoreError> {
        if let Some(kept) = self.doorkeeper().for_part(Part::Settings).settings().await? {
            self.set_clinic(kept.settings);
        }
        Ok(())
    }

    pub fn sign_ins(&self) -> &SignInKey {
        &self.0.setup.sign_ins
    }

    pub fn checkpoints(&self) -> &Checkpoints {
        &self.0.setup.checkpoints
    }

    pub fn tries(&self) -> &Tries {
        &self.0.tries
    }

    pub fn share_tries(&self) -> &Tries {
        &self.0.share_tries
    }

    pub fn fetches(&self) -> &Fetches {
        &self.0.fetches
    }

    pub fn ceremonies(&self) -> &Ceremonies {
        &self.0.ceremonies
    }

    pub fn stretching(&self) -> &Semaphore {
        &self.0.stretching
    }

    pub fn receipts(&self) -> &ReceiptKey {
        &self.0.setup.receipts
    }

    /// Whether everybody reaches this server over TLS, ended here or by a proxy in front.
    pub fn is_over_tls(&self) -> bool {
        self.0.setup.origins.iter().all(|own| own.starts_with("https://"))
    }

    /// What the outside calls this server.
    pub fn origin(&self) -> &str {
        self.0.setup.origins.first().map_or("", String::as_str)
    }

    pub fn is_own_origin(&self, origin: &str) -> bool {
        self.0.setup.origins.iter().any(|own| own == origin)
    }

    pub fn doorkeeper(&self) -> &Doorkeeper {
        &self.0.doorkeeper
    }

    #[cfg(feature = "demo")]
    pub fn entrances(&self) -> &crate::demo::Entrances {
        &self.0.setup.entrances
    }
}

/// The cookie of one slot.
pub fn slot_cookie(slot: &Slot) -> String {
    format!("__Host-satchel-{}", slot.text())
}

/// `Set-Cookie` for a new session of the portal. A brief one is for the browser's memory alone.
pub fn portal_cookie(slot: &Slot, token: &Secret, brief: bool) -> String {
    let (name, token) = (slot_cookie(slot), token.text());
    let lasts = match brief {
        true => String::new(),
        false => format!("Max-Age={}; ", PORTAL_SESSION_MS / 1000),
    };
    format!("{name}={token}; Path=/; {lasts}Secure; HttpOnly; SameSite=Strict")
}

/// How long a new session of the portal lasts, if nothing is heard of it.
pub const fn portal_session_ms(brief: bool) -> i64 {
    if brief { BRIEF_SESSION_MS } else { PORTAL_SESSION_MS }
}

/// `Set-Cookie` that makes a browser forget a slot.
pub fn portal_cookie_end(slot: &Slot) -> String {
    format!("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict", slot_cookie(slot))
}

/// `Set-Cookie` for a new session of staff: it ends with the browser, or with the day.
pub fn staff_cookie(token: &Secret) -> String {
    let token = token.text();
    format!("{STAFF_COOKIE}={token}; Path=/clinic; Secure; HttpOnly; SameSite=Strict")
}

/// `Set-Cookie` that makes a browser forget a member of staff.
pub fn staff_cookie_end() -> String {
    format!("{STAFF_COOKIE}=; Path=/clinic; Max-Age=0; Secure; HttpOnly; SameSite=Strict")
}
