//! Live connections: who listens to which record, and how they hear of what was committed. A
//! connection that cannot keep up is dropped; its device comes back and asks for what it lacks.

mod connection;
mod contact;
mod perform;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use shared::id::{AccountId, DeviceId, PatientId};
use tokio::sync::{mpsc, watch};

pub use self::connection::run;
#[cfg(test)]
use self::connection::{CLOSE_SIGNED_OUT, CLOSE_UNMANNERLY};
pub use self::wire::{Lines, Wire};
use crate::secret::SecretHash;
use crate::store::people::Session;
use crate::store::rows::News;

/// What may wait for one connection. A device that is further behind asks anew and gets pieces.
const TOLD_MAX: usize = 64;
/// Sockets of one account at once: every device and tab of a family, and a few that died unheard.
const SOCKETS_OF_ACCOUNT_MAX: usize = 24;

/// Something a connection has to know.
#[derive(Clone)]
pub enum Told {
    News(Arc<News>),
    /// Grants changed, or a document is there under another epoch: say what there is.
    Rescoped,
    /// The session is over.
    Ended,
    /// The device may not open anything any more.
    Revoked,
}

pub struct Hub {
    listeners: Mutex<Listeners>,
    /// Connections and streams hold a receiver each; when all are gone, they have ended.
    stopping: watch::Sender<bool>,
    lines: Lines,
}

#[derive(Default)]
struct Listeners {
    next: u64,
    all: BTreeMap<u64, Listener>,
    of_record: BTreeMap<PatientId, BTreeSet<u64>>,
}

struct Listener {
    session: SecretHash,
    device: DeviceId,
    account: AccountId,
    records: Vec<PatientId>,
    tell: mpsc::Sender<Told>,
}

/// A connection's place in the hub; it is given up when this is dropped.
pub struct Listening<'a> {
    hub: &'a Hub,
    number: u64,
    pub told: mpsc::Receiver<Told>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            listeners: Mutex::default(),
            stopping: watch::Sender::new(false),
            lines: Lines::default(),
        }
    }
}

impl Hub {
    /// Nothing if this account has too many sockets already, or the server stops.
    pub fn listen(&self, session: &Session, records: Vec<PatientId>) -> Option<Listening<'_>> {
        let mut listeners = self.lock();
        let same = listeners.all.values().filter(|other| other.account == session.account);
        if *self.stopping.borrow() || same.count() >= SOCKETS_OF_ACCOUNT_MAX {
            return None;
        }
        let (tell, told) = mpsc::channel(TOLD_MAX);
        let number = listeners.next;
        listeners.next += 1;
        let Session { token: session, device, account, .. } = *session;
        listeners.add(number, Listener { session, device, account, records, tell });
        Some(Listening { hub: self, number, told })
    }

    /// Tells everyone who listens to the record, but for the connection that brought it.
    pub fn publish(&self, news: News, by: Option<u64>) {
        let news = Arc::new(news);
        let mut listeners = self.lock();
        let numbers = listeners.of_record.get(&news.document.patient).cloned().unwrap_or_default();
        for number in numbers.into_iter().filter(|number| Some(*number) != by) {
            listeners.tell(number, Told::News(Arc::clone(&news)));
        }
    }

    /// Ends the sockets of a session at once.
    pub fn ended(&self, session: SecretHash) {
        let mut listeners = self.lock();
        for number in listeners.numbers(|listener| listener.session == session) {
            listeners.tell(number, Told::Ended);
        }
    }

    /// A device signed in again: what its session before opened ends at once.
    pub fn replaced(&self, device: DeviceId, by: SecretHash) {
        let mut listeners = self.lock();
        let is_before = |one: &Listener| one.device == device && one.session != by;
        for number in listeners.numbers(is_before) {
            listeners.tell(number, Told::Ended);
        }
    }

    /// Tells a device at once that it was revoked; its sockets end with that.
    pub fn revoked(&self, device: DeviceId) {
        let mut listeners = self.lock();
        for number in listeners.numbers(|listener| listener.device == device) {
            listeners.tell(number, Told::Revoked);
        }
    }

    /// Makes the sockets of an account look at its grants again at once.
    pub fn rescope(&self, account: AccountId) {
        let mut listeners = self.lock();
        for number in listeners.numbers(|listener| listener.account == account) {
            listeners.tell(number, Told::Rescoped);
        }
    }

    /// Makes everybody who listens to a record compare at once: a document of it was rebuilt, as
    /// another epoch.
    pub fn rebuilt(&self, record: PatientId) {
        let mut listeners = self.lock();
        let numbers = listeners.of_record.get(&record).cloned().unwrap_or_default();
        for number in numbers {
            listeners.tell(number, Told::Rescoped);
        }
    }

    pub const fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Tells all connections and streams to end.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Waits until they have.
    pub async fn stopped(&self) {
        self.stopping.closed().await;
    }

    /// True once the server stops; for streams that would otherwise never end.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        // Nothing in here can panic half way; a poisoned lock holds whole data.
        self.listeners.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

impl Listeners {
    fn add(&mut self, number: u64, listener: Listener) {
        for record in &listener.records {
            self.of_record.entry(*record).or_default().insert(number);
        }
        self.all.insert(number, listener);
    }

    fn remove(&mut self, number: u64) -> Option<Listener> {
        let listener = self.all.remove(&number)?;
        for record in &listener.records {
            if let Some(numbers) = self.of_record.get_mut(record) {
                numbers.remove(&number);
                if numbers.is_empty() {
                    self.of_record.remove(record);
                }
            }
        }
        Some(listener)
    }

    fn numbers(&self, which: impl Fn(&Listener) -> bool) -> Vec<u64> {
        let found = self.all.iter().filter(|(_, listener)| which(listener));
        found.map(|(number, _)| *number).collect()
    }

    /// One whose queue is full reads too slowly: it loses its queue, which ends it.
    fn tell(&mut self, number: u64, told: Told) {
        let Some(listener) = self.all.get(&number) else {
            return;
        };
        if listener.tell.try_send(told).is_err() {
            self.remove(number);
        }
    }
}

impl Listening<'_> {
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Listens to these records from now on.
    pub fn move_to(&self, records: Vec<PatientId>) {
        let mut listeners = self.hub.lock();
        if let Some(mut listener) = listeners.remove(self.number) {
            listener.records = records;
            listeners.add(self.number, listener);
        }
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.hub.lock().remove(self.number);
    }
}
