//! What a program asks for is done as it was asked, or refused: a condition, a version or a search that
//! were passed over would make twins, undo what is newer, or show another patient.

use axum::http::Method;

use super::out::{Program, found};
use super::*;

const JSON: (&str, &str) = ("content-type", "application/fhir+json");

/// A clinic in which Rosa has one result, `Observation/o1`, and a program of the same source.
async fn clinic() -> (World, Program) {
    let world = World::start().await;
    let sent = bundle("collection", &[rosa(), glucose("o1", "98", MARCH)]);
    import_to(&world, &sent, Some(ROSA_RECORD)).await;
    let program = Program::of(&world).await;
    (world, program)
}

/// One entry with what it asks for.
fn asking(resource: &str, request: &Value) -> String {
    let entry = format!(r#"{{"resource":{resource},"request":{request}}}"#);
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entry}]}}"#)
}

/// The transaction's status, and how many results there are afterwards.
async fn sent(world: &World, program: &Program, resource: &str, request: &Value) -> (u16, usize) {
    let body = asking(resource, request);
    let (status, _) = program.ask(world, Method::POST, "/fhir", &[JSON], &body).await;
    (status.as_u16(), found(&program.get(world, "/fhir/Observation").await).len())
}

#[tokio::test]
async fn an_entry_with_the_version_of_another_day_changes_nothing() {
    let (world, program) = clinic().await;
    let newer = glucose("o1", "99", APRIL);
    let put = |tag: &str| json!({"method": "PUT", "url": "Observation/o1", "ifMatch": tag});
    for stale in ["W/\"9\"", "soon"] {
        assert_eq!(sent(&world, &program, &newer, &put(stale)).await, (412, 1), "{stale}");
    }
    let there = program.get(&world, "/fhir/Observation/o1").await;
    assert_eq!(there["valueQuantity"]["value"], 98);
    assert_eq!(sent(&world, &program, &newer, &put("W/\"1\"")).await, (200, 1));
    // The same by itself, which somebody else was quicker than.
    let later = glucose("o1", "97", "2026-06-05T08:00:00Z");
    let headers = [JSON, ("if-match", "W/\"1\"")];
    let path = "/fhir/Observation/o1";
    let (status, body) = program.ask(&world, Method::PUT, path, &headers, &later).await;
    assert_eq!(
        (status, &body["issue"][0]["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("conflict"))
    );
    world.stop().await;
}

#[tokio::test]
async fn an_entry_that_asks_for_another_resource_than_it_brings_is_refused() {
    let (world, program) = clinic().await;
    let one = glucose("o2", "98", MARCH);
    for url in ["Observation/o3", "Condition/o2", "http://a.example/fhir/Observation/o3"] {
        let request = json!({"method": "PUT", "url": url});
        assert_eq!(sent(&world, &program, &one, &request).await, (400, 1), "{url}");
    }
    assert_eq!(
        sent(&world, &program, &one, &json!({"method": "POST", "url": "Condition"})).await,
        (400, 1)
    );
    let request = json!({"method": "PUT", "url": "http://a.example/fhir/Observation/o2"});
    assert_eq!(sent(&world, &program, &one, &request).await, (200, 2));
    world.stop().await;
}

#[tokio::test]
async fn a_condition_is_understood_as_clients_write_it_or_refused() {
    let (world, program) = clinic().await;
    let of_lab = |value: &str| {
        let identifier = r#""identifier":[{"system":"http://lab","value":"7"}],"meta""#;
        let body = glucose("x", value, MARCH).replace("\"id\":\"x\",", "");
        body.replacen("\"meta\"", identifier, 1)
    };
    let post = |asked: &str| json!({"method": "POST", "url": "Observation", "ifNoneExist": asked});
    let encoded = "identifier=http%3A%2F%2Flab%7C7";
    assert_eq!(sent(&world, &program, &of_lab("1"), &post(encoded)).await, (200, 2));
    // There it is, and stays as it was.
    for asked in [encoded, "Observation?identifier=http://lab|7"] {
        let newer = of_lab("2").replace(MARCH, APRIL);
        assert_eq!(sent(&world, &program, &newer, &post(asked)).await, (200, 2), "{asked}");
        let headers = [JSON, ("if-none-exist", asked)];
        let path = "/fhir/Observation";
        let (_, body) = program.ask(&world, Method::POST, path, &headers, &newer).await;
        assert_eq!(body["valueQuantity"]["value"], 1, "{asked}");
    }
    // It came without an id, is read with one, and is the same when it comes back with it.
    let mut of_lab =
        found(&program.get(&world, &format!("/fhir/Observation?{encoded}")).await).remove(0);
    let id = of_lab["id"].as_str().unwrap().to_owned();
    of_lab["valueQuantity"]["value"] = json!(3);
    of_lab["meta"]["lastUpdated"] = json!("2026-07-05T08:00:00Z");
    let path = format!("/fhir/Observation/{id}");
    let body = of_lab.to_string();
    let (status, _) = program.ask(&world, Method::PUT, &path, &[JSON], &body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(program.get(&world, &path).await["valueQuantity"]["value"], 3);
    for asked in ["code=7", "identifier=7", "identifier=http://lab|7&status=final"] {
        let other = glucose("o9", "98", MARCH);
        assert_eq!(sent(&world, &program, &other, &post(asked)).await, (422, 2), "{asked}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_search_that_is_not_understood_finds_nobody() {
    let (world, program) = clinic().await;
    for (query, count) in [
        ("patient=r1", Some(1)),
        ("subject:Patient=r1", Some(1)),
        ("subject:Patient=nobody", Some(0)),
        ("subject=Patient/r1&_format=json", Some(1)),
        ("patient:identifier=urn:mrn|1", None),
        ("patient.identifier=urn:mrn|1", None),
        ("patient=r1,r2", None),
        ("code:text=glucose", None),
        ("status:not=final", None),
    ] {
        let path = format!("/fhir/Observation?{query}");
        let (status, body) = program.ask(&world, Method::GET, &path, &[], "").await;
        match count {
            Some(count) => assert_eq!(found(&body).len(), count, "{query}"),
            None => assert_eq!(status, StatusCode::BAD_REQUEST, "{query}"),
        }
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let path = "/fhir/Observation/_search";
        let by_form = program.ask(&world, Method::POST, path, &form, query).await;
        assert_eq!(by_form, (status, body), "{query}");
    }
    world.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_never_a_page_and_xml_is_not_promised() {
    let (world, program) = clinic().await;
    for path in ["/fhir/Observation/o1/$foo", "/fhir/Patient/r1/a/b/c", "/fhir/$export"] {
        let (status, body) = program.ask(&world, Method::GET, path, &[], "").await;
        assert_eq!(
            (status, &body["resourceType"]),
            (StatusCode::NOT_FOUND, &json!("OperationOutcome")),
            "{path}"
        );
    }
    let one = "/fhir/Observation/o1";
    for (path, accepted, status) in [
        (one, "application/fhir+xml", 406),
        (one, "application/fhir+json;fhirVersion=4.0", 200),
        (one, "application/xml, */*;q=0.1", 200),
        ("/fhir/Observation/o1?_format=xml", "*/*", 406),
        ("/fhir/Observation/o1?_format=json", "application/xml", 200),
    ] {
        let said = program.ask(&world, Method::GET, path, &[("accept", accepted)], "").await;
        assert_eq!(said.0.as_u16(), status, "{path} {accepted}");
    }
    world.stop().await;
}
