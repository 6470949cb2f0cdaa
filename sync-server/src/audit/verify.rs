//! Reads the whole log and says what is wrong with it: a changed, missing or moved entry breaks its
//! link, a log that was written anew or cut does not lead to the signed checkpoint.

use std::fmt;

use super::checkpoint::{Checkpoint, Checkpoints};
use super::{Head, Linked, link};
use crate::store::{Store, StoreError};

/// Findings that are told; a log that is rewritten from the first entry on would have no end.
const FINDINGS_MAX: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error("entry {number} is missing or stands in another place")]
    Missing { number: u64 },
    #[error("entry {number} was changed, or the one before it was")]
    Changed { number: u64 },
    #[error("entry {number} stands under another patient, account or time than it says")]
    Misfiled { number: u64 },
    #[error("up to entry {number} the log is another one than the checkpoint signed")]
    Rewritten { number: u64 },
    #[error("the log ends at entry {found}; the checkpoint signed entry {signed}")]
    Cut { found: u64, signed: u64 },
    #[error("a checkpoint is damaged or was not signed with this server's key")]
    NotSigned,
}

/// Entries of one piece of the log.
const PIECE_ENTRIES: usize = 1_000;

/// Reads the log from its beginning to its end.
pub async fn verify(store: &dyn Store, checkpoints: &Checkpoints) -> Result<Verdict, StoreError> {
    let kept = checkpoints.kept().map_err(|error| StoreError::Unreachable(Box::new(error)))?;
    let (kept, not_signed) = match kept {
        Ok(kept) => (kept, None),
        Err(finding) => (Vec::new(), Some(finding)),
    };
    let mut reading = Reading::new(&kept);
    loop {
        let rows = store.audit_after(reading.head.number, PIECE_ENTRIES).await?;
        if rows.is_empty() {
            break;
        }
        rows.iter().for_each(|row| reading.take(row));
    }
    let mut verdict = reading.end();
    verdict.findings.extend(not_signed);
    Ok(verdict)
}

/// What came of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub entries: u64,
    /// Up to here the signed checkpoints vouch for the log.
    pub signed: u64,
    pub findings: Vec<Finding>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries, signed up to entry {}", self.entries, self.signed)?;
        for finding in &self.findings {
            write!(f, "\n  {finding}")?;
        }
        Ok(())
    }
}

/// Takes the entries in the order in which they are stored.
pub struct Reading<'a> {
    head: Head,
    entries: u64,
    checkpoints: &'a [Checkpoint],
    findings: Vec<Finding>,
}

impl<'a> Reading<'a> {
    pub const fn new(checkpoints: &'a [Checkpoint]) -> Self {
        Self {
            head: Head { number: 0, hash: [0; 32] },
            entries: 0,
            checkpoints,
            findings: Vec::new(),
        }
    }

    pub fn take(&mut self, row: &Linked) {
        let number = row.number;
        if number != self.head.number + 1 {
            self.find(Finding::Missing { number: self.head.number + 1 });
        }
        if link(&self.head.hash, number, &row.body) != row.hash {
            self.find(Finding::Changed { number });
        }
        let filed = row.entry().is_ok_and(|entry| {
            (entry.at, entry.patient, entry.who.account()) == (row.at, row.patient, row.account)
        });
        if !filed {
            self.find(Finding::Misfiled { number });
        }
        for signed in self.checkpoints.iter().filter(|one| one.head.number == number) {
            if signed.head.hash != row.hash {
                self.find(Finding::Rewritten { number });
            }
        }
        self.entries += 1;
        // The stored hash, not the right one: what follows is judged for itself.
        self.head = row.head();
    }

