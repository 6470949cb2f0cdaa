//! The program that turns a passphrase into keys, and is ended after each use.

#[cfg(target_arch = "wasm32")]
fn main() {
    portal::say_panics();
    portal::stretch::run();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
