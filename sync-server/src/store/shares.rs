//! Links that open a summary for whoever has them, as the store keeps them: what the device sealed,
//! under the hash of the link's id. Time, number of uses and wrong passcodes are judged here alone.

use shared::id::{AccountId, EntryId, PatientId};
use shared::time::Timestamp;
use shared::view::shares::{SHARES_OPEN_MAX, ShareStanding};

use super::Answer;
use crate::audit::Entry;
use crate::secret::SecretHash;

/// Characters of a compact JWE: a summary of 1,100 entries, compressed, sealed and written in base64,
/// takes a fifth of it.
pub const SHARE_BYTES_MAX: usize = 1024 * 1024;
/// Wrong passcodes in the life of one link.
pub const TRIES_MAX: u32 = 10;
/// Links of one record that are kept, with those that are over: the oldest make room.
pub const SHARES_KEPT_MAX: usize = 30;
/// Openings of one link that are shown.
pub const OPENINGS_SHOWN_MAX: usize = 20;
/// How long whoever opened a link may take to fetch what it names.
pub const FETCH_MS: i64 = 60 * 60 * 1000;

#[derive(Clone)]
pub struct NewShare {
    pub share: SecretHash,
    pub patient: PatientId,
    pub account: AccountId,
    pub file: Vec<u8>,
    pub passcode: Option<String>,
    pub uses_max: u32,
    pub at: Timestamp,
    pub until: Timestamp,
    pub noted: Entry,
}

/// What became of a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    Done,
    /// So many of this record are open already.
    TooMany,
    /// There is a link with this id.
    Known,
}

/// One link, without what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub share: SecretHash,
    pub patient: PatientId,
    pub passcode: Option<String>,
    pub uses: u32,
    pub uses_max: u32,
    pub tries_left: u32,
    pub at: Timestamp,
    pub until: Timestamp,
    /// The last time.
    pub opened_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The newest first.
    pub openings: Vec<Opening>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub recipient: String,
    pub at: Timestamp,
}

/// Somebody wants to open one.
#[derive(Clone)]
pub struct Knock {
    pub share: SecretHash,
    /// Nothing was said; a link that wants one does not open then, and no try is counted.
    pub passcode: Option<String>,
    pub recipient: String,
    pub opening: EntryId,
    pub at: Timestamp,
    /// Without whose record it is: the store knows.
    pub noted: Entry,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    Yes(Vec<u8>),
    WrongPasscode {
        tries_left: u32,
    },
    /// There is none, or it is over: which of them is not said.
    Not,
}

/// What a knock means for a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Opens,
    Wrong { tries_left: u32 },
    Closed,
}

impl Share {
    pub fn standing(&self, now: Timestamp) -> ShareStanding {
        if self.tries_left == 0 {
            ShareStanding::Guessed
        } else if self.ended_at.is_some() {
            ShareStanding::Stopped
        } else if self.uses >= self.uses_max {
            ShareStanding::UsedUp
        } else if self.until <= now {
            ShareStanding::Over
        } else {
            ShareStanding::Open
        }
    }

    pub fn is_open(&self, now: Timestamp) -> bool {
        self.standing(now) == ShareStanding::Open
    }

    pub fn judge(&self, knock: &Knock) -> Verdict {
        if !self.is_open(knock.at) {
            return Verdict::Closed;
        }
        match (&self.passcode, &knock.passcode) {
            (Some(_), None) => Verdict::Wrong { tries_left: self.tries_left },
            (Some(known), Some(said)) if !is_same(known, said) => {
                Verdict::Wrong { tries_left: self.tries_left.saturating_sub(1) }
            }
            (Some(_), Some(_)) | (None, _) => Verdict::Opens,
        }
    }

    /// Whether what it opens may still be fetched by whoever opened it.
    pub fn may_be_fetched(&self, now: Timestamp) -> bool {
        match self.standing(now) {
            ShareStanding::Open => true,
            ShareStanding::UsedUp => {
                let opened = self.opened_at.is_some_and(|at| now.millis_since(at) < FETCH_MS);
                opened && self.until > now
            }
            ShareStanding::Stopped | ShareStanding::Guessed | ShareStanding::Over => false,
        }
    }
}

/// Over the hashes, so that the time it takes tells nothing of the words.
fn is_same(known: &str, said: &str) -> bool {
    SecretHash::of(known) == SecretHash::of(said)
}

/// Whether one more may be made.
pub fn has_room(shares: &[Share], now: Timestamp) -> bool {
    shares.iter().filter(|share| share.is_open(now)).count() < SHARES_OPEN_MAX
}

pub trait ShareStore {
    fn add_share(&self, new: NewShare) -> Answer<'_, Made>;
    /// Those of one record, the newest first, also when they are over.
    fn shares_of(&self, patient: PatientId) -> Answer<'_, Vec<Share>>;
    /// Judges, counts and notes it in one transaction.
    fn open_share(&self, knock: Knock) -> Answer<'_, Opened>;
    /// What somebody opened a moment ago, if nobody stopped it since.
    fn share_file(&self, share: SecretHash, now: Timestamp) -> Answer<'_, Option<Vec<u8>>>;
    /// What it opened is deleted with it. False if this record has no such link that is open.
    fn end_share(&self, patient: PatientId, share: SecretHash, noted: Entry) -> Answer<'_, bool>;
    /// Deletes what nobody may fetch any more. Answers of how many links.
    fn empty_shares(&self, now: Timestamp) -> Answer<'_, u64>;
    /// As whoever opened it called themselves.
    fn share_opened_by(&self, patient: PatientId, opening: EntryId) -> Answer<'_, Option<String>>;
}
