//! Messages in a few words, for the log of a schedule that failed.

use shared::wire::{ToDevice, ToServer};

pub fn to_server(message: &ToServer) -> String {
    match message {
        ToServer::Push { number, document, changes } => {
            format!("push {number} of {} into {document}", changes.len())
        }
        ToServer::Holds { document, hashes } => format!("holds {} of {document}", hashes.len()),
        ToServer::Offer { document, rows } => format!("offers {} of {document}", rows.len()),
        ToServer::Pull { document, after } => format!("pull {document} after {after}"),
        ToServer::Hello { .. } | ToServer::Ping { .. } => format!("{message:?}"),
    }
}

pub fn to_device(message: &ToDevice) -> String {
    match message {
        ToDevice::Summaries { documents } => format!("summaries of {}", documents.len()),
        ToDevice::Rows { document, rows, more } => {
            let places: Vec<_> = rows.iter().map(|row| (row.seq, row.hash)).collect();
            format!("rows {places:?} of {document}, more: {more}")
        }
        ToDevice::Lacks { document, hashes } => format!("lacks {hashes:?} of {document}"),
        ToDevice::Taken { .. }
        | ToDevice::Offered { .. }
        | ToDevice::Closed { .. }
        | ToDevice::Revoked
        | ToDevice::Welcome { .. }
        | ToDevice::TooOld { .. }
        | ToDevice::Pong { .. } => format!("{message:?}"),
    }
}
