//! The device's half. It holds every row of its disk, mints changes of what waits, and goes on
//! asking "what do they lack, what do I lack" until both digests are equal.

mod bring;
mod documents;
mod exchange;
mod held;
mod late;
mod line;
mod offer;
mod outbox;
mod push;
mod refusing;
mod verdict;
mod volume;

pub use self::bring::NotBrought;
pub use self::documents::OpenDocuments;
pub use self::held::{Documents, Held, Minted};
use self::line::Link;
use crate::attachment::AttachmentName;
use crate::document::{ChangeHash, DocumentId};
use crate::edit::Refused;
use crate::id::{AccountId, DeviceId, EntryId, PatientId, Rng};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::sync::planted::{Planted, Soil};
use crate::sync::stored::{Batch, OutboxItem, PutInto, RowKey, StoreError, Stored, Write};
use crate::time::Timestamp;
use crate::wire::{ToDevice, ToServer, WhyRefused};

/// An attempt to connect that has not come to anything after this long is given up.
pub const OPEN_WITHIN_MILLIS: i64 = 10_000;
/// The server is asked this often whether both hold the same, and with it whether it still lives.
pub const PING_AFTER_MILLIS: i64 = 10_000;
/// A ping that stays without an answer for this long means that the line is dead. Together with
/// `PING_AFTER_MILLIS` a dead line is noticed within 20 s.
pub const DEAD_AFTER_MILLIS: i64 = 8_000;
/// The same for the ping that follows a wake-up: the person is looking.
pub const DEAD_AFTER_WAKE_MILLIS: i64 = 2_000;
pub const RETRY_MILLIS_MIN: i64 = 1_000;
pub const RETRY_MILLIS_MAX: i64 = 30_000;
/// Rounds of comparing on one connection that change nothing; then the next ping tries again.
const FRUITLESS_ROUNDS_MAX: u32 = 4;

pub enum Event {
    /// The whole disk, at the start and before this tab takes over from another: what is in memory
    /// and not there is gone.
    Loaded(Vec<Stored>),
    /// Another tab of this browser wrote these rows and removed those.
    Elsewhere {
        put: Vec<Stored>,
        removed: Vec<RowKey>,
    },
    /// The answer to `Effect::ReadAgain`, once the disk gives one.
    ReadAgain {
        put: Vec<Stored>,
        removed: Vec<RowKey>,
    },
    /// The person did something that `edit::prepare` allowed. The number comes back with the answer.
    Edited {
        number: u32,
        entry: EntryId,
        item: OutboxItem,
    },
    Reworded {
        number: u32,
        entry: EntryId,
        put: PutInto,
    },
    Withdrawn {
        number: u32,
        entry: EntryId,
    },
    /// The person has seen what became of a refused item.
    Dismissed {
        number: u32,
        entry: EntryId,
    },
    Stored(u64),
    NotStored(u64, StoreError),
    /// The disk came back, and nothing of what was stored is there.
    Emptied,
    /// This tab now holds the socket, or no longer.
    Leading(bool),
    Connected,
    Received(ToDevice),
    /// The server said so beside the line: this device may hold nothing any more.
    Revoked,
    Disconnected,
    /// What came of `Effect::Bring`.
    Brought(AttachmentName, Result<(), NotBrought>),
    /// The time of the last `WakeAt` has come.
    Timer,
    /// The person came back, or the browser believes that there is a network.
    Woke,
}

pub enum Effect {
    Store(Batch),
    /// The disk did not answer, and may have done it all the same. What of `put` is there and what of
    /// `removed` is not is told as `Event::ReadAgain`, and nothing else.
    ReadAgain {
        put: Vec<RowKey>,
        removed: Vec<RowKey>,
    },
    Connect,
    /// Without waiting for the other side: the line may be dead.
    HangUp,
    /// Destroy everything that this profile holds, keys first: it was revoked.
    Wipe,
    Send(ToServer),
    /// To the clinic, all of it, by the plain requests beside the line; answered by `Event::Brought`.
    Bring {
        patient: PatientId,
        attachment: AttachmentName,
    },
    /// At this time an `Event::Timer`; only the newest counts.
    WakeAt(Timestamp),
    Tell(Notice),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The edit is on the disk.
    Saved {
        number: u32,
        entry: EntryId,
    },
    Refused {
        number: u32,
        why: Refused,
    },
    NotSaved {
        number: u32,
        why: StoreError,
    },
    /// Screens ask again.
    Changed,
    Line(Line),
    /// Its bytes cannot be read; it is fetched again.
    Damaged(DocumentId),
}

