//! The patient's portal and the staff's page: small programs from one crate.

pub mod bridge;
pub mod clinic;
pub mod page;
pub mod stretch;
pub mod worker;

/// Lets a panic say in the console what it is. Its text is code, never a record. The smallest build
/// keeps no such text: there a panic is only a trap, which boot scripts and the page hear of either way.
pub fn say_panics() {
    if cfg!(debug_assertions) {
        console_error_panic_hook::set_once();
    }
}
