//! What the page is told: what became of what it asked for, and how things stand as a whole.

use shared::id::{EntryId, PatientId};
use shared::sync::device::{Line, Notice};
use shared::sync::stored::StoreError;

use super::account::Account;
use super::local::put_local;
use crate::bridge::{Number, Status, Storage, ToPage};
use crate::worker::browser::disk::DiskError;
use crate::worker::browser::{clock, page_port};

impl Account {
    pub(super) fn tell(&mut self, notice: Notice) {
        match notice {
            Notice::Saved { number, entry } => {
                self.reading.outdate();
                if self.withdrawing.contains(&number) {
                    self.photos_withdrawn(entry);
                }
                if self.disk.keeps_nothing() {
                    self.on_their_way.push((number, entry));
                } else {
                    page_port::tell(&ToPage::Saved { number, entry });
                }
                page_port::tell(&ToPage::Changed);
            }
            Notice::Refused { number, why } => page_port::tell(&ToPage::Refused { number, why }),
            Notice::NotSaved { number, why } => {
                page_port::tell(&ToPage::NotSaved { number, why: storage(why) });
            }
            Notice::Changed => {
                self.reading.outdate();
                page_port::tell(&ToPage::Changed);
            }
            // Said with the status of the whole.
            Notice::Line(_) => {}
            Notice::Damaged(document) => self.damage.add(document),
        }
    }

    /// Nothing can be sent at once.
    pub(super) fn has_no_line(&self) -> bool {
        match self.device.line() {
            Line::Exchanging | Line::Same { .. } => false,
            Line::Offline | Line::TooOld | Line::Revoked => true,
        }
    }

    /// What is kept nowhere is not said to be taken before the clinic has it.
    fn tell_what_arrived(&mut self) {
        let device = &self.device;
        let is_waiting = |entry: &EntryId| device.waiting().any(|(waiting, _)| waiting == *entry);
        self.on_their_way.retain(|(number, entry)| {
            let waits = is_waiting(entry);
            if !waits {
                page_port::tell(&match device.dead_letters().contains_key(entry) {
                    true => ToPage::NotSaved { number: *number, why: Storage::NotAccepted },
                    false => ToPage::Saved { number: *number, entry: *entry },
                });
            }
            waits
        });
    }

    pub(super) fn tell_status(&mut self) {
        self.tell_what_arrived();
        let waiting = u32::try_from(self.device.unsent()).unwrap_or(u32::MAX);
        let asking = u32::try_from(self.device.asking(clock::now())).unwrap_or(u32::MAX);
        let refused = u32::try_from(self.device.dead_letters().len()).unwrap_or(u32::MAX);
        let is_damaged = self.damage.is_there() && waiting == 0;
        let status = self.line().map(|(line, signed_out)| match line {
            Line::Offline if signed_out => Status::SignedOut { waiting },
            Line::Offline | Line::TooOld | Line::Revoked if !is_damaged => {
                Status::Offline { waiting }
            }
            _ if refused > 0 => Status::NotSent { refused },
            _ if asking > 0 && asking == waiting => Status::Asks { waiting },
            _ if is_damaged => Status::Damaged,
            Line::Offline | Line::TooOld | Line::Revoked => Status::Offline { waiting },
            Line::Exchanging if waiting == 0 => Status::Checking,
            Line::Exchanging => Status::Sending { waiting },
            Line::Same { at } => Status::UpToDate { at },
        });
        if self.told == Some(status) {
            return self.say_it_again_if_due();
        }
        self.told = Some(status);
        page_port::tell(&ToPage::Status(status));
        self.say_how_the_line_stands();
    }

    /// How the line stands, and whether the session is over: as this tab knows it if it holds the line,
    /// else as the tab said that does; nothing if that one has been silent for too long. What waits is on
    /// the disk that all share.
    fn line(&self) -> Option<(Line, bool)> {
        let Some(said) = self.elsewhere.filter(|_| !self.is_leading) else {
            return Some((self.device.line(), self.sign_in.is_over()));
        };
        Some(match said.believed(clock::now())? {
            Status::UpToDate { at } if self.device.unsent() == 0 => (Line::Same { at }, false),
            Status::Offline { .. } => (Line::Offline, false),
            Status::SignedOut { .. } => (Line::Offline, true),
            Status::UpToDate { .. }
            | Status::Checking
            | Status::Sending { .. }
            | Status::Asks { .. }
            | Status::NotSent { .. }
            | Status::Damaged => (Line::Exchanging, false),
        })
    }

    pub(super) async fn keep_draft(&self, number: Number, key: &str, text: String) {
        let name = draft_name(self.reading.patient, key);
        let kept = put_local(&self.disk, &self.vault, &name, text.as_bytes()).await;
        page_port::tell(&match kept {
            Ok(()) => ToPage::Draft { number, text: (!text.is_empty()).then_some(text) },
            Err(why) => ToPage::NotSaved { number, why: not_kept(why) },
        });
    }
}

pub(super) fn draft_name(patient: PatientId, key: &str) -> String {
    format!("draft/{patient}/{key}")
}

fn storage(why: StoreError) -> Storage {
    match why {
        StoreError::Full => Storage::Full,
        StoreError::Unreachable | StoreError::Overtaken => Storage::Unreachable,
    }
}

pub(super) fn not_kept(why: DiskError) -> Storage {
    match why {
        DiskError::Full => Storage::Full,
        DiskError::Unreachable | DiskError::Overtaken => Storage::Unreachable,
    }
}