/// Where the exchange with the server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Offline,
    /// Connected, and something is still to be exchanged.
    Exchanging,
    /// Both digests were equal, at this time of the device's clock, and what was received stands on
    /// the disk: from now on the record can be read without a line, also after a reload.
    Same {
        at: Timestamp,
    },
    /// The server speaks no version that this program speaks.
    TooOld,
    /// This device may not come back.
    Revoked,
}

pub struct Device<D> {
    account: AccountId,
    device: DeviceId,
    pub documents: D,
    held: BTreeMap<DocumentId, Held>,
    outbox: BTreeMap<EntryId, OutboxItem>,
    dead_letters: BTreeMap<EntryId, (OutboxItem, WhyRefused)>,
    batches: BTreeMap<u64, InFlight>,
    batch_next: u64,
    /// The contents of batches that must not be lost when the disk does not take them.
    rearranging: BTreeMap<u64, (Vec<RowKey>, Vec<Write>)>,
    /// Those of which it did not, until the next try.
    unwritten: Vec<(InFlight, Vec<RowKey>, Vec<Write>)>,
    /// Rows of which the disk does not know yet what became of them. The server has most of them, but
    /// one that goes back in time will ask for the receipts.
    unkept: Vec<(DocumentId, Vec<ChangeHash>)>,
    /// Documents of which the server has more.
    incomplete: BTreeSet<DocumentId>,
    minted_next: u64,
    /// The disk did not take a minted change: the next waits for the timer.
    rest_minting: bool,
    /// Answers to `Effect::ReadAgain` that are still to come.
    to_read: u32,
    leading: bool,
    soil: Soil,
    link: Link,
    retry_millis: i64,
    line: Line,
}

/// What a batch was for, until the disk has answered.
enum InFlight {
    Save {
        number: u32,
        entry: EntryId,
        item: OutboxItem,
        /// The words before these.
        before: Option<RowKey>,
        /// Another tab has sent it meanwhile.
        taken: bool,
    },
    Withdraw {
        number: u32,
        entry: EntryId,
        row: RowKey,
    },
    Dismiss {
        number: u32,
        entry: EntryId,
    },
    /// What waited is in its document already, with the same words.
    Said {
        entry: EntryId,
        row: RowKey,
    },
    Mint {
        document: DocumentId,
        minted: Minted,
        /// What it builds on will not be: once written, it is taken apart again.
        stale: bool,
    },
    /// Rows that the server has too, or will never have.
    Cache {
        document: DocumentId,
        hashes: Vec<ChangeHash>,
    },
    /// What is still to come: the next comparison says it again.
    Noted,
    /// Rows that were rearranged in memory already, and the entries they are about.
    Rearranged {
        entries: Vec<EntryId>,
    },
}

impl<D: Documents> Device<D> {
    pub fn new(account: AccountId, device: DeviceId, documents: D) -> Self {
        Self {
            account,
            device,
            documents,
            held: BTreeMap::new(),
            outbox: BTreeMap::new(),
            dead_letters: BTreeMap::new(),
            batches: BTreeMap::new(),
            batch_next: 1,
            rearranging: BTreeMap::new(),
            unwritten: Vec::new(),
            unkept: Vec::new(),
            incomplete: BTreeSet::new(),
            minted_next: 1,
            rest_minting: false,
            to_read: 0,
            leading: false,
            soil: Soil::default(),
            link: Link::Closed,
            retry_millis: RETRY_MILLIS_MIN,
            line: Line::Offline,
        }
    }

    #[cfg(feature = "planted")]
    pub const fn plant(&mut self, planted: Option<Planted>) {
        self.soil.plant(planted);
    }

    /// Takes everything that happened since the last call; answers what to do about it.
    pub fn handle(&mut self, now: Timestamp, rng: &mut dyn Rng, events: Vec<Event>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for event in events {
            self.one(now, rng, event, &mut effects);
        }
        self.pull_next(&mut effects);
        self.mint_and_push(now, &mut effects);
        self.bring_next(now, &mut effects);
        self.say_where_the_line_is(now, &mut effects);
        effects
    }

    pub fn held(&self) -> &BTreeMap<DocumentId, Held> {
        &self.held
    }

