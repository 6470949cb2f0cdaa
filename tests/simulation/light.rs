//! Documents light enough for a million schedules: opaque changes with what automerge gives them
//! too, an actor with places that are used once, and others that they build on.

use std::collections::BTreeMap;

use shared::document::{Actor, ChangeHash, DocumentId, Put, Unreadable};
use shared::id::EntryId;
use shared::sync::device::Documents;

use crate::random::mix;
use crate::tier::{Facts, NotTaken, Shown, Tier};

#[derive(Clone)]
pub enum Light {}

#[derive(Default)]
pub struct LightDocuments(BTreeMap<DocumentId, Open>);

#[derive(Default)]
struct Open {
    applied: BTreeMap<ChangeHash, Change>,
    heads: Vec<ChangeHash>,
    used: BTreeMap<Actor, u32>,
    /// What they build on has not arrived.
    queued: Vec<Change>,
}

#[derive(Clone)]
struct Change {
    hash: ChangeHash,
    actor: Actor,
    place: u32,
    builds_on: Vec<ChangeHash>,
    entry: EntryId,
    text: String,
}

impl Tier for Light {
    type Documents = LightDocuments;
    type Gate = ();
    const BYTES: bool = false;

    fn genesis(document: &DocumentId) -> (ChangeHash, Vec<u8>) {
        let mut actor = [0; 16];
        actor.copy_from_slice(&hash(&document.to_bytes()).0[..16]);
        let bytes = encode(Actor(actor), 1, &[], EntryId::from_u128(0), "");
        (hash(&bytes), bytes)
    }

    fn facts(bytes: &[u8]) -> Option<Facts> {
        let change = decode(bytes)?;
        let entries = vec![change.entry];
        let Change { hash, builds_on, actor, .. } = change;
        Some(Facts { hash, builds_on, actor, entries })
    }

    fn says(bytes: &[u8]) -> Vec<(EntryId, String)> {
        let change = decode(bytes).filter(|change| change.entry.to_u128() != 0);
        change.map(|change| (change.entry, change.text)).into_iter().collect()
    }

    fn admit(_: &mut (), _: &DocumentId, _: &[u8]) -> Result<(), NotTaken> {
        Ok(())
    }

    fn values(documents: &LightDocuments, document: &DocumentId) -> Vec<Shown> {
        let Some(open) = documents.0.get(document) else {
            return Vec::new();
        };
        let said = open.applied.values().filter(|change| change.entry.to_u128() != 0);
        said.map(|change| Shown {
            entry: change.entry,
            text: change.text.clone(),
            change: change.hash,
        })
        .collect()
    }
}

impl Documents for LightDocuments {
    fn open(&mut self, document: &DocumentId, changes: &[&[u8]]) -> Result<(), Unreadable> {
        let mut open = Open::default();
        let added = open.add(changes);
        if added != Err(Unreadable::Damaged) && !open.applied.is_empty() {
            self.0.insert(*document, open);
        }
        added
    }

    fn apply(&mut self, document: &DocumentId, changes: &[&[u8]]) -> Result<(), Unreadable> {
        self.0.get_mut(document).ok_or(Unreadable::Damaged)?.add(changes)
    }

    fn passes(&self, _: &DocumentId, hash: &ChangeHash, bytes: &[u8]) -> bool {
        decode(bytes).is_some_and(|change| change.hash == *hash)
    }

    fn is_open(&self, document: &DocumentId) -> bool {
        self.0.contains_key(document)
    }

    fn close(&mut self, document: &DocumentId) {
        self.0.remove(document);
    }

    fn says(&self, _document: &DocumentId, _put: &Put) -> bool {
        false
    }

