//! Edit: the closed list of what a person can do, and why one may be refused.

pub mod clinic;
mod message;
mod own;
mod reading;
mod refill;
mod text;
mod visit;

use serde::{Deserialize, Serialize};

pub use self::message::{ATTACHMENTS_MAX, thread_audience};
pub use self::own::{AddAllergy, AddMedicine};
pub use self::reading::AddReading;
pub use self::refill::AskForRefill;
pub use self::text::{MESSAGE_CHARS_MAX, NAME_CHARS_MAX, NOTE_CHARS_MAX, TOPIC_CHARS_MAX};
pub use self::visit::{AnswerBeforeVisit, AskForCall, AskForVisit, QUESTIONS_MAX, WishForVisit};
use crate::document::DocumentId;
use crate::id::{AccountId, EntryId, PatientId};
pub use crate::record::Preference;
pub use crate::record::before_visit::Confirmation;
pub use crate::record::message::Attachment;
use crate::record::message::Category;
pub use crate::record::preference::{CardContact, CardField, EmergencyCard, ResultNotice};
pub use crate::record::reading::{GlucoseUnit, Measured, TemperatureUnit, WeightUnit};
pub use crate::record::visit::{AnswerToVisit, Days, PartOfDay, PreferredTime};
use crate::record::{Message, Record, Said};
use crate::sync::stored::{OutboxItem, PutInto};
use crate::time::Timestamp;

/// A message that waited longer may speak of what is over: the person is asked before it leaves.
pub const MESSAGE_WAITS_MS: i64 = 72 * 60 * 60 * 1000;
/// The same for a refill, which may have been got in another way.
pub const REFILL_WAITS_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Who may read a thread. Its author chooses once; it never changes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The patient, caregivers with messaging, and the clinic.
    #[default]
    Circle,
    /// The author and the clinic, nobody else.
    Private,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// Starts a thread; the thread takes the id of this entry.
    StartThread {
        topic: String,
        text: String,
        audience: Audience,
        #[serde(default)]
        category: Option<Category>,
        /// An entry of the record that it is about.
        #[serde(default)]
        about: Option<EntryId>,
        #[serde(default)]
        attachments: Vec<Attachment>,
        #[serde(default)]
        red_flags: Vec<String>,
    },
    /// Adds to a thread that the author can see.
    Reply {
        thread: EntryId,
        text: String,
        #[serde(default)]
        attachments: Vec<Attachment>,
        #[serde(default)]
        red_flags: Vec<String>,
    },
    /// Everything in the thread up to this entry was on the author's screen.
    MarkRead {
        thread: EntryId,
        up_to: EntryId,
    },
    /// Takes back an entry that has not left this device.
    Withdraw {
        entry: EntryId,
    },
    /// Other words for a message that has not left this device.
    Reword {
        entry: EntryId,
        text: String,
    },
    /// It waited so long that this was asked: it is still meant.
    SendStill {
        entry: EntryId,
    },
    /// Takes back an own entry; one that was sent stays in the history.
    Retract {
        entry: EntryId,
    },

    AskForRefill(AskForRefill),
    AskForVisit(AskForVisit),
    /// Something about a booked visit: cannot come, another time, an earlier one is welcome.
    WishForVisit(WishForVisit),
    AskForCall(AskForCall),
    /// Ends an own request: for a refill, a visit or a call.
    Cancel {
        request: EntryId,
    },
    AnswerBeforeVisit(AnswerBeforeVisit),

    AddReading(AddReading),
    CorrectReading {
        reading: EntryId,
        with: AddReading,
    },
    SayWrong {
        about: EntryId,
        text: String,
    },
    AddMedicine(AddMedicine),
    AddAllergy(AddAllergy),
    /// Whether two entries of the chart are one thing.
    SaySame {
        one: EntryId,
        other: EntryId,
        same: bool,
    },
    /// What the emergency card shows, and every other choice.
    Prefer(Preference),
}

impl Edit {
    /// What it would bring along besides words.
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Self::StartThread { attachments, .. } | Self::Reply { attachments, .. } => attachments,
            _ => &[],
        }
    }
}

