//! The demo: a made-up clinic, and links that sign in without a passphrase. All of it exists only
//! in a build with the feature `demo`, and the links only in a process started with `demo`.

mod charts;
mod enter;
mod lan;
mod place;
mod seed;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use shared::id::AccountId;

pub use self::enter::enter;
use crate::config::{Clinic, Config, DemoOptions};
use crate::log;
use crate::routes;
use crate::secret::{Secret, SecretHash};
use crate::serve::{Bound, Failure, Started, portal};
use crate::state::Setup;
use crate::store::people::Door;
use crate::world::{Clock, OsRng};

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
    if options.quiet {
        log::be_quiet();
    }
    let portal = portal(&config)?;
    let (started, lan) = start(&config, options).await?;
    let clock = Clock::System;
    let receipts = started.folder.receipts();
    let store = std::sync::Arc::clone(&started.store);
    let invitation = seed::seed(store.as_ref(), &receipts, &clock).await?;
    place::is_whole(&started.folder)?;

    let mut entrances = Entrances::closed();
    let doors = [
        ("patient", entrances.open(seed::ROSA, Door::Portal)),
        ("caregiver", entrances.open(seed::ANA, Door::Portal)),
        ("nurse", entrances.open(seed::LINH, Door::Clinic)),
        ("prescriber", entrances.open(seed::OKAFOR, Door::Clinic)),
    ];
    let mut origins = started.origins(&config);
    origins.extend(lan.as_ref().map(lan::Lan::origin));
    let app = started.app(Setup {
        clinic: clinic(),
        origins: origins.clone(),
        clock,
        receipts,
        sign_ins: started.folder.sign_ins(),
        checkpoints: started.folder.checkpoints(),
        entrances,
    });
    let router = routes::router(app.clone(), routes::table(), portal);

    for (who, link) in links(&origins[0], &doors, &invitation) {
        say(&format!("{who}: {link}"));
    }
    if let Some(lan) = lan {
        for (who, link) in links(&lan.origin(), &doors, &invitation) {
            say(&format!("{who}, in this network: {link}"));
        }
        lan.show(&format!("{}/demo/enter/{}", lan.origin(), doors[0].1.text()));
        lan.listen(router.clone());
    }
    say(&format!("new patient's birth date: {}", invitation.birth_date));
    say("ready");
    started.run(app, router).await;
    Ok(())
}

/// Whatever may fail comes first, and forgetting the old demo last: a start that fails has lost nothing.
async fn start(
    config: &Config,
    options: DemoOptions,
) -> Result<(Started, Option<lan::Lan>), Failure> {
    let bound = on_localhost(config.address).await?;
    let door = match options.lan {
        true => Some(lan::Door::open(bound.port).await?),
        false => None,
    };
    let folder = place::open(&config.dir, options.reset)?;
    let lan = door.map(|door| lan::Lan::new(door, &folder)).transpose()?;
    let key = folder.own_key()?;
    place::begin(&folder, options.reset)?;
    Ok((Started::new(bound, folder, key)?, lan))
}

/// Browsers try both addresses of `localhost`: a program that listens on the other one, now or later,
/// would be given our links, secrets included. So both are ours.
async fn on_localhost(address: SocketAddr) -> Result<Bound, Failure> {
    let mut bound = Bound::to(address).await?;
    let other = match address.ip() {
        IpAddr::V4(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_loopback() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        // Listens on both already, or on neither.
        IpAddr::V6(_) => return Ok(bound),
    };
    match Bound::to((other, bound.port).into()).await {
        Ok(Bound { listener, .. }) => bound.beside = Some(listener),
        Err(taken @ Failure::PortTaken(_)) => return Err(taken),
        // A machine without the other protocol has nobody listening there either.
        Err(_) => {}
    }
    Ok(bound)
}

fn clinic() -> Clinic {
    Clinic {
        name: "Northside Clinic (synthetic)".into(),
        // 555-0100 to 555-0199 belong to nobody.
        phone: "+1 206 555 0134".into(),
        emergency_number: "911".into(),
    }
}

/// The links, one a line in the terminal: programs read them too.
fn links<'a>(
    origin: &str,
    doors: &'a [(&str, Secret)],
    invitation: &seed::NewPatientLink,
) -> Vec<(&'a str, String)> {
    let enter = |secret: &Secret| format!("{origin}/demo/enter/{}", secret.text());
    let mut links: Vec<_> = doors.iter().map(|(who, secret)| (*who, enter(secret))).collect();
    links.push(("new patient", format!("{origin}/#activate={}", invitation.secret.text())));
    links
}

#[expect(clippy::print_stdout, reason = "the demo tells the terminal where it can be tried")]
fn say(text: &str) {
    println!("{text}");
}
