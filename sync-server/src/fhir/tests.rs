//! An import into a served clinic, seen at devices that are connected.

mod asked;
mod mean;
mod out;
mod sweep;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use shared::fhir::import::{Summary, Why, read};
use shared::id::PatientId;
use shared::record::{Loaded, Shelf};

use super::errands::{Ask, Tell};
use super::{Importer, Order, Outcome, socket};
use crate::secret::Secret;
use crate::store::Store;
use crate::store::resources::Client;
use crate::testing::{ANA, NOON, ROSA, ROSA_RECORD, World};
use crate::world::OsRng;

const SOURCE: &str = "Lakeside";

async fn import(world: &World, text: &str) -> Outcome {
    import_to(world, text, None).await
}

async fn import_to(world: &World, text: &str, to: Option<PatientId>) -> Outcome {
    let input = read(text.as_bytes()).unwrap();
    let mut importer = Importer::new(world.store.as_ref(), world.app.receipts());
    let order = Order { source: SOURCE, to, now: world.app.now() };
    let mut told = |_, news| {
        for one in news {
            world.app.published(one, None);
        }
    };
    importer.take(order, input, &mut told).await.unwrap()
}

fn bundle(kind: &str, resources: &[String]) -> String {
    let entries: Vec<_> = resources.iter().map(|one| format!("{{\"resource\":{one}}}")).collect();
    let entries = entries.join(",");
    format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#)
}

fn rosa() -> String {
    r#"{"resourceType":"Patient","id":"r1","gender":"female","birthDate":"1961-04-09",
        "name":[{"family":"Delgado","given":["Rosa"]}]}"#
        .to_owned()
}

fn glucose(id: &str, value: &str, updated: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","meta":{{"lastUpdated":"{updated}"}},
        "status":"final","code":{{"text":"Glucose"}},"subject":{{"reference":"Patient/r1"}},
        "effectiveDateTime":"2026-03-04","performer":[{{"reference":"Practitioner/p1"}}],
        "valueQuantity":{{"value":{value},"unit":"mg/dL"}}}}"#
    )
}

fn doctor() -> String {
    r#"{"resourceType":"Practitioner","id":"p1","name":[{"text":"Dr. Lake"}]}"#.to_owned()
}

fn counts(summary: &Summary) -> (u64, u64, u64, u64) {
    (summary.new, summary.updated, summary.unchanged, summary.refused())
}

const MARCH: &str = "2026-03-05T08:00:00Z";
const APRIL: &str = "2026-04-05T08:00:00Z";

/// The values of glucose that a screen would list.
fn shown(record: &shared::record::Record) -> Vec<String> {
    let resources = record.chart().resources();
    let texts = resources.map(|resource| resource.json().to_owned());
    let value = |text: String| {
        text.split("\"value\":")
            .nth(1)
            .map(|rest| rest.split(',').next().unwrap_or_default().to_owned())
    };
    texts.filter_map(value).collect()
}

