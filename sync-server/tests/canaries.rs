//! Words that people write are in no file and no line of the log, whichever way they came.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shared::document::{Actor, Document, DocumentId, Put};
use shared::edit::Audience;
use shared::id::{AccountId, DeviceId, EntryId, PatientId, Rng};
use shared::record::{Message, Said};
use shared::sync::scope::Level;
use shared::wire::{Digest, Outcome, ToDevice, ToServer, VERSION};
use sync_server::sealing::WrappingKey;
use sync_server::secret::{Secret, Slot};
use sync_server::state::{STAFF_COOKIE, slot_cookie};
use sync_server::store::Store;
use sync_server::store::people::{
    BirthDate, Door, Grant, Invitation, NewAccount, NewPatient, NewSession, NewStaff, Role,
};
use sync_server::store::resources::Client;
use sync_server::store::sqlite::SqliteStore;
use sync_server::world::{Clock, OsRng};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);
const ORIGIN: &str = "http://localhost:8080";
const ROSA: AccountId = AccountId::from_u128(1);
const LINH: AccountId = AccountId::from_u128(3);
const RECORD: PatientId = PatientId::from_u128(2);
const OTHER: PatientId = PatientId::from_u128(4);
const WITHIN: Duration = Duration::from_secs(60);
/// How many threads a device starts; each has two canaries.
const THREADS: usize = 300;
/// How many resources an EHR sends; each has four.
const RESOURCES: usize = 150;

/// Words that occur nowhere else.
#[derive(Default)]
struct Canaries(Vec<String>);

impl Canaries {
    fn fresh(&mut self) -> String {
        let mut bytes = [0; 8];
        OsRng.fill(&mut bytes);
        let word = format!("canary{:016x}", u64::from_be_bytes(bytes));
        self.0.push(word.clone());
        word
    }

    /// Those that occur in these bytes. All begin alike, so one pass finds them.
    fn found_in(&self, bytes: &[u8]) -> usize {
        let begins = b"canary";
        let all: std::collections::BTreeSet<&[u8]> =
            self.0.iter().map(|word| word.as_bytes()).collect();
        let places = bytes.windows(begins.len()).enumerate().filter(|(_, it)| it == begins);
        places
            .filter(|(at, _)| bytes.get(*at..at + 22).is_some_and(|word| all.contains(word)))
            .count()
    }
}

struct Signed {
    patient: Secret,
    slot: Slot,
    ticket: Secret,
    staff: Secret,
    client: Secret,
    invitation: Secret,
}

async fn prepare(folder: &Path, canaries: &mut Canaries) -> Signed {
    let (now, until) = (Clock::System.now(), Clock::System.now().plus_millis(3_600_000));
    let store = SqliteStore::open(&folder.join("satchel.db"), KEY, now).unwrap();
    let born = || BirthDate::parse("1961-04-09").unwrap();
    for patient in [RECORD, OTHER] {
        let name = canaries.fresh();
        let new = NewPatient { patient, name, birth_date: born(), at: now };
        store.add_patient(new).await.unwrap();
    }
    let account = NewAccount { account: ROSA, name: canaries.fresh(), at: now };
    store.add_account(account).await.unwrap();
    let staff = NewStaff {
        account: LINH,
        name: canaries.fresh(),
        role: Role::Nurse,
        prescribes: false,
        at: now,
    };
    store.add_staff(staff).await.unwrap();
    let grant = Grant { patient: RECORD, account: ROSA, level: Level::Own, at: now };
    store.grant(grant).await.unwrap();
    let signed = Signed {
        patient: Secret::fresh(&mut OsRng),
        slot: Slot::fresh(&mut OsRng),
        ticket: Secret::fresh(&mut OsRng),
        staff: Secret::fresh(&mut OsRng),
        client: Secret::fresh(&mut OsRng),
        invitation: Secret::fresh_short(&mut OsRng),
    };
    for (account, door, token) in
        [(ROSA, Door::Portal, &signed.patient), (LINH, Door::Clinic, &signed.staff)]
    {
        let (device, slot) = (DeviceId::from_u128(1), signed.slot.clone());
        let token = token.hash();
        let (kind, brief, at) = (String::new(), false, now);
        let session =
            NewSession { token, account, device, slot, kind, brief, door, demo: false, at, until };
        store.open_session(session).await.unwrap();
    }
    store.issue_ticket(signed.ticket.hash(), signed.patient.hash(), until).await.unwrap();
    let (token, name, source) = (signed.client.hash(), "ehr".to_owned(), "lake".to_owned());
    store.add_client(Client { token, name, source, at: now }).await.unwrap();
    let secret = signed.invitation.hash();
    store.invite(Invitation { secret, patient: OTHER, until, at: now }).await.unwrap();
    store.close().await;
    signed
}

