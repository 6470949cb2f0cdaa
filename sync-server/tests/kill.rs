//! The process is killed in the middle of pushes, again and again: what was acknowledged is there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use shared::document::{Actor, ChangeHash, Document, DocumentId, Put};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::scope::Level;
use shared::time::Timestamp;
use shared::wire::{Digest, Outcome, ToDevice, ToServer, VERSION};
use sync_server::sealing::WrappingKey;
use sync_server::secret::{Secret, Slot};
use sync_server::store::Store;
use sync_server::store::people::{BirthDate, Door, Grant, NewAccount, NewPatient, NewSession};
use sync_server::store::sqlite::SqliteStore;
use sync_server::world::{Clock, OsRng};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

const ROUNDS: usize = 8;
/// Changes of one push.
const PUSH: usize = 4;
/// Enough that the kill falls between two commits in some rounds and into one in others.
const ACKNOWLEDGED_BEFORE_THE_KILL: usize = 12;
const ORIGIN: &str = "http://localhost:8080";
const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);
const ROSA: AccountId = AccountId::from_u128(1);
const RECORD: PatientId = PatientId::from_u128(2);
const STARTS_WITHIN: Duration = Duration::from_secs(60);

/// The volume that is there in any year.
fn journal() -> DocumentId {
    DocumentId::journal(RECORD, ROSA, Audience::Private)
}

async fn prepare(folder: &Path) -> Vec<Secret> {
    let now = Clock::System.now();
    let store = SqliteStore::open(&folder.join("satchel.db"), KEY, now).unwrap();
    let birth_date = BirthDate::parse("1961-04-09").unwrap();
    let patient = NewPatient { patient: RECORD, name: "Rosa".into(), birth_date, at: now };
    store.add_patient(patient).await.unwrap();
    store.add_account(NewAccount { account: ROSA, name: "Rosa".into(), at: now }).await.unwrap();
    let grant = Grant { patient: RECORD, account: ROSA, level: Level::Own, at: now };
    store.grant(grant).await.unwrap();
    let token = Secret::fresh(&mut OsRng).hash();
    let until = now.plus_millis(60 * 60 * 1000);
    let session = NewSession {
        token,
        account: ROSA,
        device: DeviceId::from_u128(1),
        slot: Slot::fresh(&mut OsRng),
        kind: String::new(),
        brief: false,
        door: Door::Portal,
        demo: false,
        at: now,
        until,
    };
    store.open_session(session).await.unwrap();
    let mut tickets = Vec::new();
    for _ in 0..ROUNDS {
        let ticket = Secret::fresh(&mut OsRng);
        store.issue_ticket(ticket.hash(), token, until).await.unwrap();
        tickets.push(ticket);
    }
    store.close().await;
    tickets
}

/// Starts the real program and answers its port.
fn start(folder: &Path, key: &Path) -> (Child, u16) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(["serve", "--port", "0", "--origin", ORIGIN])
        .args([Path::new("--dir"), folder, Path::new("--portal"), &folder.join("portal")])
        .args([Path::new("--key-file"), key])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some((_, port)) = line.split_once("started port=") {
                // Whoever waited may have given up.
                let _gone = tell.send(port.parse().unwrap());
            }
        }
    });
    let port = told.recv_timeout(STARTS_WITHIN).expect("the server starts");
    (child, port)
}