    pub fn end(mut self) -> Verdict {
        let signed = self.checkpoints.iter().map(|one| one.head.number).max().unwrap_or(0);
        for number in self.checkpoints.iter().map(|one| one.head.number) {
            if number > self.head.number {
                self.find(Finding::Cut { found: self.head.number, signed: number });
            }
        }
        Verdict { entries: self.entries, signed, findings: self.findings }
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::id::{AccountId, DeviceId, PatientId, Rng};
    use shared::time::Timestamp;

    use super::super::checkpoint::AuditKey;
    use super::super::{Did, Entry, What, Who, Why};
    use super::*;

    const TAMPERS: u64 = 100_000;
    const ENTRIES: usize = 12;
    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    struct Seeded(u64);
    impl Rng for Seeded {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                // Numerical Recipes' generator; its high bits are good enough to choose places.
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                *byte = (self.0 >> 56) as u8;
            }
        }
    }
    impl Seeded {
        fn below(&mut self, end: usize) -> usize {
            usize::try_from(self.u64() % end as u64).unwrap()
        }
    }

    fn entry(number: usize) -> Entry {
        let id = number as u128;
        let account = AccountId::from_u128(id % 3);
        Entry {
            at: NOW.plus_millis(i64::try_from(number).unwrap()),
            who: match number % 2 {
                0 => Who::Staff { account },
                _ => Who::Person { account, device: DeviceId::from_u128(9) },
            },
            did: if number.is_multiple_of(3) { Did::Wrote } else { Did::Read },
            action: "ReadItem".into(),
            what: What::Messages,
            patient: (!number.is_multiple_of(5)).then(|| PatientId::from_u128(id % 4)),
            item: None,
            from: None,
            why: Why::Treatment,
            access_of: None,
            device: None,
        }
    }

    fn log() -> Vec<Linked> {
        let mut head = Head::default();
        let entries = (0..ENTRIES).map(|number| {
            let row = Linked::after(&head, &entry(number));
            head = row.head();
            row
        });
        entries.collect()
    }

    fn read(rows: &[Linked], checkpoints: &[Checkpoint]) -> Verdict {
        let mut reading = Reading::new(checkpoints);
        rows.iter().for_each(|row| reading.take(row));
        reading.end()
    }

    /// What somebody who may write the database, but has not the key, can do to the log.
    fn tamper(rows: &mut Vec<Linked>, rng: &mut Seeded) -> &'static str {
        let (one, other) = (rng.below(ENTRIES), rng.below(ENTRIES - 1));
        let what = rng.below(9);
        match what {
            0 => {
                let mut bytes = rows[one].body.clone().into_bytes();
                let place = rng.below(bytes.len());
                bytes[place] = bytes[place].wrapping_add(1) & 0x7f;
                rows[one].body = String::from_utf8(bytes).unwrap();
                "a changed byte"
            }
            1 => {
                let byte = rng.below(32);
                rows[one].hash[byte] ^= 1 << rng.below(8);
                "a changed hash"
            }
            2 => {
                rows.remove(one);
                "a missing entry"
            }
            3 => {
                let other = (one + 1 + other) % ENTRIES;
                rows.swap(one, other);
                "two that changed places"
            }
            4 => {
                let other = (one + 1 + other) % ENTRIES;
                let (low, high) = (one.min(other), one.max(other));
                let (left, right) = rows.split_at_mut(high);
                std::mem::swap(&mut left[low].body, &mut right[0].body);
                "two bodies that changed places"
            }
            5 => {
                rows.truncate(one);
                "a cut end"
            }
            6 => {
                rows[one].patient = Some(PatientId::from_u128(77));
                "filed under another patient"
            }
            7 => {
                rows[one].at = rows[one].at.plus_millis(1);
                "filed at another time"
            }
            _ => {
                let number = 100 + rng.below(1000);
                rebuild(rows, one, Some(entry(number)));
                "written anew from there on"
            }
        }
    }

    /// All links are right again, as the owner of the database can make them.
    fn rebuild(rows: &mut Vec<Linked>, from: usize, instead: Option<Entry>) {
        let kept = rows.split_off(from);
        let mut head = rows.last().map(Linked::head).unwrap_or_default();
        let mut entries: Vec<_> = kept.iter().map(|row| row.entry().unwrap()).collect();
        match instead {
            Some(instead) => entries[0] = instead,
            None => drop(entries.remove(0)),
        }
        for entry in entries {
            let row = Linked::after(&head, &entry);
            head = row.head();
            rows.push(row);
        }
    }

    #[test]
    fn an_untouched_log_has_no_finding() {
        let rows = log();
        let key = AuditKey::from_bytes([5; 32]);
        for signed in [1, ENTRIES / 2, ENTRIES] {
            let checkpoint = key.sign(rows[signed - 1].head(), NOW);
            let verdict = read(&rows, &[checkpoint]);
            let findings = Vec::new();
            let entries = ENTRIES as u64;
            assert_eq!(verdict, Verdict { entries, signed: signed as u64, findings });
        }
    }

    #[test]
    fn every_one_of_a_hundred_thousand_tampers_is_found() {
        let rows = log();
        let key = AuditKey::from_bytes([5; 32]);
        let checkpoint = [key.sign(rows[ENTRIES - 1].head(), NOW)];
        let mut rng = Seeded(1);
        for number in 0..TAMPERS {
            let mut tampered = rows.clone();
            let what = tamper(&mut tampered, &mut rng);
            let verdict = read(&tampered, &checkpoint);
            assert!(!verdict.findings.is_empty(), "tamper {number}, {what}, was not found");
        }
    }

    #[test]
    fn a_log_without_an_entry_whose_links_are_right_again_does_not_lead_to_the_checkpoint() {
        let key = AuditKey::from_bytes([5; 32]);
        let whole = log();
        let checkpoint = [key.sign(whole[ENTRIES - 1].head(), NOW)];
        for without in 0..ENTRIES {
            let mut rows = log();
            rebuild(&mut rows, without, None);
            assert!(read(&rows, &[]).findings.is_empty(), "without a checkpoint nobody can tell");
            let cut = Finding::Cut { found: ENTRIES as u64 - 1, signed: ENTRIES as u64 };
            assert_eq!(read(&rows, &checkpoint).findings, [cut]);
        }
    }
}