/// Ends with the test, also with one that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// The real program; what it says goes into a file.
fn start(folder: &Path, key: &Path, log: &Path) -> (Running, u16) {
    let portal = folder.join("portal");
    std::fs::create_dir_all(&portal).unwrap();
    std::fs::write(portal.join("index.html"), "<!doctype html>").unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(["serve", "--port", "0", "--origin", ORIGIN])
        .args([Path::new("--dir"), folder, Path::new("--portal"), &portal])
        .args([Path::new("--key-file"), key])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let lines = BufReader::new(running.0.stderr.take().unwrap()).lines();
    let mut log = std::fs::File::create(log).unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            writeln!(log, "{line}").unwrap();
            if let Some((_, port)) = line.split_once("started port=") {
                // Whoever waited may have given up.
                let _gone = tell.send(port.parse().unwrap());
            }
        }
    });
    let port = told.recv_timeout(WITHIN).expect("the server starts");
    (running, port)
}

/// One request, whatever comes back.
fn ask(port: u16, line: &str, headers: &[String], body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut head = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    (status, body)
}

fn json_of(origin: bool, more: &str) -> Vec<String> {
    let mut headers = vec!["Content-Type: application/json".to_owned()];
    headers.extend(origin.then(|| format!("Origin: {ORIGIN}")));
    headers.extend((!more.is_empty()).then(|| more.to_owned()));
    headers
}

/// A device pushes threads, and registers under names that nobody chose for it.
async fn push(port: u16, ticket: &Secret, canaries: &mut Canaries) {
    let address = format!("ws://127.0.0.1:{port}/api/sync?ticket={}", ticket.text());
    let mut request = address.into_client_request().unwrap();
    request.headers_mut().insert("origin", ORIGIN.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let now = Clock::System.now();
    let document = DocumentId::journal(RECORD, ROSA, Audience::Circle).in_year(now.year());
    let hello =
        ToServer::Hello { version_min: VERSION, version_max: VERSION, digest: Digest([0; 16]) };
    let (_, genesis) = Document::genesis(&document);
    let mut open = Document::load([&genesis[..]]).unwrap();
    let actor = Actor::fresh(&mut OsRng);
    socket.send(Frame::Binary(hello.to_bytes().into())).await.unwrap();
    for number in 0..THREADS {
        let (topic, text) = (canaries.fresh(), canaries.fresh());
        let said = Message { topic: Some(topic), text, written: now, ..Message::default() };
        let said = Said::Message(said).to_text();
        let entry = EntryId::fresh(now, &mut OsRng);
        let put = Put::Entry { entry, text: said };
        let changes = vec![open.mint(actor, &put).1.into()];
        let push = ToServer::Push { number: number as u32, document, changes };
        socket.send(Frame::Binary(push.to_bytes().into())).await.unwrap();
        let outcomes = loop {
            let frame = socket.next().await.expect("the line is open").unwrap();
            let Frame::Binary(bytes) = frame else { continue };
            if let Ok(ToDevice::Taken { outcomes, .. }) = ToDevice::from_bytes(&bytes) {
                break outcomes;
            }
        };
        assert!(matches!(outcomes[0], Outcome::Stored { .. }), "{outcomes:?}");
    }
}

/// The staff's list, once the projector has come so far.
fn threads(port: u16, staff: &[String]) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let (_, body) = ask(port, "GET /clinic/api/threads", staff, "");
        let list: Vec<Value> = serde_json::from_str(&body).unwrap();
        if !list.is_empty() {
            return list;
        }
        assert!(begun.elapsed() < WITHIN, "the projector comes to it");
        std::thread::yield_now();
    }
}

fn clinic(port: u16, staff: &Secret, canaries: &mut Canaries) {
    let cookie = format!("Cookie: {STAFF_COOKIE}={}", staff.text());
    let staff = json_of(true, &cookie);
    let list = threads(port, &staff);
    for (number, thread) in list.iter().take(20).enumerate() {
        let id = thread["thread"].as_str().unwrap();
        let place = format!("/clinic/api/threads/{RECORD}/{id}/replies");
        let key = canaries.fresh();
        let reply = json!({ "text": canaries.fresh(), "key": key });
        let (status, body) = ask(port, &format!("POST {place}"), &staff, &reply.to_string());
        assert_eq!(status, 201, "{number}: {body}");
    }
    let id = list[0]["thread"].as_str().unwrap();
    let what =
        json!({ "notes": 0, "what": { "owner": { "account": LINH, "name": canaries.fresh() } } });
    let note = format!("POST /clinic/api/items/{RECORD}/{id}/notes");
    ask(port, &note, &staff, &what.to_string());
    // What does not exist is looked for by words, too.
    ask(port, &format!("GET /clinic/api/queue?search={}", canaries.fresh()), &staff, "");
    ask(port, &format!("GET /clinic/api/{}", canaries.fresh()), &staff, "");
    ask(port, &format!("POST {}", note.len()), &staff, &canaries.fresh());
}

