//! The patient's portal and the staff's page: three small programs from one crate.

pub mod bridge;
#[cfg(target_arch = "wasm32")]
pub mod worker;
