//! The worker program. Started under the name `stretch` it turns one passphrase into keys instead.

#[cfg(target_arch = "wasm32")]
fn main() {
    portal::say_panics();
    match portal::stretch::is_asked_for() {
        true => portal::stretch::run(),
        false => wasm_bindgen_futures::spawn_local(portal::worker::run()),
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
