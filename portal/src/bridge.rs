//! Every message between the page and its worker, one enum each way. The page asks and edits; keys,
//! documents, disk and network live in the worker and die with it.

mod access;
mod bytes;
mod passkeys;
mod photos;
mod session;
mod shares;

pub use self::access::{Access, Denied, Devices, Export, Granted, Opener};
pub use self::bytes::{Unreadable, from_bytes, to_bytes};
pub use self::passkeys::{PasskeyAsk, PasskeyLine};
pub use self::photos::{DraftPhotos, Photo, PhotoTrouble};
pub use self::session::{Clinic, RecordOf, Session};
pub use self::shares::ShareAsk;
use serde::{Deserialize, Serialize};
use shared::edit::{Attachment, Edit, Refused, ResultNotice};
use shared::id::{EntryId, PatientId};
use shared::qr::Code;
use shared::time::Timestamp;
use shared::view::activity::ActivityAnswer;
use shared::view::before_visit::BeforeVisitForm;
use shared::view::card::Card;
use shared::view::home::Home;
use shared::view::medicines::{MedicineDetail, Medicines};
use shared::view::paper::Paper;
use shared::view::requests::Requests;
use shared::view::results::Results;
use shared::view::results::detail::ResultDetail;
use shared::view::safety::Notices;
use shared::view::search::Found;
use shared::view::sections::{Overview, SectionAnswer};
use shared::view::timeline::Timeline;
use shared::view::visit::Visit;
use shared::view::{EntryAnswer, Section, ShowResults, Thread, Threads, Waiting};

