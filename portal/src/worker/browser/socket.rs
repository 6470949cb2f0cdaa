//! One WebSocket: frames in, frames out, and the news that it is gone.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket, WorkerGlobalScope};

pub enum Heard {
    /// Only from now on a frame goes anywhere.
    Opened,
    Frame(Vec<u8>),
    Closed,
}

/// Dropping it closes the line without waiting for the other side; nothing is heard of it any more.
pub struct Socket {
    /// `None` if the browser refuses the address: then `Closed` is on its way.
    line: Option<Line>,
}

impl Socket {
    /// Opens `path` of this page's own server. `Closed` comes exactly once, unless it is dropped.
    pub fn open(path: &str, hear: impl Fn(Heard) + 'static) -> Self {
        match WebSocket::new(&url(path)) {
            Ok(socket) => Self { line: Some(Line::new(socket, Rc::new(hear))) },
            Err(_) => {
                // Not at once: the caller does not hold the socket yet.
                spawn_local(async move { hear(Heard::Closed) });
                Self { line: None }
            }
        }
    }

    /// A frame for a line that is not open is dropped: the exchange starts anew on the next one, and
    /// browsers log an error for each frame pushed into a line that ended.
    pub fn send(&self, frame: &[u8]) {
        if let Some(Line { socket, .. }) = &self.line
            && socket.ready_state() == WebSocket::OPEN
        {
            // It fails only before it is open.
            let _not_open = socket.send_with_u8_array(frame);
        }
    }
}

/// The browser's socket with its listeners, which live as long as it does.
struct Line {
    socket: WebSocket,
    _opened: Closure<dyn Fn(Event)>,
    _frame: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Line {
    fn new(socket: WebSocket, hear: Rc<dyn Fn(Heard)>) -> Self {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let tell = Rc::clone(&hear);
        let opened = Closure::<dyn Fn(Event)>::new(move |_| tell(Heard::Opened));
        let tell = Rc::clone(&hear);
        let frame = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            // Our server sends bytes alone.
            if let Ok(bytes) = event.data().dyn_into::<ArrayBuffer>() {
                tell(Heard::Frame(Uint8Array::new(&bytes).to_vec()));
            }
        });
        // After every error comes a close, so that one listener hears of each end.
        let closed = Closure::<dyn Fn(CloseEvent)>::new(move |_| hear(Heard::Closed));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(frame.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Self { socket, _opened: opened, _frame: frame, _closed: closed }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // It fails only with a code, and there is none.
        let _never = self.socket.close();
    }
}

fn url(path: &str) -> String {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let location = scope.location();
    let scheme = if location.protocol() == "https:" { "wss" } else { "ws" };
    format!("{scheme}://{}{path}", location.host())
}