fn fhir(port: u16, client: &Secret, canaries: &mut Canaries) {
    let bearer = json_of(false, &format!("Authorization: Bearer {}", client.text()));
    let patient = json!({ "resource": {
        "resourceType": "Patient", "id": canaries.fresh(), "birthDate": "1950-01-02",
        "name": [{ "family": canaries.fresh(), "given": [canaries.fresh()] }],
        "identifier": [{ "system": "urn:mrn", "value": canaries.fresh() }],
        "address": [{ "line": [canaries.fresh()], "postalCode": canaries.fresh() }],
    }});
    let id = patient["resource"]["id"].as_str().unwrap().to_owned();
    let photo: String = canaries.fresh().repeat(400);
    let mut entries = vec![patient];
    for number in 0..RESOURCES {
        // Some belong to nobody that is known here.
        let subject = if number % 5 == 0 { canaries.fresh() } else { id.clone() };
        entries.push(json!({ "fullUrl": format!("urn:x:{}", canaries.fresh()), "resource": {
            "resourceType": "Observation", "id": canaries.fresh(), "status": "final",
            "subject": { "reference": format!("Patient/{subject}") },
            "effectiveDateTime": "2026-03-04",
            "code": { "text": canaries.fresh() },
            "performer": [{ "reference": format!("Practitioner/{}", canaries.fresh()) }],
            "note": [{ "text": canaries.fresh() }],
        }}));
    }
    entries.push(json!({ "resource": {
        "resourceType": "DocumentReference", "id": canaries.fresh(), "status": "current",
        "subject": { "reference": format!("Patient/{id}") },
        "content": [{ "attachment": { "contentType": "text/plain", "data": photo } }],
    }}));
    let sent = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    let (status, body) = ask(port, "POST /fhir/import", &bearer, &sent.to_string());
    assert_eq!(status, 200, "{body}");
    let read = format!("GET /fhir/Observation/{}", canaries.fresh());
    assert_eq!(ask(port, &read, &bearer, "").0, 404);
    ask(port, "POST /fhir", &bearer, &format!("{{\"a\": \"{}\"", canaries.fresh()));
}

fn people(port: u16, signed: &Signed, canaries: &mut Canaries) {
    let open = json_of(true, "");
    let half = "a".repeat(64);
    let chosen = json!({ "secret": signed.invitation.text(), "birth_date": "1961-04-09",
        "name": canaries.fresh(), "authentication": half });
    let (status, body) = ask(port, "POST /api/activate", &open, &chosen.to_string());
    assert_eq!(status, 200, "{body}");
    let wrong =
        json!({ "name": canaries.fresh(), "authentication": half, "passphrase": canaries.fresh() });
    ask(port, "POST /api/sign-in", &open, &wrong.to_string());
    let cookie = format!("Cookie: {}={}", slot_cookie(&signed.slot), signed.patient.text());
    let mut mine = json_of(true, &cookie);
    mine.push(format!("Satchel-Slot: {}", signed.slot.text()));
    mine.push(format!("User-Agent: {}", canaries.fresh()));
    assert_eq!(ask(port, &format!("GET /api/session?{}", canaries.fresh()), &mine, "").0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_that_came_in_is_in_a_file_or_in_the_log() {
    let (folder, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (key, log) = (apart.path().join("satchel.key"), apart.path().join("log"));
    std::fs::write(&key, KEY.text()).unwrap();
    let mut canaries = Canaries::default();
    let signed = prepare(folder.path(), &mut canaries).await;
    let (running, port) = start(folder.path(), &key, &log);
    push(port, &signed.ticket, &mut canaries).await;
    let mut canaries = tokio::task::spawn_blocking(move || {
        clinic(port, &signed.staff, &mut canaries);
        fhir(port, &signed.client, &mut canaries);
        people(port, &signed, &mut canaries);
        canaries
    })
    .await
    .unwrap();
    assert!(canaries.0.len() >= 1_000, "{} canaries", canaries.0.len());
    // As a thief finds it: running, with its log not yet folded in.
    assert!(folder.path().join("satchel.db-wal").metadata().unwrap().len() > 0);
    let mut searched = 0;
    let mut search = |file: &Path| {
        let bytes = std::fs::read(file).unwrap();
        assert_eq!(canaries.found_in(&bytes), 0, "{}", file.display());
        searched += bytes.len();
    };
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            search(&file.path());
        }
    }
    search(&log);
    assert!(searched > 500_000, "only {searched} bytes");
    drop(running);
    // The search itself finds what is there, and the words are kept.
    let word = canaries.fresh();
    assert_eq!(canaries.found_in(format!("x{word}x").as_bytes()), 1);
    let store = SqliteStore::open(&folder.path().join("satchel.db"), KEY, Clock::System.now());
    let store = store.unwrap();
    let threads = store.threads(1_000).await.unwrap();
    assert_eq!(threads.len(), THREADS);
    assert!(canaries.0.contains(&threads[0].topic));
    assert!(store.check().await.unwrap() > 1_000);
    store.close().await;
}

/// The words of a panic may be somebody's; only its place is said.
#[test]
fn a_panic_says_where_and_not_what() {
    const CANARY: &str = "canary of a panic";
    const CHILD: &str = "SATCHEL_TEST_PANICS";
    if std::env::var_os(CHILD).is_some() {
        sync_server::log::panics();
        panic!("{CANARY}");
    }
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_panic_says_where_and_not_what", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success());
    assert!(said.contains("panicked at ") && said.contains("canaries.rs:"), "{said}");
    assert!(!said.contains(CANARY), "{said}");
}
