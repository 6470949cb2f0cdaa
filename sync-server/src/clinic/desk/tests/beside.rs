//! What stands beside an item and below an answer: who it is, and how far an answer has come.

use serde_json::json;

use super::{asks, edit, items, more_staff, note, path, queue};
use crate::clinic::tests::texts;
use crate::store::Store;
use crate::store::desk::Contact;
use crate::testing::{ADMIN, LINH, ROSA, ROSA_RECORD, World};
use shared::edit::Edit;
use shared::id::DeviceId;

#[tokio::test]
async fn what_is_added_by_hand_stands_beside_the_item_and_on_the_phone() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    asks(&mut phone, &world, "Itchy", &[]).await;
    let place = format!("/clinic/api/records/{ROSA_RECORD}/context");
    let (status, seen) = world.ask_json(nurse.get(&place)).await;
    assert_eq!(status, 200, "{seen}");
    assert_eq!((&seen["context"]["allergies"], &seen["age"]), (&json!([]), &json!(65)));
    let caregivers = json!([{ "name": "Ana Delgado", "chart_only": false }]);
    assert_eq!((&seen["caregivers"], &seen["has_account"]), (&caregivers, &json!(true)));

    let allergy = json!({ "allergy": { "substance": "Latex", "reaction": null, "severe": true } });
    let (status, added) =
        edit(&world, &nurse, "key-00001", json!({ "add_to_chart": allergy })).await;
    assert_eq!(status, 201, "{added}");
    let (_, seen) = world.ask_json(nurse.get(&place)).await;
    assert_eq!(
        seen["context"]["allergies"][0]["name"], "Latex",
        "what was kept of before is not told"
    );
    phone.until(&world, |phone| phone.record(ROSA_RECORD).chart().resources().count() == 1).await;

    let wrong = json!({ "mark_wrong": { "entry": added["entry"], "why": "Another patient's." } });
    assert_eq!(edit(&world, &nurse, "key-00002", wrong).await.0, 201);
    let (_, seen) = world.ask_json(nurse.get(&place)).await;
    assert_eq!(seen["context"]["allergies"], json!([]));
}

#[tokio::test]
async fn who_only_runs_accounts_sees_nobodys_context() {
    let world = World::start().await;
    let admin = world.sign_in_staff(ADMIN).await;
    let place = format!("/clinic/api/records/{ROSA_RECORD}/context");
    assert_eq!(world.ask(admin.get(&place)).await.status(), 403);
}

#[tokio::test]
async fn an_answer_is_sent_then_on_the_phone_then_read_and_never_sooner() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let thread = asks(&mut phone, &world, "Itchy", &[]).await;
    let reply = json!({ "reply": { "thread": thread, "text": "Use the cream." } });
    let (_, written) = edit(&world, &nurse, "key-00001", reply).await;
    let state = async || {
        let (_, shown) = world.ask_json(nurse.get(&path(thread))).await;
        assert_eq!(shown["messages"][0]["state"], json!(null), "it is nobody's answer");
        shown["messages"][1]["state"].clone()
    };
    assert_eq!(state().await, "sent");
    let now = world.clock.now();
    let level = |level_at| Contact {
        account: ROSA,
        device: DeviceId::from_u128(1),
        heard_at: now,
        level_at: Some(level_at),
    };
    world.store.keep_contact(level(now.plus_millis(-1))).await.unwrap();
    assert_eq!(state().await, "sent", "what the phone held then was older");
    world.store.keep_contact(level(now)).await.unwrap();
    assert_eq!(state().await, "on_device");
    let up_to = written["entry"].as_str().unwrap().parse().unwrap();
    // A mark names what has come to this phone, and nothing else.
    phone.until(&world, |phone| texts(&phone.record(ROSA_RECORD)).len() == 2).await;
    phone.edit(&world, ROSA_RECORD, Edit::MarkRead { thread, up_to }).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    assert_eq!(state().await, json!({ "read": { "by": "Rosa Delgado" } }));
}

#[tokio::test]
async fn a_conversation_is_closed_with_a_reason_once_and_opens_again_by_itself() {
    let world = World::start().await;
    more_staff(&world).await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let (nurse, other) =
        (world.sign_in_staff(LINH).await, world.sign_in_staff(super::OTHER_NURSE).await);
    let thread = asks(&mut phone, &world, "Itchy", &[]).await;
    let close = |why: &str| json!({ "close": { "why": why } });
    world.clock.advance(1_000);
    assert_eq!(note(&world, &nurse, thread, 0, close("called")).await.0, 201);
    assert_eq!(note(&world, &other, thread, 0, close("answered")).await.0, 409);
    assert!(items(&queue(&world, &nurse, "").await).is_empty());
    let (_, shown) = world.ask_json(nurse.get(&path(thread))).await;
    assert_eq!(shown["notes"][0]["what"], json!({ "closed": { "why": "called" } }));
    world.clock.advance(1_000);
    let (text, attachments, red_flags) = ("Still itchy.".into(), Vec::new(), Vec::new());
    let again = Edit::Reply { thread, text, attachments, red_flags };
    phone.edit(&world, ROSA_RECORD, again).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    assert_eq!(items(&queue(&world, &nurse, "").await), [thread.to_string()]);
}
