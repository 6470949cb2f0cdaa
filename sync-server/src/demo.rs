//! The demo: a made-up clinic, and links that sign in without a passphrase. All of it exists only
//! in a build with the feature `demo`, and the links only in a process started with `demo`.

mod enter;
mod lan;
mod seed;

use std::collections::BTreeMap;

use shared::id::AccountId;

pub use self::enter::enter;
use crate::config::{Clinic, Config, DemoOptions};
use crate::folder::Folder;
use crate::routes;
use crate::secret::{Secret, SecretHash};
use crate::serve::{Failure, Started, portal};
use crate::state::Setup;
use crate::store::people::Door;
use crate::world::{Clock, OsRng};

/// Marks a folder as one whose content may be forgotten.
const MARKER: &str = "demo";

/// The links that sign in, by the hash of their secret.
#[derive(Default)]
pub struct Entrances(BTreeMap<SecretHash, Entrance>);

#[derive(Clone, Copy)]
pub struct Entrance {
    pub account: AccountId,
    pub door: Door,
}

impl Entrances {
    /// None: there are no shortcuts.
    pub fn closed() -> Self {
        Self::default()
    }

    /// Opens one and answers its secret.
    fn open(&mut self, account: AccountId, door: Door) -> Secret {
        let secret = Secret::fresh_short(&mut OsRng);
        self.0.insert(secret.hash(), Entrance { account, door });
        secret
    }

    pub fn find(&self, secret: &str) -> Option<Entrance> {
        self.0.get(&SecretHash::of(secret)).copied()
    }
}

/// Runs the demo until the process is told to stop.
pub async fn demo(config: Config, options: DemoOptions) -> Result<(), Failure> {
    let portal = portal(&config)?;
    prepare(&config, options)?;
    let started = Started::new(&config).await?;
    mark(&started.folder)?;
    let clock = Clock::System;
    let receipts = started.folder.receipts();
    let store = std::sync::Arc::clone(&started.store);
    let invitation = seed::seed(store.as_ref(), &receipts, &clock).await?;

    let mut entrances = Entrances::closed();
    let links = [
        ("patient", entrances.open(seed::ROSA, Door::Portal)),
        ("caregiver", entrances.open(seed::ANA, Door::Portal)),
        ("nurse", entrances.open(seed::LINH, Door::Clinic)),
        ("prescriber", entrances.open(seed::OKAFOR, Door::Clinic)),
    ];
    let mut origins = started.origins(&config);
    let lan = match options.lan {
        true => Some(lan::Lan::new(&started.folder, started.port).await?),
        false => None,
    };
    origins.extend(lan.as_ref().map(lan::Lan::origin));
    let app = started.app(Setup {
        clinic: clinic(),
        origins: origins.clone(),
        clock,
        receipts,
        entrances,
    });
    let router = routes::router(app.clone(), routes::table(), portal);

    for origin in &origins {
        announce(origin, &links, &invitation);
    }
    if let Some(lan) = lan {
        lan.show(&format!(
            "{}/demo/enter/{}",
            lan.origin(),
            links[0].1.text()
        ));
        lan.listen(router.clone());
    }
    say("ready");
    started.run(app, router).await;
    Ok(())
}

fn clinic() -> Clinic {
    Clinic {
        name: "Northside Clinic (synthetic)".into(),
        // 555-0100 to 555-0199 belong to nobody.
        phone: "+1 206 555 0134".into(),
        emergency_number: "911".into(),
    }
}

/// The links, one a line: programs read them too.
fn announce(origin: &str, links: &[(&str, Secret)], invitation: &seed::NewPatientLink) {
    for (who, secret) in links {
        say(&format!("{who}: {origin}/demo/enter/{}", secret.text()));
    }
    say(&format!(
        "new patient: {origin}/#activate={}",
        invitation.secret.text()
    ));
    say(&format!(
        "new patient's birth date: {}",
        invitation.birth_date
    ));
}

/// A folder with somebody's real clinic in it is never touched by the demo.
fn prepare(config: &Config, options: DemoOptions) -> Result<(), Failure> {
    let (dir, marker) = (&config.dir, config.dir.join(MARKER));
    let has_database = dir.join("satchel.db").exists();
    if has_database && !marker.exists() {
        let shown = dir.display();
        return Err(Failure::Other(format!(
            "the folder {shown} holds a clinic that is not a demo; give --dir another folder"
        )));
    }
    if options.reset && has_database {
        // Whoever uses the folder now keeps it.
        let _locked = Folder::open(dir)?;
        for name in ["satchel.db", "satchel.db-wal", "satchel.db-shm"] {
            match std::fs::remove_file(dir.join(name)) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Failure::NoAccess(dir.clone(), error)),
            }
        }
    }
    Ok(())
}

fn mark(folder: &Folder) -> Result<(), Failure> {
    let marker = folder.path(MARKER);
    std::fs::write(&marker, "made-up people; --reset may delete this\n")
        .map_err(|error| Failure::NoAccess(marker, error))
}

#[expect(
    clippy::print_stdout,
    reason = "the demo tells the terminal where it can be tried"
)]
fn say(text: &str) {
    println!("{text}");
}
