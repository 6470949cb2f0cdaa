//! What is proven, one file a journey.

mod accessibility;
mod answers;
mod before_visit;
mod break_glass;
mod canaries;
mod caregiver;
mod checks;
mod clinic;
mod clinic_keys;
mod correction;
mod devices;
mod doorstep;
mod ehr;
mod eight_tabs;
mod harness;
mod keyboard;
mod kills;
mod large_text;
mod lock;
mod media;
mod not_mine;
mod office;
mod offline;
mod papers;
mod passkey;
mod photo;
mod reading;
mod readme;
mod refill;
mod requests;
mod screenshots;
mod share;
mod share_link;
mod side_by_side;
mod slow_line;
mod snapshots;
mod spanish;
mod staff;
mod staff_passkey;
mod storage;
mod thread;
mod update;
mod weather;
mod withdrawn;

use crate::engine::Engine;
use crate::stage::Stage;
use anyhow::{Result, bail};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Whose share of the time a journey takes: CONTRIBUTING.md has the shares.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Screens,
    Device,
    Clinic,
}

impl Part {
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "screens" => Ok(Self::Screens),
            "device" => Ok(Self::Device),
            "clinic" => Ok(Self::Clinic),
            _ => bail!("there is no part {name:?}, only screens, device and clinic"),
        }
    }
}

pub struct Journey {
    pub name: &'static str,
    pub part: Part,
    pub engines: &'static [Engine],
    /// Firefox plays it on a phone that speaks Spanish, with the same words in mind.
    pub in_spanish: bool,
    /// Left out unless its name is given: it writes files, needs Node, or does not hold yet.
    pub only_when_asked: bool,
    /// It may not hold up the rest for longer, whatever hangs.
    pub within: Duration,
    pub play: Play,
}

type Play = fn(&mut Stage) -> Playing<'_>;
type Playing<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

const WITHIN: Duration = Duration::from_secs(300);
/// A measurement of hundreds of screens.
const WITHIN_MEASURED: Duration = Duration::from_secs(20 * 60);
/// A night.
const WITHIN_LONG: Duration = Duration::from_secs(8 * 60 * 60);

const EVERY: &[Engine] = &[Engine::Chromium, Engine::Firefox, Engine::WebKit];
const BOTH: &[Engine] = &[Engine::Chromium, Engine::Firefox];
const CHROMIUM: &[Engine] = &[Engine::Chromium];

const fn journey(name: &'static str, engines: &'static [Engine], play: Play) -> Journey {
    let part = Part::Screens;
    Journey { name, part, engines, in_spanish: false, only_when_asked: false, within: WITHIN, play }
}

const fn device(name: &'static str, engines: &'static [Engine], play: Play) -> Journey {
    Journey { part: Part::Device, ..journey(name, engines, play) }
}

const fn clinic(name: &'static str, engines: &'static [Engine], play: Play) -> Journey {
    Journey { part: Part::Clinic, ..journey(name, engines, play) }
}

/// In Chromium in English, in Firefox on a phone that speaks Spanish.
const fn in_both(one: Journey) -> Journey {
    Journey { in_spanish: true, ..one }
}

