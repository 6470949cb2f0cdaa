//! The line to the worker: who waits for which answer, what waits for the worker to open, and how
//! often it may break.

use futures_channel::oneshot::{self, Receiver, Sender};
use leptos::prelude::{GetUntracked, RwSignal, Set};
use shared::edit::Edit;
use shared::id::EntryId;

use super::NotTaken;
use crate::bridge::{
    Access, Answer, Ask, Denied, Granted, Number, Storage, ToPage, ToWorker, to_bytes,
};
use crate::page::i18n::time::now;
use crate::page::ui::platform::{ChosenFile, WorkerPort};

/// A worker that breaks more often than this within the window is not started again by itself.
const RESTARTS_MAX: u32 = 3;
/// A worker that ran this long is believed to be well again.
const RESTART_WINDOW_MS: i64 = 60_000;

type Draft = Result<Option<String>, Storage>;

/// One worker from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life(u32);

struct Question {
    number: Number,
    ask: Ask,
    answer: RwSignal<Option<Answer>>,
}

/// Who waits for a reply that comes once.
enum Reply {
    Edit(Sender<Result<EntryId, NotTaken>>),
    Draft(Sender<Draft>),
    Access(Sender<Result<Granted, Denied>>),
}

pub(super) struct Line {
    port: Option<WorkerPort>,
    life: Life,
    slot: Option<String>,
    /// What is open in that slot is kept nowhere, and ends with its worker.
    keeps_nothing: bool,
    /// The account is open, so that questions and edits have an address.
    is_open: bool,
    next: Number,
    /// Of one screen, so few that looking through a list is quickest; here and below.
    questions: Vec<Question>,
    replies: Vec<(Number, Reply)>,
    /// A new worker first opens the slot; without this it waits to be asked for something else.
    opens: bool,
    /// It only still brings the last words to the disk.
    is_ending: bool,
    /// Written before the account was open.
    queue: Vec<ToWorker>,
    restarts: u32,
    restarted_at_ms: i64,
}

impl Line {
    pub(super) fn new(slot: Option<String>) -> Self {
        Self {
            port: None,
            life: Life(0),
            slot,
            keeps_nothing: false,
            is_open: false,
            next: 0,
            questions: Vec::new(),
            replies: Vec::new(),
            opens: false,
            is_ending: false,
            queue: Vec::new(),
            restarts: 0,
            restarted_at_ms: 0,
        }
    }

    pub(super) fn slot(&self) -> Option<String> {
        self.slot.clone()
    }

    /// Sends if a worker is there; nobody waits for the answer.
    pub(super) fn post(&self, message: &ToWorker) {
        if let Some(port) = &self.port {
            port.post(&to_bytes(message));
        }
    }

    pub(super) fn post_with(&self, message: &ToWorker, file: &ChosenFile) {
        if let Some(port) = &self.port {
            port.post_with(&to_bytes(message), file);
        }
    }

    // --- What the screens want ---

    pub(super) fn question(&mut self, ask: Ask, answer: RwSignal<Option<Answer>>) -> Number {
        let number = self.number();
        if self.is_open {
            self.post(&ToWorker::Ask { number, ask: ask.clone() });
        }
        self.questions.push(Question { number, ask, answer });
        number
    }

    pub(super) fn forget_question(&mut self, number: Number) {
        self.questions.retain(|question| question.number != number);
    }

    pub(super) fn edit(&mut self, edit: Edit) -> Receiver<Result<EntryId, NotTaken>> {
        let number = self.number();
        let (done, reply) = oneshot::channel();
        self.replies.push((number, Reply::Edit(done)));
        self.send(ToWorker::Edit { number, edit });
        reply
    }

    pub(super) fn draft(&mut self, key: String) -> Receiver<Draft> {
        let number = self.number();
        let (done, reply) = oneshot::channel();
        self.replies.push((number, Reply::Draft(done)));
        self.send(ToWorker::Draft { number, key });
        reply
    }

    pub(super) fn keep_draft(&mut self, key: String, text: String) -> Receiver<Draft> {
        let number = self.number();
        let (done, reply) = oneshot::channel();
        self.replies.push((number, Reply::Draft(done)));
        self.send(ToWorker::KeepDraft { number, key, text });
        reply
    }

    /// Asks at once, or nothing if there is no worker to ask.
    pub(super) fn access(&mut self, access: Access) -> Option<Receiver<Result<Granted, Denied>>> {
        self.port.as_ref()?;
        let number = self.number();
        let (done, reply) = oneshot::channel();
        self.replies.push((number, Reply::Access(done)));
        // The worker keeps what comes before its program does.
        self.post(&ToWorker::Access { number, access });
        Some(reply)
    }

    /// A worker that could be asked something now.
    pub(super) fn is_there(&self) -> bool {
        self.port.is_some() && !self.is_ending
    }

    pub(super) const fn keeps_nothing(&self) -> bool {
        self.keeps_nothing
    }

    pub(super) fn set_slot(&mut self, slot: Option<String>) {
        self.slot = slot;
        self.keeps_nothing = false;
    }

    pub(super) fn open_slot(&mut self, slot: String, keeps_nothing: bool) {
        self.post(&ToWorker::Open { slot: slot.clone() });
        self.slot = Some(slot);
        self.keeps_nothing = keeps_nothing;
    }

