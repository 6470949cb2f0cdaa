//! Turns the locales into one typed function per message; a wrong locale fails the build.

#[path = "build/messages.rs"]
mod messages;

use std::path::Path;
use std::{env, fs};

fn main() {
    let read = |language: &str| {
        let path = format!("locales/{language}.json");
        println!("cargo::rerun-if-changed={path}");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let code = match messages::generate(&read("en"), &read("es")) {
        Ok(code) => code,
        Err(wrong) => panic!("locales: {wrong}"),
    };
    let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&folder).join("messages.rs"), code).expect("OUT_DIR can be written");
}
