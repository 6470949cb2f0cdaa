//! A log is packed while a device is in the middle of its first sync.

use shared::document::{Actor, Document, DocumentId, Put};
use shared::id::EntryId;
use shared::wire::{Digest, Row, ToDevice, ToServer};

use super::{greet, say};
use crate::audit::Did;
use crate::compaction::{AtOnce, compact};
use crate::documents::{Origin, layout, own};
use crate::store::Store;
use crate::store::packs::{PackStore, Sent};
use crate::store::rows::Batch;
use crate::testing::device::{Socket, next};
use crate::testing::{ROSA, World, journal_of};
use crate::world::OsRng;

/// Enough for several packs.
const MESSAGES: u128 = 300;

async fn write(world: &World, document: DocumentId, from: u128) -> Vec<Row> {
    let (rows, _) = world.store.rows_after(document, 0, usize::MAX).await.unwrap();
    let mut open = Document::load(rows.iter().map(|row| &row.bytes[..])).unwrap();
    let (actor, at) = (Actor::fresh(&mut OsRng), world.clock.now());
    let origin = Origin { account: Some(ROSA), device: None, at };
    let mut mint = |number: u128| {
        let text = format!("{number} {}", "I am dizzy when I stand up. ".repeat(12));
        let (_, bytes) = open.mint(actor, &Put::Entry { entry: EntryId::from_u128(number), text });
        own(world.app.receipts(), &document, &bytes, origin).unwrap()
    };
    let changes = (from..from + MESSAGES).map(&mut mint).collect();
    let batch = Batch { document, layout: layout(&document), changes, reply: None };
    world.store.append(batch).await.unwrap();
    world.store.rows_after(document, 0, usize::MAX).await.unwrap().0
}

async fn pull(socket: &mut Socket, document: DocumentId, after: u64) -> (Vec<Row>, bool) {
    say(socket, &ToServer::Pull { document, after }).await;
    loop {
        match next(socket).await {
            Some(ToDevice::Rows { document: of, rows, more }) if of == document => {
                return (rows, more);
            }
            Some(_) => {}
            None => panic!("the line was cut"),
        }
    }
}

async fn readings(world: &World) -> usize {
    let noted = world.store.audit_after(0, 1_000).await.unwrap();
    noted.iter().filter(|row| row.entry().unwrap().did == Did::Read).count()
}

#[tokio::test]
async fn a_first_sync_goes_on_while_its_log_is_packed_and_is_noted_as_ever() {
    let world = World::start().await;
    let document = journal_of(ROSA);
    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    write(&world, document, 1).await;
    let (mut held, more) = pull(&mut socket, document, 0).await;
    assert!(more);
    assert!(compact(world.store.as_ref(), &AtOnce).await.unwrap() > 1);
    // Its place is within a pack now. While it goes on, more is written, and packs are made anew.
    let mut pulls = 0;
    let all = loop {
        let after = held.last().unwrap().seq;
        let (rows, more) = pull(&mut socket, document, after).await;
        held.extend(rows);
        pulls += 1;
        if pulls == 2 {
            write(&world, document, MESSAGES + 1).await;
            compact(world.store.as_ref(), &AtOnce).await.unwrap();
        }
        if !more {
            break world.store.rows_after(document, 0, usize::MAX).await.unwrap().0;
        }
    };
    assert_eq!(held, all, "each row once, in its place");
    say(&mut socket, &ToServer::Ping { digest: Digest([0; 16]) }).await;
    assert!(matches!(next(&mut socket).await, Some(ToDevice::Pong { same: false })));

    // Another device gets frames as they lie, and that is a reading of the record like any other.
    let before = readings(&world).await;
    let mut other = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut other).await;
    let lies = world.store.sent_after(document, 0, 1).await.unwrap();
    assert!(matches!(lies, Sent::Pack(_, true)));
    let (rows, _) = pull(&mut other, document, 0).await;
    assert_eq!(rows, all[..rows.len()]);
    assert_eq!(readings(&world).await, before + 1, "noted before it left");
}

#[tokio::test]
async fn a_backup_from_before_a_log_was_packed_takes_back_what_came_after_it() {
    let world = World::start().await;
    let document = journal_of(ROSA);
    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    write(&world, document, 1).await;
    compact(world.store.as_ref(), &AtOnce).await.unwrap();
    let folder = world.stop().await;
    // The backup: packed, and without what is written next.
    let copy = std::fs::read(folder.path().join("satchel.db")).unwrap();
    let world = World::on(folder).await;
    let all = write(&world, document, MESSAGES + 1).await;
    compact(world.store.as_ref(), &AtOnce).await.unwrap();
    let folder = world.stop().await;
    std::fs::write(folder.path().join("satchel.db"), copy).unwrap();
    for log in ["satchel.db-wal", "satchel.db-shm"] {
        // The last connection may have taken it along.
        let _gone = std::fs::remove_file(folder.path().join(log));
    }

    let world = World::on(folder).await;
    let mut socket = world.socket(&world.sign_in(ROSA).await).await;
    greet(&mut socket).await;
    let hashes = all.iter().map(|row| row.hash).collect();
    say(&mut socket, &ToServer::Holds { document, hashes }).await;
    let lacked = loop {
        match next(&mut socket).await {
            Some(ToDevice::Lacks { hashes, .. }) => break hashes,
            Some(_) => {}
            None => panic!("the line was cut"),
        }
    };
    assert_eq!(lacked.len() as u128, MESSAGES);
    let rows: Vec<_> = all.iter().filter(|row| lacked.contains(&row.hash)).cloned().collect();
    for rows in rows.chunks(50) {
        say(&mut socket, &ToServer::Offer { document, rows: rows.to_vec() }).await;
        let answer = next(&mut socket).await;
        assert_eq!(answer, Some(ToDevice::Offered { document, not_back: Vec::new() }));
        assert!(matches!(next(&mut socket).await, Some(ToDevice::Summaries { .. })));
    }
    compact(world.store.as_ref(), &AtOnce).await.unwrap();
    world.store.check().await.unwrap();
    let (after, _) = world.store.rows_after(document, 0, usize::MAX).await.unwrap();
    assert_eq!(after, all, "receipts and all");
}
