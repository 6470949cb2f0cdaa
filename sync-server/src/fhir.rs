//! The door for the clinic's own systems: FHIR resources come in and go into charts.

pub mod api;
pub mod capability;
pub mod chart;
pub mod errands;
mod examined;
pub mod import;
pub mod outcome;
mod owner;
mod place;
mod run;
pub mod socket;

#[cfg(test)]
mod tests;

pub use self::import::{Importer, Order, Outcome};
