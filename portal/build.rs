//! Turns the locales into one typed function per message, and the words for tests; a wrong locale
//! fails the build. What browsers get of the words is written by the build of the portal.

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
    let (code, words) = match messages::generate(&read("en"), &read("es")) {
        Ok(both) => both,
        Err(wrong) => panic!("locales: {wrong}"),
    };
    let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    for (file, text) in [
        ("messages.rs", code),
        ("messages.txt", words.of_all),
        ("clinic-messages.txt", words.of_staff),
    ] {
        fs::write(Path::new(&folder).join(file), text).expect("OUT_DIR can be written");
    }
}
