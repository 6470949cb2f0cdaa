//! How each route is asked so that it would be served: its path with what is there, and its body.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use shared::wire::{Digest, ToServer, VERSION};

use super::askers::{Asker, Session, Who};
use super::scene::{Place, SPARE, Scene, Thing, photo};
use super::sessions::Caller;
use super::who_may::{Line, May};
use crate::secret::Secret;
use crate::testing::{request, with_json};
use crate::world::OsRng;

pub const MINUTE_MS: i64 = 60 * 1000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub place: Place,
    pub thing: Thing,
}

/// A result of a source, with an id and a number of that source.
pub fn result(id: &str) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "identifier": [{ "system": "urn:lab", "value": id }],
        "code": { "text": "Glucose" }, "subject": { "reference": format!("Patient/p-{id}") },
        "effectiveDateTime": "2026-03-04", "valueQuantity": { "value": 98, "unit": "mg/dL" },
    })
}

impl Line {
    pub fn method(&self) -> Method {
        self.route.split(' ').next().unwrap().parse().unwrap()
    }

    pub fn path(&self) -> &'static str {
        self.route.split(' ').nth(1).unwrap()
    }

    /// The places that it is asked about.
    pub fn places(&self) -> &'static [Place] {
        if self.path().contains("{patient}") { &Place::ALL } else { &Place::ALL[..1] }
    }

    /// What it makes is not there before; names without a form are never malformed.
    pub fn things(&self) -> &'static [Thing] {
        use Thing::{Elsewhere, Malformed, Right, Unknown};
        let path = self.path();
        let has = |part: &str| path.contains(part);
        let makes = matches!(
            self.route,
            "POST /api/records/{patient}/attachments/{name}"
                | "POST /api/records/{patient}/shares/{share}"
        );
        if self.may == May::Anyone || self.route == "PUT /fhir/{kind}/{id}" {
            &[Right]
        } else if makes {
            &[Right, Malformed]
        } else if has("{line}") || has("{id}") {
            &[Right, Elsewhere, Unknown]
        } else if ["{thread}", "{item}", "{name}", "{account}", "{device}", "{passkey}", "{share}"]
            .into_iter()
            .any(has)
        {
            &[Right, Elsewhere, Unknown, Malformed]
        } else {
            &[Right]
        }
    }
}

impl Scene {
    pub async fn asks(
        &self,
        line: &Line,
        asker: Asker,
        caller: &Caller,
        target: Target,
    ) -> Request<Body> {
        // Only what is really there tells a refusal from a thing that is gone.
        let is_there = asker.is_meant(line.may) && asker.is_known();
        let path = self.path(line, caller, target, is_there).await;
        // Here the session is good, and only the cookie is none: a ticket would be one.
        let ticket = match (line.may, asker.session) {
            (May::Ticket, Session::NoSlot | Session::OtherSlot) => String::new(),
            (May::Ticket, Session::OtherDoor) if matches!(asker.who, Who::Staff(_)) => {
                String::new()
            }
            (May::Ticket, _) => format!("?ticket={}", self.ticket(caller).await),
            _ => String::new(),
        };
        let query = match line.route {
            "GET /shl/{share}" => "?recipient=Me",
            "PUT /fhir/{kind}" => "?identifier=urn%3Alab%7Co1",
            "GET /clinic/api/records" | "GET /clinic/api/people" => "?named=delgado",
            _ => &ticket,
        };
        let request = request(line.method().as_str(), &format!("{path}{query}"));
        // `request` says our origin; who asks may be elsewhere, or a program.
        let mut request = request;
        request.headers_mut().unwrap().remove(header::ORIGIN);
        let request = caller.with(request, &path);
        self.with_body(line, request).await
    }

    async fn with_body(&self, line: &Line, request: axum::http::request::Builder) -> Request<Body> {
        let kind = |kind: &'static str| (header::CONTENT_TYPE, kind);
        let fhir = |body: Value| Body::from(body.to_string());
        let (kind, body) = match line.route {
            "GET /api/sync" => ((header::UPGRADE, "websocket"), Body::empty()),
            "POST /fhir/token" => {
                let proof = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let form = format!(
                    "grant_type=client_credentials&client_assertion_type={proof}&client_assertion=x"
                );
                (kind("application/x-www-form-urlencoded"), Body::from(form))
            }
            "POST /fhir/{kind}/_search" => {
                (kind("application/x-www-form-urlencoded"), Body::empty())
            }
            "PATCH /fhir/{kind}/{id}" => (kind("application/json-patch+json"), Body::from("[]")),
            "POST /fhir" | "POST /fhir/" | "POST /fhir/import" => {
                let entries = ["POST", "PUT"].map(|method| {
                    let url = if method == "PUT" { "Observation/o1" } else { "Observation" };
                    json!({ "resource": result("o1"), "request": { "method": method, "url": url } })
                });
                let all = json!({ "resourceType": "Bundle", "type": "batch", "entry": entries });
                (kind("application/fhir+json"), fhir(all))
            }
            route if route.contains(" /fhir/") => {
                (kind("application/fhir+json"), fhir(result("o1")))
            }
            "POST /api/records/{patient}/attachments/{name}/{piece}" => {
                (kind("application/octet-stream"), Body::from(self.piece()))
            }
            "POST /api/line/{line}" => (kind("application/octet-stream"), Body::from(hello())),
            route => return with_json(request, &self.json(route).await),
        };
        request.header(kind.0, kind.1).body(body).unwrap()
    }

