//! What patients ask goes out to the clinic's system, and its answers come back: an EHR that polls,
//! answers and is told what it did wrong, with a patient's device at the other end.

use axum::http::Method;
use shared::edit::{AskForRefill, Audience, Edit};
use shared::fhir::ResourceType;
use shared::record::Said;
use shared::record::refill::Decision;

use super::*;
use crate::projector;
use crate::testing::device::TestDevice;
use crate::testing::start_thread;

/// A program of the clinic that asks over HTTP.
pub struct Program {
    token: String,
}

impl Program {
    pub async fn of(world: &World) -> Self {
        Self { token: ehr(world).await }
    }

    pub async fn ask(
        &self,
        world: &World,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        world.ask_json(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub async fn get(&self, world: &World, path: &str) -> Value {
        projector::catch_up(&world.app).await.unwrap();
        let (status, body) = self.ask(world, Method::GET, path, &[], "").await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn put(
        &self,
        world: &World,
        resource: &Value,
        version: Option<&str>,
    ) -> (StatusCode, Value) {
        let kind = resource["resourceType"].as_str().unwrap();
        let path = format!("/fhir/{kind}/{}", resource["id"].as_str().unwrap());
        let mut headers = vec![("content-type", "application/fhir+json")];
        headers.extend(version.map(|version| ("if-match", version)));
        self.ask(world, Method::PUT, &path, &headers, &resource.to_string()).await
    }
}

pub fn found(bundle: &Value) -> Vec<Value> {
    let entries = bundle["entry"].as_array().into_iter().flatten();
    entries.map(|entry| entry["resource"].clone()).collect()
}

fn order() -> String {
    r#"{"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order",
        "subject":{"reference":"Patient/r1"},"authoredOn":"2026-01-01",
        "medicationCodeableConcept":{"text":"Lisinopril 10 mg"}}"#
        .to_owned()
}

/// Rosa's phone, with an order of the clinic's in her chart, and the clinic's program.
async fn rosa_with_an_order(world: &World) -> (TestDevice, Program) {
    let sent = bundle("collection", &[rosa(), order()]);
    import_to(world, &sent, Some(ROSA_RECORD)).await;
    let phone = world.sign_in(ROSA).await;
    (world.device(&phone).await, Program::of(world).await)
}

async fn ask_for_refill(world: &World, phone: &mut TestDevice) -> shared::id::EntryId {
    let record = phone.record(ROSA_RECORD);
    let medicine = record.chart().of(&[ResourceType::MedicationRequest]).next().unwrap().entry;
    let ask = AskForRefill { medicine, pharmacy: None, note: Some("Three left".into()) };
    phone.edit(world, ROSA_RECORD, Edit::AskForRefill(ask)).await
}

fn decisions(phone: &TestDevice) -> Vec<Decision> {
    let record = phone.record(ROSA_RECORD);
    let all = record.entries().filter_map(|(_, entry)| match &entry.said {
        Said::RefillDecision(said) => Some(said.decision.clone()),
        _ => None,
    });
    all.collect()
}

const REQUESTED: &str = "/fhir/Task?status=requested";

#[tokio::test]
async fn a_refill_arrives_once_is_accepted_and_the_patient_sees_it() {
    let world = World::start().await;
    let (mut phone, program) = rosa_with_an_order(&world).await;
    assert_eq!(found(&program.get(&world, REQUESTED).await), Vec::<Value>::new());
    let refill = ask_for_refill(&world, &mut phone).await;

    let tasks = found(&program.get(&world, REQUESTED).await);
    let [task] = tasks.as_slice() else { panic!("one task: {tasks:?}") };
    assert_eq!(task["id"], refill.to_string());
    // As the clinic's system knows them, not as this server does.
    assert_eq!(task["for"]["reference"], "Patient/r1");
    assert_eq!(task["focus"]["reference"], "MedicationRequest/m1");
    assert_eq!(task["note"][0]["text"], "Three left");
    let proposal = program.get(&world, &format!("/fhir/MedicationRequest/{refill}")).await;
    assert_eq!((&proposal["status"], &proposal["intent"]), (&json!("draft"), &json!("proposal")));

    // Nothing is told twice to who asks for what is new.
    let seen = task["meta"]["lastUpdated"].as_str().unwrap();
    let later = format!("{REQUESTED}&_lastUpdated=gt{seen}");
    projector::catch_up(&world.app).await.unwrap();
    assert_eq!(found(&program.get(&world, &later).await), Vec::<Value>::new());

    let mut accepted = task.clone();
    accepted["status"] = json!("accepted");
    accepted["owner"] = json!({"display": "Dr. Okafor"});
    let (status, body) = program.put(&world, &accepted, Some("W/\"1\"")).await;
    assert_eq!((status, &body["meta"]["versionId"]), (StatusCode::OK, &json!("2")), "{body}");
    let is_taken = |phone: &TestDevice| {
        let record = phone.record(ROSA_RECORD);
        record.entries().any(|(_, entry)| match &entry.said {
            Said::Taken(taken) => taken.of == refill && taken.by == "Dr. Okafor",
            _ => false,
        })
    };
    phone.until(&world, is_taken).await;

    let patch = r#"[{"op":"replace","path":"/status","value":"completed"},
        {"op":"add","path":"/output","value":[{"type":{"text":"new prescription"},
         "valueReference":{"reference":"MedicationRequest/m2"}}]}]"#;
    let headers = [("content-type", "application/json-patch+json"), ("if-match", "W/\"2\"")];
    let path = format!("/fhir/Task/{refill}");
    let (status, body) = program.ask(&world, Method::PATCH, &path, &headers, patch).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("completed")), "{body}");
    assert_eq!(body["output"][0]["valueReference"]["reference"], "MedicationRequest/m2");
    phone.until(&world, |phone| !decisions(phone).is_empty()).await;
    let [Decision::Approved { out: Some(out), .. }] = &decisions(&phone)[..] else {
        panic!("approved and sent out: {:?}", decisions(&phone));
    };
    assert_eq!(out.by, "Dr. Okafor");

    let history = program.get(&world, &format!("{path}/_history")).await;
    let states: Vec<_> = found(&history).iter().map(|one| one["status"].clone()).collect();
    assert_eq!(states, ["completed", "accepted", "requested"]);
    let first = program.get(&world, &format!("{path}/_history/1")).await;
    assert_eq!(first["status"], "requested");
    drop(phone);
    world.stop().await;
}

