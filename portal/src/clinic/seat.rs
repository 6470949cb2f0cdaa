//! Who sits here, whether the server is there, and the form that is open: what both programs of the
//! clinic have. It is in memory alone and gone with the page.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::client::{self, Failed, Who};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Opening,
    UpToDate,
    Away,
    SignedOut,
}

#[derive(Clone, Copy)]
pub(super) struct Seat {
    who: RwSignal<Option<Who>>,
    connection: RwSignal<Connection>,
    /// The form that is open over the page, by its name.
    form: RwSignal<Option<&'static str>>,
    /// Why the last thing that was tried did not happen.
    problem: RwSignal<Option<String>>,
}

impl Seat {
    pub(super) fn open() -> Self {
        Self {
            who: RwSignal::new(None),
            connection: RwSignal::new(Connection::Opening),
            form: RwSignal::new(None),
            problem: RwSignal::new(None),
        }
    }

    pub(super) fn who(self) -> ReadSignal<Option<Who>> {
        self.who.read_only()
    }

    pub(super) fn connection(self) -> ReadSignal<Connection> {
        self.connection.read_only()
    }

    pub(super) fn form(self) -> RwSignal<Option<&'static str>> {
        self.form
    }

    pub(super) fn problem(self) -> RwSignal<Option<String>> {
        self.problem
    }

    /// As the server calls it.
    pub(super) fn role(self) -> Option<String> {
        self.who.with_untracked(|who| who.as_ref().map(|who| who.role.clone()))
    }

    /// Whoever runs the accounts has no reason to read what patients write, and no inbox.
    pub(super) fn is_admin(self) -> bool {
        self.role().as_deref() == Some("admin")
    }

    /// Asks who sits here, unless that is known. Answers whether it is new.
    pub(super) async fn sit(self) -> Result<bool, Failed> {
        if self.who.with_untracked(Option::is_some) {
            return Ok(false);
        }
        self.who.set(Some(client::who().await?));
        Ok(true)
    }

    pub(super) fn note(self, result: Result<(), Failed>) {
        let connection = match result {
            Ok(()) => Connection::UpToDate,
            Err(Failed::SignedOut) => {
                self.who.set(None);
                self.form.set(None);
                Connection::SignedOut
            }
            Err(_) => Connection::Away,
        };
        if self.connection.get_untracked() != connection {
            self.connection.set(connection);
        }
    }

    /// Signed in anew; what is on the screen comes with the first answer.
    pub(super) fn come_in(self) {
        self.connection.set(Connection::Opening);
    }

    /// Nobody was here for a while: the screen is emptied at once, whether the server hears of it or
    /// not, and whoever comes back finds what they had typed.
    pub(super) fn lock(self) {
        self.note(Err(Failed::SignedOut));
        spawn_local(async move {
            let _told = client::sign_out().await;
        });
    }

    /// `left` once the session is over.
    pub(super) fn sign_out(self, left: impl Fn() + 'static) {
        spawn_local(async move {
            match client::sign_out().await {
                Ok(()) | Err(Failed::SignedOut) => {
                    left();
                    self.note(Err(Failed::SignedOut));
                }
                Err(why) => self.note(Err(why)),
            }
        });
    }
}
