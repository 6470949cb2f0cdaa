//! A resource, a bundle or lines of anybody: read as an import reads them, and shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::testing::foreign::look_at;

fuzz_target!(|bytes: &[u8]| {
    look_at(bytes);
});
