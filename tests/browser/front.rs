//! What stands between a browser and the server: TLS where an engine needs it, a line that can be
//! slow, cut or dead, and a list of every request with its status.

use anyhow::{Context, Result};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// One Ethernet frame: small enough that two streams share a slow line fairly.
const SLOW_PIECE_BYTES_MAX: usize = 1_460;
const FAST_PIECE_BYTES_MAX: usize = 64 * 1_024;
/// Pieces on their way; together with the line's speed this is the buffer of a poor router.
const PIECES_UNDERWAY_MAX: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// `None`: as fast as the loopback.
    pub bits_per_second: Option<u64>,
    pub one_way: Duration,
}

pub const FAST: Line = Line { bits_per_second: None, one_way: Duration::ZERO };
/// An old phone at the edge of coverage: 100 kbit/s and 500 ms there and back.
pub const SLOW: Line = Line { bits_per_second: Some(100_000), one_way: Duration::from_millis(250) };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open(Line),
    /// Connections stand and new ones are taken, and nothing ever arrives.
    HalfOpen,
    /// Nobody listens and every connection ends.
    Cut,
}

/// One request and how it was answered.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    pub status: u16,
}

type Exchanges = Arc<Mutex<Vec<Exchange>>>;
/// How the paths begin that are never answered.
type Refused = Arc<Mutex<Vec<&'static str>>>;

pub struct Front {
    port: u16,
    server_port: u16,
    tls: Option<TlsAcceptor>,
    state: watch::Sender<State>,
    exchanges: Exchanges,
    refused: Refused,
}

impl Front {
    /// Starts cut: the server behind it is not there yet.
    pub fn new(port: u16, server_port: u16, with_tls: bool) -> Result<Front> {
        let tls = if with_tls { Some(acceptor()?) } else { None };
        let (state, _) = watch::channel(State::Cut);
        let (exchanges, refused) = (Exchanges::default(), Refused::default());
        Ok(Front { port, server_port, tls, state, exchanges, refused })
    }

    /// The port that connections are led to.
    pub fn server_port(&self) -> u16 {
        self.server_port
    }

    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.port)
    }

    pub async fn open(&self, line: Line) -> Result<()> {
        let was = self.state.send_replace(State::Open(line));
        if was == State::Cut {
            let address = ("127.0.0.1", self.port);
            let listener = TcpListener::bind(address).await.context("the front's port is taken")?;
            tokio::spawn(listen(listener, self.path()));
        }
        Ok(())
    }

    pub fn half_open(&self) {
        self.state.send_replace(State::HalfOpen);
    }

    /// From now on the connection ends on which something is asked for whose path begins so.
    pub fn refuse(&self, path: &'static str) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }

    /// As if the server were gone: nobody listens any more when this returns.
    pub async fn cut(&self) -> Result<()> {
        self.state.send_replace(State::Cut);
        let refused_within = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
            anyhow::ensure!(Instant::now() < refused_within, "the front does not close");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    pub fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn path(&self) -> Path {
        Path {
            server_port: self.server_port,
            tls: self.tls.clone(),
            state: self.state.subscribe(),
            exchanges: self.exchanges.clone(),
            refused: self.refused.clone(),
            up: Wire::default(),
            down: Wire::default(),
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.state.send_replace(State::Cut);
    }
}

/// All that one connection needs to know; cheap to clone.
#[derive(Clone)]
struct Path {
    server_port: u16,
    tls: Option<TlsAcceptor>,
    state: watch::Receiver<State>,
    exchanges: Exchanges,
    refused: Refused,
    up: Wire,
    down: Wire,
}

/// One direction of the line, shared by all connections: the moment when it is free again.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Option<Instant>>>);

impl Wire {
    /// Takes the wire for one piece; answers when the sender may go on.
    fn take(&self, bytes: usize, line: Line) -> Instant {
        let now = Instant::now();
        let Some(speed) = line.bits_per_second else {
            return now;
        };
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = free.map_or(now, |at| at.max(now));
        let end = start + Duration::from_secs_f64(bytes as f64 * 8.0 / speed as f64);
        *free = Some(end);
        end
    }
}

async fn listen(listener: TcpListener, path: Path) {
    let mut state = path.state.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                tokio::spawn(carry(stream, path.clone()));
            },
            _ = state.wait_for(|state| *state == State::Cut) => return,
        }
    }
}

