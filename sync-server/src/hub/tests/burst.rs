//! A burst of news is no reason to drop whoever listens.

use shared::document::{Actor, Document, Kind, Put};
use shared::id::EntryId;
use shared::record::{Message, Said};
use shared::wire::ToDevice;

use super::super::TOLD_MAX;
use super::greet;
use crate::documents::{Origin, layout, own};
use crate::projector;
use crate::store::Store;
use crate::store::rows::Batch;
use crate::testing::device::next;
use crate::testing::{ROSA, World, journal_of};
use crate::world::OsRng;

#[tokio::test]
async fn more_messages_arrive_at_once_than_a_queue_holds() {
    let world = World::start().await;
    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    let document = journal_of(ROSA);
    let (rows, _) = world.store.rows_after(document, 0, usize::MAX).await.unwrap();
    let mut open = Document::load(rows.iter().map(|row| &row.bytes[..])).unwrap();
    let (actor, written) = (Actor::fresh(&mut OsRng), world.clock.now());
    let origin = Origin { account: Some(ROSA), device: None, at: written };
    let messages = 2 * TOLD_MAX;
    let mut changes = Vec::new();
    for number in 0..messages {
        let text = format!("Question {number}");
        let topic = Some("Many".to_owned());
        let said = Said::Message(Message { topic, text, written, ..Message::default() });
        let entry = EntryId::from_u128(number as u128 + 1);
        let (_, bytes) = open.mint(actor, &Put::Entry { entry, text: said.to_text() });
        changes.push(own(world.app.receipts(), &document, &bytes, origin).unwrap());
    }
    let batch = Batch { document, layout: layout(&document), changes, reply: None };
    world.store.append(batch).await.unwrap();
    projector::catch_up(&world.app).await.unwrap();

    let mut marks = 0;
    while marks < messages {
        match next(&mut socket).await {
            Some(ToDevice::Rows { document, rows, .. }) if document.kind == Kind::MarksCircle => {
                marks += rows.len();
            }
            Some(_) => {}
            None => panic!("the line was cut after {marks} of {messages}"),
        }
    }
}
