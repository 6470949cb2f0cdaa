//! The sitemap of what is proven, one file a journey.

mod harness;

use crate::engine::Engine;
use crate::stage::Stage;
use anyhow::Result;
use std::future::Future;
use std::pin::Pin;

pub struct Journey {
    pub name: &'static str,
    pub engines: &'static [Engine],
    /// Left out unless its name is given: it writes files or needs a special build.
    pub only_when_asked: bool,
    pub play: fn(&mut Stage) -> Playing<'_>,
}

type Playing<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

const EVERY: &[Engine] = &[Engine::Chromium, Engine::Firefox, Engine::WebKit];
const BOTH: &[Engine] = &[Engine::Chromium, Engine::Firefox];
const CHROMIUM: &[Engine] = &[Engine::Chromium];

pub const JOURNEYS: &[Journey] = &[Journey {
    name: "harness",
    engines: EVERY,
    only_when_asked: false,
    play: |stage| Box::pin(harness::play(stage)),
}];
