//! The worker's program: keys, documents, disk and network live here and die with it. The page
//! talks to it through `bridge` alone.

mod access;
mod album;
mod browser;
#[cfg(feature = "checks")]
pub mod checks;
mod engine;
mod fetch;
mod passkeys;
mod session;
mod vault;

pub use engine::run;
