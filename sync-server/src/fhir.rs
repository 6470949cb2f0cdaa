//! The door for the clinic's own systems: FHIR resources come in and go into charts.

pub mod chart;
pub mod import;
mod owner;
mod place;

#[cfg(test)]
mod tests;

pub use self::import::{Importer, Order, Outcome};
