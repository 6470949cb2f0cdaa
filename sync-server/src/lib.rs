//! The clinic's server: keeps what patients and staff write, passes it on, and says what is true.

pub mod activity;
pub mod assets;
pub mod audit;
pub mod authorize;
pub mod clinic;
pub mod compaction;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod documents;
pub mod encoded;
pub mod errand;
pub mod error;
pub mod extract;
pub mod fhir;
pub mod folder;
pub mod grants;
pub mod guard;
pub mod headers;
pub mod hub;
pub mod listen;
pub mod log;
pub mod passkey;
pub mod projector;
pub mod routes;
pub mod sealing;
pub mod secret;
pub mod serve;
pub mod shares;
pub mod sign_in;
pub mod state;
pub mod store;
#[cfg(test)]
mod testing;
pub mod totp;
pub mod tries;
pub mod world;
