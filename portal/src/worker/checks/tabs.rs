//! Web Locks and the channel between tabs.

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::oneshot;

use super::{Outcome, fresh_name, text, that};
use crate::worker::browser::tabs::{Channel, lead};

pub async fn one_leads() -> Outcome {
    let name = fresh_name();
    let (chosen, first) = oneshot::channel();
    lead(&name, move |after_another| {
        let _gone = chosen.send(after_another);
    });
    let after_another = first.await.map_err(text)?;
    that(!after_another, "nobody led before")?;
    let second = Rc::new(Cell::new(false));
    let also = Rc::clone(&second);
    lead(&name, move |_| also.set(true));
    // A lock of another name, asked for later, is given out: the second request had its turn.
    let (turn, had) = oneshot::channel();
    lead(&fresh_name(), move |_| {
        let _gone = turn.send(());
    });
    had.await.map_err(text)?;
    that(!second.get(), "two tabs lead")
}

pub async fn others_hear() -> Outcome {
    let name = fresh_name();
    let (send, heard) = oneshot::channel();
    let send = Cell::new(Some(send));
    let listening = Channel::open(&name, move |bytes| {
        if let Some(send) = send.take() {
            let _gone = send.send(bytes);
        }
    });
    let telling = Channel::open(&name, |_| ());
    let (Some(_listening), Some(telling)) = (listening, telling) else {
        return Err("there is no channel".to_owned());
    };
    telling.tell(&[1, 2, 3]);
    let bytes = heard.await.map_err(text)?;
    that(bytes == [1, 2, 3], &text(bytes))
}