    fn number(&mut self) -> Number {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    fn send(&mut self, message: ToWorker) {
        if self.is_open { self.post(&message) } else { self.queue.push(message) }
    }

    // --- What the worker says ---

    pub(super) fn hear(&mut self, message: ToPage) {
        match message {
            ToPage::Started => self.introduce(),
            ToPage::Access { number, outcome } => {
                if let Some(Reply::Access(done)) = self.reply(number) {
                    // Nobody waits any more if the screen is gone; here and below.
                    let _ = done.send(outcome);
                }
            }
            ToPage::Answered { number, answer } => self.answered(number, answer),
            ToPage::Saved { number, entry } => self.edited(number, Ok(entry)),
            ToPage::Refused { number, why } => self.edited(number, Err(NotTaken::Refused(why))),
            ToPage::NotSaved { number, why } => match self.reply(number) {
                Some(Reply::Draft(done)) => drop(done.send(Err(why))),
                Some(Reply::Edit(done)) => drop(done.send(Err(NotTaken::NotSaved(why)))),
                Some(Reply::Access(_)) | None => {}
            },
            ToPage::Draft { number, text } => {
                if let Some(Reply::Draft(done)) = self.reply(number) {
                    let _ = done.send(Ok(text));
                }
            }
            ToPage::Changed => self.ask_again(),
            ToPage::Opened(_)
            | ToPage::Locked
            | ToPage::NothingHere
            | ToPage::NobodyHere
            | ToPage::Revoked
            | ToPage::NeedsConnection
            | ToPage::Status(_)
            | ToPage::OpensWith(_)
            | ToPage::Broken => unreachable!("the session itself hears these"),
        }
    }

    /// The first thing a worker is told: whom to open.
    fn introduce(&self) {
        if let Some(slot) = self.slot.as_ref().filter(|_| self.opens) {
            self.post(&ToWorker::Open { slot: slot.clone() });
        }
    }

    fn answered(&mut self, number: Number, answer: Answer) {
        if let Some(question) = self.questions.iter().find(|question| question.number == number)
            && question.answer.try_get_untracked().is_some_and(|old| old.as_ref() != Some(&answer))
        {
            question.answer.set(Some(answer));
        }
    }

    fn edited(&mut self, number: Number, outcome: Result<EntryId, NotTaken>) {
        if let Some(Reply::Edit(done)) = self.reply(number) {
            let _ = done.send(outcome);
        }
    }

    /// Whoever waits under this number, who then waits no more.
    fn reply(&mut self, number: Number) -> Option<Reply> {
        let place = self.replies.iter().position(|(waiting, _)| *waiting == number)?;
        Some(self.replies.swap_remove(place).1)
    }

    pub(super) fn opened(&mut self) {
        self.is_open = true;
        self.ask_again();
        for message in std::mem::take(&mut self.queue) {
            self.post(&message);
        }
    }

    fn ask_again(&self) {
        for Question { number, ask, .. } in &self.questions {
            self.post(&ToWorker::Ask { number: *number, ask: ask.clone() });
        }
    }

    // --- Its life ---

    pub(super) fn begin(&mut self) -> Life {
        self.life = Life(self.life.0.wrapping_add(1));
        self.life
    }

    pub(super) const fn life(&self) -> Life {
        self.life
    }

    pub(super) fn connect(&mut self, port: WorkerPort, opens: bool) {
        self.is_open = false;
        self.opens = opens;
        self.is_ending = false;
        self.port = Some(port);
    }

    /// Takes note of a fault; answers whether to start the worker again. One fault often shows
    /// twice, as a word of the worker and as an error: the second finds another life, or none.
    pub(super) fn broke(&mut self, life: Life) -> Option<bool> {
        if self.life != life || self.port.is_none() {
            return None;
        }
        let now_ms = now().millis();
        if now_ms - self.restarted_at_ms > RESTART_WINDOW_MS {
            self.restarts = 0;
        }
        self.restarts += 1;
        self.restarted_at_ms = now_ms;
        self.hang_up();
        Some(self.restarts <= RESTARTS_MAX)
    }

    /// The person asks to try once more.
    pub(super) fn forgive(&mut self) {
        self.restarts = 0;
    }

    /// Nothing new is asked of it; it may still bring the last words to the disk.
    pub(super) fn wind_down(&mut self) {
        self.is_ending = true;
        for question in std::mem::take(&mut self.questions) {
            question.answer.try_set(None);
        }
    }

    /// Ends this worker, unless another one came meanwhile.
    pub(super) fn end_life(&mut self, life: Life) {
        if self.life == life {
            self.end();
        }
    }

    /// Ends the worker and leaves nothing of the record behind.
    pub(super) fn end(&mut self) {
        self.hang_up();
        for question in &self.questions {
            question.answer.try_set(None);
        }
    }

    /// Whoever waits hears that it was interrupted, because the channel closes.
    pub(super) fn hang_up(&mut self) {
        self.port = None;
        self.is_open = false;
        self.replies.clear();
        // Their writers were just told so, and still have the text.
        self.queue.clear();
    }
}
