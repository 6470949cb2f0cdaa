//! The queue from a patient's device to staff's decisions, over the real router and real SQLite.

mod beside;
mod long;

use serde_json::{Value, json};
use shared::clinic::ClinicSettings;
use shared::edit::{AskForCall, AskForRefill, Audience, Edit};
use shared::fhir::import::read;
use shared::id::{AccountId, EntryId};
use shared::record::Step;
use shared::record::medicines::courses;
use shared::record::visit::PreferredTime;

use crate::fhir::{Importer, Order};
use crate::testing::device::TestDevice;
use crate::testing::{ANA, LINH, ROSA, ROSA_RECORD, SignedIn, World, start_thread};

const OTHER_NURSE: AccountId = AccountId::from_u128(5);
const DOCTOR: AccountId = AccountId::from_u128(6);

async fn more_staff(world: &World) {
    use crate::store::Store;
    use crate::store::people::{NewStaff, Role};
    for (account, name, role) in
        [(OTHER_NURSE, "Sam Ortiz, RN", Role::Nurse), (DOCTOR, "Dr. Okafor", Role::Clinician)]
    {
        let prescribes = role == Role::Clinician;
        let (name, at) = (name.into(), world.clock.now());
        let staff = NewStaff { account, name, role, prescribes, at };
        world.store.add_staff(staff).await.unwrap();
    }
}

async fn queue(world: &World, who: &SignedIn, wanted: &str) -> Value {
    let (status, queue) = world.ask_json(who.get(&format!("/clinic/api/queue?{wanted}"))).await;
    assert_eq!(status, 200, "{queue}");
    queue
}

fn items(queue: &Value) -> Vec<&str> {
    let lines = queue["lines"].as_array().unwrap().iter();
    lines.map(|line| line["work"]["item"].as_str().unwrap()).collect()
}

fn path(item: EntryId) -> String {
    format!("/clinic/api/items/{ROSA_RECORD}/{item}")
}

async fn note(
    world: &World,
    who: &SignedIn,
    item: EntryId,
    notes: u32,
    what: Value,
) -> (u16, Value) {
    let body = json!({ "notes": notes, "what": what });
    let request = who.post(&format!("{}/notes", path(item)), &body);
    let (status, line) = world.ask_json(request).await;
    (status.as_u16(), line)
}

async fn edit(world: &World, who: &SignedIn, key: &str, edit: Value) -> (u16, Value) {
    world.clock.advance(1_000);
    let body = json!({ "key": key, "edit": edit });
    let request = who.post(&format!("/clinic/api/records/{ROSA_RECORD}/edits"), &body);
    let (status, answer) = world.ask_json(request).await;
    (status.as_u16(), answer)
}

async fn asks(phone: &mut TestDevice, world: &World, text: &str, flags: &[&str]) -> EntryId {
    let Edit::StartThread { topic, text, audience, category, about, attachments, .. } =
        start_thread(text, text, Audience::Circle)
    else {
        unreachable!()
    };
    let red_flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
    let edit = Edit::StartThread { topic, text, audience, category, about, attachments, red_flags };
    world.clock.advance(1_000);
    let item = phone.edit(world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    item
}

async fn wants_a_call(phone: &mut TestDevice, world: &World) -> EntryId {
    let ask = AskForCall {
        language: "es".into(),
        times: vec![PreferredTime::Any],
        phone: None,
        note: Some("After four.".into()),
        audience: Audience::Circle,
    };
    world.clock.advance(1_000);
    let item = phone.edit(world, ROSA_RECORD, Edit::AskForCall(ask)).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    item
}

#[tokio::test]
async fn warnings_come_first_then_who_waits_longest() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let first = asks(&mut phone, &world, "Itchy", &[]).await;
    let second = wants_a_call(&mut phone, &world).await;
    let flagged = asks(&mut phone, &world, "My chest hurts", &["chest_pain"]).await;
    let all = queue(&world, &nurse, "").await;
    assert_eq!(items(&all), [flagged, first, second].map(|id| id.to_string()));
    // The words are the clinic's own find.
    let flags = json!([{ "code": "chest_pain", "words": "chest hurts" }]);
    assert_eq!(all["lines"][0]["red_flags"], flags);
    assert_eq!((&all["counts"]["all"], &all["counts"]["others"]), (&json!(3), &json!(1)));
    assert_eq!(items(&queue(&world, &nurse, "search=ITCHY").await), [first.to_string()]);
    assert_eq!(items(&queue(&world, &nurse, "show=others").await), [second.to_string()]);

    let what = json!({ "flag": { "how": "called", "up_to": flagged } });
    assert_eq!(note(&world, &nurse, flagged, 0, what).await.0, 201);
    let all = queue(&world, &nurse, "").await;
    assert_eq!(items(&all), [first, second, flagged].map(|id| id.to_string()));
}

