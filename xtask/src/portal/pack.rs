//! Packs the programs that patients download: LZMA of what they say, sorted, leaves a sixth less of them
//! than Brotli.
//! `portal/assets/unpack.js` unpacks; `docs/decisions/0149` says why that is worth a script.

use std::io::Write;

use anyhow::Context;
use lzma_rust2::{LzmaOptions, LzmaWriter};

use super::streams;

/// How names of packed files end; the server and the scripts know it too.
pub const ENDING: &str = "packed";
/// The unpacking script keeps everything that it unpacked, so the window is as long as two programs.
const WINDOW_BYTES: u32 = 1 << 22;
/// As long as a copy can be: a longer one is never looked for.
const COPY_BYTES_MAX: u32 = 273;

/// A program with its streams sorted, and packed. What stands in `before`, another program, too is only
/// pointed at: whoever unpacks has that already.
pub fn packed_program(program: &[u8], before: Option<&[u8]>) -> anyhow::Result<Vec<u8>> {
    let before = before.map_or(Ok(Vec::new()), streams::split)?;
    packed(&streams::split(program)?, &before)
}

/// The length of `program`, then its LZMA without any header of its own.
fn packed(program: &[u8], before: &[u8]) -> anyhow::Result<Vec<u8>> {
    let length = u32::try_from(program.len()).context("a program has fewer bytes")?;
    let mut options = LzmaOptions::with_preset(9);
    // Of the byte before, its two upper bits say most; where a byte stands says nothing in a program.
    (options.lc, options.lp, options.pb) = (2, 0, 0);
    (options.dict_size, options.nice_len) = (WINDOW_BYTES, COPY_BYTES_MAX);
    options.preset_dict = (!before.is_empty()).then(|| before.to_vec());
    let head = length.to_be_bytes().to_vec();
    let mut writer = LzmaWriter::new_no_header(head, &options, false)?;
    writer.write_all(program)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use lzma_rust2::LzmaReader;

    use super::*;

    fn unpacked(packed: &[u8], length: usize, before: &[u8]) -> Vec<u8> {
        let length = length as u64;
        let before = (!before.is_empty()).then_some(before);
        let mut reader =
            LzmaReader::new(&packed[4..], length, 2, 0, 0, WINDOW_BYTES, before).unwrap();
        let mut unpacked = Vec::new();
        reader.read_to_end(&mut unpacked).unwrap();
        unpacked
    }

    #[test]
    fn a_packed_program_is_smaller_and_comes_back_whole() {
        let program: Vec<u8> = (0..50_000_u32).flat_map(|i| (i * i / 7).to_le_bytes()).collect();
        let alone = packed(&program, &[]).unwrap();
        assert!(alone.len() < program.len());
        assert_eq!(alone[..4], [0, 3, 0x0d, 0x40]);
        assert!(unpacked(&alone, program.len(), &[]) == program);
    }

    #[test]
    fn what_another_program_has_too_takes_nearly_nothing() {
        let one: Vec<u8> = (0..20_000_u32).flat_map(|i| (i * i / 7).to_le_bytes()).collect();
        let other = [&b"something of its own"[..], &one[1_000..60_000]].concat();
        let behind = packed(&other, &one).unwrap();
        assert!(behind.len() * 20 < packed(&other, &[]).unwrap().len(), "{}", behind.len());
        assert!(unpacked(&behind, other.len(), &one) == other);
    }
}
