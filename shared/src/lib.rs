//! The product: everything that decides what a patient sees and what can never be lost, with no
//! browser, socket, disk or clock in it. Time, randomness and bytes come in as arguments; effects
//! go out as data.

pub mod album;
mod arrange;
pub mod attachment;
pub mod clinic;
pub mod document;
pub mod edit;
pub mod fhir;
pub mod id;
pub mod json;
pub mod ordered;
mod packed;
pub mod qr;
pub mod reading;
pub mod record;
pub mod safety;
pub mod share;
pub mod sync;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod vault;
pub mod view;
pub mod warning;
pub mod wire;
