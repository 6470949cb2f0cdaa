//! What comes in from other systems: reading it, whose it is, and what becomes of each resource.
//! Everything here is decided from values alone; the server looks up and stores.

pub mod facts;
pub mod home;
pub mod person;
pub mod plan;
pub mod read;
pub mod summary;
mod twice;

pub use self::facts::{Facts, PersonRef};
pub use self::home::home;
pub use self::person::{Claim, FactKind, Matched, Mismatch, Person, matched};
pub use self::plan::{Fate, Keys, Known, Planner};
pub use self::read::{Body, Entry, Input, Method, NotRead, Request, Shape, read};
pub use self::summary::{Refusal, Summary, Why};
pub use self::twice::twice;

#[cfg(test)]
mod tests;
