//! One WebSocket: frames in, frames out, and the news that it is gone.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::mpsc;
use futures_util::stream::StreamExt;
use futures_util::{SinkExt, future};
use gloo_net::websocket::Message;
use gloo_net::websocket::futures::WebSocket;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::WorkerGlobalScope;

pub enum Heard {
    Opened,
    Frame(Vec<u8>),
    Closed,
}

/// Dropping it closes the line without waiting for the other side.
pub struct Socket {
    send: mpsc::UnboundedSender<Vec<u8>>,
    hung_up: Rc<RefCell<bool>>,
}

impl Socket {
    /// Opens `path` of this page's own server. `Closed` comes exactly once, unless it is dropped.
    pub fn open(path: &str, hear: impl Fn(Heard) + 'static) -> Self {
        let (send, outgoing) = mpsc::unbounded();
        let hung_up = Rc::new(RefCell::new(false));
        let line = web_sys::WebSocket::new(&url(path)).ok();
        spawn_local(carry(line, outgoing, hear, Rc::clone(&hung_up)));
        Self { send, hung_up }
    }

    pub fn send(&self, frame: Vec<u8>) {
        // A line that just closed says so itself.
        let _closed = self.send.unbounded_send(frame);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        *self.hung_up.borrow_mut() = true;
        self.send.close_channel();
    }
}

async fn carry(
    line: Option<web_sys::WebSocket>,
    mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    hear: impl Fn(Heard) + 'static,
    hung_up: Rc<RefCell<bool>>,
) {
    let alive = || !*hung_up.borrow();
    if let Some(line) = line
        && let Ok(socket) = WebSocket::try_from(line.clone())
    {
        hear(Heard::Opened);
        let (mut write, mut read) = socket.split();
        let sending = async {
            while let Some(frame) = outgoing.next().await {
                // On a line that just ended, browsers log an error for each frame.
                let has_ended = line.ready_state() > web_sys::WebSocket::OPEN;
                if has_ended || write.send(Message::Bytes(frame)).await.is_err() {
                    break;
                }
            }
        };
        let receiving = async {
            while let Some(Ok(message)) = read.next().await {
                if let (Message::Bytes(frame), true) = (message, alive()) {
                    hear(Heard::Frame(frame));
                }
            }
        };
        futures_util::pin_mut!(sending, receiving);
        // Receiving first: it hears of the end before a waiting frame is pushed into it.
        future::select(receiving, sending).await;
    }
    if alive() {
        hear(Heard::Closed);
    }
}

fn url(path: &str) -> String {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let location = scope.location();
    let scheme = if location.protocol() == "https:" { "wss" } else { "ws" };
    format!("{scheme}://{}{path}", location.host())
}