/// One connection, until either side ends it or the line does. Failures here are the test's weather.
async fn carry(browser: TcpStream, path: Path) {
    let _ = browser.set_nodelay(true);
    let Ok(server) = TcpStream::connect(("127.0.0.1", path.server_port)).await else {
        return;
    };
    let _ = server.set_nodelay(true);
    let (from_server, to_server) = server.into_split();
    let asked = Asked::default();
    let mut path = path;
    match path.tls.take() {
        Some(tls) => {
            let Ok(browser) = tls.accept(browser).await else {
                return;
            };
            let (from_browser, to_browser) = tokio::io::split(browser);
            let up = requests(from_browser, to_server, &path, &asked);
            let down = answers(from_server, to_browser, &path, &asked);
            tokio::join!(up, down);
        }
        None => {
            let (from_browser, to_browser) = browser.into_split();
            let up = requests(from_browser, to_server, &path, &asked);
            let down = answers(from_server, to_browser, &path, &asked);
            tokio::join!(up, down);
        }
    }
}

/// Requests on this connection that wait for their status; HTTP/1.1 answers them in order.
type Asked = Mutex<VecDeque<(String, String)>>;

async fn requests<R, W>(from: R, to: W, path: &Path, asked: &Asked)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let note = |piece: &[u8]| {
        let Some(request) = request_line(piece) else { return true };
        let refused = path.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.iter().any(|start| request.1.starts_with(start)) {
            return false;
        }
        asked.lock().unwrap_or_else(PoisonError::into_inner).push_back(request);
        true
    };
    pump(from, to, path.state.clone(), &path.up, note).await;
}

async fn answers<R, W>(from: R, to: W, path: &Path, asked: &Asked)
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let note = |piece: &[u8]| {
        for status in status_lines(piece) {
            let request = asked.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            if let Some((method, path_asked)) = request {
                let exchange = Exchange { method, path: path_asked, status };
                path.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
            }
        }
        true
    };
    pump(from, to, path.state.clone(), &path.down, note).await;
}

async fn pump<R, W>(
    mut from: R,
    to: W,
    mut state: watch::Receiver<State>,
    wire: &Wire,
    // Whether the piece may pass.
    note: impl Fn(&[u8]) -> bool,
) where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let (underway, arriving) = mpsc::channel(PIECES_UNDERWAY_MAX);
    let reading = async move {
        let mut piece = vec![0; FAST_PIECE_BYTES_MAX];
        loop {
            let size = match *state.borrow() {
                State::Open(Line { bits_per_second: Some(_), .. }) => SLOW_PIECE_BYTES_MAX,
                State::Open(_) | State::HalfOpen | State::Cut => FAST_PIECE_BYTES_MAX,
            };
            let read = tokio::select! {
                read = from.read(&mut piece[..size]) => read.unwrap_or(0),
                _ = state.wait_for(|state| *state == State::Cut) => 0,
            };
            if read == 0 {
                return;
            }
            let line = match *state.borrow_and_update() {
                State::Open(line) => line,
                State::Cut => return,
                State::HalfOpen => break,
            };
            if !note(&piece[..read]) {
                return;
            }
            let free = wire.take(read, line);
            tokio::time::sleep_until(free).await;
            if underway.send((free + line.one_way, piece[..read].to_vec())).await.is_err() {
                return;
            }
        }
        // What was swallowed makes the stream useless, so it ends with the half-open time.
        let _ = state.wait_for(|state| *state != State::HalfOpen).await;
    };
    tokio::join!(reading, deliver(arriving, to));
}

async fn deliver<W>(mut arriving: mpsc::Receiver<(Instant, Vec<u8>)>, mut to: W)
where
    W: AsyncWrite + Unpin,
{
    while let Some((due, piece)) = arriving.recv().await {
        tokio::time::sleep_until(due).await;
        if to.write_all(&piece).await.is_err() || to.flush().await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// `GET /path HTTP/1.1` at the start of what a browser sent in one go.
fn request_line(piece: &[u8]) -> Option<(String, String)> {
    let line = piece.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    let (method, path, version) = (words.next()?, words.next()?, words.next()?);
    (version == "HTTP/1.1").then(|| (method.to_owned(), path.to_owned()))
}

fn status_lines(piece: &[u8]) -> Vec<u16> {
    const START: &[u8] = b"HTTP/1.1 ";
    let mut found = Vec::new();
    for window in piece.windows(START.len() + 3) {
        if window.starts_with(START) {
            let digits = std::str::from_utf8(&window[START.len()..]).unwrap_or_default();
            found.extend(digits.parse::<u16>().ok());
        }
    }
    found
}

/// A certificate made for this run alone, for `localhost`.
fn acceptor() -> Result<TlsAcceptor> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
