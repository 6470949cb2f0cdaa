//! The patient's portal and the staff's page: three small programs from one crate.

pub mod bridge;
pub mod clinic;
pub mod page;
#[cfg(target_arch = "wasm32")]
pub mod stretch;
pub mod worker;