    fn mint(&mut self, document: &DocumentId, actor: Actor, put: &Put) -> (ChangeHash, Vec<u8>) {
        let open = self.0.get_mut(document).expect("the caller saw that it is open");
        let place = open.used.get(&actor).map_or(1, |place| place + 1);
        let (entry, text) = match put {
            Put::Entry { entry, text } => (*entry, text),
            Put::Register { text, .. } => (EntryId::from_u128(0), text),
        };
        let bytes = encode(actor, place, &open.heads, entry, text);
        // Others may be waiting inside for what they build on; this one never does.
        assert_ne!(open.add(&[&bytes]), Err(Unreadable::Damaged), "its own change fits");
        (hash(&bytes), bytes)
    }
}

impl Open {
    fn add(&mut self, changes: &[&[u8]]) -> Result<(), Unreadable> {
        for bytes in changes {
            self.queued.push(decode(bytes).ok_or(Unreadable::Damaged)?);
        }
        loop {
            let before = self.queued.len();
            for change in std::mem::take(&mut self.queued) {
                if self.applied.contains_key(&change.hash) {
                    continue;
                }
                let there = |hash| self.applied.contains_key(hash);
                if change.builds_on.iter().all(there) {
                    self.take(change)?;
                } else {
                    self.queued.push(change);
                }
            }
            if self.queued.is_empty() {
                return Ok(());
            }
            if self.queued.len() == before {
                let all = self.queued.iter().flat_map(|change| &change.builds_on);
                let missing = all.filter(|hash| !self.applied.contains_key(hash));
                return Err(Unreadable::Incomplete(missing.copied().collect()));
            }
        }
    }

    fn take(&mut self, change: Change) -> Result<(), Unreadable> {
        let used = self.used.entry(change.actor).or_default();
        // As automerge: a place under an actor is used once, and in order.
        if change.place != *used + 1 {
            return Err(Unreadable::Damaged);
        }
        *used = change.place;
        self.heads.retain(|head| !change.builds_on.contains(head));
        self.heads.push(change.hash);
        self.applied.insert(change.hash, change);
        Ok(())
    }
}

fn encode(
    actor: Actor,
    place: u32,
    builds_on: &[ChangeHash],
    entry: EntryId,
    text: &str,
) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(48 + 32 * builds_on.len() + text.len());
    bytes.extend(actor.0);
    bytes.extend(place.to_le_bytes());
    bytes.extend(entry.to_bytes());
    bytes.push(u8::try_from(builds_on.len()).expect("few heads"));
    builds_on.iter().for_each(|hash| bytes.extend(hash.0));
    bytes.extend(text.as_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Change> {
    let (actor, rest) = bytes.split_first_chunk::<16>()?;
    let (place, rest) = rest.split_first_chunk::<4>()?;
    let (entry, rest) = rest.split_first_chunk::<16>()?;
    let (count, rest) = rest.split_first()?;
    let (hashes, text) = rest.split_at_checked(32 * usize::from(*count))?;
    let builds_on = hashes.as_chunks::<32>().0.iter();
    Some(Change {
        hash: hash(bytes),
        actor: Actor(*actor),
        place: u32::from_le_bytes(*place),
        builds_on: builds_on.map(|hash| ChangeHash(*hash)).collect(),
        entry: EntryId::from_bytes(*entry),
        text: std::str::from_utf8(text).ok()?.to_owned(),
    })
}

/// Good enough to tell a few hundred changes apart, and far faster than a cryptographic one.
fn hash(bytes: &[u8]) -> ChangeHash {
    let (mut one, mut two) = (bytes.len() as u64, 0x9e37_79b9_7f4a_7c15_u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        one = mix(one ^ u64::from_le_bytes(*word));
        two = two.rotate_left(23).wrapping_add(one).wrapping_mul(0xff51_afd7_ed55_8ccd);
    }
    for byte in rest {
        one = mix(one ^ u64::from(*byte));
        two = two.rotate_left(23).wrapping_add(one);
    }
    let mut whole = [0; 32];
    for (place, part) in whole.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        one = mix(one.wrapping_add(two).wrapping_add(place as u64));
        *part = one.to_le_bytes();
    }
    ChangeHash(whole)
}
