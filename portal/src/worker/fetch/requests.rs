//! The line by plain requests, where no WebSocket gets through: each frame is one request, and beside
//! them one request waits for frames of the server.

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::mpsc;
use futures_util::StreamExt;
use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::Uint8Array;
use serde::Deserialize;
use shared::sync::way::frames;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::{SLOT_HEADER, read};
use crate::worker::browser::socket::Heard;

/// Dropping it ends the line; nothing is heard of it any more.
pub struct Requests {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    is_open: Rc<Cell<bool>>,
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.is_open.set(false);
    }
}

impl Requests {
    /// `Closed` comes exactly once, unless it is dropped.
    pub fn open(slot: String, ticket: String, hear: impl Fn(Heard) + 'static) -> Self {
        let (frames, waiting) = mpsc::unbounded();
        let is_open = Rc::new(Cell::new(true));
        let line = Line { slot, is_open: Rc::clone(&is_open), hear: Rc::new(hear) };
        spawn_local(line.run(ticket, waiting));
        Self { frames, is_open }
    }

    pub fn send(&self, frame: Vec<u8>) {
        // A line that is over takes nothing; the exchange starts anew on the next one.
        let _over = self.frames.unbounded_send(frame);
    }
}

#[derive(Clone)]
struct Line {
    slot: String,
    is_open: Rc<Cell<bool>>,
    hear: Rc<dyn Fn(Heard)>,
}

impl Line {
    async fn run(self, ticket: String, waiting: mpsc::UnboundedReceiver<Vec<u8>>) {
        #[derive(Deserialize)]
        struct Opened {
            line: String,
        }
        let opened = self.post(&format!("/api/line?ticket={ticket}"), JsValue::NULL).await;
        let opened: Option<Opened> = match opened {
            Some(response) => read(response).await,
            None => None,
        };
        let Some(Opened { line }) = opened else {
            return self.close();
        };
        self.tell(Heard::Opened);
        let path = format!("/api/line/{line}");
        spawn_local(self.clone().listen(format!("{path}/next")));
        self.say(&path, waiting).await;
    }

    /// One frame after the other: they arrive in their order.
    async fn say(self, path: &str, mut waiting: mpsc::UnboundedReceiver<Vec<u8>>) {
        while let Some(frame) = waiting.next().await {
            if self.post(path, Uint8Array::from(&frame[..]).into()).await.is_none() {
                return self.close();
            }
        }
    }

    async fn listen(self, path: String) {
        while self.is_open.get() {
            let answer = match self.post(&path, JsValue::NULL).await {
                Some(response) => response.binary().await.ok(),
                None => None,
            };
            // A piece of a frame is none: something stands between.
            let Some(frames) = answer.as_deref().and_then(frames) else {
                return self.close();
            };
            for frame in frames {
                self.tell(Heard::Frame(frame.to_vec()));
            }
        }
    }

    /// Nothing if the line is over, or somebody else answered.
    async fn post(&self, path: &str, body: JsValue) -> Option<Response> {
        let request: RequestBuilder = Request::post(path).header(SLOT_HEADER, &self.slot);
        let sent = match body.is_null() {
            true => request.send().await,
            false => request.body(body).ok()?.send().await,
        };
        sent.ok().filter(Response::ok)
    }

    fn tell(&self, heard: Heard) {
        if self.is_open.get() {
            (self.hear)(heard);
        }
    }

    fn close(&self) {
        if self.is_open.replace(false) {
            (self.hear)(Heard::Closed);
        }
    }
}
