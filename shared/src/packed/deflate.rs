//! The half of DEFLATE (RFC 1951) that makes things smaller. The usual libraries bring every strategy
//! there is, four times this code; one is enough for rows and frames.

mod cheapest;
mod code;
mod counts;
mod repeats;

use code::Code;
use counts::Counts;
use repeats::{Part, parts};

/// So many parts share a block's codes: enough that its head does not weigh, few enough that the
/// codes fit what is near.
const BLOCK_PARTS: usize = 16 * 1024;
const END: usize = 256;
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
/// Of a block with codes of its own.
const DYNAMIC: u32 = 2;
/// The longest code of a byte, a length or a distance.
const BITS_MAX: u8 = 15;
/// The longest code of a length of a code.
const HEAD_BITS_MAX: u8 = 7;
/// How a run of lengths is said: the last one again, few zeros, many zeros; then how far that goes.
const REPEAT: Run = Run { symbol: 16, bits: 2, least: 3, most: 6 };
const ZEROS: Run = Run { symbol: 17, bits: 3, least: 3, most: 10 };
const MANY_ZEROS: Run = Run { symbol: 18, bits: 7, least: 11, most: 138 };
const HEAD_SYMBOLS: usize = 19;
/// In this order a head says how long the codes of lengths are, so that the rare ones can be left out.
const HEAD_ORDER: [u8; HEAD_SYMBOLS] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const HEAD_SYMBOLS_MIN: usize = 4;

struct Run {
    symbol: u8,
    bits: u8,
    least: usize,
    most: usize,
}

/// As a stream of DEFLATE without a frame around it.
pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let parts = parts(bytes);
    let mut bits = Bits::default();
    let mut blocks = parts.chunks(BLOCK_PARTS).peekable();
    if blocks.peek().is_none() {
        write_block(&mut bits, &[], true);
    }
    while let Some(block) = blocks.next() {
        write_block(&mut bits, block, blocks.peek().is_none());
    }
    bits.end()
}

/// A tenth smaller, and slower by far. All but the last block of a stream, up to the edge of a byte.
pub fn deflated_without_end(bytes: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    for block in cheapest::blocks(bytes) {
        write_block(&mut bits, &block, false);
    }
    // A stored block without anything in it ends on the edge of a byte.
    bits.put(0, 3);
    let mut bytes = bits.end();
    bytes.extend([0, 0, !0, !0]);
    bytes
}

fn write_block(bits: &mut Bits, parts: &[Part], is_last: bool) {
    let counts = Counts::of(parts);
    let near = Code::of(&counts.near, BITS_MAX);
    let far = Code::of(&counts.far, BITS_MAX);
    bits.put(u32::from(is_last), 1);
    bits.put(DYNAMIC, 2);
    write_head(bits, &near, &far);
    for part in parts {
        match part {
            Part::Byte(byte) => near.write(bits, usize::from(*byte)),
            Part::Repeat { length, distance } => {
                write_place(bits, &near, &length_place(*length));
                write_place(bits, &far, &distance_place(*distance));
            }
        }
    }
    near.write(bits, END);
}

fn write_place(bits: &mut Bits, code: &Code, place: &Place) {
    code.write(bits, place.symbol);
    bits.put(place.rest, place.rest_bits);
}

/// The two codes as the lengths of their symbols' codes, themselves coded.
fn write_head(bits: &mut Bits, near: &Code, far: &Code) {
    let (near, far) = (near.lengths(END + 1), far.lengths(1));
    let lengths = [near, far].concat();
    let runs = runs(&lengths);
    let mut counts = [0; HEAD_SYMBOLS];
    for (symbol, _, _) in &runs {
        counts[usize::from(*symbol)] += 1;
    }
    let head = Code::of(&counts, HEAD_BITS_MAX);
    let said = HEAD_ORDER.iter().rposition(|&symbol| counts[usize::from(symbol)] > 0);
    let said = said.map_or(0, |last| last + 1).max(HEAD_SYMBOLS_MIN);
    bits.put(number(near.len() - (END + 1)), 5);
    bits.put(number(far.len() - 1), 5);
    bits.put(number(said - HEAD_SYMBOLS_MIN), 4);
    let head_lengths = head.lengths(HEAD_SYMBOLS);
    for &symbol in &HEAD_ORDER[..said] {
        bits.put(u32::from(head_lengths[usize::from(symbol)]), 3);
    }
    for (symbol, rest, rest_bits) in runs {
        head.write(bits, usize::from(symbol));
        bits.put(rest, rest_bits);
    }
}

/// Lengths with what is the same several times said once: symbol, rest and the rest's bits.
fn runs(lengths: &[u8]) -> Vec<(u8, u32, u8)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < lengths.len() {
        let length = lengths[at];
        let same = lengths[at..].iter().take_while(|other| **other == length).count();
        let run = match (length, same) {
            (0, _) if same >= MANY_ZEROS.least => &MANY_ZEROS,
            (0, _) => &ZEROS,
            _ => &REPEAT,
        };
        // A repeat needs one to repeat.
        let first = usize::from(length != 0);
        let again = (same - first).min(run.most);
        if length != 0 || again < run.least {
            runs.push((length, 0, 0));
            at += 1;
        }
        if again >= run.least {
            runs.push((run.symbol, number(again - run.least), run.bits));
            at += again;
        }
    }
    runs
}

/// A length or distance as a symbol and what of it the symbol leaves open.
struct Place {
    symbol: usize,
    rest: u32,
    rest_bits: u8,
}

/// RFC 1951, 3.2.5: from eight on, every four symbols reach twice as far.
fn length_place(length: u16) -> Place {
    const LONGEST: u16 = 258;
    const LONGEST_SYMBOL: usize = 285;
    if length == LONGEST {
        return Place { symbol: LONGEST_SYMBOL, rest: 0, rest_bits: 0 };
    }
    let place = spread(u32::from(length) - 3, 2);
    Place { symbol: END + 1 + place.symbol, ..place }
}

/// From four on, every two symbols reach twice as far.
fn distance_place(distance: u16) -> Place {
    spread(u32::from(distance) - 1, 1)
}

fn spread(value: u32, steps_bits: u8) -> Place {
    let rest_bits = value.checked_ilog2().unwrap_or(0).saturating_sub(u32::from(steps_bits));
    let symbol = (rest_bits << steps_bits) + (value >> rest_bits);
    Place {
        symbol: symbol as usize,
        rest: value & ((1 << rest_bits) - 1),
        rest_bits: rest_bits as u8,
    }
}

fn number(size: usize) -> u32 {
    u32::try_from(size).expect("heads and runs are small")
}

/// Bits in bytes, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u64,
    open_bits: u8,
}

impl Bits {
    fn put(&mut self, value: u32, bits: u8) {
        self.open |= u64::from(value) << self.open_bits;
        self.open_bits += bits;
        while self.open_bits >= 8 {
            self.bytes.push(self.open as u8);
            self.open >>= 8;
            self.open_bits -= 8;
        }
    }

    fn end(mut self) -> Vec<u8> {
        if self.open_bits > 0 {
            self.bytes.push(self.open as u8);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests;
