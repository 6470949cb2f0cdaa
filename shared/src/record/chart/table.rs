//! Texts that are met again and again, each with numbers. A map by order would compare a dozen texts to
//! find one; here it is compared with itself.

#[derive(Clone, Default)]
pub struct Table {
    all: Vec<(String, Vec<u32>)>,
    /// More than half of them empty, each text at the first free one from its own on: its hash, and
    /// one more than its place in the list.
    slots: Vec<(u32, u32)>,
}

impl Table {
    pub fn all(&self) -> &[(String, Vec<u32>)] {
        &self.all
    }

    /// How many different texts there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn numbers_at(&mut self, place: usize) -> &mut Vec<u32> {
        &mut self.all[place].1
    }

    /// Where the text stands from now on. The next new one stands where the list ends now.
    pub fn place_of(&mut self, text: &str) -> usize {
        if self.all.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash(text);
        let mut slot = self.first_slot(hash);
        loop {
            let (other, after) = self.slots[slot];
            let Some(place) = (after as usize).checked_sub(1) else {
                break;
            };
            if other == hash && self.all[place].0 == text {
                return place;
            }
            slot = self.next_slot(slot);
        }
        self.all.push((text.to_owned(), Vec::new()));
        let after = u32::try_from(self.all.len()).expect("memory holds fewer texts");
        self.slots[slot] = (hash, after);
        self.all.len() - 1
    }

    fn first_slot(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn next_slot(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let count = (self.slots.len() * 2).max(64);
        let before = std::mem::replace(&mut self.slots, vec![(0, 0); count]);
        for (hash, after) in before.into_iter().filter(|(_, after)| *after > 0) {
            let mut slot = self.first_slot(hash);
            while self.slots[slot].1 > 0 {
                slot = self.next_slot(slot);
            }
            self.slots[slot] = (hash, after);
        }
    }
}

/// Eight letters at a time, each time multiplied by 2^64 divided by the golden ratio (Knuth, The Art of
/// Computer Programming, 6.4): short, and enough for words.
fn hash(text: &str) -> u32 {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mix = |hash: u64, chunk: &[u8; 8]| {
        (hash.rotate_left(23) ^ u64::from_le_bytes(*chunk)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let hash = chunks.iter().chain([&last]).fold(text.len() as u64, mix);
    // The upper half is the one that every letter has reached.
    (hash >> 32) as u32
}
