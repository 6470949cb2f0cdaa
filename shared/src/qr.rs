//! A text as a QR code (ISO/IEC 18004): bytes with the lowest correction, which keeps the squares
//! large. A small encoder of our own, because this one shape is all that a card needs.

mod grid;

use serde::{Deserialize, Serialize};

use self::grid::Grid;

/// Larger codes have squares that phones no longer tell apart on a phone.
const VERSION_MAX: usize = 25;
/// Correction bytes of one block, and blocks, by version (ISO/IEC 18004, table 9, level L).
const CORRECTION_BYTES: [usize; VERSION_MAX] = [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30,
    26,
];
const BLOCKS: [usize; VERSION_MAX] =
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12];
/// The light border that a reader needs, in squares.
const BORDER: usize = 4;
const MASKS: u8 = 8;

/// A drawing in squares, with its border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    pub squares: u32,
    /// The dark ones, as a path of SVG.
    pub path: String,
}

/// Nothing if the text is too long for a code that phones can read.
pub fn code(text: &str) -> Option<Code> {
    let version =
        (1..=VERSION_MAX).find(|version| bits_of(text, *version) <= room_bits(*version))?;
    let bytes = interleaved(version, &filled(text, version));
    let masked = (0..MASKS).map(|mask| Grid::drawn(version, &bytes, mask));
    Some(drawing(&masked.min_by_key(Grid::penalty)?))
}

fn drawing(grid: &Grid) -> Code {
    let mut path = String::new();
    for y in 0..grid.size {
        let mut x = 0;
        while x < grid.size {
            let run = (x..grid.size).take_while(|x| grid.is_dark(*x, y)).count();
            if run > 0 {
                path += &format!("M{} {}h{run}v1h-{run}z", x + BORDER, y + BORDER);
            }
            x += run.max(1);
        }
    }
    let squares = grid.size + 2 * BORDER;
    Code { squares: u32::try_from(squares).expect("a code has at most 177 squares"), path }
}

fn bits_of(text: &str, version: usize) -> usize {
    4 + count_bits(version) + 8 * text.len()
}

const fn count_bits(version: usize) -> usize {
    if version < 10 { 8 } else { 16 }
}

fn room_bits(version: usize) -> usize {
    8 * data_bytes(version)
}

/// Everything that is no pattern, in whole bytes.
const fn raw_bytes(version: usize) -> usize {
    let mut squares = (16 * version + 128) * version + 64;
    if version >= 2 {
        let marks = version / 7 + 2;
        squares -= (25 * marks - 10) * marks - 55;
        if version >= 7 {
            squares -= 36;
        }
    }
    squares / 8
}

const fn data_bytes(version: usize) -> usize {
    raw_bytes(version) - CORRECTION_BYTES[version - 1] * BLOCKS[version - 1]
}

/// Mode, length, text, and what fills up the rest.
fn filled(text: &str, version: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |value: usize, count: usize| {
        bits.extend((0..count).rev().map(|place| value >> place & 1 == 1));
    };
    push(0b0100, 4);
    push(text.len(), count_bits(version));
    for byte in text.bytes() {
        push(usize::from(byte), 8);
    }
    let end = room_bits(version).min(bits.len() + 4).next_multiple_of(8);
    bits.resize(end, false);
    let bytes =
        bits.chunks(8).map(|bits| bits.iter().fold(0, |sum, bit| (sum << 1) | u8::from(*bit)));
    let mut bytes: Vec<u8> = bytes.collect();
    let missing = data_bytes(version) - bytes.len();
    bytes.extend([0xec, 0x11].into_iter().cycle().take(missing));
    bytes
}

/// Cut into blocks, each with its correction, byte by byte from each in turn.
fn interleaved(version: usize, data: &[u8]) -> Vec<u8> {
    let (blocks, correction) = (BLOCKS[version - 1], CORRECTION_BYTES[version - 1]);
    let (short, longer) = (data.len() / blocks, data.len() % blocks);
    let divisor = divisor(correction);
    let (mut parts, mut rest) = (Vec::new(), data);
    for place in 0..blocks {
        let (part, after) = rest.split_at(short + usize::from(place >= blocks - longer));
        parts.push((part, remainder(part, &divisor)));
        rest = after;
    }
    let of_data = (0..=short).flat_map(|at| parts.iter().filter_map(move |(part, _)| part.get(at)));
    let corrected = (0..correction).flat_map(|at| parts.iter().map(move |(_, rest)| &rest[at]));
    of_data.chain(corrected).copied().collect()
}

/// Multiplies in the field of 256 elements that the standard uses (polynomial 0x11d).
fn times(one: u8, other: u8) -> u8 {
    (0..8).rev().fold(0_u8, |product, bit| {
        let carried = if product >> 7 == 1 { 0x1d } else { 0 };
        (product << 1) ^ carried ^ (((other >> bit) & 1) * one)
    })
}

fn divisor(degree: usize) -> Vec<u8> {
    let mut factors = vec![0; degree];
    factors[degree - 1] = 1;
    let mut root = 1;
    for _ in 0..degree {
        for place in 0..degree {
            factors[place] =
                times(factors[place], root) ^ factors.get(place + 1).copied().unwrap_or_default();
        }
        root = times(root, 2);
    }
    factors
}

fn remainder(data: &[u8], divisor: &[u8]) -> Vec<u8> {
    let mut rest = vec![0; divisor.len()];
    for byte in data {
        let factor = byte ^ rest.remove(0);
        rest.push(0);
        for (rest, divisor) in rest.iter_mut().zip(divisor) {
            *rest ^= times(*divisor, factor);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use qrcode::bits::Bits;
    use qrcode::{Color, EcLevel, QrCode, Version};

    use super::grid::Grid;
    use super::{MASKS, VERSION_MAX, bits_of, code, filled, interleaved, room_bits};

    /// Another encoder draws the same squares, for texts of every size that fits.
    #[test]
    fn a_code_is_what_another_encoder_draws() {
        for version in 1..=VERSION_MAX {
            let length = (room_bits(version) - bits_of("", version)) / 8;
            let text: String = "José, penicilina ".chars().cycle().take(length / 2).collect();
            let mut bits = Bits::new(Version::Normal(i16::try_from(version).unwrap()));
            bits.push_byte_data(text.as_bytes()).unwrap();
            bits.push_terminator(EcLevel::L).unwrap();
            let other = QrCode::with_bits(bits, EcLevel::L).unwrap().to_colors();
            let other: Vec<bool> = other.into_iter().map(|color| color == Color::Dark).collect();
            let bytes = interleaved(version, &filled(&text, version));
            let own = (0..MASKS).map(|mask| Grid::drawn(version, &bytes, mask));
            assert!(own.into_iter().any(|grid| grid.dark == other), "version {version}");
        }
    }

    #[test]
    fn the_smallest_code_is_taken_and_too_much_is_none() {
        let squares = |bytes: usize| code(&"a".repeat(bytes)).map(|code| code.squares);
        assert_eq!(squares(17), Some(21 + 8));
        assert_eq!(squares(18), Some(25 + 8));
        assert_eq!(squares(1273), Some(117 + 8));
        assert_eq!(squares(1274), None);
    }

    #[test]
    fn the_drawing_begins_inside_of_its_border() {
        let code = code("a").unwrap();
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", &code.path[..20]);
    }
}