    async fn json(&self, route: &str) -> Value {
        let half = "0f".repeat(32);
        match route {
            "POST /api/invitation" | "POST /clinic/api/link" => {
                json!({ "secret": "nothing", "birth_date": "1961-04-09" })
            }
            "POST /api/activate" => json!({
                "secret": "nothing", "birth_date": "1961-04-09", "name": self.fresh_name(),
                "authentication": half,
            }),
            "POST /api/salt" => json!({ "name": self.fresh_name() }),
            "POST /api/sign-in" => json!({ "name": self.fresh_name(), "authentication": half }),
            "POST /api/passkey" | "POST /clinic/api/passkey" => json!({
                "credential": half, "client": "00", "authenticator": "00", "signature": "00",
                "user": "00",
            }),
            "POST /clinic/api/sign-in" | "POST /clinic/api/set-up" => json!({
                "secret": "nothing", "name": self.fresh_name(), "passphrase": "nothing of anybody",
                "code": "123456",
            }),
            "POST /shl/{share}" => json!({ "recipient": "Me" }),
            "POST /api/passphrase" => json!({ "now": half, "new": half }),
            "POST /api/passkeys/challenge" => json!({ "authentication": half }),
            "POST /api/passkeys" | "POST /clinic/api/passkeys" => {
                json!({ "name": "Key", "client": "00", "attestation": "00" })
            }
            "POST /api/passkeys/{passkey}" | "POST /clinic/api/passkeys/{passkey}" => {
                json!({ "name": "Key" })
            }
            "POST /api/devices/{device}" => json!({ "name": "Phone" }),
            "POST /api/records/{patient}/attachments/{name}" => {
                json!({ "size": photo(0).len(), "media": "image/jpeg" })
            }
            "POST /api/records/{patient}/shares/{share}" => {
                json!({ "file": "sealed", "uses": 1, "lasts_ms": MINUTE_MS })
            }
            other => self.json_at_clinic(other).await,
        }
    }

    async fn json_at_clinic(&self, route: &str) -> Value {
        match route {
            "POST /clinic/api/code" => json!({ "code": "123456" }),
            "POST /clinic/api/settings" => {
                let kept = self.store().settings().await.unwrap();
                let number = kept.map_or(0, |kept| kept.number);
                json!({ "number": number, "settings": *self.world.app.clinic() })
            }
            "POST /clinic/api/staff" => {
                json!({ "name": "Somebody New", "role": "nurse", "prescribes": false })
            }
            "POST /clinic/api/staff/{account}" => {
                json!({ "role": "nurse", "prescribes": false, "ended": false })
            }
            "POST /clinic/api/threads/{patient}/{thread}/replies" => {
                json!({ "text": "", "key": "key-00001" })
            }
            // As somebody who saw notes that are not there.
            "POST /clinic/api/items/{patient}/{item}/notes" => {
                json!({ "notes": 99, "what": "take" })
            }
            "POST /clinic/api/records/{patient}/edits" => json!({
                "key": "key-00001",
                "edit": { "reply": { "thread": self.rosas_thread, "text": "", "attachments": [] } },
            }),
            "POST /clinic/api/records/{patient}/opening" => json!({ "reason": "other" }),
            "POST /clinic/api/records/{patient}/devices/{device}/end" => json!({ "why": "Lost." }),
            "POST /clinic/api/records/{patient}/grants" => json!({
                "to": { "account": SPARE }, "consent": "patient",
                "messages": true, "results": true, "visits": true,
            }),
            "POST /clinic/api/records/{patient}/grants/{account}" => {
                json!({ "messages": false, "results": false, "visits": false })
            }
            _ => json!({}),
        }
    }

    /// One of this session, whatever that is worth.
    pub async fn ticket(&self, caller: &Caller) -> String {
        let (ticket, until) = (Secret::fresh(&mut OsRng), self.now().plus_millis(MINUTE_MS));
        let issued = self.store().issue_ticket(ticket.hash(), caller.token, until);
        let _of_no_session = issued.await;
        ticket.text().to_owned()
    }
}

pub fn hello() -> Vec<u8> {
    let digest = Digest([0; 16]);
    ToServer::Hello { version_min: VERSION, version_max: VERSION, digest }.to_bytes()
}