    /// Whether it is here under a newer epoch too. Its own rows are kept for the clinic, and not shown.
    pub fn is_rebuilt(&self, document: &DocumentId) -> bool {
        let newer = |held: &DocumentId| {
            (held.patient, held.kind) == (document.patient, document.kind)
                && held.epoch > document.epoch
        };
        self.held.keys().any(|held| newer(held) && self.documents.is_open(held))
    }

    /// Whether it is here and could not be read.
    pub fn is_damaged(&self, document: &DocumentId) -> bool {
        let holds = self.held.contains_key(document) && !document.is_marks();
        holds && !self.documents.is_open(document)
    }

    /// Whether a change is here at all, whatever became of it.
    pub fn has(&self, document: &DocumentId, hash: &ChangeHash) -> bool {
        self.held.get(document).is_some_and(|held| held.all_hashes().any(|here| here == *hash))
    }

    /// Everything of this device that is not yet durable at the server, whether or not its document
    /// can be opened. Some of it stands in the document too.
    pub fn waiting(&self) -> impl Iterator<Item = (EntryId, &OutboxItem)> {
        let outbox = self.outbox.iter().map(|(entry, item)| (*entry, item));
        outbox.chain(self.leaving())
    }

    /// What a change was made of, and is not acknowledged.
    pub fn leaving(&self) -> impl Iterator<Item = (EntryId, &OutboxItem)> {
        let minted = self.held.values().flat_map(|held| &held.minted);
        minted.map(|minted| (minted.entry, &minted.item))
    }

    /// Documents of which the server is known to have more than is here.
    pub fn incomplete(&self) -> impl Iterator<Item = &DocumentId> {
        self.incomplete.iter()
    }

    /// What may still be withdrawn or reworded.
    pub fn outbox(&self) -> &BTreeMap<EntryId, OutboxItem> {
        &self.outbox
    }

    pub fn dead_letters(&self) -> &BTreeMap<EntryId, (OutboxItem, WhyRefused)> {
        &self.dead_letters
    }

    pub fn line(&self) -> Line {
        self.line
    }

    /// Items that are on this device and not yet durable at the server.
    pub fn unsent(&self) -> usize {
        self.outbox.len() + self.held.values().map(|held| held.minted.len()).sum::<usize>()
    }

    /// Of these, how many wait for the person and not for a line.
    pub fn asking(&self, now: Timestamp) -> usize {
        self.outbox.values().filter(|item| item.asks_again(now)).count()
    }

    fn one(&mut self, now: Timestamp, rng: &mut dyn Rng, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Loaded(rows) => self.loaded(rows, out),
            Event::Elsewhere { put, removed } => self.elsewhere(put, &removed, out),
            Event::Edited { number, entry, item } => self.save(number, entry, item, None, out),
            Event::Reworded { number, entry, put } => self.reword(now, number, entry, put, out),
            Event::Withdrawn { number, entry } => self.withdraw(number, entry, out),
            Event::Dismissed { number, entry } => self.dismiss(number, entry, out),
            Event::Emptied => self.emptied(out),
            Event::Stored(number) => self.stored(number, out),
            Event::NotStored(number, why) => self.not_stored(number, why, rng, out),
            Event::Leading(leading) => self.lead(now, leading, out),
            Event::Connected => self.connected(now, rng, out),
            Event::Received(message) => self.received(now, rng, message, out),
            Event::Brought(attachment, outcome) => self.brought(attachment, outcome, out),
            Event::Revoked => self.revoked(out),
            Event::ReadAgain { put, removed } => {
                self.to_read -= u32::from(self.to_read > 0);
                self.elsewhere(put, &removed, out);
            }
            Event::Disconnected => self.disconnected(now, rng, out),
            Event::Timer => self.timer(now, rng, out),
            Event::Woke => self.woke(now, out),
        }
    }

    fn store(
        &mut self,
        what: InFlight,
        requires: Vec<RowKey>,
        writes: Vec<Write>,
        out: &mut Vec<Effect>,
    ) {
        let hurried =
            matches!(what, InFlight::Save { .. }) && self.soil.has(Planted::SavedBeforeStrict);
        let strict = !matches!(what, InFlight::Cache { .. } | InFlight::Noted) && !hurried;
        let number = self.batch_next;
        self.batch_next += 1;
        if matches!(what, InFlight::Rearranged { .. }) {
            let content = (requires.clone(), writes.clone());
            self.rearranging.insert(number, content);
        }
        self.batches.insert(number, what);
        out.push(Effect::Store(Batch { number, requires, writes, strict }));
    }
}
