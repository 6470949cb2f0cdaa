//! Writes changes that no writer of ours would: any field, any column, and a checksum that fits.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

pub const CHANGE: u8 = 1;
pub const COMPRESSED: u8 = 2;
pub const DOCUMENT: u8 = 0;

/// A change as parts. `Default` is one genuine put of "x" into entries on top of genesis.
#[derive(Clone)]
pub struct Forged {
    pub dependencies: Vec<[u8; 32]>,
    /// In place of the dependencies' number.
    pub dependencies_claimed: Option<u64>,
    pub actor: Vec<u8>,
    pub seq: u64,
    pub start_op: u64,
    pub time: i64,
    pub message: Vec<u8>,
    pub other_actors: Vec<Vec<u8>>,
    /// Number, bytes.
    pub columns: Vec<(u32, Vec<u8>)>,
    pub columns_claimed: Option<u64>,
    /// What follows the columns.
    pub extra: Vec<u8>,
}

pub mod column {
    pub const OBJECT_ACTOR: u32 = 1;
    pub const OBJECT_COUNTER: u32 = 2;
    pub const KEY: u32 = 21;
    pub const INSERT: u32 = 52;
    pub const ACTION: u32 = 66;
    pub const VALUE_LENGTH: u32 = 86;
    pub const VALUE: u32 = 87;
    pub const OVERWRITTEN: u32 = 112;
    pub const OVERWRITTEN_ACTOR: u32 = 113;
    pub const OVERWRITTEN_COUNTER: u32 = 115;
}

impl Forged {
    /// One put of a text under a name into a map that operation `map` of `genesis_actor` made.
    pub fn put(
        genesis: [u8; 32],
        genesis_actor: [u8; 16],
        map: u64,
        key: &str,
        text: &str,
    ) -> Self {
        Self {
            dependencies: vec![genesis],
            dependencies_claimed: None,
            actor: vec![9; 16],
            seq: 1,
            start_op: 4,
            time: 0,
            message: Vec::new(),
            other_actors: vec![genesis_actor.to_vec()],
            columns: vec![
                (column::OBJECT_ACTOR, one(1)),
                (column::OBJECT_COUNTER, one(map)),
                (column::KEY, [signed(-1), prefixed(key.as_bytes())].concat()),
                (column::INSERT, unsigned(1)),
                (column::ACTION, one(1)),
                (column::VALUE_LENGTH, one((text.len() as u64) << 4 | 6)),
                (column::VALUE, text.as_bytes().to_vec()),
                (column::OVERWRITTEN, one(0)),
            ],
            columns_claimed: None,
            extra: Vec::new(),
        }
    }

    pub fn with_column(mut self, number: u32, bytes: Vec<u8>) -> Self {
        self.columns.retain(|(column, _)| *column != number);
        self.columns.push((number, bytes));
        self.columns.sort();
        self
    }

    pub fn body(&self) -> Vec<u8> {
        let mut to = unsigned(self.dependencies_claimed.unwrap_or(self.dependencies.len() as u64));
        to.extend(self.dependencies.concat());
        to.extend(prefixed(&self.actor));
        to.extend(unsigned(self.seq));
        to.extend(unsigned(self.start_op));
        to.extend(signed(self.time));
        to.extend(prefixed(&self.message));
        to.extend(unsigned(self.other_actors.len() as u64));
        to.extend(self.other_actors.iter().flat_map(|actor| prefixed(actor)));
        let columns: Vec<_> = self.columns.iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
        to.extend(unsigned(self.columns_claimed.unwrap_or(columns.len() as u64)));
        for (number, bytes) in &columns {
            to.extend(unsigned(u64::from(*number)));
            to.extend(unsigned(bytes.len() as u64));
        }
        to.extend(columns.iter().flat_map(|(_, bytes)| bytes));
        to.extend(&self.extra);
        to
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        chunk(CHANGE, &self.body())
    }
}

/// A run of one value, as the format writes a lone value.
pub fn one(value: u64) -> Vec<u8> {
    [signed(-1), unsigned(value)].concat()
}

pub fn run(count: i64, value: u64) -> Vec<u8> {
    [signed(count), unsigned(value)].concat()
}

pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&unsigned(bytes.len() as u64)[..], bytes].concat()
}

pub fn unsigned(mut value: u64) -> Vec<u8> {
    let mut to = Vec::new();
    while value > 0x7f {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
    to
}

pub fn signed(mut value: i64) -> Vec<u8> {
    let mut to = Vec::new();
    while !(-0x40..0x40).contains(&value) {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8 & 0x7f);
    to
}

/// A chunk whose checksum fits.
pub fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let hash = Sha256::new()
        .chain_update([kind])
        .chain_update(unsigned(body.len() as u64))
        .chain_update(body)
        .finalize();
    raw_chunk(kind, &hash[..4], body)
}

/// A compressed change whose checksum fits what it inflates to.
pub fn compressed(body: &[u8]) -> Vec<u8> {
    let checksum = chunk(CHANGE, body)[4..8].to_vec();
    raw_chunk(COMPRESSED, &checksum, &deflate(body))
}

pub fn raw_chunk(kind: u8, checksum: &[u8], body: &[u8]) -> Vec<u8> {
    let length = unsigned(body.len() as u64);
    [&[0x85, 0x6f, 0x4a, 0x83], checksum, &[kind], &length, body].concat()
}

pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("writing into memory does not fail");
    encoder.finish().expect("writing into memory does not fail")
}

/// So many zeros, deflated, without ever holding them.
pub fn deflated_zeros(count: u64) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..count >> 20 {
        encoder.write_all(&zeros).expect("writing into memory does not fail");
    }
    encoder.finish().expect("writing into memory does not fail")
}
