//! The world of one schedule: time that jumps to the next happening, sockets that are cut, and
//! machines that die. Everything follows from the seed.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use shared::document::DocumentId;
use shared::id::EntryId;
use shared::sync::device::{self, Effect, Event, Notice};
use shared::sync::planted::Planted;
use shared::sync::server;
use shared::sync::stored::{OutboxItem, PutInto, RowKey};
use shared::time::Timestamp;
use shared::wire::{Row, ToDevice, ToServer};

use crate::attachments::Beside;
use crate::cast;
use crate::clinic::{Answer, Clinic, NODES};
use crate::disk::Disk;
use crate::ledger::Ledger;
use crate::machine::{Asked, Machine};
use crate::oracle;
use crate::random::Random;
use crate::store::Store;
use crate::tier::Tier;
use crate::weight::{MASK_BYTES, Weight};

/// When every schedule begins, in milliseconds since 1970.
pub const BEGINNING: i64 = 1_800_000_000_000;

/// The gate of this clinic refuses words that begin so.
pub const REFUSED_MARK: &str = "refuse me: ";

pub struct World<T: Tier> {
    pub now: i64,
    pub rng: Random,
    pub clinic: Clinic<T>,
    pub machines: Vec<Machine<T>>,
    pub ledger: Ledger,
    pub trouble: Trouble,
    queue: BinaryHeap<Reverse<(i64, u64, usize)>>,
    happenings: Vec<Option<Happening>>,
    /// Places of happenings that are over.
    free: Vec<usize>,
    order: u64,
    pub(super) lines: Vec<Line>,
    /// How often the store has gone back.
    pub restores: u32,
    /// Somebody's access has ended or become less.
    pub was_narrowed: bool,
    /// What goes with the words that are written now.
    pub beside: Beside,
    pub log: Option<Vec<String>>,
}

/// How badly things go at the moment, in percent where nothing else is said.
#[derive(Default, Clone)]
pub struct Trouble {
    pub disk_aborts: u64,
    /// What is written, and called not written.
    pub unheard: u64,
    pub news_lost: u64,
    pub delay_millis_max: i64,
    /// What a transaction of a disk takes in addition.
    pub slow_disk_millis: i64,
    pub half_open: u64,
    pub torn: bool,
    pub garbled: u64,
    /// Frames that come twice, and those that come before an earlier one.
    pub repeated: u64,
    pub shuffled: u64,
}

pub(super) enum Happening {
    Disk { machine: usize, life: u64 },
    Read { machine: usize, life: u64, put: Vec<RowKey>, removed: Vec<RowKey> },
    Opened { machine: usize, life: u64, attempt: u64 },
    Timer { machine: usize, life: u64, timer: u64 },
    Up { line: usize },
    Down { line: usize },
    News { line: usize, document: DocumentId, rows: Vec<Row> },
}

/// One socket, from its opening to its end.
pub(super) struct Line {
    pub(super) machine: usize,
    pub(super) up: VecDeque<ToServer>,
    /// Nothing where the server hung up.
    /// Each with how often the store had gone back when it was sent, and its bytes where they count.
    pub(super) down: VecDeque<Option<(ToDevice, u32, usize)>>,
    pub(super) up_so_far: Weight,
    pub(super) down_so_far: Weight,
}

impl<T: Tier> World<T> {
    pub fn new(seed: u64) -> Self {
        let rng = Random::new(seed);
        let clinic = Clinic::new(Timestamp::from_millis(BEGINNING));
        let machines = cast::OWNERS.iter().enumerate();
        let machines =
            machines.map(|(place, owner)| Machine::new(*owner, cast::device_id(place))).collect();
        let mut ledger = Ledger::default();
        for (document, log) in clinic.store.logs() {
            ledger.committed(*document, &log.rows);
        }
        Self {
            now: BEGINNING,
            rng,
            clinic,
            machines,
            ledger,
            trouble: Trouble { delay_millis_max: 50, ..Trouble::default() },
            queue: BinaryHeap::new(),
            happenings: Vec::new(),
            free: Vec::new(),
            order: 0,
            lines: Vec::new(),
            restores: 0,
            was_narrowed: false,
            beside: Beside::default(),
            log: None,
        }
    }

