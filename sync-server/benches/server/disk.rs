//! What one flush of the disk takes, where the database lies.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Instant;

use crate::clinic::scratch;
use crate::load::part;

/// A page of the database.
const PAGE: [u8; 4096] = [7; 4096];

/// Milliseconds of each of so many appends that are flushed.
pub fn flushes(count: usize) -> Vec<f64> {
    let folder = scratch();
    let file = folder.path().join("pages");
    let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    let mut flush = || {
        let start = Instant::now();
        file.write_all(&PAGE).unwrap();
        file.sync_data().unwrap();
        start.elapsed().as_secs_f64() * 1000.0
    };
    (0..count).map(|_| flush()).collect()
}

pub fn middle(times: &[f64]) -> f64 {
    part(&mut times.to_vec(), 0.5)
}
