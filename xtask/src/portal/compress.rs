//! Writes each file beside its Brotli and gzip variants, unless it lies there unchanged.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Kind, Served};

/// Smaller files fit one packet anyway.
const WORTH_BYTES_MIN: usize = 512;
/// How a WebAssembly program begins.
const PROGRAM: &[u8] = b"\0asm";

/// Writes all files, the assets first, on all cores.
pub fn write_all(folder: &Path, files: &[Served], kind: Kind) -> anyhow::Result<()> {
    let (assets, pages): (Vec<&Served>, Vec<&Served>) =
        files.iter().partition(|file| file.path.starts_with("assets/"));
    in_parallel(folder, &assets, kind)?;
    in_parallel(folder, &pages, kind)
}

fn in_parallel(folder: &Path, files: &[&Served], kind: Kind) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let work = || -> anyhow::Result<()> {
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                write_one(folder, file, kind)?;
            }
            Ok(())
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().expect("writing does not panic")?;
        }
        Ok(())
    })
}

fn write_one(folder: &Path, file: &Served, kind: Kind) -> anyhow::Result<()> {
    let path = folder.join(&file.path);
    if fs::read(&path).is_ok_and(|old| old == file.bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    for (ending, bytes) in [("br", brotli(&file.bytes, kind)?), ("gz", gzip(&file.bytes, kind)?)] {
        let variant = folder.join(format!("{}.{ending}", file.path));
        if file.bytes.len() >= WORTH_BYTES_MIN && bytes.len() < file.bytes.len() {
            fs::write(variant, bytes)?;
        } else if variant.exists() {
            fs::remove_file(variant)?;
        }
    }
    // Last, because its presence says that the variants are there too.
    Ok(fs::write(&path, &file.bytes)?)
}

fn brotli(bytes: &[u8], kind: Kind) -> anyhow::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: if kind == Kind::Dist { 11 } else { 2 },
        lgwin: 22,
        // A whole program is one block: its statistics are written once.
        lgblock: 24,
        mode: match bytes.starts_with(PROGRAM) {
            // Made for fonts, whose bytes are as dense as those of a program.
            true => BrotliEncoderMode::BROTLI_MODE_FONT,
            false => BrotliEncoderMode::BROTLI_MODE_GENERIC,
        },
        ..BrotliEncoderParams::default()
    };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut small, &parameters)?;
    Ok(small)
}

fn gzip(bytes: &[u8], kind: Kind) -> anyhow::Result<Vec<u8>> {
    let level = if kind == Kind::Dist { Compression::best() } else { Compression::fast() };
    let mut writer = GzEncoder::new(Vec::new(), level);
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