    pub fn note(&mut self, words: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log {
            log.push(format!("{:>8} {}", self.now - BEGINNING, words()));
        }
    }

    // What a person does.

    pub fn start(&mut self, machine: usize) {
        self.note(|| format!("machine {machine} starts"));
        let events = self.machines[machine].start(self.clinic.planted);
        self.feed(machine, events);
    }

    pub fn start_all(&mut self) {
        (0..self.machines.len()).for_each(|machine| self.start(machine));
    }

    /// Nothing if the program is not running.
    pub fn write(&mut self, machine: usize, document: DocumentId, text: &str) -> Option<EntryId> {
        let clock = self.machines[machine].clock(self.now);
        if self.machines[machine].running.as_ref()?.line() == device::Line::Revoked {
            return None;
        }
        let newest = self.machines[machine].running.as_ref()?.newest_unsent();
        let entry = EntryId::fresh_behind(newest, clock, &mut self.rng);
        let text = text.to_owned();
        self.note(|| format!("machine {machine} writes {entry} {text:?} into {document}"));
        self.ledger.written(machine, document, entry, &text);
        self.ledger.takes_its_turn(entry, self.beside.holds_back());
        let number = self.ask(machine, Asked::Write { entry, text: text.clone() });
        let item = OutboxItem {
            patient: document.patient,
            document,
            written_at: clock,
            put: PutInto::Entry { text },
            sealed_to_clinic: None,
            may_be_sent: None,
            ask_again_at: self.beside.ask_again_at,
            attachments: self.beside.attachment.map(|name| vec![name]),
            saying: None,
        };
        self.feed(machine, vec![Event::Edited { number, entry, item }]);
        Some(entry)
    }

    pub fn reword(&mut self, machine: usize, entry: EntryId, text: &str) {
        let text = text.to_owned();
        self.note(|| format!("machine {machine} rewords {entry} to {text:?}"));
        self.ledger.rewording(entry, &text);
        let number = self.ask(machine, Asked::Reword { entry, text: text.clone() });
        let put = PutInto::Entry { text };
        self.feed(machine, vec![Event::Reworded { number, entry, put }]);
    }

    pub fn withdraw(&mut self, machine: usize, entry: EntryId) {
        self.note(|| format!("machine {machine} withdraws {entry}"));
        self.ledger.withdrawing(entry);
        let number = self.ask(machine, Asked::Withdraw { entry });
        self.feed(machine, vec![Event::Withdrawn { number, entry }]);
    }

    pub fn wake(&mut self, machine: usize) {
        self.feed(machine, vec![Event::Woke]);
    }

    pub(super) fn ask(&mut self, machine: usize, asked: Asked) -> u32 {
        let asks = &mut self.machines[machine].asked;
        asks.push(asked);
        u32::try_from(asks.len() - 1).expect("a person does not do so much")
    }

    // What the clinic does.

    pub fn reply(&mut self, node: usize, document: DocumentId, text: &str) -> EntryId {
        let now = Timestamp::from_millis(self.now);
        let entry = EntryId::fresh(now, &mut self.rng);
        let document = self.clinic.of_today(document, now);
        self.note(|| format!("node {node} writes {entry} {text:?} into {document}"));
        let made = self.clinic.make(document, now);
        self.made(made.into_iter().collect());
        let written = self.clinic.write(&mut self.rng, document, entry, text.to_owned(), now);
        if let Some((change, document, rows)) = written {
            self.ledger.written_by_clinic(document, entry, text);
            self.ledger.entries.insert(change, entry);
            self.committed(node, None, document, rows);
        }
        entry
    }

    /// Offers the clinic a row that nobody ever gave a receipt for.
    pub fn forge(&mut self, document: DocumentId, text: &str) {
        let lines = (0..NODES).flat_map(|node| self.clinic.listeners(node, None));
        let Some(line) = lines.last() else { return };
        self.note(|| format!("somebody offers {text:?} for {document}"));
        let now = Timestamp::from_millis(self.now);
        let entry = EntryId::fresh(now, &mut self.rng);
        let text = text.to_owned();
        let forged = self.clinic.forged(&mut self.rng, document, entry, text, now);
        let Some((document, row)) = forged else { return };
        let rows = vec![row];
        let message = ToServer::Offer { document, rows };
        let answer = self.clinic.receive(line, message, now, &mut self.rng);
        self.answered(answer);
    }