#[tokio::test]
async fn who_answers_what_was_cancelled_hears_so() {
    let world = World::start().await;
    let (mut phone, program) = rosa_with_an_order(&world).await;
    let request = ask_for_refill(&world, &mut phone).await;
    let task = found(&program.get(&world, REQUESTED).await).remove(0);
    let mut rejected = task.clone();
    rejected["status"] = json!("rejected");
    rejected["statusReason"] = json!({"text": "Too soon."});
    let (status, body) = program.put(&world, &rejected, None).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(body["issue"][0]["code"], "required");
    let (status, _) = program.put(&world, &rejected, Some("W/\"7\"")).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    let mut of_another = rejected.clone();
    of_another["for"] = json!({"reference": "Patient/somebody"});
    let (status, body) = program.put(&world, &of_another, Some("W/\"1\"")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!body.to_string().contains("Delgado"), "{body}");

    phone.edit(&world, ROSA_RECORD, Edit::Cancel { request }).await;
    let (status, body) = program.put(&world, &rejected, Some("W/\"1\"")).await;
    let is_told = [StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED].contains(&status);
    assert!(is_told, "{status} {body}");
    assert_eq!(body["issue"][0]["code"], "conflict");
    let cancelled = program.get(&world, &format!("/fhir/Task/{request}")).await;
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(decisions(&phone), []);
    drop(phone);
    world.stop().await;
}

