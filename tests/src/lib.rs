//! What the test binaries share.

pub mod built;
pub mod numbers;
pub mod scratch;
pub mod synthea;
pub mod watched;
