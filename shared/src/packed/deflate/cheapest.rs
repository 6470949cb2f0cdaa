//! Parts chosen by what they cost, in blocks whose codes fit: a tenth smaller than the first good repeat
//! brings, and a hundred times slower. For what is packed once and sent often.

use super::counts::Counts;
use super::repeats::{Before, LENGTH_MIN, Part, parts};

/// Places that begin alike and are tried, for each place.
const TRIES_MAX: usize = 64;
/// Each round chooses with the codes of the one before.
const ROUNDS: usize = 3;
/// Parts of the smallest block; neighbours that are alike become one.
const BLOCK_PARTS_MIN: usize = 512;
/// Of a longer repeat only its end is tried, not what could be left of it.
const SHORTENED_MAX: usize = 16;

/// The parts of each block.
pub fn blocks(bytes: &[u8]) -> Vec<Vec<Part>> {
    let choices = Choices::of(bytes);
    let mut best = split(parts(bytes));
    let mut least = f64::INFINITY;
    let mut now = best.clone();
    for _ in 0..ROUNDS {
        now = split(cheapest(bytes, &choices, &now));
        let bits = now.iter().map(|block| Counts::of(block).bits()).sum();
        if bits < least {
            least = bits;
            best.clone_from(&now);
        }
    }
    best
}

/// For each place what could be repeated there: longer and longer, each from as near as possible.
struct Choices {
    ends: Vec<usize>,
    all: Vec<(u16, u16)>,
}

impl Choices {
    fn of(bytes: &[u8]) -> Self {
        let mut before = Before::of(bytes);
        let mut choices = Self { ends: Vec::with_capacity(bytes.len()), all: Vec::new() };
        for at in 0..bytes.len() {
            before.each_longer(at, TRIES_MAX, |length, distance| {
                choices.all.push((length as u16, distance as u16));
            });
            choices.ends.push(choices.all.len());
            before.note(at);
        }
        choices
    }

    fn at(&self, place: usize) -> &[(u16, u16)] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[place]]
    }
}

/// The way through all bytes that costs least with the codes of these blocks.
fn cheapest(bytes: &[u8], choices: &Choices, blocks: &[Vec<Part>]) -> Vec<Part> {
    // Of each place: what the cheapest way there costs, and its last part.
    let mut ways = vec![(u64::MAX, Part::Byte(0)); bytes.len() + 1];
    ways[0].0 = 0;
    let mut at = 0;
    for block in blocks {
        let costs = Counts::of(block).costs();
        let end = at + block.iter().map(Part::length).sum::<usize>();
        for place in at..end {
            let here = ways[place].0;
            let mut reach = |length: usize, cost: u64, part: Part| {
                let way = &mut ways[place + length];
                if here + cost < way.0 {
                    *way = (here + cost, part);
                }
            };
            reach(1, costs.near[usize::from(bytes[place])], Part::Byte(bytes[place]));
            let mut length = LENGTH_MIN as u16;
            for &(longest, distance) in choices.at(place) {
                let far = costs.far(distance);
                while length <= longest {
                    if usize::from(length) > SHORTENED_MAX {
                        length = longest;
                    }
                    let cost = far + costs.lengths[usize::from(length)];
                    reach(length.into(), cost, Part::Repeat { length, distance });
                    length += 1;
                }
            }
        }
        at = end;
    }
    let mut parts = Vec::new();
    let mut place = bytes.len();
    while place > 0 {
        let part = ways[place].1;
        place -= part.length();
        parts.push(part);
    }
    parts.reverse();
    parts
}

/// Into blocks: as long as two neighbours are smaller with codes that they share, they become one.
fn split(parts: Vec<Part>) -> Vec<Vec<Part>> {
    let chunks = parts.chunks(BLOCK_PARTS_MIN);
    let mut blocks: Vec<(Vec<Part>, Counts)> =
        chunks.map(|chunk| (chunk.to_vec(), Counts::of(chunk))).collect();
    let spared = |blocks: &[(Vec<Part>, Counts)], place: usize| {
        let (one, other) = (&blocks[place].1, &blocks[place + 1].1);
        one.bits() + other.bits() - one.with(other).bits()
    };
    let mut gains: Vec<f64> = (1..blocks.len()).map(|next| spared(&blocks, next - 1)).collect();
    loop {
        let most = (0..gains.len()).max_by(|one, other| gains[*one].total_cmp(&gains[*other]));
        let Some(place) = most.filter(|place| gains[*place] > 0.0) else {
            return blocks.into_iter().map(|(parts, _)| parts).collect();
        };
        let (more, counts) = blocks.remove(place + 1);
        gains.remove(place);
        blocks[place].0.extend(more);
        blocks[place].1 = blocks[place].1.with(&counts);
        for neighbour in [place.checked_sub(1), Some(place)].into_iter().flatten() {
            if neighbour < gains.len() {
                gains[neighbour] = spared(&blocks, neighbour);
            }
        }
    }
}
