//! Ask and Answer: what a screen may want to know, as pure functions `&Record → plain data`.

pub mod activity;
pub mod alike;
pub mod before_visit;
pub mod card;
pub mod desk;
pub mod devices;
pub mod home;
pub mod medicines;
pub mod paper;
pub mod refills;
pub mod requests;
pub mod results;
pub mod safety;
pub mod search;
pub mod sections;
pub mod settings;
pub mod shares;
mod state;
pub mod threads;
pub mod timeline;
pub mod visit;
pub mod waiting;

use serde::{Deserialize, Serialize};

pub use self::results::ShowResults;
pub use self::sections::Section;
pub use self::waiting::{Waiting, WaitingItem, WaitingKind};
use crate::edit::Audience;
pub use crate::fhir::ResourceType;
pub use crate::fhir::description::{Standing, What};
pub use crate::fhir::dosage::Spoken;
pub use crate::fhir::observation::Flag;
use crate::id::{AccountId, EntryId};
pub use crate::record::activity::{Did, Touched, Why};
pub use crate::record::before_visit::{BeforeVisit, Confirmation};
use crate::record::message::{Attachment, Category};
pub use crate::record::reading::Reading as OwnReading;
pub use crate::record::{Loaded, Record};
use crate::time::Timestamp;

/// A question of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The device's clock only says what is new and what comes next.
    Home {
        now: Timestamp,
    },
    Threads,
    Thread {
        thread: EntryId,
    },
    Results {
        show: ShowResults,
        limit: u32,
    },
    Result {
        entry: EntryId,
    },
    Medicines,
    Medicine {
        entry: EntryId,
    },
    Refills,
    Requests,
    Overview,
    Section {
        section: Section,
        limit: u32,
    },
    /// Anything of the chart.
    Entry {
        entry: EntryId,
    },
    /// What other sources say of the same thing.
    Alike {
        entry: EntryId,
    },
    Timeline {
        from: u32,
        limit: u32,
    },
    Search {
        text: String,
    },
    Activity {
        words: String,
        limit: u32,
    },
    Settings,
    Waiting,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Home(Box<home::Home>),
    Threads(Threads),
    /// Nothing if there is no such thread on this device.
    Thread(Option<Thread>),
    Results(results::Results),
    /// Nothing if there is no such result on this device; and so on below.
    Result(Option<Box<results::detail::ResultDetail>>),
    Medicines(medicines::Medicines),
    Medicine(Option<Box<medicines::MedicineDetail>>),
    Refills(Vec<refills::RefillRow>),
    Requests(requests::Requests),
    Overview(sections::Overview),
    Section(sections::SectionAnswer),
    Entry(Option<Box<EntryAnswer>>),
    Alike(Vec<alike::Alike>),
    Timeline(timeline::Timeline),
    Found(search::Found),
    Activity(activity::ActivityAnswer),
    Settings(Vec<settings::Chosen>),
    Waiting(Waiting),
}

/// One thing of the chart, and the papers that come with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryAnswer {
    pub row: sections::Row,
    /// Where it is listed.
    pub section: Option<Section>,
    pub papers: Vec<paper::PaperRow>,
}

/// Where an item is. A state only moves forward, and is never ahead of the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// On the disk of this device, and nowhere else.
    SavedHere {
        at: Timestamp,
        /// Nobody else can have it: it can still be said otherwise, or withdrawn.
        may_change: bool,
    },
    /// Durable at the server.
    Sent {
        at: Timestamp,
    },
    /// In the clinic's worklist.
    AtTheClinic {
        at: Timestamp,
    },
    ReadBy {
        name: String,
        at: Timestamp,
    },
    Answered {
        at: Timestamp,
    },
    NotSent {
        why: NotSent,
    },
}

/// Why something was not sent and will not be without the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// The server said that this account may not write here.
    NotAllowed,
    /// The server could not take it as it is.
    NotAccepted,
    /// The thread or record it belongs to was erased.
    Erased,
    /// The clinic keeps no more photos of this record.
    NoRoom,
    /// Its photo could not be brought to the clinic.
    NotAttached,
}

/// The list of threads, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threads {
    /// Whether an older one may be missing, or the beginning of one.
    pub loaded: Loaded,
    pub rows: Vec<ThreadRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRow {
    pub thread: EntryId,
    pub topic: String,
    pub audience: Audience,
    /// The beginning of the newest message.
    pub excerpt: String,
    /// Who wrote the newest message; nothing if it was the reader.
    pub newest_from: Option<String>,
    pub newest_at: Timestamp,
    pub newest_state: Option<ItemState>,
    pub unread: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub thread: EntryId,
    /// Whether its beginning and all that followed are here.
    pub loaded: Loaded,
    pub topic: String,
    pub audience: Audience,
    pub category: Option<Category>,
    /// The entry of the record that it is about.
    pub about: Option<EntryId>,
    /// Ended by the clinic; a new message opens it again.
    pub closed: bool,
    /// In the order the server received them, unsent last.
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub entry: EntryId,
    pub text: String,
    pub attachments: Vec<Attachment>,
    pub red_flags: Vec<String>,
    /// Taken back by who wrote it, after it was sent.
    pub retracted: bool,
    /// Nothing if the reader wrote it.
    pub from: Option<String>,
    /// What the author's clock said.
    pub written_at: Timestamp,
    /// Known once the server has it.
    pub received_at: Option<Timestamp>,
    /// Only of what the reader wrote.
    pub state: Option<ItemState>,
}

/// Answers a question about one record for one reader.
pub fn answer(record: &Record, reader: AccountId, ask: &Ask) -> Answer {
    match ask {
        Ask::Home { now } => Answer::Home(Box::new(home::home(record, reader, *now))),
        Ask::Threads => Answer::Threads(threads::threads(record, reader)),
        Ask::Thread { thread } => Answer::Thread(threads::thread(record, reader, *thread)),
        Ask::Results { show, limit } => {
            Answer::Results(results::results(record, reader, *show, *limit))
        }
        Ask::Result { entry } => {
            Answer::Result(results::detail::result(record, reader, *entry).map(Box::new))
        }
        Ask::Medicines => Answer::Medicines(medicines::medicines(record, reader)),
        Ask::Medicine { entry } => {
            Answer::Medicine(medicines::medicine(record, reader, *entry).map(Box::new))
        }
        Ask::Refills => Answer::Refills(refills::refills(record, reader)),
        Ask::Requests => Answer::Requests(requests::listed(record, reader, None)),
        Ask::Overview => Answer::Overview(sections::overview(record)),
        Ask::Section { section, limit } => {
            Answer::Section(sections::portion(record, reader, *section, 0, *limit))
        }
        Ask::Entry { entry } => Answer::Entry(sections::entry(record, *entry).map(|row| {
            let (section, papers) = (sections::section_of(row.kind), paper::papers(record, *entry));
            Box::new(EntryAnswer { row, section, papers })
        })),
        Ask::Alike { entry } => Answer::Alike(alike::alike(record, *entry)),
        Ask::Timeline { from, limit } => {
            Answer::Timeline(timeline::timeline(record, reader, *from, *limit))
        }
        Ask::Search { text } => Answer::Found(search::search(record, text)),
        Ask::Activity { words, limit } => {
            Answer::Activity(activity::activity(record, words, *limit))
        }
        Ask::Settings => Answer::Settings(settings::settings(record, reader)),
        Ask::Waiting => Answer::Waiting(waiting::waiting(record, reader)),
    }
}
