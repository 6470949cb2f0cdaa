//! The envelope of a change: magic bytes, checksum, type and length around a body, which may be
//! compressed.

use flate2::{Decompress, FlushDecompress, Status};
use sha2::{Digest, Sha256};

use super::encoding::write_unsigned;
use super::reader::Reader;
use super::writer::write_body;
use super::{ChangeHash, Checked, Limit, Limits, Rejected, body};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
pub const TYPE_DOCUMENT: u8 = 0;
const TYPE_CHANGE: u8 = 1;
const TYPE_COMPRESSED: u8 = 2;
/// What inflating begins with, so that few bytes do not grow by a few at a time.
const ROOM_BYTES_MIN: usize = 128;

/// A chunk whose length fits and which nothing follows.
pub struct Chunk<'a> {
    pub checksum: [u8; 4],
    pub kind: u8,
    pub body: &'a [u8],
}

/// Reads one change without asking anybody and without calling automerge.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<Checked, Rejected> {
    if bytes.len() > limits.chunk_bytes_max {
        return Err(Rejected::TooMuch(Limit::Bytes));
    }
    let chunk = open(bytes)?;
    let mut inflater = Inflater::default();
    let body = body_of(&chunk, limits, &mut inflater)?;
    let mut change = read_body(&chunk, body, limits)?;
    if write_body(&change)? != *body {
        return Err(Rejected::NotCanonical);
    }
    change.bytes = match chunk.kind {
        TYPE_CHANGE if close(TYPE_CHANGE, chunk.checksum, body) != bytes => {
            return Err(Rejected::NotCanonical);
        }
        TYPE_CHANGE => bytes.to_vec(),
        _ => close(TYPE_CHANGE, chunk.checksum, body),
    };
    Ok(change)
}

/// Reads one change that passed the gate before, when it was stored.
pub fn read_stored(
    bytes: &[u8],
    limits: &Limits,
    inflater: &mut Inflater,
) -> Result<Checked, Rejected> {
    let chunk = open(bytes)?;
    let body = body_of(&chunk, limits, inflater)?;
    read_body(&chunk, body, limits)
}

/// A change of our own, with the names of its actors, its hash and its bytes. Not deflated: that
/// would save a few hundred bytes of a long message and cost every device the compressor, and the
/// log keeps changes as they are.
pub fn sealed(mut change: Checked) -> Result<Checked, Rejected> {
    change.other_actors = change.named_actors();
    let body = write_body(&change)?;
    change.hash = hash_of_change(&body);
    let [one, two, three, four, ..] = change.hash.0;
    change.bytes = close(TYPE_CHANGE, [one, two, three, four], &body);
    Ok(change)
}

fn body_of<'a>(
    chunk: &Chunk<'a>,
    limits: &Limits,
    inflater: &'a mut Inflater,
) -> Result<&'a [u8], Rejected> {
    let body = match chunk.kind {
        TYPE_CHANGE => chunk.body,
        TYPE_COMPRESSED => inflater.inflate(chunk.body, limits.body_bytes_max)?,
        _ => return Err(Rejected::Malformed("not a change")),
    };
    if body.len() > limits.body_bytes_max {
        return Err(Rejected::TooMuch(Limit::InflatedBytes));
    }
    Ok(body)
}

fn read_body(chunk: &Chunk<'_>, body: &[u8], limits: &Limits) -> Result<Checked, Rejected> {
    let hash = hash_of_change(body);
    if hash.0[..4] != chunk.checksum {
        return Err(Rejected::Checksum);
    }
    let mut change = body::read(body, limits)?;
    change.hash = hash;
    Ok(change)
}

pub fn open(bytes: &[u8]) -> Result<Chunk<'_>, Rejected> {
    let mut from = Reader::new(bytes);
    if from.array()? != MAGIC {
        return Err(Rejected::Malformed("other magic bytes"));
    }
    let checksum = from.array()?;
    let kind = from.byte()?;
    let length = from.unsigned()?;
    let body = from.bytes(length)?;
    if !from.is_empty() {
        return Err(Rejected::Malformed("something follows the chunk"));
    }
    Ok(Chunk { checksum, kind, body })
}

pub fn close(kind: u8, checksum: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = Vec::with_capacity(body.len() + 14);
    chunk.extend(MAGIC);
    chunk.extend(checksum);
    chunk.push(kind);
    write_unsigned(&mut chunk, body.len() as u64);
    chunk.extend(body);
    chunk
}

/// The hash of a change from the body of its chunk, inflated.
pub fn hash_of_change(body: &[u8]) -> ChangeHash {
    hash(TYPE_CHANGE, body)
}

pub fn hash(kind: u8, body: &[u8]) -> ChangeHash {
    let mut head = vec![kind];
    write_unsigned(&mut head, body.len() as u64);
    ChangeHash(Sha256::new().chain_update(head).chain_update(body).finalize().into())
}

/// What inflating takes, kept from one change to the next: to make it anew for each of the thousands
/// of a journal would cost more than the inflating.
#[derive(Default)]
pub struct Inflater {
    stream: Option<Decompress>,
    inflated: Vec<u8>,
}

impl Inflater {
    /// Inflates at most one byte more than the limit, whatever the stream claims.
    pub fn inflate(&mut self, bytes: &[u8], bytes_max: usize) -> Result<&[u8], Rejected> {
        const MALFORMED: Rejected = Rejected::Malformed("does not inflate");
        let Self { stream, inflated } = self;
        let stream = stream.get_or_insert_with(|| Decompress::new(false));
        stream.reset(false);
        inflated.clear();
        loop {
            let room = inflated.len().max(bytes.len()).max(ROOM_BYTES_MIN) * 2;
            inflated.reserve_exact(room.min(bytes_max + 1 - inflated.len()));
            let before = (stream.total_in(), inflated.len());
            let taken = usize::try_from(stream.total_in()).map_err(|_| MALFORMED)?;
            let rest = bytes.get(taken..).unwrap_or_default();
            let status = stream.decompress_vec(rest, inflated, FlushDecompress::None);
            let status = status.map_err(|_| MALFORMED)?;
            if inflated.len() > bytes_max {
                return Err(Rejected::TooMuch(Limit::InflatedBytes));
            }
            match status {
                Status::StreamEnd if stream.total_in() == bytes.len() as u64 => break,
                Status::StreamEnd => {
                    return Err(Rejected::Malformed("something follows the compressed bytes"));
                }
                Status::Ok | Status::BufError if before == (stream.total_in(), inflated.len()) => {
                    return Err(MALFORMED);
                }
                Status::Ok | Status::BufError => {}
            }
        }
        Ok(inflated)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deflated(text: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn one_inflater_reads_one_stream_after_another_whatever_came_before() {
        let mut inflater = Inflater::default();
        let long: Vec<u8> =
            (0..100_000_u32).flat_map(|number| (number % 977).to_le_bytes()).collect();
        for text in [&b"short"[..], &long, b"", &[7; 9_000], b"short again"] {
            let bytes = deflated(text);
            assert_eq!(inflater.inflate(&bytes, text.len()), Ok(text));
            if let Some(less) = text.len().checked_sub(1) {
                let too_much = Err(Rejected::TooMuch(Limit::InflatedBytes));
                assert_eq!(inflater.inflate(&bytes, less), too_much);
            }
            assert!(inflater.inflate(&bytes[..bytes.len() - 1], 1 << 20).is_err());
            assert!(inflater.inflate(&[&bytes[..], &[0]].concat(), 1 << 20).is_err());
            assert_eq!(inflater.inflate(&bytes, 1 << 20), Ok(text));
        }
    }
}
