//! How much foreign bytes may claim, each number with its unit and its reason.

/// Limits for one change. Which of the two sets holds follows from who sends it, never from the
/// change itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes as received, compressed or not.
    pub chunk_bytes_max: usize,
    /// Bytes after inflating.
    pub body_bytes_max: usize,
    pub operations_max: usize,
    /// Overwritten operations, summed over all operations of a change.
    pub overwritten_max: usize,
    pub dependencies_max: usize,
    pub other_actors_max: usize,
    pub columns_max: usize,
    pub message_bytes_max: usize,
    pub counter_max: u64,
    pub time_abs_max: i64,
}

/// A change before it is inflated; a compressed one is never larger than what it holds.
const PATIENT_CHUNK_BYTES_MAX: usize = 64 * 1024;
/// The longest message a person can write is a tenth of it; attachments are blobs.
const PATIENT_BODY_BYTES_MAX: usize = 64 * 1024;
/// One change is one entry and a few marks; answers before a visit come as one entry.
const PATIENT_OPERATIONS_MAX: usize = 200;
/// A register that all devices of a family wrote at once is overwritten with all its values.
const PATIENT_OVERWRITTEN_MAX: usize = 1_000;

/// About a hundred resources of the largest kind that stays inside a document.
const IMPORT_CHUNK_BYTES_MAX: usize = 1024 * 1024;
const IMPORT_BODY_BYTES_MAX: usize = 1024 * 1024;
/// A hundred resources are a hundred operations; a first import may hold a whole small category.
const IMPORT_OPERATIONS_MAX: usize = 10_000;
const IMPORT_OVERWRITTEN_MAX: usize = 10_000;

/// Heads that one writer can have seen at once: devices that wrote while apart.
const DEPENDENCIES_MAX: usize = 16;
/// Genesis and the writers of overwritten values. A new connection is a new actor, so a register
/// can hold several of one device.
const OTHER_ACTORS_MAX: usize = 64;
/// The format knows fourteen; ours use ten.
const COLUMNS_MAX: usize = 32;
/// We write none. Something this short cannot carry a record past its readers.
const MESSAGE_BYTES_MAX: usize = 256;
/// Automerge counts in 32 bits and panics above; a person's record stays under a million.
const COUNTER_MAX: u64 = 1 << 30;
/// What a JavaScript number holds exactly, either side of 1970. Saved times are differences, and
/// the difference of two of these still fits.
const TIME_ABS_MAX: i64 = (1 << 53) - 1;

impl Limits {
    /// What a device pushes.
    pub const PATIENT: Self = Self {
        chunk_bytes_max: PATIENT_CHUNK_BYTES_MAX,
        body_bytes_max: PATIENT_BODY_BYTES_MAX,
        operations_max: PATIENT_OPERATIONS_MAX,
        overwritten_max: PATIENT_OVERWRITTEN_MAX,
        dependencies_max: DEPENDENCIES_MAX,
        other_actors_max: OTHER_ACTORS_MAX,
        columns_max: COLUMNS_MAX,
        message_bytes_max: MESSAGE_BYTES_MAX,
        counter_max: COUNTER_MAX,
        time_abs_max: TIME_ABS_MAX,
    };

    /// What the server writes itself: an import, the clinic's answers. A device holds its server
    /// to these.
    pub const IMPORT: Self = Self {
        chunk_bytes_max: IMPORT_CHUNK_BYTES_MAX,
        body_bytes_max: IMPORT_BODY_BYTES_MAX,
        operations_max: IMPORT_OPERATIONS_MAX,
        overwritten_max: IMPORT_OVERWRITTEN_MAX,
        ..Self::PATIENT
    };
}

/// Limits for a whole document in one chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotLimits {
    pub chunk_bytes_max: usize,
    /// All columns together, after inflating.
    pub inflated_bytes_max: usize,
    pub changes_max: usize,
    pub operations_max: usize,
    pub actors_max: usize,
    pub heads_max: usize,
    pub columns_max: usize,
    pub counter_max: u64,
}

impl SnapshotLimits {
    /// What a device opens. A twenty-year record is 1.2 MB in all its documents together, a heavy
    /// one ten times that; inflated FHIR is about ten times its saved size.
    pub const DEVICE: Self = Self {
        chunk_bytes_max: 8 * 1024 * 1024,
        inflated_bytes_max: 64 * 1024 * 1024,
        changes_max: 200_000,
        operations_max: 200_000,
        actors_max: 50_000,
        heads_max: 1_000,
        columns_max: COLUMNS_MAX,
        counter_max: COUNTER_MAX,
    };
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Bytes,
    InflatedBytes,
    Operations,
    Overwritten,
    Dependencies,
    Actors,
    ActorBytes,
    Heads,
    Changes,
    Columns,
    MessageBytes,
    Counter,
    Time,
    TextBytes,
}
