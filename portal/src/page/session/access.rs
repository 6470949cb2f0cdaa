//! The ways in and out, as the screens see them: an invitation or a sign-in becomes an open account, a
//! passphrase opens a vault, and leaving takes everything off the device.

use leptos::prelude::{GetUntracked, Set, UpdateValue, WithUntracked, WithValue};
use leptos::task::spawn_local;

use super::device::{Outside, leaving, set_leaving};
use super::line::Line;
use super::{Session, Stage};
use crate::bridge::{self, Access, Denied, Granted, Opener, Status};
use crate::page::i18n::words;
use crate::page::ui::platform::{
    Kept, clean_address, forget_database, set_root_data, slots_on_disk, tell,
};

impl Session {
    /// Asks the worker, and starts one if there is none.
    pub(crate) async fn access(self, access: Access) -> Result<Granted, Denied> {
        if !self.line.with_value(Line::is_there) {
            self.line.try_update_value(Line::end);
            self.line.try_update_value(Line::forgive);
            self.start_worker(false);
        }
        let reply = self.line.try_update_value(|line| line.access(access)).flatten();
        let Some(reply) = reply else {
            return Err(Denied::Interrupted);
        };
        reply.await.unwrap_or(Err(Denied::Interrupted))
    }

    /// Before an account is made or signed in here: whatever is open in this tab is closed.
    pub(crate) fn stand_outside(self) {
        if self.is_brief() {
            return self.end_what_is_kept_nowhere();
        }
        if !matches!(
            self.stage.get_untracked(),
            Stage::Welcome | Stage::Ended | Stage::Revoked | Stage::Lost
        ) {
            self.line.try_update_value(Line::end);
            self.line.try_update_value(|line| line.set_slot(None));
            self.show_nothing(Stage::Welcome);
        }
    }

    /// Opens the account that an invitation or a sign-in just made.
    pub(crate) fn enter(self, slot: String, brief: bool) {
        match brief {
            // For the boot script, which tells the clinic when it ends.
            true => set_root_data("brief", Some(&slot)),
            false => Kept::Tab.write("slot", Some(&slot)),
        }
        Kept::Tab.write("locked", None);
        if self.invitation.with_untracked(Option::is_some) {
            self.invitation.set(None);
            clean_address();
        }
        self.line.try_update_value(|line| line.open_slot(slot, brief));
        self.stage.set(Stage::Opening);
    }

    /// What can be said without a key.
    pub(crate) fn outside(self) -> Option<Outside> {
        self.line.with_value(Line::slot).map(|slot| Outside::read(&slot))
    }

    /// What opens of the record without a key; nothing takes it away.
    pub(crate) fn keep_card(self, text: Option<&str>) {
        if let Some(slot) = self.line.with_value(Line::slot).filter(|_| !self.is_brief()) {
            Outside::write_card(&slot, text);
        }
    }

    pub(crate) async fn unlock(self, with: Opener) -> Result<(), Denied> {
        let slot = self.line.with_value(Line::slot).ok_or(Denied::DidNotOpen)?;
        // The worker says first that it is open, and that shows the record.
        let outcome = self.access(Access::Unlock { slot, with }).await.map(drop);
        if outcome == Err(Denied::NotSaved) {
            // What the passphrase would open cannot be read.
            self.stage.set(Stage::Broken);
        }
        outcome
    }

    /// Opens what asks for no passphrase.
    pub(crate) fn unlock_unasked(self) {
        Kept::Tab.write("locked", None);
        self.open_again();
    }

    /// Takes everything off this device; what was not sent goes with it.
    pub(crate) async fn leave(self) -> Result<(), Denied> {
        let (slot, brief) = (self.line.with_value(Line::slot), self.is_brief());
        let Granted::Left { clinic_knows } = self.access(Access::Leave).await? else {
            return Err(Denied::Interrupted);
        };
        // A session that keeps nothing is over by itself soon.
        if let Some(slot) = slot.clone().filter(|_| !clinic_knows && !brief) {
            set_leaving(&[leaving(), vec![slot]].concat());
        }
        self.forget_slot();
        self.line.try_update_value(Line::end);
        if let Some(slot) = slot.filter(|_| !brief) {
            forget_database(&slot);
        }
        self.show_nothing(Stage::Welcome);
        Ok(())
    }

