//! Frames made smaller on their way, and rows on the disk. Resources and words deflate to a half or
//! a tenth; what is too small to gain stays as it is.

mod deflate;
pub mod open;

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use minicbor::{Decode, Encode};

/// Below this nothing is gained: an acknowledgement, a question, one short message.
const PACKED_BYTES_MIN: usize = 1024;
/// Number of the variant, the same everywhere and out of the way of new ones.
const PACKED: u8 = 15;

/// As one more message or row: its number, then the real one, deflated.
#[derive(Encode, Decode)]
struct Packed<'a> {
    #[n(0)]
    number: u8,
    #[cbor(b(1), with = "minicbor::bytes")]
    deflated: &'a [u8],
}

pub fn pack(message: Vec<u8>) -> Vec<u8> {
    if message.len() < PACKED_BYTES_MIN {
        return message;
    }
    let deflated = deflate::deflated(&message);
    let packed = Packed { number: PACKED, deflated: &deflated };
    let packed = minicbor::to_vec(packed).expect("writing into memory does not fail");
    if packed.len() < message.len() { packed } else { message }
}

/// The message inside, at most so many bytes; nothing if the frame is not packed or not whole.
pub fn unpack(frame: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    let mut decoder = minicbor::Decoder::new(frame);
    let packed: Packed<'_> = decoder.decode().ok()?;
    if packed.number != PACKED || decoder.position() != frame.len() {
        return None;
    }
    let mut message = Vec::new();
    let inflater = DeflateDecoder::new(packed.deflated);
    inflater.take(bytes_max as u64 + 1).read_to_end(&mut message).ok()?;
    (message.len() <= bytes_max).then_some(message)
}
