//! The clinic program.
fn main() {}
