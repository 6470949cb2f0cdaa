//! What the parts of the way of a message cost by themselves, in this process.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::document::DocumentId;
use shared::sync::receipt::ReceiptKey;
use sync_server::audit::checkpoint::{AuditKey, Checkpoints};
use sync_server::audit::{Entry, Head, Linked};
use sync_server::config::Clinic as Shown;
use sync_server::documents::{self, Origin, layout};
use sync_server::projector;
use sync_server::sealing::DataKey;
use sync_server::sign_in::SignInKey;
use sync_server::state::{App, Setup};
use sync_server::store::Store;
use sync_server::store::rows::{Appended, Batch, Fresh};
use sync_server::world::{Clock, OsRng};

use crate::clinic::{Clinic, SignedIn};
use crate::load::changes;
use crate::process::cpu_ms;

/// Who writes how much.
#[derive(Clone, Copy)]
pub struct Written {
    pub people: usize,
    pub each: usize,
    /// At the pace of all together the projector looks after each so many messages, and the queue is
    /// read as often as it would be then.
    pub per_second: f64,
}

/// Messages between two looks of the projector.
const LOOK_AFTER: usize = 64;
const BINDS: &[u8] = &[7; 120];

/// Microseconds of each part for one message.
pub struct Parts(Vec<(&'static str, f64)>);

pub fn shown(parts: &Parts, all: f64) {
    let mut sum = 0.0;
    for (name, us) in &parts.0 {
        sum += us;
        println!("  {name}: {us:.0} µs a message, {:.0} % of the server's CPU", 100.0 * us / all);
    }
    println!("  together {:.0} % (goal 33)", 100.0 * sum / all);
}

pub async fn measure(written: Written) -> Parts {
    let Written { people, each, .. } = written;
    let clinic = Clinic::new(people, 1).await;
    let receipts = ReceiptKey::from_bytes([7; 32]);
    let writers = clinic.devices.iter().map(|devices| Writer::of(&devices[0], each));
    let people = writers.collect::<Vec<_>>();
    let mut fresh: Vec<(DocumentId, Fresh)> = Vec::new();
    let gate = spent(|| {
        for number in 0..each {
            for Writer { document, written, origin } in &people {
                let passed = documents::foreign(&receipts, document, &written[number], *origin);
                fresh.push((*document, passed.unwrap()));
            }
        }
    });
    let key = DataKey::of(&[7; 32]);
    let sealing = spent(|| {
        for (_, one) in &fresh {
            black_box(key.seal(BINDS, &one.bytes, &mut OsRng));
        }
    });
    let store = Arc::new(clinic.store());
    let app = App::new(setup(&clinic), Arc::clone(&store) as Arc<dyn Store>);
    projector::catch_up(&app).await.unwrap();
    let (mut projecting, mut entries) = (0.0, Vec::new());
    let (mut now, mut rested_at) = (Duration::ZERO, Duration::ZERO);
    for some in fresh.chunks(LOOK_AFTER) {
        entries.extend(append(store.as_ref(), some).await);
        now += Duration::from_secs_f64(some.len() as f64 / written.per_second);
        let before = cpu_ms(std::process::id());
        projector::project(&app).await.unwrap();
        if now >= rested_at {
            let begun = Instant::now();
            projector::show(&app).await.unwrap();
            rested_at = now + begun.elapsed() * (1 + projector::RESTS);
        }
        projecting += cpu_ms(std::process::id()) - before;
    }
    let audit = audited(&entries);
    store.close().await;
    let each = |ms: f64| ms * 1000.0 / fresh.len() as f64;
    Parts(vec![
        ("gate", each(gate)),
        ("sealing", each(sealing)),
        ("audit", each(audit)),
        ("projector and queue", each(projecting)),
    ])
}

struct Writer {
    document: DocumentId,
    written: Vec<Vec<u8>>,
    origin: Origin,
}

impl Writer {
    fn of(device: &SignedIn, count: usize) -> Self {
        let document = device.journal();
        let (account, device) = (Some(device.account), Some(device.device));
        let origin = Origin { account, device, at: Clock::System.now() };
        Self { document, written: changes(document, count), origin }
    }
}

/// Each by itself, as devices push; answers what is noted of it.
async fn append(store: &dyn Store, some: &[(DocumentId, Fresh)]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (document, one) in some {
        let (document, layout, changes) = (*document, layout(document), vec![one.clone()]);
        let batch = Batch { document, layout, changes, reply: None };
        let appended = store.append(batch.clone()).await.unwrap();
        assert!(matches!(appended[..], [Appended::Stored(_)]), "it is stored");
        entries.extend(Entry::of_batch(&batch, &appended));
    }
    entries
}

/// Linking the entries and writing them, without the flush that they share.
fn audited(entries: &[Entry]) -> f64 {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    database.execute_batch(include_str!("../../migrations/sqlite/0005_audit.sql")).unwrap();
    let mut head = Head::default();
    let mut insert = database
        .prepare(
            "INSERT INTO audit (number, at, patient, account, body, hash)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .unwrap();
    spent(|| {
        for entry in entries {
            let row = Linked::after(&head, entry);
            head = row.head();
            let patient = row.patient.map(|patient| patient.to_bytes());
            let account = row.account.map(|account| account.to_bytes());
            let number = i64::try_from(row.number).unwrap();
            insert
                .execute((number, row.at.millis(), patient, account, &row.body, row.hash))
                .unwrap();
        }
    })
}

/// Milliseconds of this process for something that uses one thread and nothing else runs beside.
fn spent(work: impl FnOnce()) -> f64 {
    let before = cpu_ms(std::process::id());
    work();
    cpu_ms(std::process::id()) - before
}

fn setup(clinic: &Clinic) -> Setup {
    Setup {
        clinic: Shown {
            name: "Northside".into(),
            phone: "555 0134".into(),
            emergency_number: "911".into(),
        },
        origins: Vec::new(),
        clock: Clock::System,
        receipts: ReceiptKey::from_bytes([7; 32]),
        sign_ins: SignInKey::from_bytes([8; 32]),
        checkpoints: Checkpoints::new(
            clinic.folder.path().to_owned(),
            AuditKey::from_bytes([9; 32]),
        ),
        #[cfg(feature = "demo")]
        entrances: sync_server::demo::Entrances::closed(),
    }
}