    /// Where nothing is kept there is nothing to lock: the worker goes, and with it everything. The clinic
    /// is told, or notices it in a few minutes.
    pub(super) fn end_what_is_kept_nowhere(self) {
        self.line.try_update_value(Line::end);
        self.line.try_update_value(|line| line.set_slot(None));
        self.show_nothing(Stage::Welcome);
        tell("end-brief");
    }

    /// Nothing says whose tab this is: if the disk knows somebody, it is theirs.
    pub(super) fn look_on_disk(self) {
        spawn_local(async move {
            let slot = slots_on_disk().await.pop();
            let is_still_nobody = self.stage.get_untracked() == Stage::Welcome
                && self.line.with_value(|line| line.slot().is_none() && !line.is_there());
            if let Some(slot) = slot.filter(|_| is_still_nobody) {
                self.line.try_update_value(|line| line.set_slot(Some(slot)));
                self.open_again();
            }
        });
    }

    /// Tells the clinic who left while there was no connection.
    pub(super) fn tell_who_left(self) {
        for slot in leaving() {
            spawn_local(async move {
                let told = self.access(Access::EndSession { slot: slot.clone() }).await;
                if matches!(told, Ok(Granted::Left { clinic_knows: true })) {
                    let rest: Vec<_> = leaving().into_iter().filter(|one| *one != slot).collect();
                    set_leaving(&rest);
                }
            });
        }
    }

    // --- What the worker says ---

    pub(super) fn opened(self, who: bridge::Session) {
        words::say_that_nothing_is_kept(self.is_brief());
        if self.is_brief() {
            return self.shown(who);
        }
        // Only now: a slot from a link that nobody is in must not replace the one that works.
        let slot = self.line.with_value(Line::slot);
        Kept::Tab.write("slot", slot.as_deref());
        Kept::Tab.write("locked", None);
        Kept::Device.write("slot", slot.as_deref());
        Kept::Tab.write("lock-heard", Kept::Device.read("lock").as_deref());
        if let Some(slot) = &slot {
            Outside::write_clinic(slot, &who.clinic, who.unasked);
        }
        self.shown(who);
    }

    fn shown(self, who: bridge::Session) {
        self.who.set(Some(who));
        if self.stage.get_untracked() != Stage::Open {
            self.stage.set(Stage::Open);
        }
        self.line.try_update_value(Line::opened);
    }

    pub(super) fn heard_status(self, status: Option<Status>) {
        let waiting = status.and_then(|status| match status {
            Status::Offline { waiting }
            | Status::SignedOut { waiting }
            | Status::Sending { waiting }
            | Status::Asks { waiting } => Some(waiting),
            Status::UpToDate { .. } | Status::Checking => Some(0),
            Status::NotSent { .. } | Status::Damaged => None,
        });
        let slot = self.line.with_value(Line::slot).filter(|_| !self.is_brief());
        if let (Some(waiting), Some(slot)) = (waiting, slot) {
            Outside::write_waiting(&slot, waiting);
        }
        self.status.set(status);
    }

    /// There is a vault, and it asks. The worker stays: it holds nothing.
    pub(super) fn locked(self) {
        self.show_nothing(Stage::Locked);
    }

    /// The browser lost what was on this device.
    pub(super) fn lost(self) {
        self.line.try_update_value(|line| line.set_slot(None));
        self.show_nothing(Stage::Lost);
    }

    /// Nobody is here any more: the clinic said so.
    pub(super) fn ended(self, stage: Stage) {
        let slot = self.line.with_value(Line::slot);
        self.forget_slot();
        self.line.try_update_value(Line::end);
        if let Some(slot) = slot.filter(|_| stage == Stage::Revoked) {
            forget_database(&slot);
        }
        self.show_nothing(stage);
    }

    pub(super) fn show_nothing(self, stage: Stage) {
        words::say_that_nothing_is_kept(false);
        self.status.set(None);
        self.stage.set(stage);
        self.who.set(None);
    }

    fn forget_slot(self) {
        let slot = self.line.with_value(Line::slot);
        set_root_data("brief", None);
        Kept::Tab.write("slot", None);
        Kept::Tab.write("locked", None);
        if Kept::Device.read("slot") == slot {
            Kept::Device.write("slot", None);
        }
        if let Some(slot) = slot {
            Outside::forget(&slot);
        }
        self.line.try_update_value(|line| line.set_slot(None));
    }
}
