//! Rows as somebody else may leave them: flipped, cut, longer, swapped, moved, put together from two. None
//! of them opens, and none ends the program.

use futures_util::future::join_all;
use shared::document::{DocumentId, Kind};
use shared::id::{PatientId, Rng};
use shared::sync::stored::Stored;

use super::page::faults;
use super::{Outcome, fresh_name, row, text, that};
use crate::worker::browser::disk::Disk;
use crate::worker::browser::random::Browser;
use crate::worker::vault::Vault;

/// The browser works on so many at a time.
const AT_ONCE: u32 = 500;

/// Numbers from randomness that is asked for in large pieces: a browser takes long for each.
struct Dice(Vec<u8>);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        if self.0.len() < 4 {
            self.0 = vec![0; 65_536];
            Browser.fill(&mut self.0);
        }
        let rest = self.0.len() - 4;
        let four = self.0.split_off(rest);
        four.iter().fold(0, |all, byte| all << 8 | usize::from(*byte)) % end.max(1)
    }
}

type Sealed = (String, Vec<u8>);

pub async fn all_detected() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    let vault = Vault::create_unasked(&disk).await.map_err(text)?;
    let mut rows = Vec::new();
    for number in 0..20 {
        let size = 1 << (number / 2);
        rows.push(vault.seal_row(&row(number, &"x".repeat(size))).await.map_err(text)?);
        let document = DocumentId::first(PatientId::from_u128(number), Kind::ChartCore);
        rows.push(vault.seal_row(&Stored::Incomplete { document }).await.map_err(text)?);
    }
    for (name, sealed) in &rows {
        that(vault.open_row(name, sealed).await.is_some(), "an unchanged row does not open")?;
    }
    let mut dice = Dice(Vec::new());
    let mutations = faults("mutations", &[])?.as_f64().unwrap_or_default();
    let mut done = 0;
    while f64::from(done) < mutations {
        done += AT_ONCE;
        let changed: Vec<Sealed> = (0..AT_ONCE).map(|_| mutated(&rows, &mut dice)).collect();
        let opened = join_all(changed.iter().map(|(name, sealed)| vault.open_row(name, sealed)));
        that(opened.await.iter().all(Option::is_none), "a changed row opened")?;
    }
    that(done > 0, "nothing was changed")
}

/// Always another one than any that was sealed.
fn mutated(rows: &[Sealed], dice: &mut Dice) -> Sealed {
    loop {
        let (name, sealed) = &rows[dice.below(rows.len())];
        let (other_name, other) = &rows[dice.below(rows.len())];
        let place = dice.below(sealed.len());
        let (mut name, mut bytes) = (name.clone(), sealed.clone());
        match dice.below(7) {
            0 => bytes[place] ^= 1 << dice.below(8),
            1 => bytes.truncate(place),
            2 => bytes.extend(&other[..dice.below(other.len())]),
            3 => bytes = other.clone(),
            4 => name.clone_from(other_name),
            5 => bytes = [&sealed[..place], &other[dice.below(other.len())..]].concat(),
            _ => {
                bytes[place..].iter_mut().for_each(|byte| *byte = dice.below(256).to_le_bytes()[0])
            }
        }
        if !rows.iter().any(|(there, sealed)| (there, sealed) == (&name, &bytes)) {
            return (name, bytes);
        }
    }
}
