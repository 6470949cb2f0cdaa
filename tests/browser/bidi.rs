//! WebDriver BiDi, as little as Firefox needs: its console, loads that ended early, and the size of
//! its view.

use anyhow::{Context, Result, bail};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// How Firefox calls a load whose page went away.
const ABORTED: &str = "NS_BINDING_ABORTED";

#[derive(Default)]
struct Heard {
    lines: Vec<String>,
    /// Addresses whose load ended because their page went away.
    aborted: HashSet<String>,
}

impl Heard {
    /// Firefox blames the service worker for a load that ended with its page. A load that failed
    /// for any other reason has the same words, but was not aborted.
    fn tells_of_a_page_that_left(&self, line: &str) -> bool {
        line.contains("A ServiceWorker intercepted the request and encountered an unexpected error")
            && self.aborted.iter().any(|address| line.contains(&format!("‘{address}’")))
    }
}

pub struct Bidi {
    sink: tokio::sync::Mutex<SplitSink<Socket, Message>>,
    waiting: Waiting,
    next: AtomicU64,
    heard: Arc<Mutex<Heard>>,
}

impl Bidi {
    pub async fn connect(address: &str) -> Result<Bidi> {
        let (socket, _) = tokio_tungstenite::connect_async(address)
            .await
            .with_context(|| format!("no BiDi at {address}"))?;
        let (sink, stream) = socket.split();
        let waiting = Waiting::default();
        let heard = Arc::new(Mutex::new(Heard::default()));
        tokio::spawn(listen(stream, waiting.clone(), heard.clone()));
        let sink = tokio::sync::Mutex::new(sink);
        let bidi = Bidi { sink, waiting, next: AtomicU64::new(1), heard };
        bidi.command(
            "session.subscribe",
            json!({ "events": ["log.entryAdded", "network.fetchError"] }),
        )
        .await?;
        Ok(bidi)
    }

    pub async fn command(&self, method: &str, parameters: Value) -> Result<Value> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = oneshot::channel();
        lock(&self.waiting).insert(id, tell);
        let message = json!({ "id": id, "method": method, "params": parameters }).to_string();
        self.sink.lock().await.send(Message::text(message)).await?;
        let answer = tokio::time::timeout(ANSWER_WITHIN, told)
            .await
            .with_context(|| format!("no answer to {method}"))?
            .with_context(|| format!("the browser ended during {method}"))?;
        if answer["type"] == "error" {
            bail!("{method}: {} {}", answer["error"], answer["message"]);
        }
        Ok(answer["result"].clone())
    }

    pub async fn set_view(&self, context: &str, width: u32, height: u32) -> Result<()> {
        let view = json!({ "width": width, "height": height });
        let parameters = json!({ "context": context, "viewport": view });
        self.command("browsingContext.setViewport", parameters).await?;
        Ok(())
    }

    /// What the console said since the last call, errors and uncaught exceptions alone.
    pub fn take_errors(&self) -> Vec<String> {
        let mut heard = lock(&self.heard);
        let lines = std::mem::take(&mut heard.lines);
        lines.into_iter().filter(|line| !heard.tells_of_a_page_that_left(line)).collect()
    }
}

async fn listen(mut stream: SplitStream<Socket>, waiting: Waiting, heard: Arc<Mutex<Heard>>) {
    while let Some(Ok(message)) = stream.next().await {
        let Ok(text) = message.to_text() else {
            continue;
        };
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        if let Some(id) = value["id"].as_u64() {
            if let Some(tell) = lock(&waiting).remove(&id) {
                // The asker may have given up.
                let _ = tell.send(value);
            }
        } else if value["method"] == "network.fetchError" {
            if value["params"]["errorText"] == ABORTED {
                let address = value["params"]["request"]["url"].as_str().unwrap_or_default();
                lock(&heard).aborted.insert(address.to_owned());
            }
        } else if value["method"] == "log.entryAdded" && value["params"]["level"] == "error" {
            let entry = &value["params"];
            let at = &entry["stackTrace"]["callFrames"][0]["url"];
            let line = format!("{}: {} ({at})", entry["type"], entry["text"]);
            lock(&heard).lines.push(line);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
