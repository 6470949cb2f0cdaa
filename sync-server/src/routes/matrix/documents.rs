//! What arrives on a device, document by document: what people share is not one thing.

use shared::document::Kind;
use shared::edit::Audience;
use shared::fhir::import::read;

use super::askers::{Asker, Session, Tie, Who};
use super::scene::{SOURCE, Scene};
use crate::fhir::{Importer, Order};
use crate::testing::{LINH, ROSA, ROSA_RECORD, start_thread};

/// Everybody who gets something of Rosa's record.
const EVERYBODY: &[Tie] =
    &[Tie::Patient, Tie::Full, Tie::Messages, Tie::Results, Tie::Visits, Tie::Core, Tie::Narrowed];
const WHO_READS_MESSAGES: &[Tie] = &[Tie::Patient, Tie::Full, Tie::Messages];
const WHO_HAS_RESULTS: &[Tie] = &[Tie::Patient, Tie::Full, Tie::Results, Tie::Narrowed];
const WHO_HAS_VISITS: &[Tie] = &[Tie::Patient, Tie::Full, Tie::Visits, Tie::Narrowed];
const PATIENT: &[Tie] = &[Tie::Patient];

/// Of the documents that Rosa's record has here, who gets each.
const TABLE: &[(&str, &[Tie])] = &[
    ("chart", EVERYBODY),
    ("results", WHO_HAS_RESULTS),
    ("visits", WHO_HAS_VISITS),
    ("sensitive", PATIENT),
    ("activity", PATIENT),
    ("what Rosa writes to everybody", WHO_READS_MESSAGES),
    ("what Rosa writes to the clinic alone", PATIENT),
    ("what the clinic answers everybody", WHO_READS_MESSAGES),
    ("what the clinic answers Rosa alone", PATIENT),
    ("how far everybody's items are", WHO_READS_MESSAGES),
    ("how far Rosa's own items are", PATIENT),
];

fn name(kind: Kind) -> Option<&'static str> {
    let is_rosa = |account| account == ROSA;
    Some(match kind {
        Kind::ChartCore => "chart",
        Kind::ChartResults(_) => "results",
        Kind::ChartVisits(_) => "visits",
        Kind::ChartSensitive => "sensitive",
        Kind::Activity(_) => "activity",
        Kind::JournalCircle(account, _) if is_rosa(account) => "what Rosa writes to everybody",
        Kind::JournalPrivate(account, _) if is_rosa(account) => {
            "what Rosa writes to the clinic alone"
        }
        Kind::CareCircle(_) => "what the clinic answers everybody",
        Kind::CarePrivate(account, _) if is_rosa(account) => "what the clinic answers Rosa alone",
        Kind::MarksCircle => "how far everybody's items are",
        Kind::MarksPrivate(account) if is_rosa(account) => "how far Rosa's own items are",
        // Of somebody's own, which nobody else has at all.
        Kind::JournalCircle(..)
        | Kind::JournalPrivate(..)
        | Kind::CarePrivate(..)
        | Kind::MarksPrivate(_) => return None,
    })
}

/// One of everything. A label on a resource makes it sensitive.
async fn everything(scene: &Scene) {
    let world = &scene.world;
    let sent = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"Observation","id":"d1","status":"final",
            "effectiveDateTime":"2026-03-04","code":{"text":"Glucose"}}},
        {"resource":{"resourceType":"Encounter","id":"d2","status":"finished",
            "period":{"start":"2026-03-04T08:00:00Z"}}},
        {"resource":{"resourceType":"Observation","id":"d3","status":"final",
            "effectiveDateTime":"2026-03-04","code":{"text":"Viral load"},"meta":{"security":[
            {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}}}]}"#;
    let order = Order { source: SOURCE, to: Some(ROSA_RECORD), now: scene.now() };
    let mut importer = Importer::new(scene.store(), world.app.receipts());
    let input = read(sent.as_bytes()).unwrap();
    importer.take(order, input, &mut |_, _| {}).await.unwrap();
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    for (number, audience) in [(1, Audience::Circle), (2, Audience::Private)] {
        world.clock.advance(1_000);
        let edit = start_thread("Worried", "About my results.", audience);
        let thread = phone.edit(world, ROSA_RECORD, edit).await;
        crate::projector::catch_up(&world.app).await.unwrap();
        let path = format!("/clinic/api/threads/{ROSA_RECORD}/{thread}/replies");
        let reply = serde_json::json!({ "text": "We look.", "key": format!("key-0000{number}") });
        assert_eq!(world.ask(nurse.post(&path, &reply)).await.status(), 201);
    }
    crate::activity::catch_up(&world.app).await.unwrap();
}

#[tokio::test]
async fn of_a_record_each_gets_the_documents_that_were_given() {
    let scene = Scene::begin().await;
    everything(&scene).await;
    let (mut cells, mut wrong) = (0, Vec::new());
    for tie in Tie::ALL {
        let caller = scene.comes(Asker { who: Who::Person(tie), session: Session::Good }).await;
        let device = scene.world.device(&scene.signed_in(&caller)).await;
        let held = device.core.held().iter();
        // What holds nothing tells nothing.
        let held =
            held.filter(|(id, rows)| id.patient == ROSA_RECORD && rows.accepted().count() > 0);
        let held: Vec<_> = held.filter_map(|(id, _)| name(id.kind)).collect();
        for (document, who) in TABLE {
            cells += 1;
            if held.contains(document) != who.contains(&tie) {
                wrong.push(format!("{tie:?}: {document}: {}", held.contains(document)));
            }
        }
        assert!(held.iter().all(|one| TABLE.iter().any(|(known, _)| known == one)));
    }
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
}
