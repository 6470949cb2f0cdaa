//! The program of the browser's own unit tests; part of no release.

#[cfg(target_arch = "wasm32")]
fn main() {
    portal::say_panics();
    wasm_bindgen_futures::spawn_local(portal::worker::checks::run());
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
