//! How often each symbol of a block occurs, and what that makes it cost.

use super::repeats::{LENGTH_MAX, LENGTH_MIN, Part};
use super::{DISTANCES, END, LITERALS, distance_place, length_place};

/// Costs are whole parts of a bit.
const PER_BIT: f64 = 64.0;
/// What a head says of each symbol that occurs, about, and in all: only what is spared decides.
const HEAD_SYMBOL_BITS: f64 = 4.0;
const HEAD_BITS: f64 = 80.0;

/// How often each symbol of a block occurs.
pub struct Counts {
    pub near: [u32; LITERALS],
    pub far: [u32; DISTANCES],
    /// What symbols leave open.
    rest_bits: u64,
}

/// In parts of a bit.
pub struct Costs {
    pub near: [u64; LITERALS],
    far: [u64; DISTANCES],
    /// Of each length.
    pub lengths: Vec<u64>,
}

impl Counts {
    pub fn of(parts: &[Part]) -> Self {
        let mut counts = Self { near: [0; LITERALS], far: [0; DISTANCES], rest_bits: 0 };
        counts.near[END] = 1;
        for part in parts {
            match part {
                Part::Byte(byte) => counts.near[usize::from(*byte)] += 1,
                Part::Repeat { length, distance } => {
                    let (near, far) = (length_place(*length), distance_place(*distance));
                    counts.near[near.symbol] += 1;
                    counts.far[far.symbol] += 1;
                    counts.rest_bits += u64::from(near.rest_bits) + u64::from(far.rest_bits);
                }
            }
        }
        counts
    }

    /// Of both blocks as one.
    pub fn with(&self, other: &Self) -> Self {
        let mut both = Self {
            near: std::array::from_fn(|symbol| self.near[symbol] + other.near[symbol]),
            far: std::array::from_fn(|symbol| self.far[symbol] + other.far[symbol]),
            rest_bits: self.rest_bits + other.rest_bits,
        };
        both.near[END] = 1;
        both
    }

    /// About how many bits the block takes.
    pub fn bits(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a block is smaller than that")]
        let rest = self.rest_bits as f64;
        HEAD_BITS + rest + bits_of(&self.near) + bits_of(&self.far)
    }

    pub fn costs(&self) -> Costs {
        let near = costs_of(&self.near);
        let lengths = (0..=LENGTH_MAX as u16).map(|length| match usize::from(length) {
            ..LENGTH_MIN => 0,
            _ => {
                let place = length_place(length);
                near[place.symbol] + whole(f64::from(place.rest_bits))
            }
        });
        Costs { near, far: costs_of(&self.far), lengths: lengths.collect() }
    }
}

impl Costs {
    pub fn far(&self, distance: u16) -> u64 {
        let place = distance_place(distance);
        self.far[place.symbol] + whole(f64::from(place.rest_bits))
    }
}

fn bits_of(counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    let used = counts.iter().filter(|count| **count > 0);
    let bits = used.map(|count| {
        HEAD_SYMBOL_BITS + f64::from(*count) * (f64::from(total) / f64::from(*count)).log2()
    });
    bits.sum()
}

/// What does not occur is taken for half of what occurs once.
fn costs_of<const SYMBOLS: usize>(counts: &[u32; SYMBOLS]) -> [u64; SYMBOLS] {
    let total = f64::from(counts.iter().sum::<u32>()).max(1.0);
    counts.map(|count| whole((total / f64::from(count).max(0.5)).log2()))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few bits")]
fn whole(bits: f64) -> u64 {
    (bits * PER_BIT).round() as u64
}
