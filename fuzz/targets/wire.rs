//! One frame of anybody, in both directions. What is read is written and read again the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::wire::{ToDevice, ToServer};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = ToServer::from_bytes(bytes) {
        assert_eq!(ToServer::from_bytes(&message.to_bytes()), Ok(message));
    }
    if let Ok(message) = ToDevice::from_bytes(bytes) {
        assert_eq!(ToDevice::from_bytes(&message.to_bytes()), Ok(message));
    }
});