#[tokio::test]
async fn an_item_is_taken_once_and_the_second_hears_by_whom() {
    let world = World::start().await;
    more_staff(&world).await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let (nurse, other) = (world.sign_in_staff(LINH).await, world.sign_in_staff(OTHER_NURSE).await);
    let item = asks(&mut phone, &world, "Itchy", &[]).await;
    assert_eq!(note(&world, &nurse, item, 0, json!("take")).await.0, 201);
    let (status, line) = note(&world, &other, item, 0, json!("take")).await;
    assert_eq!((status, &line["owner"]["person"]["name"]), (409, &json!("Linh Tran, RN")));
    assert_eq!(items(&queue(&world, &nurse, "show=mine").await).len(), 1);
    assert!(items(&queue(&world, &other, "show=mine").await).is_empty());
    assert_eq!(note(&world, &nurse, item, 1, json!("hand_back")).await.0, 201);
    assert_eq!(queue(&world, &other, "").await["counts"]["unassigned"], 1);
}

#[tokio::test]
async fn two_who_have_one_item_open_see_each_other() {
    let world = World::start().await;
    more_staff(&world).await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let (nurse, other) = (world.sign_in_staff(LINH).await, world.sign_in_staff(OTHER_NURSE).await);
    let item = asks(&mut phone, &world, "Itchy", &[]).await;
    let (_, shown) = world.ask_json(nurse.get(&path(item))).await;
    assert_eq!(shown["also_here"], json!([]));
    let (_, shown) = world.ask_json(other.get(&path(item))).await;
    assert_eq!(shown["also_here"], json!(["Linh Tran, RN"]));
    world.clock.advance(60_000);
    let (_, shown) = world.ask_json(other.get(&path(item))).await;
    assert_eq!(shown["also_here"], json!([]), "who left is not here");
}

#[tokio::test]
async fn a_call_is_answered_once_and_the_patient_sees_each_step() {
    let world = World::start().await;
    more_staff(&world).await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let item = wants_a_call(&mut phone, &world).await;
    let has = |step: Step| {
        move |device: &TestDevice| {
            let record = device.record(ROSA_RECORD);
            record.marks_of(item).iter().any(|mark| mark.step == step)
        }
    };
    phone.until(&world, has(Step::AtTheClinic)).await;
    let (status, shown) = world.ask_json(nurse.get(&path(item))).await;
    let note = &shown["request"]["asked"]["call"]["note"];
    assert_eq!((status.as_u16(), note), (200, &json!("After four.")));
    phone.until(&world, has(Step::ReadBy { name: "Linh Tran, RN".into() })).await;

    let done = json!({ "answer_visit": {
        "request": item, "answer": { "done": { "note": "Called her at five." } },
    } });
    assert_eq!(edit(&world, &nurse, "key-00001", done.clone()).await.0, 201);
    assert_eq!(edit(&world, &nurse, "key-00001", done).await.0, 200, "asked twice, written once");
    assert!(items(&queue(&world, &nurse, "").await).is_empty());
    assert_eq!(items(&queue(&world, &nurse, "show=done").await), [item.to_string()]);
}

#[tokio::test]
async fn an_answer_nobody_reads_comes_back_after_two_days() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let thread = asks(&mut phone, &world, "Itchy", &[]).await;
    let reply = json!({ "reply": { "thread": thread, "text": "Use the cream." } });
    let (_, written) = edit(&world, &nurse, "key-00001", reply).await;
    assert!(items(&queue(&world, &nurse, "").await).is_empty());
    let day = 24 * 60 * 60 * 1000;
    world.clock.advance(2 * day);
    // That took longer than a session of a test lasts.
    let nurse = world.sign_in_staff(LINH).await;
    let all = queue(&world, &nurse, "").await;
    assert_eq!(all["lines"][0]["call"], true);

    drop(phone);
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let up_to = written["entry"].as_str().unwrap().parse().unwrap();
    phone.edit(&world, ROSA_RECORD, Edit::MarkRead { thread, up_to }).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    assert!(items(&queue(&world, &nurse, "").await).is_empty());
}

