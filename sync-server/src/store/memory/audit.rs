//! The audit log in memory.

use crate::audit::{Entry, Head, Linked, Search};

#[derive(Default)]
pub struct Audit {
    rows: Vec<Linked>,
    pub told: u64,
}

impl Audit {
    pub fn append(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.rows.push(Linked::after(&self.head(), entry));
        }
    }

    pub fn head(&self) -> Head {
        self.rows.last().map(Linked::head).unwrap_or_default()
    }

    pub fn after(&self, number: u64, entries_max: usize) -> Vec<Linked> {
        let later = self.rows.iter().filter(|row| row.number > number);
        later.take(entries_max).cloned().collect()
    }

    pub fn search(&self, search: Search, entries_max: usize) -> Vec<Linked> {
        let fits = |row: &&Linked| {
            search.patient.is_none_or(|patient| row.patient == Some(patient))
                && search.account.is_none_or(|account| row.account == Some(account))
                && search.before.is_none_or(|before| row.number < before)
        };
        self.rows.iter().rev().filter(fits).take(entries_max).cloned().collect()
    }
}