#[tokio::test]
async fn a_message_goes_out_and_the_answer_comes_back_once() {
    let world = World::start().await;
    let (mut phone, program) = rosa_with_an_order(&world).await;
    let start = start_thread("Dizzy", "Since the new pill", Audience::Circle);
    let thread = phone.edit(&world, ROSA_RECORD, start).await;
    let headers = found(&program.get(&world, "/fhir/Communication?part-of:missing=true").await);
    assert_eq!(headers[0]["topic"]["text"], "Dizzy");
    let of = format!("/fhir/Communication?part-of=Communication/thread-{thread}&patient=r1");
    let messages = found(&program.get(&world, &of).await);
    assert_eq!(messages[0]["payload"][0]["contentString"], "Since the new pill");

    let reply = json!({"resourceType": "Communication", "status": "completed",
        "identifier": [{"system": "http://ehr.example", "value": "answer-0001"}],
        "partOf": [{"reference": format!("Communication/thread-{thread}")}],
        "sender": {"display": "Linh Tran, RN"}, "payload": [{"contentString": "Sit down."}]});
    for _ in 0..2 {
        let headers = [("content-type", "application/fhir+json")];
        let (status, body) = program
            .ask(&world, Method::POST, "/fhir/Communication", &headers, &reply.to_string())
            .await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
    }
    let replies = |phone: &TestDevice| {
        let record = phone.record(ROSA_RECORD);
        let all = record.entries().filter_map(|(_, entry)| match &entry.said {
            Said::Reply(reply) => Some((reply.by.clone(), reply.text.clone())),
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    phone.until(&world, |phone| !replies(phone).is_empty()).await;
    phone.until_same(&world).await;
    assert_eq!(replies(&phone), [("Linh Tran, RN".to_owned(), "Sit down.".to_owned())]);
    drop(phone);
    world.stop().await;
}

#[tokio::test]
async fn a_search_is_paged_and_says_what_it_does_not_know() {
    let world = World::start().await;
    let results: Vec<_> = (0..5).map(|n| glucose(&format!("o{n}"), "98", MARCH)).collect();
    let sent = bundle("collection", &[&[rosa()][..], &results].concat());
    import_to(&world, &sent, Some(ROSA_RECORD)).await;
    let program = Program::of(&world).await;
    let mut path = "/fhir/Observation?patient=r1&_count=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = program.get(&world, &path).await;
        pages.push(found(&page).len());
        let links = page["link"].as_array().unwrap().clone();
        let Some(next) = links.iter().find(|link| link["relation"] == "next") else { break };
        path = next["url"].as_str().unwrap().split_once("/fhir").unwrap().1.to_owned();
        path.insert_str(0, "/fhir");
    }
    assert_eq!(pages.iter().sum::<usize>(), 5);
    assert!(pages.iter().all(|count| *count <= 2));
    for (query, count) in [
        ("patient=r1&date=2026-03-04", 5),
        ("patient=r1&date=gt2026-03-04", 0),
        ("patient=r1&status=final&_id=o3", 1),
        ("patient=nobody", 0),
        ("patient=r1&unheard-of=1", 5),
    ] {
        let page = program.get(&world, &format!("/fhir/Observation?{query}")).await;
        assert_eq!(found(&page).len(), count, "{query}");
        assert!(!page["link"][0]["url"].as_str().unwrap().contains("unheard"));
    }
    let strict = [("prefer", "handling=strict")];
    let unknown = "/fhir/Observation?unheard-of=1";
    let (status, body) = program.ask(&world, Method::GET, unknown, &strict, "").await;
    assert_eq!(
        (status, &body["issue"][0]["code"]),
        (StatusCode::BAD_REQUEST, &json!("not-supported"))
    );
    let broken = "/fhir/Observation?date=soon";
    assert_eq!(program.ask(&world, Method::GET, broken, &[], "").await.0, StatusCode::BAD_REQUEST);

    let all = program.get(&world, "/fhir/Patient/r1/$everything").await;
    assert_eq!(found(&all).len(), 6);
    let summary = program.get(&world, "/fhir/Patient/r1/$summary").await;
    assert_eq!((&summary["type"], found(&summary).len() > 2), (&json!("document"), true));
    world.stop().await;
}

#[tokio::test]
async fn a_resource_is_created_and_updated_under_a_condition() {
    let world = World::start().await;
    let sent = bundle("collection", &[rosa()]);
    import_to(&world, &sent, Some(ROSA_RECORD)).await;
    let program = Program::of(&world).await;
    let result = |value: &str| {
        let body = glucose("o1", value, MARCH).replace("\"id\":\"o1\",", "");
        let identifier = r#""identifier":[{"system":"http://lab","value":"7"}],"meta""#;
        body.replacen("\"meta\"", identifier, 1).replace(MARCH, APRIL)
    };
    let json = ("content-type", "application/fhir+json");
    let once = [json, ("if-none-exist", "identifier=http://lab|7")];
    for status in [StatusCode::CREATED, StatusCode::OK] {
        let told =
            program.ask(&world, Method::POST, "/fhir/Observation", &once, &result("98")).await;
        assert_eq!(told.0, status, "{}", told.1);
    }
    let path = "/fhir/Observation?identifier=http://lab%7C7";
    let newer = result("99").replace(APRIL, "2026-05-05T08:00:00Z");
    let (status, body) = program.ask(&world, Method::PUT, path, &[json], &newer).await;
    assert_eq!((status, body["valueQuantity"]["value"].as_f64()), (StatusCode::OK, Some(99.0)));
    assert_eq!(found(&program.get(&world, path).await).len(), 1);
    let other = "/fhir/Observation?identifier=http://lab%7C8";
    let (status, _) = program.ask(&world, Method::PUT, other, &[json], &newer).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    world.stop().await;
}
