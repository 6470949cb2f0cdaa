//! Finds what was there before.

/// How far back is looked. RFC 1951 has 32,768; one less fits the type.
const DISTANCE_MAX: usize = u16::MAX as usize >> 1;
pub const LENGTH_MIN: usize = 3;
pub const LENGTH_MAX: usize = 258;
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

impl Part {
    pub fn length(&self) -> usize {
        match self {
            Self::Byte(_) => 1,
            Self::Repeat { length, .. } => usize::from(*length),
        }
    }
}

/// The bytes in parts.
pub fn parts(bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before = Before::of(bytes);
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

/// How far both go on alike: eight bytes at a time, because most of the time goes here.
fn alike(here: &[u8], there: &[u8]) -> usize {
    let eights = here.as_chunks::<8>().0.iter().zip(there.as_chunks::<8>().0);
    let begin = 8 * eights.take_while(|(here, there)| here == there).count();
    let rest = here[begin..].iter().zip(&there[begin..]);
    begin + rest.take_while(|(here, there)| here == there).count()
}

/// Where each beginning of three bytes stood.
pub struct Before<'a> {
    bytes: &'a [u8],
    newest: Vec<u32>,
    /// Of each place that was noted the one before that began alike.
    older: Vec<u32>,
}

impl<'a> Before<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, newest: vec![NOWHERE; 1 << BEGINNINGS_BITS], older: Vec::new() }
    }

    fn beginning(&self, at: usize) -> Option<usize> {
        let [one, two, three] = *self.bytes.get(at..)?.first_chunk()?;
        let mixed = u32::from_le_bytes([one, two, three, 0]).wrapping_mul(0x9E37_79B1);
        Some((mixed >> (u32::BITS - BEGINNINGS_BITS)) as usize)
    }

    /// Places are noted one after the other.
    pub fn note(&mut self, at: usize) {
        let place = u32::try_from(at).unwrap_or(NOWHERE);
        let older = self
            .beginning(at)
            .map(|beginning| std::mem::replace(&mut self.newest[beginning], place));
        self.older.push(older.unwrap_or(NOWHERE));
    }

    /// Length and distance of the longest repeat, the nearest of them; zero where there is none.
    fn longest(&self, at: usize) -> (usize, usize) {
        let mut best = (0, 0);
        self.each_longer(at, TRIES_MAX, |length, distance| best = (length, distance));
        best
    }

    /// From here backwards each repeat that is longer than all before it: its length and distance.
    pub fn each_longer(&self, at: usize, tries_max: usize, mut found: impl FnMut(usize, usize)) {
        let mut longest = 0;
        let Some(beginning) = self.beginning(at) else { return };
        let here = &self.bytes[at..];
        let here = &here[..here.len().min(LENGTH_MAX)];
        let mut place = self.newest[beginning];
        for _ in 0..tries_max {
            let start = place as usize;
            if place == NOWHERE || at - start > DISTANCE_MAX {
                break;
            }
            let there = &self.bytes[start..];
            // Only what is alike where the best one ends can be longer.
            if there.get(longest) == here.get(longest) {
                let length = alike(here, there);
                let is_worth_it = length > LENGTH_MIN || at - start <= NEAR_FOR_THREE;
                if length >= LENGTH_MIN && length > longest && is_worth_it {
                    longest = length;
                    found(length, at - start);
                    if length == here.len() {
                        break;
                    }
                }
            }
            place = self.older[start];
        }
    }
}
