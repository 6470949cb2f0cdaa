//! Finds what was there before.

/// How far back is looked. RFC 1951 has 32,768; one less fits the type.
const DISTANCE_MAX: usize = u16::MAX as usize >> 1;
const LENGTH_MIN: usize = 3;
const LENGTH_MAX: usize = 258;
/// Places that begin alike and are tried before the best of them is taken.
const TRIES_MAX: usize = 64;
/// Long enough not to look for something longer one byte later.
const LONG_ENOUGH: usize = 128;
/// Three bytes are shorter as they are than as a repeat from farther away.
const NEAR_FOR_THREE: usize = 4096;
const BEGINNINGS_BITS: u32 = 15;
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Byte(u8),
    /// What stands so many bytes before, for so many bytes.
    Repeat {
        length: u16,
        distance: u16,
    },
}

/// The bytes in parts.
pub fn parts(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before =
        Before { bytes, newest: vec![NOWHERE; 1 << BEGINNINGS_BITS], older: Vec::new() };
    let mut at = 0;
    let mut found = before.longest(at);
    while at < bytes.len() {
        before.note(at);
        // One byte later there may be more.
        let next = if found.0 < LONG_ENOUGH { before.longest(at + 1) } else { (0, 0) };
        if found.0 < LENGTH_MIN || next.0 > found.0 {
            parts.push(Part::Byte(bytes[at]));
            at += 1;
            found = next;
            continue;
        }
        let (length, distance) = found;
        parts.push(Part::Repeat { length: length as u16, distance: distance as u16 });
        for inside in at + 1..at + length {
            before.note(inside);
        }
        at += length;
        found = before.longest(at);
    }
    parts
}

/// Where each beginning of three bytes stood.
struct Before<'a> {
    bytes: &'a [u8],
    newest: Vec<u32>,
    /// Of each place that was noted the one before that began alike.
    older: Vec<u32>,
}

impl Before<'_> {
    fn beginning(&self, at: usize) -> Option<usize> {
        let [one, two, three] = *self.bytes.get(at..)?.first_chunk()?;
        let mixed = u32::from_le_bytes([one, two, three, 0]).wrapping_mul(0x9E37_79B1);
        Some((mixed >> (u32::BITS - BEGINNINGS_BITS)) as usize)
    }

    /// Places are noted one after the other.
    fn note(&mut self, at: usize) {
        let place = u32::try_from(at).unwrap_or(NOWHERE);
        let older = self
            .beginning(at)
            .map(|beginning| std::mem::replace(&mut self.newest[beginning], place));
        self.older.push(older.unwrap_or(NOWHERE));
    }

    /// Length and distance of the longest repeat, the nearest of them; zero where there is none.
    fn longest(&self, at: usize) -> (usize, usize) {
        let mut best = (0, 0);
        let Some(beginning) = self.beginning(at) else { return best };
        let here = &self.bytes[at..];
        let here = &here[..here.len().min(LENGTH_MAX)];
        let mut place = self.newest[beginning];
        for _ in 0..TRIES_MAX {
            let start = place as usize;
            if place == NOWHERE || at - start > DISTANCE_MAX {
                break;
            }
            let there = &self.bytes[start..];
            // Only what is alike where the best one ends can be longer.
            if there.get(best.0) == here.get(best.0) {
                let alike = here.iter().zip(there).take_while(|(here, there)| here == there);
                let length = alike.count();
                let is_worth_it = length > LENGTH_MIN || at - start <= NEAR_FOR_THREE;
                if length > best.0 && is_worth_it {
                    best = (length, at - start);
                    if length == here.len() {
                        break;
                    }
                }
            }
            place = self.older[start];
        }
        best
    }
}
