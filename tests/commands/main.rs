//! The commands a host types, with bad input too: one sentence, a failing exit code, nothing half done.
fn main() {}