#[tokio::test]
async fn what_waits_is_late_after_a_working_day() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    asks(&mut phone, &world, "Itchy", &[]).await;
    let nurse = world.sign_in_staff(LINH).await;
    assert_eq!(queue(&world, &nurse, "").await["lines"][0]["late"], false);
    world.clock.advance(5 * 24 * 60 * 60 * 1000);
    let nurse = world.sign_in_staff(LINH).await;
    assert_eq!(queue(&world, &nurse, "show=late").await["counts"]["late"], 1);

    // What waits already is judged by what the clinic promises now.
    let now = (*world.app.clinic()).clone();
    world.app.set_clinic(ClinicSettings { target_days: 10, ..now });
    assert_eq!(queue(&world, &nurse, "show=late").await["counts"]["late"], 0);
}

#[tokio::test]
async fn the_queue_is_there_after_a_restart() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ANA).await).await;
    let item = asks(&mut phone, &world, "Worried", &[]).await;
    let nurse = world.sign_in_staff(LINH).await;
    assert_eq!(note(&world, &nurse, item, 0, json!("take")).await.0, 201);
    drop(phone);
    let world = World::on(world.stop().await).await;
    world.app.desk().fill(world.store.as_ref()).await.unwrap();
    let all = queue(&world, &nurse, "").await;
    assert_eq!(items(&all), [item.to_string()]);
    assert_eq!(all["lines"][0]["by"], "Ana Delgado");
    assert_eq!(all["lines"][0]["owner"]["person"]["name"], "Linh Tran, RN");
}

/// Two prescriptions of one medicine, as two doctors wrote them.
const LISINOPRIL_TWICE: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
    {"resource":{"resourceType":"MedicationRequest","id":"1","status":"active",
        "intent":"order","medicationCodeableConcept":{"text":"Lisinopril 10 mg"}}},
    {"resource":{"resourceType":"MedicationRequest","id":"2","status":"active",
        "intent":"order","medicationCodeableConcept":{"text":"lisinopril 10 MG"}}}]}"#;

#[tokio::test]
async fn two_orders_of_one_medicine_are_one_request_in_the_queue_as_on_the_devices() {
    let world = World::start().await;
    more_staff(&world).await;
    let input = read(LISINOPRIL_TWICE.as_bytes()).unwrap();
    let order = Order { source: "Lakeside", to: Some(ROSA_RECORD), now: world.clock.now() };
    let mut importer = Importer::new(world.store.as_ref(), world.app.receipts());
    importer.take(order, input, &mut |_, _| {}).await.unwrap();
    let mut rosas = world.device(&world.sign_in(ROSA).await).await;
    let mut anas = world.device(&world.sign_in(ANA).await).await;
    let orders: Vec<_> = courses(&rosas.record(ROSA_RECORD))
        .iter()
        .flat_map(|course| course.orders.iter().map(|order| order.resource.entry))
        .collect();
    let ask = |medicine, note: &str| {
        let note = Some(note.to_owned());
        Edit::AskForRefill(AskForRefill { medicine, pharmacy: None, note })
    };
    world.clock.advance(1_000);
    let first = rosas.edit(&world, ROSA_RECORD, ask(orders[0], "Two left.")).await;
    world.clock.advance(1_000);
    let second = anas.edit(&world, ROSA_RECORD, ask(orders[1], "She has two left.")).await;
    crate::projector::catch_up(&world.app).await.unwrap();

    let doctor = world.sign_in_staff(DOCTOR).await;
    let all = queue(&world, &doctor, "").await;
    assert_eq!(items(&all), [first.to_string()], "{second} is part of it");
    assert_eq!(all["lines"][0]["work"]["excerpt"], "Two left. | She has two left.");
    let approved = json!({ "decide_refill": {
        "refill": first, "decision": { "approved": { "quantity": "30 tablets", "out": null } },
    } });
    let (status, answer) = edit(&world, &doctor, "key-00001", approved).await;
    assert_eq!(status, 201, "{answer}");
    let show = "show=refills";
    assert_eq!(items(&queue(&world, &doctor, show).await), [first.to_string()], "to send out");
}
