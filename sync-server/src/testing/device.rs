//! A device over a real socket: the core's own half, with a disk that never fails.

use futures_util::{SinkExt, StreamExt};
use shared::document::{DocumentId, Kind};
use shared::edit::{Edit, Pen, Prepared, prepare};
use shared::id::{EntryId, PatientId};
use shared::record::{Mark, Record};
use shared::sync::device::{Device, Effect, Event, Line, OpenDocuments};
use shared::wire::{ToDevice, ToServer};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{ORIGIN, SignedIn, World};
use crate::world::OsRng;

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub struct TestDevice {
    pub core: Device<OpenDocuments>,
    pub socket: Socket,
    signed_in: SignedIn,
}

impl World {
    pub async fn ticket(&self, who: &SignedIn) -> String {
        let (status, body) = self.ask_json(who.post("/api/ticket", &serde_json::json!({}))).await;
        assert_eq!(status, 200);
        body["ticket"].as_str().unwrap().to_owned()
    }

    /// Opens a socket with a ticket, from this origin.
    pub async fn open_socket(&self, ticket: &str, origin: &str) -> Result<Socket, SocketError> {
        let address = format!("ws://127.0.0.1:{}/api/sync?ticket={ticket}", self.port);
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        connect_async(request).await.map(|(socket, _)| socket)
    }

    pub async fn socket(&self, who: &SignedIn) -> Socket {
        let ticket = self.ticket(who).await;
        self.open_socket(&ticket, ORIGIN).await.unwrap()
    }

    /// A device that has exchanged everything.
    pub async fn device(&self, who: &SignedIn) -> TestDevice {
        let socket = self.socket(who).await;
        let core = Device::new(who.account, who.device, OpenDocuments::default());
        let mut device = TestDevice { core, socket, signed_in: who.clone() };
        let events = vec![Event::Loaded(Vec::new()), Event::Leading(true), Event::Connected];
        device.handle(self, events).await;
        device.until_same(self).await;
        device
    }
}

impl TestDevice {
    pub async fn handle(&mut self, world: &World, mut events: Vec<Event>) {
        while !events.is_empty() {
            let effects = self.core.handle(world.clock.now(), &mut OsRng, events);
            events = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Send(message) => self.send(&message).await,
                    Effect::Store(batch) => events.push(Event::Stored(batch.number)),
                    // Its entries name nothing.
                    Effect::Bring { .. }
                    | Effect::ReadAgain { .. }
                    | Effect::Wipe
                    | Effect::Connect
                    | Effect::HangUp
                    | Effect::WakeAt(_)
                    | Effect::Tell(_) => {}
                }
            }
        }
    }

    async fn send(&mut self, message: &ToServer) {
        self.socket.send(Message::Binary(message.to_bytes().into())).await.unwrap();
    }

    /// The next message of the server, handled.
    pub async fn receive(&mut self, world: &World) {
        let message = next(&mut self.socket).await.expect("the line is open");
        self.handle(world, vec![Event::Received(message)]).await;
    }

    /// Until both sides hold the same.
    pub async fn until_same(&mut self, world: &World) {
        self.until(world, |device| {
            matches!(device.core.line(), Line::Same { .. }) && device.core.unsent() == 0
        })
        .await;
    }

    pub async fn until(&mut self, world: &World, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.receive(world).await;
        }
    }

    /// Does an edit in a record and waits until the server has it.
    pub async fn edit(&mut self, world: &World, patient: PatientId, edit: Edit) -> EntryId {
        let now = world.clock.now();
        let pen = Pen {
            account: self.signed_in.account,
            patient,
            entry: EntryId::fresh(now, &mut OsRng),
            now,
        };
        let prepared = prepare(&self.record(patient), pen, edit).unwrap();
        let Prepared::New { entry, item } = prepared else { panic!("a new entry") };
        self.handle(world, vec![Event::Edited { number: 1, entry, item }]).await;
        self.until(world, |device| device.core.unsent() == 0).await;
        entry
    }

    pub fn record(&self, patient: PatientId) -> Record {
        let mut record = Record::default();
        for (key, document) in self.core.documents.iter() {
            if key.patient == patient {
                let held = self.core.held().get(key);
                record.add_document(key, document, |hash| held?.sidecar(hash));
            }
        }
        for mark in self.marks(patient) {
            record.add_mark(mark);
        }
        record
    }

    /// Whether it holds what is written in this record for everybody who shares it.
    pub fn reads_the_circle(&self, patient: PatientId) -> bool {
        let care = |key: &DocumentId| matches!(key.kind, Kind::CareCircle(_));
        self.core.held().keys().any(|key| key.patient == patient && care(key))
    }

    fn marks(&self, patient: PatientId) -> Vec<Mark> {
        let mine = |key: &&DocumentId| key.patient == patient && key.is_marks();
        let keys = self.core.held().keys().filter(mine);
        keys.flat_map(|key| self.core.held()[key].accepted())
            .filter_map(|(_, _, bytes)| Mark::from_bytes(bytes))
            .collect()
    }
}

/// The next message of a socket; nothing once it is closed.
pub async fn next(socket: &mut Socket) -> Option<ToDevice> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => return ToDevice::from_bytes(&bytes).ok(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(_) | Err(_)) | None => return None,
        }
    }
}

/// The close code that ends a socket; nothing if the line just broke.
pub async fn close_code(socket: &mut Socket) -> Option<u16> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}
