//! Who asks, and in which standing their session is.

use shared::id::AccountId;

use super::who_may::May;
use crate::store::people::Role;

/// What ties a person to Rosa's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// It is theirs.
    Patient,
    /// A caregiver with all there is to give.
    Full,
    /// What is written, without results and visits.
    Messages,
    /// Of the chart its core and one part, and nothing that anybody wrote.
    Results,
    Visits,
    Core,
    /// Had everything, and now the chart alone.
    Narrowed,
    /// Had everything until the clinic ended it.
    Revoked,
    /// Had everything until its last day was over.
    Over,
    /// A patient with a record of their own and no access to this one.
    Stranger,
}

impl Tie {
    pub const ALL: [Self; 10] = [
        Self::Patient,
        Self::Full,
        Self::Messages,
        Self::Results,
        Self::Visits,
        Self::Core,
        Self::Narrowed,
        Self::Revoked,
        Self::Over,
        Self::Stranger,
    ];

    pub const fn account(self) -> AccountId {
        match self {
            Self::Patient => crate::testing::ROSA,
            other => AccountId::from_u128(200 + other as u128),
        }
    }

    /// What people write in Rosa's record is theirs to read.
    pub const fn reads(self) -> bool {
        matches!(self, Self::Patient | Self::Full | Self::Messages)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub role: Role,
    pub prescribes: bool,
    /// Gave a code a moment ago.
    pub proven: bool,
}

impl Member {
    pub const fn account(self) -> AccountId {
        AccountId::from_u128(300 + 2 * self.role as u128 + self.prescribes as u128)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Person(Tie),
    Staff(Member),
    /// With these scopes; by hand without any, which means all.
    Program(Option<&'static str>),
}

/// How the session, or the token, stands. But for the first two none opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    Good,
    /// Good, in a page of another site.
    OtherSite,
    MadeUp,
    Over,
    SignedOut,
    /// The cookie comes, and the request does not say for which slot.
    NoSlot,
    OtherSlot,
    /// It is one of the other door.
    OtherDoor,
    /// Its device signed in again since.
    Replaced,
    /// Somebody ended its device.
    DeviceEnded,
    /// The page shows a colleague's name.
    OtherPage,
    /// They work here no longer.
    Left,
    /// They chose a new way in since.
    SetUpAnew,
    /// The passphrase was right, and the second proof was not.
    Half,
    /// A program that was ended.
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    pub who: Who,
    pub session: Session,
}

impl Asker {
    /// Recognized as somebody, wherever they ask.
    pub fn is_known(self) -> bool {
        matches!(self.session, Session::Good | Session::OtherSite) && self.who != Who::Nobody
    }

    /// Where everybody gets the same answer, one of each kind is enough.
    pub const fn stands_for_all(self) -> bool {
        let is_one = match self.who {
            Who::Nobody | Who::Person(Tie::Patient) | Who::Program(None) => true,
            Who::Staff(Member { prescribes: false, proven: true, role }) => {
                matches!(role, Role::Nurse | Role::Admin)
            }
            Who::Person(_) | Who::Staff(_) | Who::Program(_) => false,
        };
        is_one && matches!(self.session, Session::Good | Session::OtherSite)
    }

    /// The kind of asker that this line is about: what stands in the path is theirs to name.
    pub const fn is_meant(self, may: May) -> bool {
        match may {
            May::Anyone => false,
            May::Portal | May::Theirs | May::Readers | May::Ticket => {
                matches!(self.who, Who::Person(_))
            }
            May::Clinic(..) | May::Page => matches!(self.who, Who::Staff(_)),
            May::Program(_) => matches!(self.who, Who::Program(_)),
        }
    }
}

const fn nurse(proven: bool) -> Member {
    Member { role: Role::Nurse, prescribes: false, proven }
}

const ADMIN: Member = Member { role: Role::Admin, prescribes: false, proven: true };

/// Everybody with a good session, then the standings that open nothing.
pub fn all() -> Vec<Asker> {
    let good = |who| Asker { who, session: Session::Good };
    let mut all = vec![good(Who::Nobody)];
    all.extend(Tie::ALL.map(|tie| good(Who::Person(tie))));
    for role in Role::ALL {
        for (prescribes, proven) in [(false, false), (false, true), (true, false), (true, true)] {
            all.push(good(Who::Staff(Member { role, prescribes, proven })));
        }
    }
    all.push(good(Who::Program(None)));
    let scopes = ["system/*.c", "system/*.r", "system/*.u", "system/*.s", "system/*.crus"];
    all.extend(scopes.map(|scopes| good(Who::Program(Some(scopes)))));
    all.push(good(Who::Program(Some("system/Task.cruds"))));
    all.extend(not_good());
    all
}

fn not_good() -> Vec<Asker> {
    use Session::{
        DeviceEnded, Ended, Half, Left, MadeUp, NoSlot, OtherDoor, OtherPage, OtherSite, OtherSlot,
        Over, Replaced, SetUpAnew, SignedOut,
    };
    let mut all = Vec::new();
    let person =
        [OtherSite, MadeUp, Over, SignedOut, NoSlot, OtherSlot, OtherDoor, Replaced, DeviceEnded];
    for session in person {
        all.push(Asker { who: Who::Person(Tie::Patient), session });
    }
    let staff = [OtherSite, MadeUp, Over, SignedOut, OtherDoor, OtherPage, Left, SetUpAnew, Half];
    for session in staff {
        all.push(Asker { who: Who::Staff(nurse(true)), session });
        all.push(Asker { who: Who::Staff(ADMIN), session });
    }
    for session in [OtherSite, MadeUp, Over, Ended] {
        all.push(Asker { who: Who::Program(Some("system/*.crus")), session });
    }
    all
}
