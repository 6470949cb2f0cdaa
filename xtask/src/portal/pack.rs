//! Packs the programs that patients download: LZMA leaves a twentieth less of them than Brotli.
//! `portal/assets/unpack.js` unpacks; `docs/decisions/0149` says why that is worth a script.

use std::io::Write;

use anyhow::Context;
use lzma_rust2::{LzmaOptions, LzmaWriter};

/// How names of packed files end; the server and the scripts know it too.
pub const ENDING: &str = "packed";
/// The unpacking script keeps everything that it unpacked, so the window is as long as a program.
const WINDOW_BYTES: u32 = 1 << 21;
/// As long as a copy can be: a longer one is never looked for.
const COPY_BYTES_MAX: u32 = 273;

/// The length of `program`, then its LZMA without any header of its own.
pub fn packed(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let length = u32::try_from(program.len()).context("a program has fewer bytes")?;
    let mut options = LzmaOptions::with_preset(9);
    // Of the byte before, its upper half says most; where a byte stands says nothing in a program.
    (options.lc, options.lp, options.pb) = (4, 0, 0);
    (options.dict_size, options.nice_len) = (WINDOW_BYTES, COPY_BYTES_MAX);
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

    #[test]
    fn a_packed_program_is_smaller_and_comes_back_whole() {
        let program: Vec<u8> = (0..50_000_u32).flat_map(|i| (i * i / 7).to_le_bytes()).collect();
        let packed = packed(&program).unwrap();
        assert!(packed.len() < program.len());
        let (head, stream) = packed.split_at(4);
        assert_eq!(head, [0, 3, 0x0d, 0x40]);
        let length = program.len() as u64;
        let mut reader = LzmaReader::new(stream, length, 4, 0, 0, WINDOW_BYTES, None).unwrap();
        let mut unpacked = Vec::new();
        reader.read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == program);
    }
}
