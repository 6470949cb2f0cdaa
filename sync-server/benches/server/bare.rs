//! The bare loop: a WebSocket that writes the rows of a message into the same tables, with the same
//! settings and the same group commit, and passes the frame on. It looks at nothing, seals nothing
//! and knows nobody, so it is as fast as a server on this machine can be.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use shared::document::{Actor, ChangeHash, DocumentId};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, PatientId, Rng};
use shared::wire::{Outcome, Receipt, Row, Sidecar, ToDevice, ToServer};
use sync_server::sealing::SEALED_MORE_BYTES;
use sync_server::world::{Clock, OsRng};
use tokio::sync::{mpsc, oneshot};

use crate::clinic::scratch;
use crate::line::Place;
use crate::load::{Load, Measured, Pair};
use crate::process::Process;

/// What makes this program the bare loop.
pub const WORD: &str = "--bare-loop-in";
/// As the server's writer has it.
const BATCH_MAX: usize = 512;
/// The length of what the audit log says of a message.
const AUDIT_BYTES: usize = 260;

pub async fn measure(pairs: usize, messages: usize) -> Measured {
    let folder = scratch();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([Path::new(WORD), folder.path()]);
    let server = Process::start(command);
    let pairs: Vec<_> = (0..pairs).map(|number| pair(number, server.port)).collect();
    let measured = Load::of(&pairs, messages, true).await.run(&server).await;
    server.stop();
    measured
}

fn pair(number: usize, port: u16) -> Pair {
    let id = number as u128 + 1;
    let (patient, account) = (PatientId::from_u128(id), AccountId::from_u128(id));
    Pair {
        journal: DocumentId::journal(patient, account, Audience::Circle),
        devices: [1, 2].map(|side| DeviceId::from_u128((id << 8) + side)),
        places: [1, 2].map(|side| Place {
            address: format!("ws://127.0.0.1:{port}/{}", (id << 8) + side),
            greets: false,
        }),
    }
}

#[derive(Clone)]
struct Bare {
    writer: SyncSender<(Written, oneshot::Sender<()>)>,
    /// By device, each the sender of what it is to hear.
    lines: Arc<Mutex<std::collections::BTreeMap<u128, mpsc::UnboundedSender<Vec<u8>>>>>,
}

struct Written {
    document: DocumentId,
    row: Row,
}

pub fn serve(folder: &Path) {
    let connection = database(&folder.join("bare.db"));
    let (writer, jobs) = sync_channel(4096);
    std::thread::spawn(move || work(connection, &jobs));
    let bare = Bare { writer, lines: Arc::default() };
    let router = Router::new().route("/{device}", get(open)).with_state(bare);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        eprintln!("started port={}", listener.local_addr().unwrap().port());
        axum::serve(listener, router).await.unwrap();
    });
}

async fn open(
    State(bare): State<Bare>,
    place: axum::http::Uri,
    socket: WebSocketUpgrade,
) -> Response {
    let device = place.path().trim_start_matches('/').parse().unwrap();
    let socket = socket.read_buffer_size(4 * 1024).write_buffer_size(0);
    socket.on_upgrade(move |socket| talk(bare, device, socket))
}

