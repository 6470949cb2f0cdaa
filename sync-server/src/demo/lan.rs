//! The demo on the local network: a certificate of its own, a second door, and a QR code for the
//! phone. Everything else stays on loopback.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use rcgen::{CertificateParams, CertifiedKey, DistinguishedName, DnType, KeyPair};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::say;
use crate::folder::Folder;
use crate::listen::{Encryption, Listening};
use crate::serve::{Bound, Failure};

/// A place in the network that is ours, while nothing is written yet.
pub struct Door {
    address: SocketAddr,
    listener: TcpListener,
}

impl Door {
    pub async fn open(port: u16) -> Result<Self, Failure> {
        let address = SocketAddr::new(own_address().await?, port);
        let Bound { listener, .. } = Bound::to(address).await?;
        Ok(Self { address, listener })
    }
}

pub struct Lan {
    door: Door,
    acceptor: TlsAcceptor,
}

impl Lan {
    pub fn new(door: Door, folder: &Folder) -> Result<Self, Failure> {
        let acceptor = acceptor(folder, door.address.ip())?;
        Ok(Self { door, acceptor })
    }

    pub fn origin(&self) -> String {
        format!("https://{}", self.door.address)
    }

    /// Draws the link for a phone's camera.
    pub fn show(&self, link: &str) {
        say(&format!("on a phone in this network: {link}"));
        say("the phone warns once, because this computer vouches for itself");
        if let Ok(code) = QrCode::new(link) {
            say(&code.render::<Dense1x2>().quiet_zone(true).build());
        }
    }

    /// Serves until the process ends; the loopback door decides when.
    pub fn listen(self, router: Router) {
        let listening = Listening::new(self.door.listener, Encryption::Tls(self.acceptor));
        tokio::spawn(listening.serve(router, std::future::pending()));
    }
}

/// The address under which this machine is known in its network. No packet is sent: connecting a
/// datagram socket only asks the operating system which way it would go.
async fn own_address() -> Result<IpAddr, Failure> {
    let none =
        || Failure::Other("this computer is in no network; join one, or leave out --lan".into());
    let socket = UdpSocket::bind("0.0.0.0:0").await.map_err(|_| none())?;
    // An address for documentation, RFC 5737: nobody is there.
    socket.connect("192.0.2.1:9").await.map_err(|_| none())?;
    let ip = socket.local_addr().map_err(|_| none())?.ip();
    if ip.is_loopback() || ip.is_unspecified() { Err(none()) } else { Ok(ip) }
}

/// Whoever reads the browser's warning sees whose it is.
fn certificate_for(names: Vec<String>) -> Result<CertifiedKey<KeyPair>, rcgen::Error> {
    let signing_key = KeyPair::generate()?;
    let mut about = CertificateParams::new(names)?;
    about.distinguished_name = DistinguishedName::new();
    about.distinguished_name.push(DnType::CommonName, "Satchel demo");
    let cert = about.self_signed(&signing_key)?;
    Ok(CertifiedKey { cert, signing_key })
}

/// The certificate is kept, so that a phone which trusted it once is not asked again.
fn acceptor(folder: &Folder, ip: IpAddr) -> Result<TlsAcceptor, Failure> {
    let failed = |what: &str| Failure::Other(format!("the certificate for --lan: {what}"));
    let file = folder.path(&format!("keys/lan-{ip}.pem"));
    if !file.exists() {
        let names = vec!["localhost".to_owned(), ip.to_string()];
        let made = certificate_for(names).map_err(|error| failed(&error.to_string()))?;
        let pem = format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem());
        crate::folder::write_private(&file, pem.as_bytes())
            .map_err(|error| Failure::NoAccess(file.clone(), error))?;
    }
    let damaged = || {
        let shown = file.display();
        Failure::Other(format!("the certificate {shown} is damaged; remove it, and one is made"))
    };
    let certificate = CertificateDer::from_pem_file(&file).map_err(|_| damaged())?;
    let key = PrivateKeyDer::from_pem_file(&file).map_err(|_| damaged())?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(|error| failed(&error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;

    async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
        let request = "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        // A peer that closes without a goodbye is an error to TLS, after everything was read.
        let _ended = stream.read_to_end(&mut said).await;
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn a_phone_comes_in_over_tls_with_one_certificate_and_is_told_so_without() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let mut seen = Vec::new();
        for _start in 0..2 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let lan = Lan::new(Door { address, listener }, &folder).unwrap();
            assert_eq!(lan.origin(), format!("https://{address}"));
            lan.listen(Router::new().route("/", get(|| async { "the portal" })));

            let pem = folder.path("keys/lan-127.0.0.1.pem");
            let certificate = CertificateDer::from_pem_file(&pem).unwrap();
            let mut known = RootCertStore::empty();
            known.add(certificate.clone()).unwrap();
            let config = ClientConfig::builder().with_root_certificates(known);
            let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
            let stream = TcpStream::connect(address).await.unwrap();
            let inside = connector.connect(address.ip().into(), stream).await.unwrap();
            assert!(ask(inside).await.ends_with("the portal"));

            let plain = ask(TcpStream::connect(address).await.unwrap()).await;
            assert!(plain.starts_with("HTTP/1.1 426"), "{plain}");
            assert!(!plain.contains("the portal"), "{plain}");
            seen.push(certificate);
        }
        // A phone that was told to trust it is not asked again after a start.
        assert_eq!(seen[0], seen[1]);
    }
}
