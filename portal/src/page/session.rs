//! The page's only door to the record: owns the worker, asks and edits through it, starts it again
//! when it breaks, and says which stage the person is at.

mod access;
mod device;
mod line;
mod lock;
mod passkeys;

use leptos::prelude::{
    Effect, Get, GetUntracked, GetValue, LocalStorage, ReadSignal, RwSignal, Set, SetValue, Signal,
    StoredValue, Update, UpdateValue, With, WithUntracked, WithValue, on_cleanup,
};
use leptos::task::spawn_local;
use shared::edit::{Edit, Refused};
use shared::id::{EntryId, PatientId};
use shared::view::{Thread, Threads, Waiting};

use crate::bridge::{self, Answer, Ask, RecordOf, Status, Storage, ToPage, ToWorker};
use crate::page::ui::platform::{
    ChosenFile, Kept, WorkerPort, clean_address, fragment_value, on_aside, on_wake, query_value,
    setting,
};
pub(crate) use device::Outside;
use line::{Life, Line};
pub(crate) use lock::{CHOICES, minutes, set_minutes};

/// Where the person stands. Only `Open` shows anything of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has an account in this tab.
    Welcome,
    /// An account was here, but the clinic ended it.
    Ended,
    /// An account was here, and somebody ended this device's access.
    Revoked,
    /// The clinic knows this device, but the browser lost what was on it.
    Lost,
    /// The worker looks on the disk, and then at the clinic.
    Opening,
    Open,
    Locked,
    /// Nothing on the disk yet, and no connection to fetch it.
    NeedsConnection,
    /// The worker broke again and again.
    Broken,
}

/// Why an edit is not on the disk. The text must stay on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    Refused(Refused),
    NotSaved(Storage),
    /// The worker ended before it answered.
    Interrupted,
}

/// What a screen asked for, out of the answer that came. It reads like a signal; one made for each
/// type weighs five times as much.
pub(crate) struct Asked<T> {
    answer: ReadSignal<Option<Answer>>,
    /// Only this part is copied: a copy of any answer at all would be most of the copies that this
    /// program can make.
    part: fn(&Answer) -> Option<T>,
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Asked<T> {}

impl<T> Asked<T> {
    /// Nothing until the answer is there.
    pub(crate) fn get(self) -> Option<T> {
        self.answer.with(|answer| answer.as_ref().and_then(self.part))
    }

