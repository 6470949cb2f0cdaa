//! A whole document of anybody. The gate may refuse it; what it lets pass may not hurt automerge.
#![no_main]

use automerge::Automerge;
use libfuzzer_sys::fuzz_target;
use shared::document::gate::{Shape, SnapshotLimits, check_snapshot};

/// Small, so that a bomb is found by its size and not by the fuzzer's patience.
const LIMITS: SnapshotLimits = SnapshotLimits {
    inflated_bytes_max: 1 << 20,
    operations_max: 10_000,
    ..SnapshotLimits::DEVICE
};

fuzz_target!(|bytes: &[u8]| {
    for shape in [Shape::Journal, Shape::Server] {
        if check_snapshot(bytes, &LIMITS, shape).is_ok() {
            let document = Automerge::load(bytes).expect("automerge loads it");
            let saved = Automerge::load(&document.save()).expect("it loads again");
            assert_eq!(saved.get_heads(), document.get_heads());
        }
    }
});