/// Why an edit was refused. The portal turns each into a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    #[error("the text is empty")]
    EmptyText,
    #[error("the text is too long")]
    TextTooLong,
    #[error("the subject is empty")]
    EmptyTopic,
    #[error("the subject is too long")]
    TopicTooLong,
    #[error("there is no such thread")]
    NoSuchThread,
    #[error("there is no such entry")]
    NoSuchEntry,
    #[error("it has left this device already")]
    AlreadySent,
    #[error("somebody else wrote it")]
    SomebodyElses,
    #[error("there are too many of them")]
    TooMany,
    #[error("it is not a medicine that can be refilled")]
    NotAMedicine,
    #[error("the medicine is stopped")]
    MedicineStopped,
    #[error("a refill of this medicine is open already")]
    RefillOpen,
    #[error("the clinic has decided already")]
    Decided,
    #[error("it was cancelled already")]
    Cancelled,
    #[error("no time was given")]
    NoTimes,
    #[error("it is not a visit to come")]
    NotAVisit,
    #[error("it is not a number")]
    NotANumber,
    #[error("no body can show this number")]
    NotPossible,
    #[error("it is not a date that can be")]
    NotADate,
    #[error("this is not for your role to do")]
    NotYourRole,
}

/// What an allowed edit comes to. The sync half does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prepared {
    New { entry: EntryId, item: OutboxItem },
    Reword { entry: EntryId, put: PutInto },
    Withdraw { entry: EntryId },
}

/// Who edits which record, under which fresh id, and what their clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pen {
    pub account: AccountId,
    pub patient: PatientId,
    pub entry: EntryId,
    pub now: Timestamp,
}

/// Checks an edit against the record and says what is to be written where.
pub fn prepare(record: &Record, pen: Pen, edit: Edit) -> Result<Prepared, Refused> {
    match edit {
        Edit::StartThread { topic, text, audience, category, about, attachments, red_flags } => {
            let message = Message {
                topic: Some(topic),
                category,
                about,
                text,
                attachments,
                red_flags,
                ..Message::default()
            };
            message::start(pen, audience, message)
        }
        Edit::Reply { thread, text, attachments, red_flags } => {
            let message = Message { text, attachments, red_flags, ..Message::default() };
            message::reply(record, pen, thread, message)
        }
        Edit::MarkRead { thread, up_to } => message::mark_read(record, pen, thread, up_to),
        Edit::Withdraw { entry } => message::withdraw(record, pen, entry),
        Edit::Reword { entry, text } => message::reword(record, pen, entry, &text),
        Edit::SendStill { entry } => message::send_still(record, pen, entry),
        Edit::Retract { entry } => message::retract(record, pen, entry),
        Edit::AskForRefill(ask) => refill::ask(record, pen, ask),
        Edit::AskForVisit(ask) => visit::ask(pen, ask),
        Edit::WishForVisit(wish) => visit::wish(record, pen, wish),
        Edit::AskForCall(ask) => visit::call(pen, ask),
        Edit::Cancel { request } => refill::cancel(record, pen, request),
        Edit::AnswerBeforeVisit(answers) => visit::before(record, pen, answers),
        Edit::AddReading(reading) => reading::add(pen, reading),
        Edit::CorrectReading { reading, with } => reading::correct(record, pen, reading, with),
        Edit::SayWrong { about, text } => own::say_wrong(record, pen, about, &text),
        Edit::AddMedicine(medicine) => own::add_medicine(pen, medicine),
        Edit::AddAllergy(allergy) => own::add_allergy(pen, allergy),
        Edit::SaySame { one, other, same } => own::say_same(record, pen, one, other, same),
        Edit::Prefer(preference) => own::prefer(pen, &preference),
    }
}

impl Pen {
    fn new_entry(&self, audience: Audience, said: &Said) -> Prepared {
        let prepared = self.new_item(audience, PutInto::Entry { text: said.to_text() });
        let Prepared::New { entry, item } = prepared else { return prepared };
        let wait = match said {
            Said::Message(_) => Some(MESSAGE_WAITS_MS),
            Said::Refill(_) => Some(REFILL_WAITS_MS),
            _ => None,
        };
        let ask_again_at = wait.map(|wait| self.now.plus_millis(wait));
        let attachments = match said {
            Said::Message(message) => message::names(&message.attachments),
            _ => None,
        };
        Prepared::New { entry, item: OutboxItem { ask_again_at, attachments, ..item } }
    }

    fn new_item(&self, audience: Audience, put: PutInto) -> Prepared {
        let item = OutboxItem {
            patient: self.patient,
            document: DocumentId::journal(self.patient, self.account, audience),
            written_at: self.now,
            put,
            sealed_to_clinic: None,
            may_be_sent: None,
            ask_again_at: None,
            attachments: None,
            saying: None,
        };
        Prepared::New { entry: self.entry, item }
    }
}

#[cfg(test)]
mod tests;
