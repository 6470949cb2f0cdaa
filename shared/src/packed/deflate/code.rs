//! Short codes for what is frequent (Huffman's), in the form in which their lengths say everything.

use super::Bits;

pub struct Code {
    lengths: Vec<u8>,
    /// With their bits turned around, as they are written.
    codes: Vec<u16>,
}

impl Code {
    /// For symbols that occur so often. One that does not occur has no code.
    pub fn of(counts: &[u32], bits_max: u8) -> Self {
        let mut counts = counts.to_vec();
        let mut lengths = lengths(&counts);
        // With what is rare made less rare the longest codes become shorter.
        while lengths.iter().any(|length| *length > bits_max) {
            for count in counts.iter_mut().filter(|count| **count > 0) {
                *count = *count / 2 + 1;
            }
            lengths = self::lengths(&counts);
        }
        let mut codes = vec![0; lengths.len()];
        let mut next = 0_u16;
        for bits in 1..=bits_max {
            next <<= 1;
            for (code, _) in codes.iter_mut().zip(&lengths).filter(|(_, length)| **length == bits) {
                *code = next.reverse_bits() >> (u16::BITS - u32::from(bits));
                next += 1;
            }
        }
        Self { lengths, codes }
    }

    pub fn write(&self, bits: &mut Bits, symbol: usize) {
        bits.put(u32::from(self.codes[symbol]), self.lengths[symbol]);
    }

    /// How long the symbols' codes are, without the last ones that have none, but at least so many.
    pub fn lengths(&self, at_least: usize) -> &[u8] {
        let last = self.lengths.iter().rposition(|length| *length > 0);
        &self.lengths[..last.map_or(0, |last| last + 1).max(at_least)]
    }
}

/// The two rarest become one, again and again; each symbol's code is as long as it was joined often.
fn lengths(counts: &[u32]) -> Vec<u8> {
    let mut lengths = vec![0; counts.len()];
    // What was joined, and how often all of it occurs.
    let mut open: Vec<(u32, Vec<usize>)> = Vec::new();
    for (symbol, &count) in counts.iter().enumerate() {
        if count > 0 {
            open.push((count, vec![symbol]));
        }
    }
    if let [(_, only)] = &open[..] {
        lengths[only[0]] = 1;
    }
    while open.len() > 1 {
        let mut take_rarest = || {
            let rarest = (0..open.len()).min_by_key(|place| open[*place].0).unwrap_or(0);
            open.swap_remove(rarest)
        };
        let (one_count, one) = take_rarest();
        let (other_count, other) = take_rarest();
        let both = [one, other].concat();
        for &symbol in &both {
            lengths[symbol] += 1;
        }
        open.push((one_count + other_count, both));
    }
    lengths
}
