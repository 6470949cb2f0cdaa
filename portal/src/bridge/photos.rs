//! Photos, as the page is told of them: addresses and never bytes.

use serde::{Deserialize, Serialize};
use shared::edit::Attachment;

/// The photos of a message that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPhotos {
    pub photos: Vec<Attachment>,
    /// Another one is being made small.
    pub is_busy: bool,
    /// Why the last one is not among them.
    pub trouble: Option<PhotoTrouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoTrouble {
    TooLarge,
    /// No picture, or none that this browser can read.
    Unreadable,
    TooMany,
    Full,
    NotSaved,
    /// Which photos there are cannot be read now; nothing is sent before it can.
    Unread,
    /// It will not be read again: what was added to unsent messages has to be added once more.
    Lost,
}

/// Where one photo is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Photo {
    Loading,
    /// The address holds for as long as the worker lives.
    Here {
        url: String,
    },
    /// At the clinic, and not on this device.
    NotHere,
    /// It was asked for, and comes as soon as there is a connection.
    NeedsConnection,
    /// No picture, or nowhere any more.
    Gone,
}
