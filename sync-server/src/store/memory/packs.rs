//! Packs in memory.

use shared::document::DocumentId;
use shared::wire::Row;
use shared::wire::pack::Pack;

use super::documents::{Log, rows_after};
use super::{MemoryStore, State};
use crate::store::Answer;
use crate::store::packs::{LongLog, NewPack, PackPlace, PackStore, Sent, Tail, Verified};

/// A pack and where it stands.
#[derive(Clone)]
pub struct Lain {
    place: PackPlace,
    weight: usize,
    pack: Pack,
    finished: bool,
}

impl Lain {
    fn rows(&self) -> Vec<Row> {
        self.pack.rows().expect("it was compared with its rows before it was finished").1
    }
}

impl PackStore for MemoryStore {
    fn sent_after(&self, document: DocumentId, after: u64, bytes_goal: usize) -> Answer<'_, Sent> {
        self.run(move |state| Ok(sent_after(state, &document, after, bytes_goal)))
    }
    fn long_logs(
        &self,
        tail: Tail,
        after: Option<DocumentId>,
        logs_max: usize,
    ) -> Answer<'_, Vec<LongLog>> {
        self.run(move |state| Ok(long_logs(state, tail, after, logs_max)))
    }
    fn write_pack(&self, new: NewPack) -> Answer<'_, ()> {
        self.run(move |state| {
            let NewPack { place, weight, pack } = new;
            if let Some(log) = state.documents.get_mut(&place.document)
                && log.packs.iter().all(|lain| lain.place != place)
            {
                log.packs.push(Lain { place, weight, pack, finished: false });
            }
            Ok(())
        })
    }
    fn verify_pack(&self, place: PackPlace) -> Answer<'_, Option<Verified>> {
        self.run(move |state| Ok(verify(state, place)))
    }
    fn finish_pack(&self, verified: Verified) -> Answer<'_, bool> {
        self.run(move |state| {
            let place = verified.place();
            Ok(state.documents.get_mut(&place.document).is_some_and(|log| log.finish(place)))
        })
    }
    fn discard_pack(&self, place: PackPlace) -> Answer<'_, ()> {
        self.run(move |state| {
            if let Some(log) = state.documents.get_mut(&place.document) {
                log.packs.retain(|lain| lain.place != place || lain.finished);
            }
            Ok(())
        })
    }
}

impl Log {
    /// A row whose own bytes are gone.
    pub fn in_pack(&self, seq: u64) -> Row {
        let rows = self.holding(seq).map(Lain::rows).unwrap_or_default();
        let found = rows.into_iter().find(|row| row.seq == seq);
        found.expect("a row gives up its bytes only to a finished pack")
    }

    fn holding(&self, seq: u64) -> Option<&Lain> {
        let holds =
            |lain: &&Lain| lain.finished && (lain.place.first..=lain.place.last).contains(&seq);
        self.packs.iter().find(holds)
    }

    fn packed(&self) -> u64 {
        let finished = self.packs.iter().filter(|lain| lain.finished);
        finished.map(|lain| lain.place.last).max().unwrap_or(0)
    }

    fn finish(&mut self, place: PackPlace) -> bool {
        let PackPlace { first, last, .. } = place;
        let packed = self.packed();
        let cuts = self.holding(first).is_some_and(|lain| lain.place.first < first);
        let Some(at) = self.packs.iter().position(|lain| lain.place == place) else {
            return false;
        };
        if packed + 1 < first || packed >= last || cuts || self.packs[at].finished {
            return false;
        }
        self.packs[at].finished = true;
        self.packs.retain(|lain| {
            lain.place == place || lain.place.first < first || lain.place.last > last
        });
        for row in self.rows.iter_mut().filter(|row| (first..=last).contains(&row.seq)) {
            row.bytes = Vec::new().into();
        }
        true
    }
}

fn sent_after(state: &State, document: &DocumentId, after: u64, bytes_goal: usize) -> Sent {
    let log = state.documents.get(document);
    let Some((log, lain)) = log.and_then(|log| Some((log, log.holding(after + 1)?))) else {
        let (rows, more) = rows_after(state, document, after, bytes_goal);
        return Sent::Rows(rows, more);
    };
    let more = lain.place.last < log.rows.len() as u64;
    if lain.place.first == after + 1 {
        return Sent::Pack(lain.pack.clone(), more);
    }
    let mut rows = lain.rows();
    rows.retain(|row| row.seq > after);
    Sent::Rows(rows, more)
}

fn long_logs(
    state: &State,
    tail: Tail,
    after: Option<DocumentId>,
    logs_max: usize,
) -> Vec<LongLog> {
    let later = state.documents.iter().filter(|(document, _)| Some(**document) > after);
    let all = later.map(|(document, log)| {
        let packed = log.packed();
        let last = log.holding(packed).map(|lain| (lain.place.first, lain.weight));
        let begun = log.packs.iter().find(|lain| !lain.finished).map(|lain| lain.place);
        let behind = log.rows.iter().filter(|row| row.seq > packed);
        let bytes = behind.map(|row| row.bytes.len() as u64).sum::<u64>();
        let rows = log.rows.len() as u64 - packed;
        let is_long = rows >= tail.rows || bytes >= tail.bytes || begun.is_some();
        is_long.then_some(LongLog { document: *document, packed, last, begun })
    });
    all.flatten().take(logs_max).collect()
}

fn verify(state: &State, place: PackPlace) -> Option<Verified> {
    let log = state.documents.get(&place.document)?;
    let packed = log.packs.iter().find(|lain| lain.place == place)?.pack.rows().ok()?;
    let range = place.first..=place.last;
    let rows: Vec<_> =
        log.rows.iter().filter(|row| range.contains(&row.seq)).map(|row| log.whole(row)).collect();
    Verified::compared(place, &packed, &rows)
}
