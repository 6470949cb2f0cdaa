//! Connections: accepted up to a limit, with a deadline for their headers, ended in order.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use crate::extract::Peer;
#[cfg(feature = "demo")]
use crate::headers;

/// Open connections at once; each costs a file and a few buffers.
const CONNECTIONS_MAX: usize = 16_384;
/// How long a client may take to say what it wants. Slower ones only hold a connection.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of a request's head and its first body bytes.
const BUFFER_BYTES: usize = 16 * 1024;
/// How long requests that run at the stop may take to finish.
const DRAIN_WITHIN: Duration = Duration::from_secs(10);
/// Pause after a failed accept, which means that this process is out of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How bytes travel.
#[derive(Clone)]
pub enum Encryption {
    /// On loopback, or behind a proxy that encrypts.
    None,
    #[cfg(feature = "demo")]
    Tls(tokio_rustls::TlsAcceptor),
}

pub struct Listening {
    listener: TcpListener,
    encryption: Encryption,
    headers_within: Duration,
}

impl Listening {
    pub const fn new(listener: TcpListener, encryption: Encryption) -> Self {
        Self { listener, encryption, headers_within: HEADERS_WITHIN }
    }

    /// Serves until `stop` is done: then takes no new connection and lets the running requests end.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(());
        let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        tokio::pin!(stop);
        loop {
            let permit = Arc::clone(&free).acquire_owned().await;
            let permit = permit.expect("the semaphore is never closed");
            let (stream, peer) = tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, address)) => (stream, Peer(address.ip())),
                    Err(_) => {
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
                () = &mut stop => break,
            };
            let (router, stopped) = (router.clone(), stopped.clone());
            let (encryption, within) = (self.encryption.clone(), self.headers_within);
            tokio::spawn(async move {
                // Without it, a small frame waits for the acknowledgement of the one before.
                let _unset = stream.set_nodelay(true);
                match encryption {
                    Encryption::None => talk(stream, peer, router, stopped, within).await,
                    #[cfg(feature = "demo")]
                    Encryption::Tls(_) if !speaks_tls(&stream).await => {
                        let page = Router::new().fallback(plain::use_https);
                        let page = headers::protect(page, headers::Transport::Plain);
                        talk(stream, peer, page, stopped, within).await;
                    }
                    #[cfg(feature = "demo")]
                    Encryption::Tls(acceptor) => {
                        let handshake =
                            tokio::time::timeout(HEADERS_WITHIN, acceptor.accept(stream));
                        if let Ok(Ok(stream)) = handshake.await {
                            talk(stream, peer, router, stopped, within).await;
                        }
                    }
                }
                drop(permit);
            });
        }
        drop((self.listener, stopped));
        stopping.send_replace(());
        let _unfinished = tokio::time::timeout(DRAIN_WITHIN, stopping.closed()).await;
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
    mut stopped: watch::Receiver<()>,
    headers_within: Duration,
) {
    let router = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(headers_within)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    tokio::pin!(connection);
    // A client that broke the connection is not our failure.
    tokio::select! {
        _broken = &mut connection => return,
        _told = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _broken = connection.await;
}

/// Whether the first byte of a connection begins a TLS handshake, RFC 8446 section 5.1.
#[cfg(feature = "demo")]
async fn speaks_tls(stream: &tokio::net::TcpStream) -> bool {
    const HANDSHAKE: u8 = 22;
    let mut first = [0];
    let peeked = tokio::time::timeout(HEADERS_WITHIN, stream.peek(&mut first)).await;
    matches!(peeked, Ok(Ok(1)) if first == [HANDSHAKE])
}

/// For someone who typed an address without its https.
#[cfg(feature = "demo")]
mod plain {
    use axum::extract::Request;
    use axum::http::{StatusCode, header};
    use axum::response::{Html, IntoResponse, Response};

    const PAGE: &str = include_str!("listen/use_https.html");

    pub async fn use_https(request: Request) -> Response {
        let headers = [(header::CACHE_CONTROL, "no-store")];
        let page = PAGE.replace("{link}", &link(&request));
        (StatusCode::UPGRADE_REQUIRED, headers, Html(page)).into_response()
    }

    /// The same address with https; nothing for one that could be more than an address inside a page.
    pub(super) fn link(request: &Request) -> String {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let address = format!("https://{}{}", host.unwrap_or_default(), request.uri().path());
        let is_plain = |part: u8| part.is_ascii_alphanumeric() || b"-._~:/[]".contains(&part);
        match host {
            Some(_) if address.bytes().all(is_plain) => {
                format!("<p><a href=\"{address}\">{address}</a></p>")
            }
            Some(_) | None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    use super::*;

    const SLOW: usize = 200;

    #[cfg(feature = "demo")]
    #[test]
    fn an_address_without_its_https_leads_to_the_same_one_with_it() {
        let link = |host: &str, path: &str| {
            let request = Request::builder().uri(path).header("host", host);
            plain::link(&request.body(axum::body::Body::empty()).unwrap())
        };
        let there = link("192.0.2.7:8080", "/demo/enter/ab-1");
        assert!(there.contains("href=\"https://192.0.2.7:8080/demo/enter/ab-1\""), "{there}");
        assert_eq!(link("evil\"><script>", "/"), "");
        assert_eq!(link("192.0.2.7", "/%22%3E"), "");
    }

    #[tokio::test]
    async fn whoever_speaks_too_slowly_is_hung_up_on_while_others_are_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let headers_within = Duration::from_millis(200);
        let listening = Listening::new(listener, Encryption::None);
        let listening = Listening { headers_within, ..listening };
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().route("/", get(|| async { "here" }));
        let serving = tokio::spawn(listening.serve(router, async move { drop(stopped.await) }));

        let mut slow = Vec::new();
        for _ in 0..SLOW {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-More: ").await.unwrap();
            slow.push(stream);
        }
        let mut honest = TcpStream::connect(address).await.unwrap();
        honest.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        honest.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("here"), "{answer}");
        for mut stream in slow {
            // It ends, with or without a word.
            let mut heard = Vec::new();
            let _reset = stream.read_to_end(&mut heard).await;
            assert!(!String::from_utf8_lossy(&heard).contains("here"));
        }
        drop(stop);
        serving.await.unwrap();
    }
}
