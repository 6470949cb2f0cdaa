//! Newtypes for every id. An id is 128 bits, written as 26 characters of Crockford's base 32, and
//! ids made with a time sort by it: map keys that sort keep a document small and its neighbours
//! together. The time inside is locality only; nothing is ever ordered or decided by it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

/// Where randomness comes from: the browser, the operating system or a simulation's seed.
pub trait Rng {
    fn fill(&mut self, bytes: &mut [u8]);

    fn u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// Crockford's alphabet in lower case: no i, l, o or u, so that a person can read it aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a written id: 130 bits, of which the first two are always zero.
pub const ID_CHARS: usize = 26;

/// What each byte counts, or that it counts nothing: a record has thousands of ids.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < ALPHABET.len() {
        digits[ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};
const NO_DIGIT: u8 = u8::MAX;

/// The text was not an id: wrong length, wrong character or too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            pub const fn from_u128(value: u128) -> Self { Self(value) }
            pub const fn to_u128(self) -> u128 { self.0 }
            pub const fn to_bytes(self) -> [u8; 16] { self.0.to_be_bytes() }
            pub const fn from_bytes(bytes: [u8; 16]) -> Self { Self(u128::from_be_bytes(bytes)) }
            /// A fresh id: 48 bits of time for locality, 80 bits of randomness for uniqueness.
            pub fn fresh(now: Timestamp, rng: &mut dyn Rng) -> Self { Self(fresh(now, rng)) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_id(self.0, f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_id(self.0, f) }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> { read_id(text).map(Self) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { to.serialize_u128(self.0) }
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if !from.is_human_readable() {
                    return u128::deserialize(from).map(Self);
                }
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self, to: &mut minicbor::Encoder<W>, _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                to.bytes(&self.to_bytes())?.ok()
            }
        }
        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(from: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let bytes = <[u8; 16]>::try_from(from.bytes()?)
                    .map_err(|_| minicbor::decode::Error::message("an id has 16 bytes"))?;
                Ok(Self::from_bytes(bytes))
            }
        }
    )+};
}

ids! {
    /// One person's record. Never a clinic's record number.
    PatientId,
    /// Someone who signs in: a patient, a caregiver or a member of staff.
    AccountId,
    /// One browser profile of one account.
    DeviceId,
    /// One thing somebody wrote, or one resource of the chart. A thread has the id of its first message.
    EntryId,
}

impl EntryId {
    /// A fresh one behind another, whatever the clock says: what waits on a device is sent in the order
    /// of its ids.
    pub fn fresh_behind(newest: Option<Self>, now: Timestamp, rng: &mut dyn Rng) -> Self {
        let at = newest.map_or(now, |newest| newest.made_at().plus_millis(1).max(now));
        Self::fresh(at, rng)
    }

    fn made_at(self) -> Timestamp {
        Timestamp::from_millis((self.0 >> 80) as i64)
    }
}

fn fresh(now: Timestamp, rng: &mut dyn Rng) -> u128 {
    let mut random = [0; 16];
    rng.fill(&mut random);
    let random = u128::from_be_bytes(random) & ((1 << 80) - 1);
    let millis = u128::from(now.millis().max(0).unsigned_abs()) & ((1 << 48) - 1);
    (millis << 80) | random
}

fn write_id(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0; ID_CHARS];
    for (place, slot) in text.iter_mut().enumerate() {
        let shift = 5 * (ID_CHARS - 1 - place);
        *slot = ALPHABET[((value >> shift) & 31) as usize];
    }
    f.write_str(std::str::from_utf8(&text).expect("the alphabet is ASCII"))
}

fn read_id(text: &str) -> Result<u128, NotAnId> {
    let bytes = text.as_bytes();
    // A first character above 7 would not fit into 128 bits.
    if bytes.len() != ID_CHARS || bytes[0] > b'7' {
        return Err(NotAnId);
    }
    let mut value = 0;
    for byte in bytes {
        let digit = DIGITS[usize::from(*byte)];
        if digit == NO_DIGIT {
            return Err(NotAnId);
        }
        value = (value << 5) | u128::from(digit);
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);
    impl Rng for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        for value in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = EntryId::from_u128(value);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in ["", "0", "8zzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000u", "ümlaut"]
        {
            assert_eq!(text.parse::<EntryId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn later_ids_sort_after_earlier_ones_as_text_too() {
        let mut rng = Counting(0);
        let early = EntryId::fresh(Timestamp::from_millis(1_000), &mut rng);
        let late = EntryId::fresh(Timestamp::from_millis(2_000), &mut rng);
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn a_clock_that_went_back_puts_nothing_in_front() {
        let mut rng = Counting(0);
        let (now, before) = (Timestamp::from_millis(2_000), Timestamp::from_millis(1_000));
        let first = EntryId::fresh_behind(None, now, &mut rng);
        let second = EntryId::fresh_behind(Some(first), before, &mut rng);
        let third = EntryId::fresh_behind(Some(second), before, &mut rng);
        assert!(first < second && second < third);
    }
}
