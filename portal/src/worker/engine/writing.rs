//! From what a person does to what the device half is told.

use shared::edit::{self, Edit, Pen, Prepared};
use shared::id::EntryId;
use shared::sync::device::Event;

use super::account::Account;
use super::telling::not_kept;
use crate::bridge::{Number, Storage, ToPage};
use crate::worker::browser::random::Browser;
use crate::worker::browser::{clock, page_port};

impl Account {
    pub(super) async fn edit(&mut self, number: Number, edit: Edit) -> Option<Event> {
        if self.disk.keeps_nothing() && self.has_no_line() {
            page_port::tell(&ToPage::NotSaved { number, why: Storage::NoLine });
            return None;
        }
        let now = clock::now();
        let newest = self.device.newest_unsent().max(self.newest);
        let entry = EntryId::fresh_behind(newest, now, &mut Browser);
        let pen = Pen { account: self.profile.account, patient: self.reading.patient, entry, now };
        let attachments = edit.attachments().to_vec();
        match edit::prepare(self.record(), pen, edit) {
            Ok(Prepared::New { entry, item }) => {
                self.newest = Some(entry);
                if let Err(why) = self.photos_of(entry, &attachments).await {
                    page_port::tell(&ToPage::NotSaved { number, why: not_kept(why) });
                    return None;
                }
                Some(Event::Edited { number, entry, item })
            }
            Ok(Prepared::Reword { entry, put }) => Some(Event::Reworded { number, entry, put }),
            Ok(Prepared::Withdraw { entry }) => {
                self.withdrawing.push(number);
                Some(Event::Withdrawn { number, entry })
            }
            Err(why) => {
                page_port::tell(&ToPage::Refused { number, why });
                None
            }
        }
    }
}
