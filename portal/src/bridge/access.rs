//! What the page asks for that has to do with keys and accounts, and what comes of it.

use serde::{Deserialize, Serialize};
use shared::id::DeviceId;
use shared::view::devices::DeviceLine;
use shared::view::shares::{Contents, ShareLine};

use super::{PasskeyAsk, PasskeyLine, ShareAsk};

/// What has to do with keys and accounts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Would this invitation hold? `secret` is the link's secret or the typed code; the birth date is
    /// `2019-03-04`.
    Invitation {
        secret: String,
        birth_date: String,
    },
    /// Words for a passphrase, in a language such as `es`.
    Propose {
        language: String,
    },
    /// Exchanges an invitation for an account, with a vault on this device.
    Activate {
        secret: String,
        birth_date: String,
        name: String,
        passphrase: String,
        /// Nothing is kept on this device.
        brief: bool,
    },
    /// The same for an account that has a device already.
    SignIn {
        name: String,
        passphrase: String,
        brief: bool,
    },
    /// Opens the vault of this slot, and then the account.
    Unlock {
        slot: String,
        with: Opener,
    },
    ChangePassphrase {
        now: String,
        new: String,
    },
    /// Signs the open account in again, whose session the clinic does not know any more.
    Renew {
        passphrase: String,
    },
    /// Ends the session of a slot that left this device while there was no connection.
    EndSession {
        slot: String,
    },
    /// The account's devices, as the clinic knows them now.
    Devices(Devices),
    Passkey(PasskeyAsk),
    /// Links that share the open record.
    Share(ShareAsk),
    /// A copy of the open record to keep, in FHIR.
    Export(Export),
    /// Signs out at the clinic if it can be reached, and takes everything off this device.
    Leave,
}

/// What to do before they are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Devices {
    Look,
    /// An empty name takes the one away that is there.
    Name {
        device: DeviceId,
        name: String,
    },
    End {
        device: DeviceId,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// What somebody who treats the person next needs to know.
    Summary,
    Everything,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opener {
    Passphrase(String),
    RecoveryCode(String),
    /// What the browser said of the passkey that was used.
    Passkey(String),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granted {
    Holds,
    Words(Vec<String>),
    /// The slot holds the account, and this code on paper opens its vault. It is shown once. Without a
    /// vault that stays there is nothing to open.
    Entered {
        slot: String,
        recovery_code: Option<String>,
    },
    Unlocked,
    /// What the browser makes or uses a passkey with.
    Ceremony(String),
    Passkeys(Vec<PasskeyLine>),
    Renewed,
    Changed,
    Devices(Vec<DeviceLine>),
    ShareContents(Contents),
    Shares(Vec<ShareLine>),
    /// Where the copy lies for a minute; the page opens it and holds nothing.
    Exported {
        url: String,
    },
    /// Nothing is on this device any more. The clinic may not have heard of it.
    Left {
        clinic_knows: bool,
    },
}

/// Why not. Nothing here helps a guesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denied {
    /// The clinic's server did not answer.
    NeedsConnection,
    /// The code, the birth date or both do not match. Which one is not said.
    InvitationNotRecognised,
    /// Used already, or too old.
    InvitationEnded,
    /// Too many tries from here; later again.
    TooManyTries,
    /// Somebody else signs in with this name.
    NameTaken,
    /// No such name, or another passphrase.
    NotRecognised,
    /// The passphrase is right, and somebody ended this device's access.
    DeviceEnded,
    /// That did not open the vault.
    DidNotOpen,
    /// No passkey was made or used: the person or the browser did not want to.
    NoPasskey,
    /// It signs in, and opens no vault.
    OpensNothing,
    /// As many links as may be are open.
    TooManyLinks,
    /// The disk did not take it.
    NotSaved,
    /// The worker ended before it answered.
    Interrupted,
}
