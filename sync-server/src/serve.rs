//! Start and stop. Everything that can go wrong is found before anything is changed: first the
//! port, then the folder, then the keys and the database. The stop takes nothing more, finishes
//! what it took, and closes the database.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::assets::PortalSource;
use crate::config::Config;
use crate::folder::{self, Folder};
use crate::listen::{Encryption, Listening};
use crate::log::{Line, line};
use crate::routes;
use crate::sealing::WrappingKey;
use crate::state::{App, Setup};
use crate::store::sqlite::{OpenError, SqliteStore};
use crate::world::Clock;

/// How long sockets and the projector may take to end. What they did not commit by then was not
/// acknowledged either.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Why the server did not start, as one sentence for the host.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("port {0} is taken by another program; stop that one or give --port another number")]
    PortTaken(u16),
    #[error("cannot listen on {0}, choose another address with --bind or another --port: {1}")]
    CannotListen(SocketAddr, std::io::Error),
    #[error("cannot write into the folder {}, choose another with --dir: {}", .0.display(), .1)]
    NoAccess(PathBuf, std::io::Error),
    #[error("another sync-server is using the folder {}; stop it, or choose another with --dir", .0.display())]
    InUse(PathBuf),
    #[error(
        "there is no clinic in the folder {}; name the one where it is with --dir (`sync-server \
         serve` makes a new one)", .0.display()
    )]
    NoClinic(PathBuf),
    #[error("the key {} is damaged; put back the copy from your backup", .0.display())]
    KeyDamaged(PathBuf),
    #[error(
        "the records need a key that does not lie beside them: make one with `sync-server keys new \
         FILE`, keep a copy of it in a safe place, and name it with --key-file"
    )]
    NoKey,
    #[error(
        "the records in the folder {} need the key they were made with: name its file with \
         --key-file", .0.display()
    )]
    KeyNotNamed(PathBuf),
    #[error(
        "the key {} lies in the folder of the records it opens: a copy of that folder would open \
         itself; move the key out of it", .0.display()
    )]
    KeyBeside(PathBuf),
    #[error("cannot read the key {}, name its file with --key-file: {}", .0.display(), .1)]
    KeyUnreadable(PathBuf, std::io::Error),
    #[error("cannot use the database {}: {}", .0.display(), .1)]
    Database(PathBuf, OpenError),
    #[error("the folder {} holds no portal; `cargo xtask build` makes one", .0.display())]
    NoPortal(PathBuf),
    #[error("this build has no portal inside; name the folder of a built one with --portal")]
    PortalNotInside,
    #[error(
        "the store failed while starting, see that its disk has room and start again, or restore a \
         backup: {0}"
    )]
    Store(#[from] crate::store::StoreError),
    #[error("{0}")]
    Other(String),
}

/// Runs until the process is told to stop.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let portal = portal(&config)?;
    let bound = Bound::to(config.address).await?;
    let key = folder::key_apart_from(&config.dir, config.key_file.as_deref())?;
    let folder = Folder::open(&config.dir)?;
    let started = Started::new(bound, folder, key)?;
    let origins = started.origins(&config);
    let app = started.app(Setup {
        clinic: config.clinic.clone(),
        origins,
        clock: Clock::System,
        receipts: started.folder.receipts(),
        sign_ins: started.folder.sign_ins(),
        checkpoints: started.folder.checkpoints(),
        #[cfg(feature = "demo")]
        entrances: crate::demo::Entrances::closed(),
    });
    let router = routes::router(app.clone(), routes::table(), portal);
    started.run(app, router).await;
    Ok(())
}

/// A port that is ours, while nothing is written yet.
pub struct Bound {
    pub listener: TcpListener,
    /// The same port at the other address of `localhost`.
    pub beside: Option<TcpListener>,
    pub port: u16,
}

impl Bound {
    pub async fn to(address: SocketAddr) -> Result<Self, Failure> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            if error.kind() == std::io::ErrorKind::AddrInUse {
                return Failure::PortTaken(address.port());
            }
            Failure::CannotListen(address, error)
        })?;
        let port = listener.local_addr().map_or(address.port(), |local| local.port());
        Ok(Self { listener, beside: None, port })
    }
}

/// Everything that is open once a start cannot fail any more.
pub struct Started {
    listener: TcpListener,
    beside: Option<TcpListener>,
    pub port: u16,
    pub folder: Folder,
    pub store: Arc<SqliteStore>,
    stop: StopSignal,
}

impl Started {
    pub fn new(bound: Bound, folder: Folder, key: WrappingKey) -> Result<Self, Failure> {
        let file = folder.database();
        let store = SqliteStore::open(&file, key, Clock::System.now())
            .map_err(|error| Failure::Database(file, error))?;
        // Heard from here on: whoever reads that it has started may already ask it to stop.
        let stop = StopSignal::listen();
        let Bound { listener, beside, port } = bound;
        Ok(Self { listener, beside, port, folder, store: Arc::new(store), stop })
    }

    pub fn app(&self, setup: Setup) -> App {
        App::new(setup, Arc::clone(&self.store) as Arc<dyn crate::store::Store>)
    }

