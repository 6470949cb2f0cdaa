//! The load program: pairs of devices that write as fast as they are answered, and hear each other.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use shared::document::{Actor, Document, DocumentId, Put};
use shared::id::{DeviceId, EntryId};
use shared::record::{Message, Said};
use shared::time::Timestamp;
use shared::wire::{Outcome, ToDevice, ToServer};
use sync_server::world::{Clock, OsRng};

use crate::line::{Line, Place};
use crate::process::Process;

/// A message as people write them, of about 300 characters.
const TEXT: &str = "Since Monday I am dizzy when I stand up in the morning, and it goes away after \
    a few minutes when I sit down again. I take the new tablets at eight with breakfast. My \
    readings at home were 104 over 62 and 110 over 66. Should I take half of one until I see \
    you on Thursday, or go on as before? Thank you.";

/// Two devices of one account.
pub struct Pair {
    pub journal: DocumentId,
    pub devices: [DeviceId; 2],
    pub places: [Place; 2],
}

pub struct Load {
    sides: Vec<Side>,
    messages: usize,
}

struct Side {
    line: Line,
    pushes: Vec<Vec<u8>>,
    /// Whose rows are waited for, and how many.
    other: DeviceId,
    awaits: usize,
    sent_at: SentAt,
    other_sent_at: SentAt,
}

/// When each message of a device left.
type SentAt = Arc<Mutex<Vec<Instant>>>;

/// A round.
pub struct Measured {
    /// Stored, and on the other device.
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub ack_p50_ms: f64,
    /// Of the server's processor, for each message.
    pub cpu_us: f64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { per_second, p50_ms, p99_ms, ack_p50_ms, cpu_us } = self;
        write!(f, "{per_second:.0} a second; on the other device p50 {p50_ms:.1} ms, ")?;
        write!(
            f,
            "p99 {p99_ms:.1} ms; stored p50 {ack_p50_ms:.1} ms; {cpu_us:.0} µs of its CPU each"
        )
    }
}

/// What a device writes, as frames that are ready: minting is not what is measured.
pub fn pushes(journal: DocumentId, count: usize) -> Vec<Vec<u8>> {
    let changes = changes(journal, count).into_iter().zip(0..);
    let push = |(bytes, number): (Vec<u8>, u32)| {
        ToServer::Push { number, document: journal, changes: vec![bytes.into()] }.to_bytes()
    };
    changes.map(push).collect()
}

/// Messages of one device, each built on the one before.
pub fn changes(journal: DocumentId, count: usize) -> Vec<Vec<u8>> {
    let (_, genesis) = Document::genesis(&journal);
    let mut open = Document::load([&genesis[..]]).unwrap();
    let (actor, now) = (Actor::fresh(&mut OsRng), Clock::System.now());
    let mint = |number: usize| {
        let said = Said::Message(Message {
            topic: Some("Dizzy".into()),
            text: format!("{TEXT} {number}"),
            written: now,
            ..Message::default()
        });
        let entry = EntryId::fresh(later(now, number), &mut OsRng);
        open.mint(actor, &Put::Entry { entry, text: said.to_text() }).1
    };
    (0..count).map(mint).collect()
}

fn later(now: Timestamp, number: usize) -> Timestamp {
    now.plus_millis(i64::try_from(number).unwrap())
}

impl Load {
    /// Opens all sockets.
    pub async fn of(pairs: &[Pair], messages: usize, both_write: bool) -> Self {
        let mut sides = Vec::new();
        for pair in pairs {
            let sent_at: [SentAt; 2] = Default::default();
            for one in [0, 1] {
                let writes = |side: usize| if side == 0 || both_write { messages } else { 0 };
                sides.push(Side {
                    line: Line::open(&pair.places[one]).await,
                    pushes: pushes(pair.journal, writes(one)),
                    other: pair.devices[1 - one],
                    awaits: writes(1 - one),
                    sent_at: Arc::clone(&sent_at[one]),
                    other_sent_at: Arc::clone(&sent_at[1 - one]),
                });
            }
        }
        let messages = sides.iter().map(|side| side.pushes.len()).sum();
        Self { sides, messages }
    }

    pub async fn run(self, server: &Process) -> Measured {
        let (start, cpu) = (Instant::now(), server.cpu_ms());
        let running: Vec<_> = self.sides.into_iter().map(|side| tokio::spawn(side.run())).collect();
        let (mut acks, mut arrivals) = (Vec::new(), Vec::new());
        for side in running {
            let (acked, arrived) = side.await.unwrap();
            acks.extend(acked);
            arrivals.extend(arrived);
        }
        let (seconds, cpu) = (start.elapsed().as_secs_f64(), server.cpu_ms() - cpu);
        assert_eq!((acks.len(), arrivals.len()), (self.messages, self.messages));
        Measured {
            per_second: self.messages as f64 / seconds,
            p50_ms: part(&mut arrivals, 0.5),
            p99_ms: part(&mut arrivals, 0.99),
            ack_p50_ms: part(&mut acks, 0.5),
            cpu_us: cpu * 1000.0 / self.messages as f64,
        }
    }
}

impl Side {
    /// Milliseconds until each message was stored, and until each of the other device came.
    async fn run(mut self) -> (Vec<f64>, Vec<f64>) {
        let (mut acked, mut arrived) = (Vec::new(), Vec::new());
        let mut pushes = std::mem::take(&mut self.pushes).into_iter();
        let mut waits = self.send(pushes.next()).await;
        while waits || arrived.len() < self.awaits {
            match self.line.hear().await {
                ToDevice::Taken { outcomes, .. } => {
                    assert!(matches!(outcomes[..], [Outcome::Stored { .. }]), "{outcomes:?}");
                    acked.push(since(&self.sent_at, acked.len()));
                    waits = self.send(pushes.next()).await;
                }
                ToDevice::Rows { document, rows, .. } if !document.is_marks() => {
                    let of_other = rows.iter().filter(|row| row.sidecar.device == Some(self.other));
                    for _ in of_other {
                        arrived.push(since(&self.other_sent_at, arrived.len()));
                    }
                }
                _ => {}
            }
        }
        (acked, arrived)
    }

    async fn send(&mut self, push: Option<Vec<u8>>) -> bool {
        let Some(push) = push else {
            return false;
        };
        self.sent_at.lock().unwrap().push(Instant::now());
        self.line.say(push).await;
        true
    }
}

fn since(sent_at: &SentAt, number: usize) -> f64 {
    sent_at.lock().unwrap()[number].elapsed().as_secs_f64() * 1000.0
}

/// The value below which this part of all lies.
pub fn part(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part) as usize]
}
