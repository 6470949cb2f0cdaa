//! The page program.
fn main() {}
