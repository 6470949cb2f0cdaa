//! The line to the clinic, whichever way it goes.

use shared::wire::ToServer;

use super::{Happened, Happenings, report};
use crate::worker::browser::socket::Socket;
use crate::worker::fetch::requests::Requests;

/// Dropping it ends the line.
pub enum Wire {
    Socket(Socket),
    Requests(Requests),
}

impl Wire {
    pub fn open(by_requests: bool, slot: &str, ticket: String, happenings: Happenings) -> Self {
        let hear = move |heard| report(&happenings, Happened::Socket(heard));
        match by_requests {
            true => Self::Requests(Requests::open(slot.to_owned(), ticket, hear)),
            false => Self::Socket(Socket::open(&format!("/api/sync?ticket={ticket}"), hear)),
        }
    }

    pub fn send(&self, message: &ToServer) {
        match self {
            Self::Socket(socket) => socket.send(&message.to_bytes()),
            Self::Requests(requests) => requests.send(message.to_bytes()),
        }
    }
}
