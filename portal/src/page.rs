//! The page program: asks the worker, shows its answers, hands over what the person does. It holds no
//! key, no document and no connection.

mod app;
mod draft;
mod frame;
pub(crate) mod i18n;
pub(crate) mod pages;
mod preferences;
mod session;
pub(crate) mod ui;

use leptos::mount::mount_to_body;

/// Runs the program in this window.
pub fn start() {
    crate::say_panics();
    i18n::words::load(ui::platform::words());
    mount_to_body(app::App);
}
