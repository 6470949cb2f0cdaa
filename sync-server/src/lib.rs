//! The clinic's server: keeps what patients and staff write, passes it on, and says what is true.

pub mod config;
pub mod error;
pub mod secret;
pub mod store;
pub mod world;
