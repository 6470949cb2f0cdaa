//! What page and worker say about passkeys. What the browser said of one goes through as it is: the page
//! reads nothing of it.

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyAsk {
    List,
    /// The passphrase proves who adds one. Answered by `Ceremony`; and so is the next.
    Begin {
        passphrase: String,
    },
    ForSignIn,
    /// What the browser made.
    Add {
        name: String,
        made: String,
    },
    Remove {
        passkey: String,
    },
    /// One that came from another device opens this one too.
    UseHere {
        used: String,
    },
    /// Signs in on a device that has no vault yet.
    SignIn {
        used: String,
        /// And gets none that stays.
        brief: bool,
    },
    /// Signs the open account in again.
    Renew {
        used: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyLine {
    pub passkey: String,
    pub name: String,
    /// It opens the vault of this device.
    #[serde(default)]
    pub here: bool,
}
