//! One socket of the load program.

use futures_util::{SinkExt, StreamExt};
use shared::wire::{Digest, ToDevice, ToServer, VERSION};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

pub const ORIGIN: &str = "http://localhost:8080";

/// Where a socket is opened, and whether one says hello there.
#[derive(Clone)]
pub struct Place {
    pub address: String,
    pub greets: bool,
}

pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Bytes of the frames that came.
    pub heard: usize,
}

impl Line {
    pub async fn open(place: &Place) -> Self {
        let mut request = place.address.as_str().into_client_request().unwrap();
        request.headers_mut().insert("origin", ORIGIN.parse().unwrap());
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
        let opened = connect_async_with_config(request, Some(config), true).await;
        let (socket, _) = opened.unwrap();
        let mut line = Self { socket, heard: 0 };
        if place.greets {
            let digest = Digest([0; 16]);
            let hello = ToServer::Hello { version_min: VERSION, version_max: VERSION, digest };
            line.say(hello.to_bytes()).await;
            while !matches!(line.hear().await, ToDevice::Summaries { .. }) {}
        }
        line
    }

    pub async fn say(&mut self, frame: Vec<u8>) {
        self.socket.send(Message::Binary(frame.into())).await.unwrap();
    }

    pub async fn hear(&mut self) -> ToDevice {
        loop {
            let heard = self.socket.next().await.expect("the line is open").unwrap();
            if let Message::Binary(bytes) = heard {
                self.heard += bytes.len();
                return ToDevice::from_bytes(&bytes).unwrap();
            }
        }
    }

    /// Pulls one document, and answers its bytes.
    pub async fn pull(&mut self, document: shared::document::DocumentId) -> usize {
        let (mut after, mut bytes) = (0, 0);
        loop {
            self.say(ToServer::Pull { document, after }.to_bytes()).await;
            let (rows, more) = loop {
                match self.hear().await {
                    ToDevice::Rows { document: of, rows, more } if of == document => {
                        break (rows, more);
                    }
                    _ => {}
                }
            };
            bytes += rows.iter().map(|row| row.bytes.len()).sum::<usize>();
            match rows.last() {
                Some(last) if more => after = last.seq,
                Some(_) | None => return bytes,
            }
        }
    }
}