pub const JOURNEYS: &[Journey] = &[
    in_both(journey("thread", EVERY, |stage| Box::pin(thread::play(stage)))),
    in_both(journey("offline", EVERY, |stage| Box::pin(offline::play(stage)))),
    in_both(device("photo", BOTH, |stage| Box::pin(photo::play(stage)))),
    in_both(device("requests", BOTH, |stage| Box::pin(requests::play(stage)))),
    in_both(journey("update", BOTH, |stage| Box::pin(update::play(stage)))),
    in_both(journey("withdrawn", BOTH, |stage| Box::pin(withdrawn::play(stage)))),
    device("checks", EVERY, |stage| Box::pin(checks::play(stage))),
    in_both(journey("side_by_side", BOTH, |stage| Box::pin(side_by_side::play(stage)))),
    journey("keyboard", BOTH, |stage| Box::pin(keyboard::play(stage))),
    journey("accessibility", BOTH, |stage| Box::pin(accessibility::play(stage))),
    journey("large_text", BOTH, |stage| Box::pin(large_text::play(stage))),
    journey("slow_line", BOTH, |stage| Box::pin(slow_line::play(stage))),
    in_both(device("lock", BOTH, |stage| Box::pin(lock::play(stage)))),
    in_both(device("devices", BOTH, |stage| Box::pin(devices::play(stage)))),
    in_both(device("passkey", BOTH, |stage| Box::pin(passkey::play(stage)))),
    in_both(device("not_mine", BOTH, |stage| Box::pin(not_mine::play(stage)))),
    journey("doorstep", BOTH, |stage| Box::pin(doorstep::play(stage))),
    in_both(journey("reading", BOTH, |stage| Box::pin(reading::play(stage)))),
    journey("spanish", BOTH, |stage| Box::pin(spanish::play(stage))),
    in_both(journey("caregiver", BOTH, |stage| Box::pin(caregiver::play(stage)))),
    in_both(journey("papers", BOTH, |stage| Box::pin(papers::play(stage)))),
    journey("media", CHROMIUM, |stage| Box::pin(media::play(stage))),
    Journey {
        only_when_asked: true,
        within: WITHIN_MEASURED,
        ..journey("answers", CHROMIUM, |stage| Box::pin(answers::play(stage)))
    },
    in_both(journey("refill", BOTH, |stage| Box::pin(refill::play(stage)))),
    // A step of its own plays it, which brings Node: `cargo xtask test --only ehr`.
    Journey {
        only_when_asked: true,
        ..journey("ehr", CHROMIUM, |stage| Box::pin(ehr::play(stage)))
    },
    clinic("clinic", BOTH, |stage| Box::pin(clinic::play(stage))),
    clinic("clinic_keys", BOTH, |stage| Box::pin(clinic_keys::play(stage))),
    in_both(journey("before_visit", BOTH, |stage| Box::pin(before_visit::play(stage)))),
    in_both(journey("correction", BOTH, |stage| Box::pin(correction::play(stage)))),
    clinic("staff", BOTH, |stage| Box::pin(staff::play(stage))),
    clinic("staff_passkey", BOTH, |stage| Box::pin(staff_passkey::play(stage))),
    clinic("office", BOTH, |stage| Box::pin(office::play(stage))),
    clinic("break_glass", BOTH, |stage| Box::pin(break_glass::play(stage))),
    in_both(journey("share", BOTH, |stage| Box::pin(share::play(stage)))),
    in_both(journey("link", BOTH, |stage| Box::pin(share_link::play(stage)))),
    // Beside `ehr`, for the same reason.
    Journey {
        only_when_asked: true,
        ..journey("checked_link", CHROMIUM, |stage| Box::pin(share_link::play_checked(stage)))
    },
    journey("readme", CHROMIUM, |stage| Box::pin(readme::play(stage))),
    journey("snapshots", CHROMIUM, |stage| Box::pin(snapshots::play(stage))),
    Journey {
        only_when_asked: true,
        ..journey("screenshots", CHROMIUM, |stage| Box::pin(screenshots::play(stage)))
    },
    device("kills", BOTH, |stage| Box::pin(kills::play(stage))),
    Journey {
        only_when_asked: true,
        within: WITHIN_LONG,
        ..device("kill_on_and_on", BOTH, |stage| Box::pin(kills::play_long(stage)))
    },
    device("canaries", BOTH, |stage| Box::pin(canaries::play(stage))),
    device("eight_tabs", BOTH, |stage| Box::pin(eight_tabs::play(stage))),
    device("half_open", BOTH, |stage| Box::pin(weather::half_open(stage))),
    device("restored", BOTH, |stage| Box::pin(weather::restored(stage))),
    device("other_clocks", BOTH, |stage| Box::pin(weather::other_clocks(stage))),
    device("emptied", CHROMIUM, |stage| Box::pin(storage::emptied(stage))),
    device("full_disk", BOTH, |stage| Box::pin(storage::full_disk(stage))),
    device("evicted", CHROMIUM, |stage| Box::pin(storage::evicted(stage))),
    journey("harness", EVERY, |stage| Box::pin(harness::play(stage))),
];
