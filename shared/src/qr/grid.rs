//! The squares of a QR code: its patterns, the bytes between them, and the mask that reads best.

/// What a run, a block, a look-alike of a corner and a tenth too dark cost (ISO/IEC 18004, 7.8.3).
const RUN: usize = 3;
const BLOCK: usize = 3;
const CORNER: usize = 40;
const BALANCE: usize = 10;
/// A corner with its light side, as a row crosses it.
const CORNER_SEEN: [bool; 11] =
    [true, false, true, true, true, false, true, false, false, false, false];

pub(super) struct Grid {
    pub size: usize,
    pub dark: Vec<bool>,
    /// Part of a pattern: no byte goes there and no mask turns it.
    fixed: Vec<bool>,
}

impl Grid {
    pub(super) fn drawn(version: usize, bytes: &[u8], mask: u8) -> Self {
        let size = version * 4 + 17;
        let (dark, fixed) = (vec![false; size * size], vec![false; size * size]);
        let mut grid = Self { size, dark, fixed };
        for place in 0..size {
            grid.fix(6, place, place % 2 == 0);
            grid.fix(place, 6, place % 2 == 0);
        }
        let far = size - 4;
        for (x, y) in [(3, 3), (far, 3), (3, far)] {
            grid.rings(x, y, 4, &[2, 4]);
        }
        let marks = marks(version, size);
        for (column, x) in marks.iter().enumerate() {
            for (row, y) in marks.iter().enumerate() {
                let last = marks.len() - 1;
                if ![(0, 0), (0, last), (last, 0)].contains(&(column, row)) {
                    grid.rings(*x, *y, 2, &[1]);
                }
            }
        }
        grid.write_format(mask);
        grid.write_version(version);
        grid.write_bytes(bytes);
        grid.turn(mask);
        grid
    }

    pub(super) fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.size + x]
    }

    fn fix(&mut self, x: usize, y: usize, dark: bool) {
        self.dark[y * self.size + x] = dark;
        self.fixed[y * self.size + x] = true;
    }

    /// Squares around a middle, all dark but for the rings that are not.
    fn rings(&mut self, x: usize, y: usize, reach: usize, light: &[usize]) {
        let size = self.size;
        let inside = |at: usize| at.saturating_sub(reach)..(at + reach + 1).min(size);
        for at_y in inside(y) {
            for at_x in inside(x) {
                let away = at_x.abs_diff(x).max(at_y.abs_diff(y));
                self.fix(at_x, at_y, !light.contains(&away));
            }
        }
    }

    /// The level and the mask, twice (section 7.9).
    fn write_format(&mut self, mask: u8) {
        let said = (0b01 << 3) | u32::from(mask);
        let rest = (0..10).fold(said, |rest, _| (rest << 1) ^ ((rest >> 9) * 0x537));
        let bits = ((said << 10) | rest) ^ 0x5412;
        let bit = |place: usize| bits >> place & 1 == 1;
        let size = self.size;
        for place in 0..15 {
            let (x, y) = match place {
                0..=5 => (8, place),
                6 | 7 => (8, place + 1),
                8 => (7, 8),
                _ => (14 - place, 8),
            };
            self.fix(x, y, bit(place));
            let (x, y) = if place < 8 { (size - 1 - place, 8) } else { (8, size - 15 + place) };
            self.fix(x, y, bit(place));
        }
        self.fix(8, size - 8, true);
    }

    /// Only larger codes say their version (section 7.10).
    fn write_version(&mut self, version: usize) {
        if version < 7 {
            return;
        }
        let rest = (0..12).fold(version, |rest, _| (rest << 1) ^ ((rest >> 11) * 0x1f25));
        let bits = (version << 12) | rest;
        for place in 0..18 {
            let (far, near) = (self.size - 11 + place % 3, place / 3);
            let dark = bits >> place & 1 == 1;
            self.fix(far, near, dark);
            self.fix(near, far, dark);
        }
    }

    /// Two columns at a time, up and down, from the right.
    fn write_bytes(&mut self, bytes: &[u8]) {
        let bits = |byte: &u8| {
            (0..8).rev().map({
                let byte = *byte;
                move |bit| byte >> bit & 1 == 1
            })
        };
        let mut bits = bytes.iter().flat_map(bits);
        // The upright line of dots belongs to no pair.
        let rights = (1..self.size).rev().filter(|x| if *x > 6 { x % 2 == 0 } else { x % 2 == 1 });
        for right in rights.collect::<Vec<_>>() {
            let is_upward = (right + 1) & 2 == 0;
            for step in 0..self.size {
                let y = if is_upward { self.size - 1 - step } else { step };
                for x in [right, right - 1] {
                    let place = y * self.size + x;
                    if !self.fixed[place] {
                        self.dark[place] = bits.next().unwrap_or_default();
                    }
                }
            }
        }
    }

    fn turn(&mut self, mask: u8) {
        for y in 0..self.size {
            for x in 0..self.size {
                let both = x * y;
                let turns = match mask {
                    0 => (x + y) % 2,
                    1 => y % 2,
                    2 => x % 3,
                    3 => (x + y) % 3,
                    4 => (x / 3 + y / 2) % 2,
                    5 => both % 2 + both % 3,
                    6 => (both % 2 + both % 3) % 2,
                    _ => ((x + y) % 2 + both % 3) % 2,
                } == 0;
                let place = y * self.size + x;
                self.dark[place] ^= turns && !self.fixed[place];
            }
        }
    }

    /// The less, the better a reader copes (section 7.8.3).
    pub(super) fn penalty(&self) -> usize {
        let size = self.size;
        let mut sum = 0;
        for line in 0..size {
            sum += of_line((0..size).map(|x| self.is_dark(x, line)).collect());
            sum += of_line((0..size).map(|y| self.is_dark(line, y)).collect());
        }
        for y in 1..size {
            for x in 1..size {
                let one = self.is_dark(x, y);
                let others = [(x - 1, y), (x, y - 1), (x - 1, y - 1)];
                if others.into_iter().all(|(x, y)| self.is_dark(x, y) == one) {
                    sum += BLOCK;
                }
            }
        }
        let dark = self.dark.iter().filter(|dark| **dark).count();
        let all = size * size;
        sum + (dark * 20).abs_diff(all * 10) / all * BALANCE
    }
}

fn of_line(line: Vec<bool>) -> usize {
    let runs = line.chunk_by(|one, next| one == next).map(<[bool]>::len);
    let runs = runs.filter(|run| *run >= 5).map(|run| RUN + run - 5);
    let is_corner =
        |seen: &&[bool]| seen.iter().eq(&CORNER_SEEN) || seen.iter().rev().eq(&CORNER_SEEN);
    runs.sum::<usize>() + CORNER * line.windows(CORNER_SEEN.len()).filter(is_corner).count()
}

/// Where the small marks stand, across and down alike (annex E).
fn marks(version: usize, size: usize) -> Vec<usize> {
    if version == 1 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2;
    let from_far = (0..count - 1).map(|place| size - 7 - place * step);
    std::iter::once(6).chain(from_far.rev()).collect()
}
