//! Attachments in memory.

use std::collections::BTreeMap;

use shared::attachment::{AttachmentName, PIECE_BYTES, RECORD_BYTES_MAX, pieces};
use shared::id::PatientId;
use shared::time::Timestamp;

use super::MemoryStore;
use crate::store::Answer;
use crate::store::attachments::{
    Attached, AttachmentStore, Begun, NewAttachment, Took, UNFINISHED_MAX, UNFINISHED_MILLIS, Whole,
};

impl AttachmentStore for MemoryStore {
    fn begin_attachment(&self, new: NewAttachment) -> Answer<'_, Begun> {
        self.run(|state| Ok(state.attachments.begin(&new)))
    }
    fn put_piece(
        &self,
        of: Attached,
        piece: u32,
        bytes: Vec<u8>,
        now: Timestamp,
    ) -> Answer<'_, Took> {
        self.run(|state| Ok(state.attachments.put(&of, piece, &bytes, now)))
    }
    fn attachment(&self, of: Attached) -> Answer<'_, Option<Whole>> {
        self.run(|state| Ok(state.attachments.whole(&of)))
    }
    fn piece(&self, of: Attached, piece: u32) -> Answer<'_, Option<Vec<u8>>> {
        self.run(|state| Ok(state.attachments.piece(&of, piece)))
    }
}

#[derive(Default)]
pub struct Attachments(BTreeMap<Attached, Kept>);

struct Kept {
    new: NewAttachment,
    pieces: Vec<Vec<u8>>,
    at: Timestamp,
}

impl Kept {
    fn has(&self) -> u32 {
        u32::try_from(self.pieces.len()).unwrap_or(u32::MAX)
    }

    fn is_whole(&self) -> bool {
        self.pieces.len() == pieces(self.new.size as usize)
    }
}

impl Attachments {
    pub fn begin(&mut self, new: &NewAttachment) -> Begun {
        if let Some(known) = self.0.get(&new.at) {
            if known.is_whole() {
                return Begun::Whole;
            }
            if (known.new.size, known.new.media) == (new.size, new.media) {
                return Begun::Has(known.has());
            }
            self.0.remove(&new.at);
        }
        self.make_room(new);
        let of_record = self.0.iter().filter(|(at, _)| at.patient == new.at.patient);
        let used: usize = of_record.map(|(_, kept)| kept.new.size as usize).sum();
        if used + new.size as usize > RECORD_BYTES_MAX {
            return Begun::Full;
        }
        self.0.insert(new.at, Kept { new: *new, pieces: Vec::new(), at: new.now });
        Begun::Has(0)
    }

    fn make_room(&mut self, new: &NewAttachment) {
        let mut open: Vec<_> = self
            .0
            .iter()
            .filter(|(at, kept)| at.patient == new.at.patient && !kept.is_whole())
            .map(|(at, kept)| (kept.at, *at))
            .collect();
        open.sort_by(|a, b| b.cmp(a));
        let since = new.now.plus_millis(-UNFINISHED_MILLIS);
        for (place, (at, attached)) in open.into_iter().enumerate() {
            if place + 1 >= UNFINISHED_MAX || at < since {
                self.0.remove(&attached);
            }
        }
    }

    pub fn put(&mut self, at: &Attached, piece: u32, bytes: &[u8], now: Timestamp) -> Took {
        let Some(known) = self.0.get_mut(at) else {
            return Took::Unknown;
        };
        if known.is_whole() {
            return Took::Whole;
        }
        if piece < known.has() {
            return Took::Has(known.has());
        }
        let left = known.new.size as usize - known.pieces.len() * PIECE_BYTES;
        if piece != known.has() || bytes.len() != left.min(PIECE_BYTES) {
            return Took::NotNext;
        }
        known.pieces.push(bytes.to_vec());
        known.at = now;
        let begins = known.new.media.begins(&known.pieces[0]);
        let whole = known.is_whole();
        let is_it = !whole || AttachmentName::of(at.patient, &known.pieces.concat()) == at.name;
        if !begins || !is_it {
            self.0.remove(at);
            return Took::NotIt;
        }
        if whole { Took::Whole } else { Took::Has(piece + 1) }
    }

    pub fn whole(&self, at: &Attached) -> Option<Whole> {
        let kept = self.0.get(at).filter(|kept| kept.is_whole())?;
        Some(Whole { media: kept.new.media, size: kept.new.size })
    }

    pub fn piece(&self, at: &Attached, piece: u32) -> Option<Vec<u8>> {
        let kept = self.0.get(at).filter(|kept| kept.is_whole())?;
        kept.pieces.get(piece as usize).cloned()
    }

    pub fn shred(&mut self, patient: PatientId) {
        self.0.retain(|at, _| at.patient != patient);
    }
}