#[tokio::test]
async fn a_new_result_is_on_an_open_device_while_it_is_connected() {
    let world = World::start().await;
    let rosa_phone = world.sign_in(ROSA).await;
    let mut phone = world.device(&rosa_phone).await;
    assert_eq!(phone.record(ROSA_RECORD).chart().loaded(Shelf::Everything), Loaded::All);
    let sent = bundle("collection", &[glucose("o1", "98.00", MARCH), rosa(), doctor()]);
    let outcome = import_to(&world, &sent, Some(ROSA_RECORD)).await;
    assert_eq!(counts(&outcome.summary), (3, 0, 0, 0), "{}", outcome.summary);
    let there = phone.until(&world, |phone| shown(&phone.record(ROSA_RECORD)) == ["98.00"]);
    tokio::time::timeout(Duration::from_secs(2), there).await.expect("within two seconds");
    let record = phone.record(ROSA_RECORD);
    let result = record.chart().observations().next().unwrap().0;
    assert_eq!(
        record.chart().name_of(result, Some("Practitioner/p1"), None),
        Some("Dr. Lake".into()),
    );
    drop(phone);
    world.stop().await;
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_newer_replaces_older() {
    let world = World::start().await;
    let first = bundle("collection", &[rosa(), glucose("o1", "98", MARCH)]);
    import_to(&world, &first, Some(ROSA_RECORD)).await;
    let before = world.store.summaries(vec![ROSA_RECORD]).await.unwrap();
    let again = import(&world, &first).await;
    assert_eq!(counts(&again.summary), (0, 0, 2, 0));
    assert_eq!(world.store.summaries(vec![ROSA_RECORD]).await.unwrap(), before);

    let newer = import(&world, &glucose("o1", "101", APRIL)).await;
    assert_eq!(counts(&newer.summary), (0, 1, 0, 0));
    let older = import(&world, &first).await;
    assert_eq!(older.summary.refused.get(&Why::Older), Some(&1));
    let phone = world.device(&world.sign_in(ROSA).await).await;
    assert_eq!(shown(&phone.record(ROSA_RECORD)), ["101"]);
    world.stop().await;
}

#[tokio::test]
async fn nobody_is_attached_in_doubt() {
    let world = World::start().await;
    // Name and birth date are Rosa's, and nothing else is known of her here.
    let sent = bundle("searchset", &[rosa(), glucose("o1", "98", MARCH)]);
    let outcome = import(&world, &sent).await;
    assert_eq!(outcome.summary.refused.get(&Why::NothingElseAgrees), Some(&2));
    let (rows, _) = world.store.resources_in(ROSA_RECORD, None, usize::MAX).await.unwrap();
    assert_eq!(rows, []);
    world.stop().await;
}

#[tokio::test]
async fn a_result_waits_for_its_patient_and_then_joins_the_chart() {
    let world = World::start().await;
    let early = import(&world, &glucose("o1", "98", MARCH)).await;
    assert_eq!(early.summary.refused.get(&Why::UnknownPatient), Some(&1));
    let late = import_to(&world, &rosa(), Some(ROSA_RECORD)).await;
    assert_eq!(counts(&late.summary), (2, 0, 0, 0));
    let phone = world.device(&world.sign_in(ROSA).await).await;
    assert_eq!(shown(&phone.record(ROSA_RECORD)), ["98"]);
    world.stop().await;
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let world = World::start().await;
    let stranger = glucose("o2", "5", MARCH).replace("Patient/r1", "Patient/other");
    let sent = bundle("transaction", &[rosa(), glucose("o1", "98", MARCH), stranger]);
    let outcome = import_to(&world, &sent, Some(ROSA_RECORD)).await;
    assert_eq!(counts(&outcome.summary), (0, 0, 0, 3));
    assert_eq!(outcome.summary.examples[0].why, Why::UnknownPatient);
    let (rows, _) = world.store.resources_in(ROSA_RECORD, None, usize::MAX).await.unwrap();
    assert_eq!(rows, []);
    world.stop().await;
}

#[tokio::test]
async fn a_label_keeps_a_result_from_the_caregiver_also_when_it_comes_later() {
    let world = World::start().await;
    let first = bundle("collection", &[rosa(), glucose("o1", "98", MARCH)]);
    import_to(&world, &first, Some(ROSA_RECORD)).await;
    let labelled = glucose("o1", "99", APRIL).replace(
        "\"meta\":{",
        "\"meta\":{\"security\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/\
         v3-Confidentiality\",\"code\":\"R\"}],",
    );
    import(&world, &labelled).await;
    let own = world.device(&world.sign_in(ROSA).await).await;
    assert_eq!(shown(&own.record(ROSA_RECORD)), ["99"]);
    let caregiver = world.device(&world.sign_in(ANA).await).await;
    assert_eq!(shown(&caregiver.record(ROSA_RECORD)), Vec::<String>::new());
    world.stop().await;
}

#[tokio::test]
async fn somebody_new_gets_a_record_of_their_own_and_is_found_again() {
    let world = World::start().await;
    let someone = rosa().replace("Rosa", "Walter").replace("1961", "1951");
    let sent = bundle("collection", &[someone, glucose("o1", "98", MARCH)]);
    let outcome = import(&world, &sent).await;
    assert_eq!(counts(&outcome.summary), (2, 0, 0, 0));
    assert_eq!(counts(&import(&world, &sent).await.summary), (0, 0, 2, 0));
    assert!(world.app.now() >= NOON);
    world.stop().await;
}

/// An EHR with a token.
async fn ehr(world: &World) -> String {
    let token = Secret::fresh(&mut OsRng);
    let (name, source) = ("ehr".to_owned(), SOURCE.to_owned());
    let client = Client { token: token.hash(), name, source, at: NOON };
    world.store.add_client(client).await.unwrap();
    token.text().to_owned()
}

async fn send(world: &World, token: &str, path: &str, body: &str) -> (StatusCode, Value) {
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/fhir+json");
    world.ask_json(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn an_ehr_sends_a_transaction_and_reads_it_back_as_it_came() {
    let world = World::start().await;
    let token = ehr(&world).await;
    let someone = rosa().replace("Rosa", "Walter").replace("1961", "1951");
    let result = glucose("o1", "98.00", MARCH);
    let sent = bundle("transaction", &[someone, result.clone()]);
    let (status, body) = send(&world, &token, "/fhir", &sent).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["type"], "transaction-response");
    assert_eq!(body["entry"][1]["response"]["status"], "201 Created");
    assert_eq!(body["entry"][1]["response"]["location"], "Observation/o1/_history/1");
    let (_, again) = send(&world, &token, "/fhir", &sent).await;
    assert_eq!(again["entry"][1]["response"]["status"], "200 OK");
    assert_eq!(again["entry"][1]["response"]["etag"], "W/\"1\"");

    let read = |token: &str| {
        let request = Request::get("/fhir/Observation/o1");
        let request = request.header(header::AUTHORIZATION, format!("bearer {token}"));
        world.ask(request.body(Body::empty()).unwrap())
    };
    let response = read(&token).await;
    assert_eq!(response.headers()[header::ETAG], "W/\"1\"");
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(std::str::from_utf8(&bytes).unwrap(), result);
    assert_eq!(read("stolen").await.status(), StatusCode::UNAUTHORIZED);
    // Another system's ids mean nothing here.
    let other = Secret::fresh(&mut OsRng);
    let (name, source) = ("other".to_owned(), "River".to_owned());
    let client = Client { token: other.hash(), name, source, at: NOON };
    world.store.add_client(client).await.unwrap();
    assert_eq!(read(other.text()).await.status(), StatusCode::NOT_FOUND);
    world.stop().await;
}

#[tokio::test]
async fn what_an_ehr_sends_wrong_is_told_with_its_place_and_nothing_is_kept() {
    let world = World::start().await;
    let token = ehr(&world).await;
    let stranger = bundle("transaction", &[glucose("o1", "98", MARCH)]);
    let deep = format!("{{\"resourceType\":\"A\",\"a\":{}{}}}", "[".repeat(400), "]".repeat(400));
    let named = rosa().replace("Rosa", "Secretname");
    let doubled = bundle("collection", &[named, rosa()]);
    for (path, sent, expected, code) in [
        ("/fhir", "{\"resourceType\":", StatusCode::BAD_REQUEST, "structure"),
        ("/fhir", "<Bundle/>", StatusCode::BAD_REQUEST, "structure"),
        ("/fhir/import", deep.as_str(), StatusCode::BAD_REQUEST, "structure"),
        ("/fhir", doubled.as_str(), StatusCode::BAD_REQUEST, "not-supported"),
        ("/fhir", stranger.as_str(), StatusCode::UNPROCESSABLE_ENTITY, "not-found"),
    ] {
        let (status, body) = send(&world, &token, path, sent).await;
        assert_eq!((status, &body["issue"][0]["code"]), (expected, &json!(code)), "{sent}");
        assert!(!body.to_string().contains("Secretname"));
    }
    let (_, body) = send(&world, &token, "/fhir", &stranger).await;
    assert_eq!(body["issue"][0]["expression"][0], "Bundle.entry[0]");
    let key = "Observation\nid\no1".to_owned();
    assert_eq!(world.store.known(SOURCE.into(), vec![key]).await.unwrap(), []);

    let (status, body) = send(&world, &token, "/fhir/import", &glucose("o1", "98", MARCH)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body["issue"][0]["diagnostics"].as_str().unwrap().starts_with("read 1: 0 new"));
    assert_eq!(body["issue"][1]["code"], "not-found");

    let form = Request::post("/fhir").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let form = form.header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    let (status, body) = world.ask_json(form).await;
    assert_eq!(
        (status, &body["resourceType"]),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("OperationOutcome"))
    );
    world.stop().await;
}

#[tokio::test]
async fn the_capability_statement_says_what_the_document_says() {
    let world = World::start().await;
    let request = Request::get("/fhir/metadata").body(Body::empty()).unwrap();
    let (status, body) = world.ask_json(request).await;
    assert_eq!((status, &body["fhirVersion"]), (StatusCode::OK, &json!("4.0.1")));
    let text = include_str!("../../../docs/fhir.md");
    for resource in body["rest"][0]["resource"].as_array().unwrap() {
        let kind = resource["type"].as_str().unwrap();
        assert!(text.contains(&format!("`{kind}`")), "docs/fhir.md does not name {kind}");
    }
    for (kind, name) in body["rest"][0]["resource"].as_array().unwrap().iter().flat_map(|one| {
        let all = one["searchParam"].as_array().unwrap();
        all.iter().map(|parameter| (&one["type"], parameter["name"].as_str().unwrap()))
    }) {
        assert!(text.contains(&format!("`{name}`")), "docs/fhir.md names no {name} of {kind}");
    }
    for interaction in body["rest"][0]["resource"][0]["interaction"].as_array().unwrap() {
        let code = interaction["code"].as_str().unwrap();
        assert!(text.contains(&format!("`{code}`")), "docs/fhir.md does not say {code}");
    }
    for interaction in body["rest"][0]["interaction"].as_array().unwrap() {
        assert!(text.contains(interaction["code"].as_str().unwrap()));
    }
    world.stop().await;
}

#[tokio::test]
async fn a_command_reaches_the_server_that_runs_on_the_folder() {
    let world = World::start().await;
    let phone = world.sign_in(ROSA).await;
    let mut phone = world.device(&phone).await;
    let file = world.folder.path().join("errands.sock");
    let listening = tokio::spawn({
        let (app, file) = (world.app.clone(), file.clone());
        async move { socket::listen(app, &file).await }
    });
    while !file.exists() {
        tokio::task::yield_now().await;
    }
    let sent = bundle("collection", &[rosa(), glucose("o1", "98", MARCH)]);
    let ask = Ask::Import { source: SOURCE.into(), patient: Some(ROSA_RECORD) };
    let mut told = Vec::new();
    socket::ask(&file, &ask, sent.as_bytes(), &mut |one| told.push(one)).await.unwrap();
    let text = "read 2: 2 new, 0 updated, 0 unchanged, 0 refused".to_owned();
    let patients = vec![ROSA_RECORD];
    assert_eq!(told.last(), Some(&Tell::Summary { text, is_clean: true, patients }));
    phone.until(&world, |phone| shown(&phone.record(ROSA_RECORD)) == ["98"]).await;

    let mut exported = Vec::new();
    let ask = Ask::Export { patient: ROSA_RECORD };
    socket::ask(&file, &ask, b"", &mut |one| exported.push(one)).await.unwrap();
    let bodies: Vec<_> = exported
        .into_iter()
        .filter_map(|one| match one {
            Tell::Resource { body, .. } => Some(body),
            _ => None,
        })
        .collect();
    assert_eq!(bodies, [rosa(), glucose("o1", "98", MARCH)]);
    drop(phone);
    world.stop().await;
    listening.await.unwrap().unwrap();
}
