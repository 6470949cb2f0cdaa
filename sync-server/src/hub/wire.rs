//! What a connection talks over: a WebSocket, or plain requests where a network lets no WebSocket
//! through. Both carry the same frames, in order, or end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use shared::wire::{FRAME_TO_DEVICE_BYTES_MAX, ToServer};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::connection::End;
use crate::error::Error;
use crate::secret::{Secret, SecretHash};
use crate::world::OsRng;

/// A frame that does not leave within this time is stuck behind a reader that does not read.
const SEND_WITHIN: Duration = Duration::from_secs(15);
/// How long a request waits for frames. Proxies cut what is silent for a minute, some after 30 s.
const LISTEN_FOR: Duration = Duration::from_secs(20);
/// Frames that wait for the other side, each way.
const FRAMES_MAX: usize = 8;
/// Lines of all accounts at once. Each costs two small queues.
const LINES_MAX: usize = 4_096;

pub enum Wire {
    Socket(Box<WebSocket>),
    Posted(Posted),
}

/// The connection's end of a line of requests.
pub struct Posted {
    from_device: mpsc::Receiver<Vec<u8>>,
    to_device: mpsc::Sender<Vec<u8>>,
}

impl Wire {
    /// The next message; nothing for a frame that carries none. Anything but a whole message of ours
    /// ends the connection.
    pub async fn recv(&mut self) -> Result<Option<ToServer>, End> {
        let bytes = match self {
            Self::Socket(socket) => match socket.recv().await {
                Some(Ok(Message::Binary(bytes))) => bytes,
                Some(Ok(Message::Text(_))) => return Err(End::Unmannerly),
                // Answered by the socket itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(None),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
            },
            Self::Posted(posted) => posted.from_device.recv().await.ok_or(End::Gone)?.into(),
        };
        ToServer::from_bytes(&bytes).map(Some).map_err(|_| End::Unmannerly)
    }

    pub async fn send(&mut self, frame: Vec<u8>) -> Result<(), End> {
        let sent = async {
            match self {
                Self::Socket(socket) => {
                    socket.send(Message::Binary(frame.into())).await.map_err(|_| End::Gone)
                }
                Self::Posted(posted) => posted.to_device.send(frame).await.map_err(|_| End::Gone),
            }
        };
        timeout(SEND_WITHIN, sent).await.unwrap_or(Err(End::Slow))
    }

    /// Says why, where there is a way to. The device may be gone; it comes again either way.
    pub async fn close(self, end: End) {
        if let (Self::Socket(mut socket), Some(code)) = (self, end.code()) {
            let frame = CloseFrame { code, reason: "".into() };
            let _gone = timeout(SEND_WITHIN, socket.send(Message::Close(Some(frame)))).await;
        }
    }
}

/// The lines of requests that are open, by the hash of their names.
#[derive(Default)]
pub struct Lines(Mutex<BTreeMap<SecretHash, Arc<Line>>>);

/// The requests' end of a line.
pub struct Line {
    session: SecretHash,
    from_device: mpsc::Sender<Vec<u8>>,
    to_device: tokio::sync::Mutex<mpsc::Receiver<Vec<u8>>>,
}

impl Lines {
    /// A new line for this session, and its name, which only its device learns.
    pub fn open(&self, session: SecretHash) -> Result<(Secret, Posted), Error> {
        let mut lines = self.lock();
        if lines.len() >= LINES_MAX {
            return Err(Error::Busy);
        }
        let (from_device, to_connection) = mpsc::channel(FRAMES_MAX);
        let (from_connection, to_device) = mpsc::channel(FRAMES_MAX);
        let name = Secret::fresh_short(&mut OsRng);
        let to_device = tokio::sync::Mutex::new(to_device);
        lines.insert(name.hash(), Arc::new(Line { session, from_device, to_device }));
        Ok((name, Posted { from_device: to_connection, to_device: from_connection }))
    }

    /// Only for the session that opened it; to everybody else it is not there.
    pub fn find(&self, name: SecretHash, session: SecretHash) -> Result<Arc<Line>, Error> {
        let found = self.lock().get(&name).cloned();
        found.filter(|line| line.session == session).ok_or(Error::NotFound)
    }

    pub fn ended(&self, name: SecretHash) {
        self.lock().remove(&name);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SecretHash, Arc<Line>>> {
        // Nothing in here can panic half way.
        self.0.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

impl Line {
    /// One frame of the device, in the order of its requests.
    pub async fn take(&self, frame: Vec<u8>) -> Result<(), Error> {
        let sent = timeout(SEND_WITHIN, self.from_device.send(frame)).await;
        sent.map_err(|_| Error::Busy)?.map_err(|_| Error::NotFound)
    }

    /// Frames for the device, each behind its length: those that wait, else the next one. None if
    /// none comes in time.
    pub async fn listen(&self) -> Result<Vec<u8>, Error> {
        let mut frames = Vec::new();
        let heard = timeout(LISTEN_FOR, async {
            let mut to_device = self.to_device.lock().await;
            let mut next = to_device.recv().await;
            while let Some(frame) = next {
                // A frame is far shorter than 4 GiB.
                frames.extend((frame.len() as u32).to_be_bytes());
                frames.extend(frame);
                next = match frames.len() < FRAME_TO_DEVICE_BYTES_MAX {
                    true => to_device.try_recv().ok(),
                    false => None,
                };
            }
        });
        let ended = heard.await.is_ok() && frames.is_empty();
        if ended { Err(Error::NotFound) } else { Ok(frames) }
    }
}