    pub(crate) fn untracked(self) -> Option<T> {
        self.answer.with_untracked(|answer| answer.as_ref().and_then(self.part))
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Session {
    stage: RwSignal<Stage>,
    who: RwSignal<Option<bridge::Session>>,
    status: RwSignal<Option<Status>>,
    /// Drafts of which the screen holds more than the disk, by key.
    drafts_at_risk: RwSignal<Vec<String>>,
    /// The secret of an invitation link. It stays in the address until it was used: a reload begins again.
    invitation: RwSignal<Option<String>>,
    seen: StoredValue<lock::Seen>,
    line: StoredValue<Line, LocalStorage>,
}

impl Session {
    /// Reads where this tab was, and starts the worker if there is anything to open.
    pub(crate) fn start() -> Self {
        let invitation = fragment_value("activate");
        let given = query_value("slot");
        if let Some(slot) = &given {
            Kept::Tab.write("slot", Some(slot));
            Kept::Tab.write("locked", None);
        }
        if given.is_some() {
            clean_address();
        }
        let slot = Kept::Tab.read("slot").or_else(|| Kept::Device.read("slot"));
        let stage = match (&invitation, &slot) {
            (Some(_), _) | (None, None) => Stage::Welcome,
            (None, Some(_)) if Kept::Tab.read("locked").is_some() => Stage::Locked,
            (None, Some(_)) => Stage::Opening,
        };
        let session = Self {
            stage: RwSignal::new(stage),
            who: RwSignal::new(None),
            status: RwSignal::new(None),
            drafts_at_risk: RwSignal::new(Vec::new()),
            invitation: RwSignal::new(invitation),
            seen: StoredValue::new(lock::Seen::default()),
            line: StoredValue::new_local(Line::new(slot)),
        };
        on_wake(move || session.line.with_value(|line| line.post(&ToWorker::Woke)));
        on_aside(move || session.put_aside(), move || session.come_back());
        if stage == Stage::Opening {
            session.start_worker(true);
        }
        if session.line.with_value(Line::slot).is_none()
            && session.invitation.with_untracked(Option::is_none)
        {
            session.look_on_disk();
        }
        session.watch();
        session
    }

    pub(crate) fn stage(self) -> ReadSignal<Stage> {
        self.stage.read_only()
    }

    pub(crate) fn who(self) -> ReadSignal<Option<bridge::Session>> {
        self.who.read_only()
    }

    pub(crate) fn status(self) -> ReadSignal<Option<Status>> {
        self.status.read_only()
    }

    pub(crate) fn invitation(self) -> ReadSignal<Option<String>> {
        self.invitation.read_only()
    }

    /// Nothing is kept here, so nothing of it may be written down in clear either.
    pub(crate) fn is_brief(self) -> bool {
        self.line.with_value(Line::keeps_nothing)
    }

    /// The record that is open now.
    pub(crate) fn open_record_untracked(self) -> Option<RecordOf> {
        let who = self.who.get_untracked()?;
        who.records.iter().find(|record| record.patient == who.open).cloned()
    }

    // --- Questions ---

    /// Asks now, and again whenever the record changed, for as long as the asking screen is there.
    pub(crate) fn ask(self, ask: Ask) -> ReadSignal<Option<Answer>> {
        let answer = RwSignal::new(None);
        let number = self.line.try_update_value(|line| line.question(ask, answer));
        on_cleanup(move || {
            if let Some(number) = number {
                self.line.try_update_value(|line| line.forget_question(number));
            }
        });
        answer.read_only()
    }

    /// The same, of a question that changes. The answer before stays until the next one is there,
    /// so that nothing on the screen jumps.
    pub(crate) fn ask_anew(self, ask: Signal<Ask>) -> ReadSignal<Option<Answer>> {
        let answer = RwSignal::new(None);
        let number = StoredValue::new(None);
        let forget = move || {
            if let Some(before) = number.try_get_value().flatten() {
                self.line.try_update_value(|line| line.forget_question(before));
            }
        };
        Effect::new(move |_| {
            let ask = ask.get();
            forget();
            number.set_value(self.line.try_update_value(|line| line.question(ask, answer)));
        });
        on_cleanup(forget);
        answer.read_only()
    }

    /// With what is known of those that are not there. The worker answers the question that was asked; here
    /// and below.
    pub(crate) fn threads(self) -> Asked<Threads> {
        let part = |answer: &Answer| {
            if let Answer::Threads(all) = answer { Some(all.clone()) } else { None }
        };
        Asked { answer: self.ask(Ask::Threads), part }
    }

    pub(crate) fn thread(self, thread: EntryId) -> Asked<Option<Thread>> {
        let part = |answer: &Answer| {
            if let Answer::Thread(thread) = answer { Some(thread.clone()) } else { None }
        };
        Asked { answer: self.ask(Ask::Thread { thread }), part }
    }

    pub(crate) fn waiting(self) -> Asked<Waiting> {
        let part = |answer: &Answer| {
            if let Answer::Waiting(waiting) = answer { Some(waiting.clone()) } else { None }
        };
        Asked { answer: self.ask(Ask::Waiting), part }
    }

    // --- Edits and drafts ---

    /// Answers once the edit is durable on this device, or why it is not.
    pub(crate) async fn edit(self, edit: Edit) -> Result<EntryId, NotTaken> {
        let reply = self.line.try_update_value(|line| line.edit(edit));
        let Some(reply) = reply else {
            return Err(NotTaken::Interrupted);
        };
        reply.await.unwrap_or(Err(NotTaken::Interrupted))
    }

    pub(crate) async fn draft(self, key: String) -> Option<String> {
        let reply = self.line.try_update_value(|line| line.draft(key))?;
        reply.await.ok()?.ok()?
    }

    /// Answers whether the draft is on the disk.
    pub(crate) async fn keep_draft(self, key: String, text: String) -> bool {
        self.give_up_draft(&key);
        self.drafts_at_risk.try_update(|keys| keys.push(key.clone()));
        let reply = self.line.try_update_value(|line| line.keep_draft(key.clone(), text));
        let Some(reply) = reply else { return false };
        let kept = matches!(reply.await, Ok(Ok(_)));
        if kept {
            self.give_up_draft(&key);
        }
        kept
    }

    /// The disk did not take it, and its screen is gone.
    pub(crate) fn give_up_draft(self, key: &str) {
        self.drafts_at_risk.try_update(|keys| keys.retain(|one| one != key));
    }

    /// True once the page may be reloaded without losing what was typed.
    pub(crate) fn drafts_are_kept(self) -> bool {
        self.drafts_at_risk.with(Vec::is_empty)
    }

    // --- Photos ---

    pub(crate) fn add_photo(self, key: &str, file: &ChosenFile) {
        let message = ToWorker::AddPhoto { key: key.to_owned() };
        self.line.with_value(|line| line.post_with(&message, file));
    }

    pub(crate) fn keep_photos(self, key: &str, blobs: Vec<String>, keep: bool) {
        let message = ToWorker::KeepPhotos { key: key.to_owned(), blobs, keep };
        self.line.with_value(|line| line.post(&message));
    }

    // --- Accounts ---

    pub(crate) fn switch(self, patient: PatientId) {
        self.line.with_value(|line| line.post(&ToWorker::Switch { patient }));
    }

    /// Tries again after `NeedsConnection` or `Broken`.
    pub(crate) fn open_again(self) {
        self.line.try_update_value(Line::forgive);
        self.stage.set(Stage::Opening);
        self.start_worker(true);
    }

    // --- The worker ---

    /// The browser keeps the page as it is. Its worker must not live on in there, and whoever comes back
    /// with the browser's own button must not find a record that asks for a passphrase.
    fn put_aside(self) {
        let asks = self.who.with_untracked(|who| who.as_ref().is_some_and(|who| !who.unasked));
        if self.is_brief() {
            return self.end_what_is_kept_nowhere();
        }
        self.line.try_update_value(Line::hang_up);
        if asks {
            Kept::Tab.write("locked", Some("yes"));
            self.show_nothing(Stage::Locked);
        }
    }

    /// The person comes back to the page that was put aside.
    fn come_back(self) {
        match self.stage.get_untracked() {
            Stage::Opening | Stage::Open | Stage::NeedsConnection => self.start_worker(true),
            Stage::Welcome
            | Stage::Ended
            | Stage::Revoked
            | Stage::Lost
            | Stage::Locked
            | Stage::Broken => {}
        }
    }

    /// `opens`: it opens this tab's slot; else it waits to be asked.
    fn start_worker(self, opens: bool) {
        let Some(life) = self.line.try_update_value(Line::begin) else {
            return;
        };
        let started = setting("worker").and_then(|url| {
            WorkerPort::start(
                &url,
                move |bytes| match bridge::from_bytes(&bytes) {
                    Ok(message) => self.hear(life, message),
                    Err(_) => self.restart(life),
                },
                move || self.restart(life),
            )
        });
        match started {
            Some(port) => {
                self.line.try_update_value(|line| line.connect(port, opens));
            }
            None => self.stage.set(Stage::Broken),
        }
    }

    /// Not at once: the worker's own callback is what noticed the fault.
    fn restart(self, life: Life) {
        spawn_local(async move {
            let Some(again) = self.line.try_update_value(|line| line.broke(life)).flatten() else {
                return;
            };
            if self.is_brief() {
                return self.end_what_is_kept_nowhere();
            }
            match self.stage.get_untracked() {
                // Nothing was open; whoever activates hears that it did not work.
                Stage::Welcome | Stage::Ended | Stage::Revoked | Stage::Lost | Stage::Locked => {}
                Stage::Opening | Stage::Open | Stage::NeedsConnection | Stage::Broken if again => {
                    // A vault that asks for a passphrase asks again: the keys went with the worker.
                    self.start_worker(true);
                }
                Stage::Opening | Stage::Open | Stage::NeedsConnection | Stage::Broken => {
                    self.status.set(None);
                    self.stage.set(Stage::Broken);
                }
            }
        });
    }

    fn hear(self, life: Life, message: ToPage) {
        match message {
            ToPage::Opened(who) => self.opened(who),
            ToPage::Locked => self.locked(),
            ToPage::NothingHere => self.lost(),
            ToPage::NobodyHere => self.ended(Stage::Ended),
            ToPage::Revoked => self.ended(Stage::Revoked),
            ToPage::NeedsConnection => self.stage.set(Stage::NeedsConnection),
            ToPage::Status(status) => self.heard_status(status),
            ToPage::OpensWith(asked) => self.opens_with(asked.as_deref()),
            ToPage::Broken => self.restart(life),
            other @ (ToPage::Started
            | ToPage::Access { .. }
            | ToPage::Answered { .. }
            | ToPage::Saved { .. }
            | ToPage::Refused { .. }
            | ToPage::NotSaved { .. }
            | ToPage::Draft { .. }
            | ToPage::Changed) => drop(self.line.try_update_value(|line| line.hear(other))),
        }
    }
}