    /// What browsers may call this server.
    pub fn origins(&self, config: &Config) -> Vec<String> {
        let local = || format!("http://localhost:{}", self.port);
        vec![config.origin.clone().unwrap_or_else(local)]
    }

    /// Serves until SIGTERM or ctrl-c. Then, in this order: no new connections; sockets and streams
    /// end; running requests end; the projector ends; the store commits and closes.
    pub async fn run(self, app: App, router: Router) {
        if let Err(cause) = app.read_settings().await {
            line(&Line::Failed { id: "-", what: "settings", cause: &cause });
        }
        if let Err(cause) = crate::grants::end_what_is_over(&app).await {
            line(&Line::Failed { id: "-", what: "grants", cause: &cause });
        }
        line(&Line::Started { port: self.port });
        let projector = tokio::spawn(crate::projector::run(app.clone()));
        let activity = tokio::spawn(crate::activity::run(app.clone()));
        let signing = tokio::spawn(crate::audit::checkpoint::run(app.clone()));
        let grants = tokio::spawn(crate::grants::run(app.clone()));
        let compaction = tokio::spawn(crate::compaction::run(app.clone()));
        tokio::spawn(crate::fhir::watching::run(app.clone()));
        tokio::spawn(errands(app.clone(), self.folder.path(Folder::SOCKET)));
        let (stopping, stopped) = oneshot::channel::<()>();
        let stop = async {
            self.stop.heard().await;
            line(&Line::Stopping);
            app.hub().stop();
            drop(stopping);
        };
        let beside = tokio::spawn(beside(self.beside, router.clone(), stopped));
        Listening::new(self.listener, Encryption::None).serve(router, stop).await;
        let ended = async {
            app.hub().stopped().await;
            tokio::join!(beside, projector, activity, signing, grants, compaction)
        };
        let _unfinished = tokio::time::timeout(END_WITHIN, ended).await;
        self.store.close().await;
        line(&Line::Stopped);
    }
}

/// Serves at a second place, if there is one, until the first one stops.
async fn beside(listener: Option<TcpListener>, router: Router, stopped: oneshot::Receiver<()>) {
    if let Some(listener) = listener {
        let stop = async move { drop(stopped.await) };
        Listening::new(listener, Encryption::None).serve(router, stop).await;
    }
}

/// Commands reach a running server here; without it they say that it does not answer.
async fn errands(app: App, file: PathBuf) {
    if let Err(error) = crate::fhir::socket::listen(app, &file).await {
        line(&Line::Failed { id: "-", what: "errands", cause: &error });
    }
}

/// The pages and files: of a folder if one is named, else those inside this binary.
pub fn portal(config: &Config) -> Result<PortalSource, Failure> {
    let source = match &config.portal {
        Some(folder) if folder.join("index.html").is_file() => PortalSource::folder(folder.clone()),
        Some(folder) => return Err(Failure::NoPortal(folder.clone())),
        #[cfg(feature = "embedded-portal")]
        None => PortalSource::embedded(),
        #[cfg(not(feature = "embedded-portal"))]
        None => return Err(Failure::PortalNotInside),
    };
    Ok(source.withdrawn(config.withdraw_portal))
}

/// Ctrl-C, or what a service manager sends.
struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    fn listen() -> Self {
        let listen = |kind| signal(kind).expect("signals can be listened to");
        let (terminate, interrupt) =
            (listen(SignalKind::terminate()), listen(SignalKind::interrupt()));
        Self { terminate, interrupt }
    }

    async fn heard(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    /// With these a sentence says what to do.
    const DO: [&str; 9] =
        ["choose", "make", "move", "name", "put back", "restore", "see that", "start that", "stop"];

    #[test]
    fn every_reason_says_what_to_do() {
        let (place, cause) = (|| PathBuf::from("place"), || std::io::Error::other("a cause"));
        let database = |error| Failure::Database(place(), error);
        for failure in [
            Failure::PortTaken(1),
            Failure::CannotListen(SocketAddr::from(([127, 0, 0, 1], 1)), cause()),
            Failure::NoAccess(place(), cause()),
            Failure::InUse(place()),
            Failure::NoClinic(place()),
            Failure::KeyDamaged(place()),
            Failure::NoKey,
            Failure::KeyNotNamed(place()),
            Failure::KeyBeside(place()),
            Failure::KeyUnreadable(place(), cause()),
            Failure::NoPortal(place()),
            Failure::PortalNotInside,
            Failure::Store(StoreError::Full),
            database(OpenError::NotOurs),
            database(OpenError::Newer { found: 2, known: 1 }),
            database(OpenError::Unreadable(cause())),
            database(OpenError::Setting("journal_mode")),
            database(OpenError::NotSealed("a row")),
            database(OpenError::File(cause())),
            database(OpenError::Damaged(StoreError::Damaged("a row"))),
        ] {
            let said = failure.to_string();
            assert!(DO.iter().any(|word| said.contains(word)), "{said}");
            assert!(!said.contains('\n'), "{said}");
        }
    }
}