    // What goes wrong.

    /// Power cut or a killed browser.
    pub fn crash(&mut self, machine: usize) {
        self.note(|| format!("machine {machine} crashes"));
        self.hang_up(machine);
        let Self { machines, rng, trouble, .. } = self;
        machines[machine].running = None;
        machines[machine].disk.crash(rng, trouble.torn);
    }

    pub fn shut(&mut self, machine: usize) {
        self.note(|| format!("machine {machine} is closed"));
        self.hang_up(machine);
        self.machines[machine].running = None;
        self.machines[machine].disk.close();
    }

    /// The socket of a machine ends, with whatever was under way on it.
    pub fn cut(&mut self, machine: usize) {
        let Some(line) = self.machines[machine].line.take() else {
            return;
        };
        self.note(|| format!("the line of machine {machine} is cut"));
        self.drop_some(line);
        if self.rng.percent(self.trouble.half_open) {
            // Neither side is told: the device must find out.
            return;
        }
        self.clinic.close(line);
        self.feed(machine, vec![Event::Disconnected]);
    }

    pub fn stop_node(&mut self, node: usize) {
        self.note(|| format!("node {node} stops"));
        for line in self.clinic.stop(node) {
            self.end(line);
        }
    }

    pub fn start_node(&mut self, node: usize) {
        self.note(|| format!("node {node} starts"));
        self.clinic.start(node);
        if self.clinic.planted == Some(Planted::CompactedTooEarly) {
            self.clinic.store.compact_too_early();
        }
    }

    /// The clinic's store is what it was. `quiet`: under running nodes, with no sign of it.
    pub fn go_back(&mut self, backup: Store<T>, quiet: bool) {
        self.note(|| format!("the store goes back, quiet: {quiet}"));
        let erasures = self.clinic.store.erasures.clone();
        self.clinic.store = backup;
        self.restores += 1;
        self.clinic.store.erasures = erasures;
        self.erase_again();
        if !quiet {
            (0..NODES).for_each(|node| self.stop_node(node));
            (0..NODES).for_each(|node| self.start_node(node));
        }
        oracle::destroyed(self);
    }

    /// The browser throws away what this profile holds.
    pub fn evict(&mut self, machine: usize) {
        self.note(|| format!("machine {machine} is evicted"));
        self.shut(machine);
        self.machines[machine].disk.evict();
        oracle::destroyed(self);
    }

    /// An old copy of a profile takes the place of another.
    pub fn put_back(&mut self, from: usize, onto: usize, mut disk: Disk) {
        self.note(|| format!("machine {onto} becomes what machine {from} was"));
        self.shut(onto);
        disk.crash(&mut self.rng, false);
        self.machines[onto].disk = disk;
        self.machines[onto].id = self.machines[from].id;
        self.ledger.cloned(from, onto);
        oracle::destroyed(self);
    }

    /// The server's end of a line is gone.
    fn end(&mut self, line: usize) {
        self.drop_some(line);
        let machine = self.lines[line].machine;
        if self.machines[machine].line == Some(line) {
            self.machines[machine].line = None;
            self.feed(machine, vec![Event::Disconnected]);
        }
    }

    /// Of what is under way on a line, a beginning arrives.
    fn drop_some(&mut self, line: usize) {
        let under_way = std::mem::take(&mut self.lines[line].up);
        self.lines[line].down.clear();
        let arrives = self.rng.place(under_way.len() + 1);
        let now = Timestamp::from_millis(self.now);
        for message in under_way.into_iter().take(arrives) {
            let answer = self.clinic.receive(line, message, now, &mut self.rng);
            self.answered(answer);
        }
    }

    fn hang_up(&mut self, machine: usize) {
        self.machines[machine].attempt += 1;
        if let Some(line) = self.machines[machine].line.take() {
            self.drop_some(line);
            if !self.rng.percent(self.trouble.half_open) {
                self.clinic.close(line);
            }
        }
    }

    // How it goes on.

    /// Does everything that happens within so many milliseconds.
    pub fn run(&mut self, millis: i64) {
        let until = self.now + millis;
        while let Some(Reverse((at, _, place))) = self.queue.peek().copied() {
            if at > until {
                break;
            }
            self.queue.pop();
            self.now = at;
            let happening = self.happenings[place].take();
            self.free.push(place);
            self.happen(happening.expect("each happens once"));
        }
        self.now = until;
    }

