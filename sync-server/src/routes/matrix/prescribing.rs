//! The right to prescribe is a right of its own: no role has it by itself.

use serde_json::{Value, json};
use shared::edit::{AskForRefill, Edit};
use shared::fhir::import::plan::key;
use shared::fhir::import::read;
use shared::id::EntryId;

use super::askers::{Asker, Member, Session, Who};
use super::outcome;
use super::scene::{SOURCE, Scene};
use super::who_may::REFUSED;
use crate::fhir::{Importer, Order};
use crate::store::people::Role;
use crate::testing::{ROSA, ROSA_RECORD, with_json};

const ORDER: &str = r#"{"resourceType":"MedicationRequest","id":"m1","status":"active",
    "intent":"order","medicationCodeableConcept":{"text":"Lisinopril 10 mg"}}"#;

/// Rosa asks for more of what was prescribed to her.
async fn refill(scene: &Scene) -> EntryId {
    let world = &scene.world;
    let order = Order { source: SOURCE, to: Some(ROSA_RECORD), now: scene.now() };
    let mut importer = Importer::new(scene.store(), world.app.receipts());
    importer.take(order, read(ORDER.as_bytes()).unwrap(), &mut |_, _| {}).await.unwrap();
    let named = vec![key("MedicationRequest", "id", "m1")];
    let known = scene.store().known(SOURCE.to_owned(), named).await.unwrap();
    let places = scene.store().places(vec![known[0].1.resource]).await.unwrap();
    let medicine = places[0].entry;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    world.clock.advance(1_000);
    let edit = Edit::AskForRefill(AskForRefill { medicine, pharmacy: None, note: None });
    let refill = phone.edit(world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    refill
}

async fn decides(scene: &Scene, member: Member, decision: &Value) -> String {
    let asker = Asker { who: Who::Staff(member), session: Session::Good };
    let caller = scene.comes(asker).await;
    let path = format!("/clinic/api/records/{ROSA_RECORD}/edits");
    let request = axum::http::Request::builder().method("POST").uri(&path);
    let body = json!({ "key": format!("key-{:08}", scene.fresh()), "edit": decision });
    outcome(scene.world.ask(with_json(caller.with(request, &path), &body)).await).await.0
}

#[tokio::test]
async fn only_who_has_the_right_decides_about_a_prescription() {
    let scene = Scene::begin().await;
    let refill = refill(&scene).await;
    let decision =
        |decision: Value| json!({ "decide_refill": { "refill": refill, "decision": decision } });
    let wordless = decision(json!({ "changed": { "to": "Amlodipine", "why": "", "out": null } }));
    for role in Role::ALL {
        for (prescribes, proven) in [(false, false), (false, true), (true, false), (true, true)] {
            let member = Member { role, prescribes, proven };
            // Whoever may gets so far that the words are looked at.
            let expected = match (role, prescribes) {
                (Role::Admin, _) => REFUSED,
                (_, false) => "422 text-refused not_your_role",
                (_, true) => "422 text-refused empty_text",
            };
            assert_eq!(decides(&scene, member, &wordless).await, expected, "{member:?}");
        }
    }
    let doctor = Member { role: Role::Clinician, prescribes: true, proven: false };
    let approved = decision(json!({ "approved": { "quantity": "30 tablets", "out": null } }));
    assert_eq!(decides(&scene, doctor, &approved).await, "201");
}
