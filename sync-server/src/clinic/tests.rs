//! From a patient's device to the clinic and back, over real sockets and real SQLite.

use futures_util::StreamExt;
use shared::document::{DocumentId, Kind};
use shared::edit::{Audience, Edit};
use shared::id::EntryId;
use shared::record::{Record, Said, Step};
use shared::time::MILLIS_PER_DAY;

use crate::testing::device::TestDevice;
use crate::testing::{ADMIN, ANA, LINH, ROSA, ROSA_RECORD, SignedIn, World, start_thread};

pub fn texts(record: &Record) -> Vec<String> {
    let said = record.entries().map(|(_, entry)| match &entry.said {
        Said::Message(message) => message.text.clone(),
        Said::Reply(reply) => format!("{}: {}", reply.by, reply.text),
        other => other.to_text(),
    });
    said.collect()
}

fn path(thread: EntryId) -> String {
    format!("/clinic/api/threads/{ROSA_RECORD}/{thread}")
}

async fn reply(
    world: &World,
    nurse: &SignedIn,
    thread: EntryId,
    text: &str,
    key: &str,
) -> (axum::http::StatusCode, serde_json::Value) {
    // Later than what it answers; equal times would be ordered by their random ids.
    world.clock.advance(1_000);
    let body = serde_json::json!({ "text": text, "key": key });
    world.ask_json(nurse.post(&format!("{}/replies", path(thread)), &body)).await
}

/// Waits for the reply's words on a device.
async fn until_reads(device: &mut TestDevice, world: &World, words: &str) {
    device
        .until(world, |device| texts(&device.record(ROSA_RECORD)).iter().any(|t| t == words))
        .await;
}

#[tokio::test]
async fn a_message_reaches_the_clinic_and_its_answer_every_device() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let mut laptop = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;

    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    let thread = phone.edit(&world, ROSA_RECORD, edit).await;
    let at_the_clinic = |device: &TestDevice| {
        let record = device.record(ROSA_RECORD);
        record.marks_of(thread).iter().any(|mark| mark.step == Step::AtTheClinic)
    };
    phone.until(&world, at_the_clinic).await;
    laptop.until(&world, at_the_clinic).await;
    assert_eq!(texts(&laptop.record(ROSA_RECORD)), ["When I stand up."]);

    let (_, list) = world.ask_json(nurse.get("/clinic/api/threads")).await;
    assert_eq!(list[0]["topic"], "Dizzy");
    assert_eq!(list[0]["patient_name"], "Rosa Delgado");
    assert_eq!(list[0]["answered"], false);
    let (_, shown) = world.ask_json(nurse.get(&path(thread))).await;
    assert_eq!(shown["messages"][0]["from"], "Rosa Delgado");
    phone
        .until(&world, |device| {
            let step = Step::ReadBy { name: "Linh Tran, RN".into() };
            device.record(ROSA_RECORD).marks_of(thread).iter().any(|mark| mark.step == step)
        })
        .await;

    let (status, first) = reply(&world, &nurse, thread, "Sit down first.", "key-00001").await;
    assert_eq!(status, 201);
    let (status, again) = reply(&world, &nurse, thread, "Sit down first.", "key-00001").await;
    assert_eq!((status.as_u16(), &again["entry"]), (200, &first["entry"]));
    until_reads(&mut phone, &world, "Linh Tran, RN: Sit down first.").await;
    until_reads(&mut laptop, &world, "Linh Tran, RN: Sit down first.").await;
    let (_, shown) = world.ask_json(nurse.get(&path(thread))).await;
    assert_eq!(shown["messages"].as_array().unwrap().len(), 2, "one reply, however often asked");
    assert_eq!(shown["messages"][1]["mine"], true);
}

#[tokio::test]
async fn two_replies_at_once_are_both_there() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    let thread = phone.edit(&world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    let (one, two) = tokio::join!(
        reply(&world, &nurse, thread, "One.", "key-00001"),
        reply(&world, &nurse, thread, "Two.", "key-00002"),
    );
    assert_eq!((one.0.as_u16(), two.0.as_u16()), (201, 201));
    until_reads(&mut phone, &world, "Linh Tran, RN: One.").await;
    until_reads(&mut phone, &world, "Linh Tran, RN: Two.").await;
}

