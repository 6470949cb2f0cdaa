//! One-time tickets: a socket cannot carry the slot's header, so it brings one of these.

use serde::Serialize;

use crate::actions;
use crate::authorize::{Authorized, OwnAccount, Person};
use crate::error::Error;
use crate::extract::{Answer, Nothing};
use crate::secret::Secret;
use crate::state::TICKET_MS;
use crate::world::OsRng;

actions! {
    IssueTicket: Person => OwnAccount;
}

#[derive(Serialize)]
pub struct Ticket {
    ticket: String,
}

pub async fn issue(
    allowed: Authorized<IssueTicket, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Ticket>, Error> {
    let ticket = Secret::fresh(&mut OsRng);
    let until = allowed.app().now().plus_millis(TICKET_MS);
    allowed.store().issue_ticket(ticket.hash(), allowed.who.session.token, until).await?;
    Ok(Answer(Ticket { ticket: ticket.text().to_owned() }))
}
