//! The worker program.

#[cfg(target_arch = "wasm32")]
fn main() {
    portal::say_panics();
    wasm_bindgen_futures::spawn_local(portal::worker::run());
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