#[tokio::test]
async fn a_private_thread_and_its_answer_stay_between_its_author_and_the_clinic() {
    let world = World::start().await;
    let mut caregiver = world.device(&world.sign_in(ANA).await).await;
    let mut patient = world.device(&world.sign_in(ROSA).await).await;
    let nurse = world.sign_in_staff(LINH).await;
    let edit = start_thread("Worried", "She forgets her pills.", Audience::Private);
    let thread = caregiver.edit(&world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    reply(&world, &nurse, thread, "Thank you.", "key-00001").await;
    until_reads(&mut caregiver, &world, "Linh Tran, RN: Thank you.").await;

    // The patient hears of what comes after, so nothing of this is still on its way.
    let edit = start_thread("Visit", "May I come?", Audience::Circle);
    let thread = caregiver.edit(&world, ROSA_RECORD, edit).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    reply(&world, &nurse, thread, "Yes.", "key-00002").await;
    until_reads(&mut patient, &world, "Linh Tran, RN: Yes.").await;
    assert_eq!(texts(&patient.record(ROSA_RECORD)), ["May I come?", "Linh Tran, RN: Yes."]);
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let world = World::start().await;
    let rosa = world.sign_in(ROSA).await;
    let mut phone = world.device(&rosa).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    let thread = phone.edit(&world, ROSA_RECORD, edit).await;
    drop(phone);
    let world = World::on(world.stop().await).await;
    let nurse = world.sign_in_staff(LINH).await;
    crate::projector::catch_up(&world.app).await.unwrap();
    let (status, shown) = world.ask_json(nurse.get(&path(thread))).await;
    assert_eq!(status, 200);
    assert_eq!(shown["messages"][0]["text"], "When I stand up.");
    let laptop = world.device(&rosa).await;
    assert_eq!(texts(&laptop.record(ROSA_RECORD)), ["When I stand up."]);
}

#[tokio::test]
async fn who_only_runs_accounts_does_not_read_messages() {
    let world = World::start().await;
    let admin = world.sign_in_staff(ADMIN).await;
    assert_eq!(world.ask(admin.get("/clinic/api/session")).await.status(), 200);
    assert_eq!(world.ask(admin.get("/clinic/api/threads")).await.status(), 403);
}

#[tokio::test]
async fn a_reply_that_says_nothing_or_goes_nowhere_is_refused() {
    let world = World::start().await;
    let nurse = world.sign_in_staff(LINH).await;
    // So that the record is work of the clinic, and only the thread is not there.
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    phone.edit(&world, ROSA_RECORD, edit).await;
    let nowhere = EntryId::from_u128(99);
    let (status, problem) = reply(&world, &nurse, nowhere, "Hello.", "key-00001").await;
    assert_eq!((status.as_u16(), &problem["type"]), (404, &"urn:satchel:problem:not-found".into()));
    let (status, problem) = reply(&world, &nurse, nowhere, "  ", "key-00001").await;
    assert_eq!((status.as_u16(), &problem["refused"]), (422, &"empty_text".into()));
}

#[tokio::test]
async fn an_event_of_the_inbox_has_data_without_which_a_browser_drops_it() {
    let world = World::start().await;
    let nurse = world.sign_in_staff(LINH).await;
    let response = world.ask(nurse.get("/clinic/api/events")).await;
    let mut pieces = response.into_body().into_data_stream();
    let first = pieces.next().await.unwrap().unwrap();
    assert_eq!(first, "event: changed\ndata: queue\n\n");
}

/// In which volumes a device has an entry.
fn places(device: &TestDevice, entry: EntryId) -> Vec<Kind> {
    let documents = device.core.documents.iter();
    let has = documents.filter(|(_, document)| document.entry(entry).is_some());
    has.map(|(key, _): (&DocumentId, _)| key.kind).collect()
}

#[tokio::test]
async fn after_new_year_everybody_writes_into_the_volumes_of_the_year_once_they_know_them() {
    let world = World::start().await;
    let mut phone = world.device(&world.sign_in(ROSA).await).await;
    let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
    let thread = phone.edit(&world, ROSA_RECORD, edit).await;
    let journal = |year| vec![Kind::JournalCircle(ROSA, Some(year))];
    assert_eq!(places(&phone, thread), journal(2027));

    world.clock.advance(365 * MILLIS_PER_DAY);
    let nurse = world.sign_in_staff(LINH).await;
    let (status, answer) = reply(&world, &nurse, thread, "Sit down first.", "key-00001").await;
    assert_eq!(status, 201);
    until_reads(&mut phone, &world, "Linh Tran, RN: Sit down first.").await;
    let answer = answer["entry"].as_str().unwrap().parse().unwrap();
    assert_eq!(places(&phone, answer), [Kind::CareCircle(Some(2028))]);

    // The phone has heard of no new journal yet; whoever comes now has.
    let again = |text: &str| {
        let (text, attachments, red_flags) = (text.to_owned(), Vec::new(), Vec::new());
        Edit::Reply { thread, text, attachments, red_flags }
    };
    world.clock.advance(1_000);
    let late = phone.edit(&world, ROSA_RECORD, again("Thank you.")).await;
    assert_eq!(places(&phone, late), journal(2027));
    let mut laptop = world.device(&world.sign_in(ROSA).await).await;
    world.clock.advance(1_000);
    let new = laptop.edit(&world, ROSA_RECORD, again("It is better.")).await;
    assert_eq!(places(&laptop, new), journal(2028));
    until_reads(&mut phone, &world, "It is better.").await;
    crate::projector::catch_up(&world.app).await.unwrap();
    let (_, shown) = world.ask_json(nurse.get(&path(thread))).await;
    let messages = shown["messages"].as_array().unwrap().iter();
    let shown: Vec<_> = messages.map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(shown, ["When I stand up.", "Sit down first.", "Thank you.", "It is better."]);
}