/// The questions that a screen of today asks. The core answers more: a question joins here with its
/// screen, so that nobody downloads an answer that nothing shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The device's clock only says what is new and what comes next; here and below.
    Home {
        now: Timestamp,
    },
    Threads,
    Thread {
        thread: EntryId,
    },
    /// Panels from this one on, with about so many rows.
    Results {
        show: ShowResults,
        from: u32,
        rows: u32,
    },
    Result {
        entry: EntryId,
    },
    Medicines,
    Medicine {
        entry: EntryId,
    },
    Overview,
    /// Rows from this one on.
    Section {
        section: Section,
        from: u32,
        rows: u32,
    },
    Entry {
        entry: EntryId,
    },
    /// One form of a document, counted from nought.
    Paper {
        entry: EntryId,
        form: u32,
    },
    Visit {
        entry: EntryId,
        now: Timestamp,
    },
    BeforeVisit {
        visit: Option<EntryId>,
        now: Timestamp,
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
    Waiting,
    /// All of them, or only what was said about this entry.
    Requests {
        about: Option<EntryId>,
    },
    /// About the medicines; with a new name, about that one.
    Notices {
        new: Option<String>,
    },
    Card,
    /// How the person wants to hear of new results.
    ResultNotice,
    /// These words as a drawing that a phone's camera reads.
    Code {
        text: String,
    },
    /// What the message that is written under this key will carry.
    Photos {
        key: String,
    },
    /// One photo as a picture. `fetch`: from the clinic, if it is not on this device.
    Photo {
        attachment: Attachment,
        fetch: bool,
    },
    /// Does this text, which nobody has saved yet, show signs of an emergency?
    Signs {
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Home(Box<Home>),
    Threads(Threads),
    /// Nothing if there is no such thread on this device; and so on below.
    Thread(Option<Thread>),
    Results(Results),
    Result(Option<Box<ResultDetail>>),
    Medicines(Medicines),
    Medicine(Option<Box<MedicineDetail>>),
    Overview(Overview),
    Section(SectionAnswer),
    Entry(Option<Box<EntryAnswer>>),
    Paper(Option<Paper>),
    Visit(Option<Box<Visit>>),
    BeforeVisit(Option<Box<BeforeVisitForm>>),
    Timeline(Timeline),
    Found(Found),
    Activity(ActivityAnswer),
    Waiting(Waiting),
    Requests(Requests),
    Notices(Notices),
    Card(Box<Card>),
    ResultNotice(ResultNotice),
    /// Nothing if they are too many.
    Code(Option<Code>),
    Photos(DraftPhotos),
    Photo(Photo),
    /// Their codes.
    Signs(Vec<String>),
}

/// Pairs a question with its answer; the page counts up.
pub type Number = u32;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToWorker {
    /// First message. Opens the account in this slot: from disk if it is there, else from the server.
    Open {
        slot: String,
    },
    /// Makes another of the account's records the open one.
    Switch {
        patient: PatientId,
    },
    Ask {
        number: Number,
        ask: Ask,
    },
    Edit {
        number: Number,
        edit: Edit,
    },
    /// Everything around keys and accounts; answered by `Access`. Needs no open account, but for
    /// changing a passphrase and for leaving.
    Access {
        number: Number,
        access: Access,
    },
    /// A draft is a local row, never sent. An empty text removes it. Answered by `Draft` with what
    /// the disk now holds, or by `NotSaved`.
    KeepDraft {
        number: Number,
        key: String,
        text: String,
    },
    Draft {
        number: Number,
        key: String,
    },
    /// Puts a photo to the message that is written under this key. Its file comes beside the message.
    AddPhoto {
        key: String,
    },
    /// These come back to the message that is written under this key, or are taken off it: the person
    /// does not want them, or a message has them now.
    KeepPhotos {
        key: String,
        blobs: Vec<String>,
        keep: bool,
    },
    /// The page became visible, or the browser says that there is a network: look again now.
    Woke,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToPage {
    /// The program has started and listens.
    Started,
    Opened(Session),
    /// There is a vault in this slot, and it asks for a passphrase.
    Locked,
    /// The clinic knows this slot, but the browser lost what was on this device: sign in again.
    NothingHere,
    /// There is nobody in this slot, on the disk or at the server.
    NobodyHere,
    /// Somebody ended this device's access: nothing of the record is here any more.
    Revoked,
    /// Nothing on the disk and no answer from the server: a first start needs a connection.
    NeedsConnection,
    Access {
        number: Number,
        outcome: Result<Granted, Denied>,
    },
    Answered {
        number: Number,
        answer: Answer,
    },
    /// The edit is durable on this device.
    Saved {
        number: Number,
        entry: EntryId,
    },
    Refused {
        number: Number,
        why: Refused,
    },
    /// The disk did not take it; the text must stay on the screen.
    NotSaved {
        number: Number,
        why: Storage,
    },
    Draft {
        number: Number,
        text: Option<String>,
    },
    /// The record changed: screens ask again.
    Changed,
    /// Nothing while nobody knows.
    Status(Option<Status>),
    /// What to ask the browser so that a passkey opens what is here; nothing if none does. It lies
    /// outside of the vault.
    OpensWith(Option<String>),
    /// The worker's program ended by a fault of ours; the page starts a new one.
    Broken,
}

/// Why the disk did not take something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    Full,
    Unreachable,
    /// Nothing is kept here, and there is no line to send it at once.
    NoLine,
    /// Nothing is kept here, and the clinic did not take it.
    NotAccepted,
}

/// One line for the whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything was exchanged over the connection that is open now.
    UpToDate {
        at: Timestamp,
    },
    /// Connected, nothing to send, and not yet sure that nothing is new.
    Checking,
    Offline {
        waiting: u32,
    },
    /// The clinic does not know this session any more: nothing goes either way before a new sign-in.
    SignedOut {
        waiting: u32,
    },
    Sending {
        waiting: u32,
    },
    /// These wait for the person: so old that somebody has to say whether they are still meant.
    Asks {
        waiting: u32,
    },
    NotSent {
        refused: u32,
    },
    /// Stored edits or documents could not be read; the rest is open.
    Damaged,
}
