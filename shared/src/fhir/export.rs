//! Out of the device, with no network: a summary for whoever treats the patient next, and everything
//! that is known here.

mod everything;
mod fill;
pub mod own;
mod patients;
mod references;
mod summary;
#[cfg(test)]
mod tests;

pub use self::everything::everything;
pub use self::summary::{Contents, Part, Topic, shared_summary, summary};
use crate::id::{AccountId, PatientId};

/// Whose record it is.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    pub patient: PatientId,
    /// As the clinic calls them, for a chart that does not say.
    pub name: &'a str,
    /// The patient's own account, if it is known here: what others wrote is theirs.
    pub account: Option<AccountId>,
}