    pub(super) fn later(&mut self, millis: i64, happening: Happening) {
        let place = self.free.pop().unwrap_or(self.happenings.len());
        if place == self.happenings.len() {
            self.happenings.push(None);
        }
        self.happenings[place] = Some(happening);
        self.order += 1;
        let at = self.now + millis.max(0);
        self.queue.push(Reverse((at, self.order, place)));
    }

    pub(super) fn delay(&mut self) -> i64 {
        self.rng.between(1, self.trouble.delay_millis_max)
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Disk { machine, life } if self.lives(machine, life) => {
                let Self { machines, rng, trouble, .. } = self;
                let disk = &mut machines[machine].disk;
                let done = match () {
                    () if rng.percent(trouble.disk_aborts) => disk.abort(),
                    () if rng.percent(trouble.unheard) => disk.perform_unheard(),
                    () => disk.perform(),
                };
                // The operating system writes back when it likes.
                if rng.percent(20) {
                    disk.sync();
                }
                let event = done.map(|(number, answer)| match answer {
                    Ok(()) => Event::Stored(number),
                    Err(why) => Event::NotStored(number, why),
                });
                self.feed(machine, event.into_iter().collect());
            }
            Happening::Opened { machine, life, attempt } if self.lives(machine, life) => {
                if self.machines[machine].attempt == attempt {
                    self.open(machine);
                }
            }
            Happening::Timer { machine, life, timer } if self.lives(machine, life) => {
                if self.machines[machine].timer == timer {
                    self.feed(machine, vec![Event::Timer]);
                }
            }
            Happening::Read { machine, life, put, removed } if self.lives(machine, life) => {
                let (put, removed) = self.machines[machine].disk.these(&put, removed);
                self.feed(machine, vec![Event::ReadAgain { put, removed }]);
            }
            Happening::Disk { .. }
            | Happening::Read { .. }
            | Happening::Opened { .. }
            | Happening::Timer { .. } => {}
            Happening::Up { line } => {
                if let Some(message) = self.lines[line].up.pop_front() {
                    let now = Timestamp::from_millis(self.now);
                    let answer = self.clinic.receive(line, message, now, &mut self.rng);
                    self.answered(answer);
                }
            }
            Happening::Down { line } => {
                let machine = self.lines[line].machine;
                let message = self.lines[line].down.pop_front();
                let here = self.machines[machine].line == Some(line);
                match message.filter(|_| here) {
                    Some(Some((message, restores, _))) => {
                        self.will_drop(machine, &message, restores != self.restores);
                        self.feed(machine, vec![Event::Received(message)]);
                    }
                    Some(None) => self.end(line),
                    None => {}
                }
            }
            Happening::News { line, document, rows } => {
                let event = server::Event::News { document, rows };
                let now = Timestamp::from_millis(self.now);
                let answer = self.clinic.handle(line, event, now, &mut self.rng);
                self.answered(answer);
            }
        }
    }

    fn lives(&self, machine: usize, life: u64) -> bool {
        let machine = &self.machines[machine];
        machine.life == life && machine.running.is_some()
    }

    fn open(&mut self, machine: usize) {
        let up: Vec<usize> = (0..NODES).filter(|node| self.clinic.nodes[*node].up).collect();
        if self.machines[machine].offline || up.is_empty() {
            self.feed(machine, vec![Event::Disconnected]);
            return;
        }
        let node = up[self.rng.place(up.len())];
        let number = self.lines.len();
        self.lines.push(Line {
            machine,
            up: VecDeque::new(),
            down: VecDeque::new(),
            up_so_far: Weight::default(),
            down_so_far: Weight::default(),
        });
        let (account, id) = (self.machines[machine].account, self.machines[machine].id);
        let now = Timestamp::from_millis(self.now);
        let made = self.clinic.ensure(account, now);
        self.made(made);
        self.clinic.open(number, node, account, id);
        self.machines[machine].line = Some(number);
        self.tell_if_revoked(number, id);
        self.note(|| format!("machine {machine} reaches node {node}"));
        self.feed(machine, vec![Event::Connected]);
    }

    /// Hands events to a machine and does what it says.
    pub fn feed(&mut self, machine: usize, events: Vec<Event>) {
        let Self { machines, rng, now, .. } = self;
        let clock = machines[machine].clock(*now);
        let Some(device) = &mut machines[machine].running else {
            return;
        };
        let effects = device.handle(clock, rng, events);
        for effect in effects {
            self.perform(machine, clock, effect);
        }
    }

    fn perform(&mut self, machine: usize, clock: Timestamp, effect: Effect) {
        let life = self.machines[machine].life;
        match effect {
            Effect::Store(batch) => {
                self.ledger.storing(&batch);
                self.machines[machine].disk.take(batch);
                let delay = self.rng.between(1, 20) + self.trouble.slow_disk_millis;
                self.later(delay, Happening::Disk { machine, life });
            }
            Effect::Connect => {
                self.machines[machine].attempt += 1;
                let attempt = self.machines[machine].attempt;
                let delay = self.delay();
                self.later(delay, Happening::Opened { machine, life, attempt });
            }
            Effect::ReadAgain { put, removed } => {
                let delay = self.delay();
                self.later(delay, Happening::Read { machine, life, put, removed });
            }
            Effect::HangUp => self.hang_up(machine),
            Effect::Bring { attachment, .. } => self.beside.bringing.push((machine, attachment)),
            Effect::Wipe => self.wiped(machine),
            Effect::Send(message) => self.send(machine, message),
            Effect::WakeAt(at) => {
                self.machines[machine].timer += 1;
                let timer = self.machines[machine].timer;
                let wait = at.millis_since(clock);
                self.later(wait, Happening::Timer { machine, life, timer });
            }
            Effect::Tell(notice) => self.told(machine, notice),
        }
    }

    fn send(&mut self, machine: usize, message: ToServer) {
        // A socket that is gone takes what is given to it and says nothing.
        let Some(line) = self.machines[machine].line else {
            return;
        };
        let message = if T::BYTES {
            let bytes = message.to_bytes();
            self.lines[line].up_so_far.add(bytes.len(), MASK_BYTES);
            ToServer::from_bytes(&bytes).expect("a device speaks the protocol")
        } else {
            message
        };
        self.note(|| format!("machine {machine} sends {}", crate::words::to_server(&message)));
        self.goes_up(line, message);
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        for (line, message) in answer.down {
            let mut weight = 0;
            let message = if T::BYTES {
                let bytes = message.to_bytes();
                weight = bytes.len();
                self.lines[line].down_so_far.add(weight, 0);
                ToDevice::from_bytes(&bytes).expect("a server speaks the protocol")
            } else {
                message
            };
            let message = self.garbled(message);
            let machine = self.lines[line].machine;
            self.check_scope(machine, &message);
            self.note(|| {
                format!("machine {machine} is sent {}", crate::words::to_device(&message))
            });
            self.goes_down(line, message, weight);
        }
        self.made(answer.made);
        self.rebuilt(answer.rebuilt);
        for (from, document, rows) in answer.news {
            self.committed(0, from, document, rows);
        }
        for line in answer.closed {
            // What was sent before arrives before.
            self.lines[line].down.push_back(None);
            let delay = self.delay();
            self.later(delay, Happening::Down { line });
        }
    }

    /// Rows are durable: whoever listens hears of them, unless the hint gets lost.
    pub(super) fn committed(
        &mut self,
        _node: usize,
        from: Option<usize>,
        document: DocumentId,
        rows: Vec<Row>,
    ) {
        if rows.is_empty() {
            return;
        }
        self.ledger.committed(document, &rows);
        for node in 0..NODES {
            for line in self.clinic.listeners(node, from) {
                if !self.rng.percent(self.trouble.news_lost) {
                    let delay = self.delay();
                    let rows = rows.clone();
                    self.later(delay, Happening::News { line, document, rows });
                }
            }
        }
    }

    fn told(&mut self, machine: usize, notice: Notice) {
        self.note(|| format!("machine {machine} says {notice:?}"));
        if let Notice::Saved { number, .. } = notice {
            let asked = self.machines[machine].asked[number as usize].clone();
            self.ledger.saved(&self.machines[machine].disk, &asked);
        }
    }
}
