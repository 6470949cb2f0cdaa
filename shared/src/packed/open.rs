//! A packed message whose last byte is not known yet. It is deflated once, as small as it goes, and
//! lies until it is sent; then the byte follows in a block of its own.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::deflate::deflated_without_end;
use super::{PACKED, Packed};

/// A stored block of one byte, the last of its stream, up to that byte (RFC 1951, 3.2.4). It stands on
/// the edge of a byte, because what is before it was flushed.
const LAST_BYTE: [u8; 5] = [1, 1, 0, !1, !0];

/// All of a message but its last byte.
pub fn open(message: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(message).and_then(|()| encoder.flush());
    written.expect("writing into memory does not fail");
    encoder.get_ref().clone()
}

/// The same, as small as it goes, in fifty times the time.
pub fn smallest(message: &[u8]) -> Vec<u8> {
    deflated_without_end(message)
}

/// The whole frame.
pub fn closed(open: &[u8], last: u8) -> Vec<u8> {
    let deflated = [open, &LAST_BYTE, &[last]].concat();
    let packed = Packed { number: PACKED, deflated: &deflated };
    minicbor::to_vec(packed).expect("writing into memory does not fail")
}