async fn connect(port: u16, ticket: &Secret) -> Socket {
    let address = format!("ws://127.0.0.1:{port}/api/sync?ticket={}", ticket.text());
    let mut request = address.into_client_request().unwrap();
    request.headers_mut().insert("origin", ORIGIN.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let digest = Digest([0; 16]);
    say(&mut socket, &ToServer::Hello { version_min: VERSION, version_max: VERSION, digest }).await;
    let pull = ToServer::Pull { document: journal(), after: 0 };
    say(&mut socket, &pull).await;
    socket
}

async fn say(socket: &mut Socket, message: &ToServer) {
    // A line that the kill has cut is noticed when nothing comes back.
    let _cut = socket.send(Message::Binary(message.to_bytes().into())).await;
}

async fn hear(socket: &mut Socket) -> Option<ToDevice> {
    loop {
        match socket.next().await? {
            Ok(Message::Binary(bytes)) => return ToDevice::from_bytes(&bytes).ok(),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

/// The document as the server has it now.
async fn pulled(socket: &mut Socket) -> Document {
    let mut rows = Vec::new();
    loop {
        let heard = hear(socket).await.expect("the server answers");
        let ToDevice::Rows { rows: piece, more, .. } = heard else {
            continue;
        };
        rows.extend(piece);
        if !more {
            return Document::load(rows.iter().map(|row| &row.bytes[..])).unwrap();
        }
        let after = rows.last().unwrap().seq;
        let document = journal();
        say(socket, &ToServer::Pull { document, after }).await;
    }
}

/// Pushes until enough was acknowledged, then goes on pushing while the process is killed.
/// Answers what was acknowledged.
async fn push_into_the_kill(mut socket: Socket, mut child: Child) -> Vec<ChangeHash> {
    let mut open = pulled(&mut socket).await;
    let actor = Actor::fresh(&mut OsRng);
    let mut acknowledged = Vec::new();
    let mut waiting = Vec::new();
    let mut killed = false;
    for number in 0.. {
        let minted: Vec<_> = (0..PUSH)
            .map(|_| {
                let entry = EntryId::fresh(Timestamp::from_millis(0), &mut OsRng);
                open.mint(actor, &Put::Entry { entry, text: "{}".into() })
            })
            .collect();
        let changes = minted.iter().map(|(_, bytes)| bytes.clone().into()).collect();
        waiting.push(minted);
        say(&mut socket, &ToServer::Push { number, document: journal(), changes }).await;
        if !killed && acknowledged.len() >= ACKNOWLEDGED_BEFORE_THE_KILL {
            child.kill().unwrap();
            killed = true;
        }
        // One push ahead of the acknowledgements, so that the kill meets work in progress.
        if number == 0 {
            continue;
        }
        let Some(ToDevice::Taken { number, outcomes }) = hear(&mut socket).await else {
            break;
        };
        let minted = &waiting[usize::try_from(number).unwrap()];
        for ((hash, _), outcome) in minted.iter().zip(outcomes) {
            assert!(matches!(outcome, Outcome::Stored { .. }), "{outcome:?}");
            acknowledged.push(*hash);
        }
    }
    assert!(killed, "the line broke because of the kill");
    child.wait().unwrap();
    acknowledged
}

#[tokio::test]
async fn what_was_acknowledged_survives_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let portal = folder.path().join("portal");
    std::fs::create_dir(&portal).unwrap();
    std::fs::write(portal.join("index.html"), "<!doctype html>").unwrap();
    let apart = tempfile::tempdir().unwrap();
    let key = apart.path().join("satchel.key");
    std::fs::write(&key, KEY.text()).unwrap();
    let tickets = prepare(folder.path()).await;
    let mut acknowledged = Vec::new();
    for ticket in &tickets {
        let (child, port) = start(folder.path(), &key);
        let socket = connect(port, ticket).await;
        acknowledged.extend(push_into_the_kill(socket, child).await);

        let file = folder.path().join("satchel.db");
        let connection = rusqlite::Connection::open(&file).unwrap();
        let sound: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        drop(connection);
        let store = SqliteStore::open(&file, KEY, Clock::System.now()).unwrap();
        let there = store.hashes(journal()).await.unwrap();
        let lost = acknowledged.iter().filter(|hash| !there.contains(hash)).count();
        assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
        // Places are dense, and everything that is there opens.
        let (rows, _) = store.rows_after(journal(), 0, usize::MAX).await.unwrap();
        assert!(rows.iter().map(|row| row.seq).eq(1..=rows.len() as u64));
        Document::load(rows.iter().map(|row| &row.bytes[..])).unwrap();
        store.close().await;
    }
}