async fn talk(bare: Bare, device: u128, mut socket: WebSocket) {
    let (tell, mut told) = mpsc::unbounded_channel();
    bare.lines.lock().unwrap().insert(device, tell);
    loop {
        tokio::select! {
            frame = socket.recv() => {
                let Some(Ok(Message::Binary(frame))) = frame else { return };
                let taken = store(&bare, device, &frame).await;
                if socket.send(Message::Binary(taken.into())).await.is_err() {
                    return;
                }
            }
            Some(frame) = told.recv() => {
                if socket.send(Message::Binary(frame.into())).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn store(bare: &Bare, device: u128, frame: &[u8]) -> Vec<u8> {
    let Ok(ToServer::Push { number, document, changes }) = ToServer::from_bytes(frame) else {
        unreachable!("the load program only pushes");
    };
    let mut outcomes = Vec::new();
    for bytes in changes {
        let mut hash = [0; 32];
        OsRng.fill(&mut hash);
        let received_at = Clock::System.now();
        let sidecar = Sidecar {
            account: document.writer(),
            device: Some(DeviceId::from_u128(device)),
            received_at,
            receipt: Receipt([0; 16]),
        };
        let row = Row { seq: 0, hash: ChangeHash(hash), sidecar, bytes };
        let (answer, answered) = oneshot::channel();
        bare.writer.send((Written { document, row: row.clone() }, answer)).unwrap();
        answered.await.unwrap();
        let other = device ^ 3;
        if let Some(other) = bare.lines.lock().unwrap().get(&other) {
            let news = ToDevice::Rows { document, rows: vec![row], more: false };
            // The other one may have heard all it waited for.
            let _gone = other.send(news.to_bytes());
        }
        outcomes.push(Outcome::Stored { seq: 1, received_at, receipt: Receipt([0; 16]) });
    }
    ToDevice::Taken { number, outcomes }.to_bytes()
}

/// The same tables, indexes and settings.
fn database(file: &Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")]
    {
        let set = connection.pragma_update_and_check(None, name, value, |_| Ok(()));
        assert!(matches!(set, Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows)), "{name}");
    }
    let schema = [
        include_str!("../../migrations/sqlite/0001_foundation.sql"),
        include_str!("../../migrations/sqlite/0005_audit.sql"),
    ];
    connection.execute_batch(&schema.concat()).unwrap();
    connection
}

fn work(mut connection: Connection, jobs: &Receiver<(Written, oneshot::Sender<()>)>) {
    while let Ok((first, answer)) = jobs.recv() {
        let immediate = TransactionBehavior::Immediate;
        let transaction = connection.transaction_with_behavior(immediate).unwrap();
        let mut answers = vec![answer];
        write(&transaction, &first);
        while answers.len() < BATCH_MAX
            && let Ok((next, answer)) = jobs.try_recv()
        {
            write(&transaction, &next);
            answers.push(answer);
        }
        transaction.commit().unwrap();
        for answer in answers {
            answer.send(()).unwrap();
        }
    }
}

/// The rows of one message: itself, its document's head, its actor's, and one of the audit log.
fn write(transaction: &Transaction<'_>, written: &Written) {
    let Written { document, row } = written;
    let (patient, key) = (document.patient.to_bytes(), document.to_bytes());
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        transaction.prepare_cached(sql).unwrap().execute(values).unwrap();
    };
    run("INSERT INTO patients VALUES (?1, '', '', 0) ON CONFLICT DO NOTHING", &[&patient]);
    run(
        "INSERT INTO documents (patient, document, seq_last, sum) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT DO UPDATE SET seq_last = seq_last + 1, sum = excluded.sum",
        &[&patient, &key, &row.hash.0],
    );
    let mut sealed = row.bytes.to_vec();
    sealed.resize(sealed.len() + SEALED_MORE_BYTES, 0);
    let sidecar = &row.sidecar;
    run(
        "INSERT INTO changes (patient, document, seq, hash, bytes, account, device, received_at,
         receipt, op_max) SELECT ?1, ?2, seq_last, ?3, ?4, ?5, ?6, ?7, ?8, 1 FROM documents
         WHERE patient = ?1 AND document = ?2",
        &[
            &patient,
            &key,
            &row.hash.0,
            &sealed,
            &sidecar.account.map(|account| account.to_bytes()),
            &sidecar.device.map(|device| device.to_bytes()),
            &sidecar.received_at.millis(),
            &sidecar.receipt.0,
        ],
    );
    let actor = Actor(sidecar.device.unwrap().to_bytes());
    run(
        "INSERT INTO actors VALUES (?1, ?2, ?3, ?4, 1, 1, ?5)
         ON CONFLICT DO UPDATE SET actor_seq = actor_seq + 1, op_max = op_max + 1,
         hash = excluded.hash",
        &[
            &patient,
            &key,
            &actor.0,
            &sidecar.account.map(|account| account.to_bytes()),
            &row.hash.0,
        ],
    );
    run(
        "INSERT INTO audit (at, patient, account, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[
            &sidecar.received_at.millis(),
            &patient,
            &sidecar.account.map(|account| account.to_bytes()),
            &"x".repeat(AUDIT_BYTES),
            &row.hash.0,
        ],
    );
}
