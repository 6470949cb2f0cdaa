//! The door for the clinic's own systems: FHIR resources come in and go into charts.

mod answering;
pub mod api;
mod asked;
pub mod capability;
pub mod chart;
pub mod errands;
mod examined;
pub mod import;
mod matching;
pub mod outcome;
pub mod outgoing;
mod owner;
pub mod parameters;
mod patch;
mod place;
pub mod proof;
pub mod reading;
mod run;
pub mod scope;
mod search;
mod shown;
pub mod socket;
pub mod token;
pub mod watching;
pub mod writing;

#[cfg(test)]
mod tests;

pub use self::import::{Importer, Order, Outcome};
