//! A program gets in with its key, once for each proof, and only as far as its scopes reach.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA384, RsaKeyPair,
};
use serde_json::{Value, json};

use super::{Unproved, are_keys};
use crate::encoded::base64url;
use crate::store::outgoing::{KeyedClient, OutgoingStore};
use crate::testing::{NOON, ORIGIN, World};

/// A key for these tests and nothing else.
const RSA_KEY: &[u8] = include_bytes!("rsa-for-tests.der");
const SECONDS: i64 = 1_800_000_000;

struct Key {
    pair: EcdsaKeyPair,
}

impl Key {
    fn fresh() -> Self {
        let random = SystemRandom::new();
        let own = &ECDSA_P384_SHA384_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(own, &random).unwrap();
        Self { pair: EcdsaKeyPair::from_pkcs8(own, document.as_ref(), &random).unwrap() }
    }

    fn public(&self) -> String {
        let point = self.pair.public_key().as_ref();
        let (x, y) = (base64url(&point[1..49]), base64url(&point[49..]));
        json!({"keys": [{"kty": "EC", "crv": "P-384", "kid": "one", "x": x, "y": y}]}).to_string()
    }

    fn signed(&self, head: &Value, claims: &Value) -> String {
        let text = [head, claims].map(|part| base64url(part.to_string().as_bytes())).join(".");
        let random = SystemRandom::new();
        let signature = self.pair.sign(&random, text.as_bytes()).unwrap();
        format!("{text}.{}", base64url(signature.as_ref()))
    }
}

fn head() -> Value {
    json!({"alg": "ES384", "kid": "one", "typ": "JWT"})
}

fn claims(jti: &str) -> Value {
    let aud = format!("{ORIGIN}/fhir/token");
    json!({"iss": "ehr", "sub": "ehr", "aud": aud, "exp": SECONDS + 240, "jti": jti})
}

#[test]
fn only_a_whole_proof_holds() {
    let key = Key::fresh();
    let audience = format!("{ORIGIN}/fhir/token");
    let holds = |head: Value, claims: Value| {
        let text = key.signed(&head, &claims);
        let unproved = Unproved::read(&text);
        unproved.and_then(|it| it.check(&key.public(), &audience, NOON)).is_some()
    };
    assert!(holds(head(), claims("1")));
    let but = |field: &str, value: Value| {
        let mut claims = claims("1");
        claims[field] = value;
        holds(head(), claims)
    };
    assert!(!but("sub", json!("other")));
    assert!(!but("aud", json!("https://elsewhere.example/token")));
    assert!(!but("exp", json!(SECONDS - 1)));
    assert!(!but("exp", json!(SECONDS + 3600)));
    assert!(!but("jti", json!("")));
    assert!(!but("nbf", json!(SECONDS + 600)));
    assert!(!holds(json!({"alg": "none", "kid": "one"}), claims("1")));
    assert!(!holds(json!({"alg": "RS384", "kid": "one"}), claims("1")));
    assert!(!holds(json!({"alg": "ES384", "kid": "two"}), claims("1")));
    let text = key.signed(&head(), &claims("1"));
    let other = Key::fresh().public();
    assert_eq!(Unproved::read(&text).unwrap().check(&other, &audience, NOON), None);
    assert!(Unproved::read("a.b").is_none() && Unproved::read("").is_none());
}

#[test]
fn a_proof_by_rsa_holds_too() {
    let pair = RsaKeyPair::from_pkcs8(RSA_KEY).unwrap();
    let text = [json!({"alg": "RS384", "kid": "r"}), claims("1")];
    let text = text.map(|part| base64url(part.to_string().as_bytes())).join(".");
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA384, &random, text.as_bytes(), &mut signature).unwrap();
    let text = format!("{text}.{}", base64url(&signature));
    let public: ring::rsa::PublicKeyComponents<Vec<u8>> = pair.public().into();
    let (n, e) = (base64url(&public.n), base64url(&public.e));
    let keys = json!({"keys": [{"kty": "RSA", "kid": "r", "n": n, "e": e}]}).to_string();
    let audience = format!("{ORIGIN}/fhir/token");
    let unproved = Unproved::read(&text).unwrap();
    assert!(unproved.check(&keys, &audience, NOON).is_some());
    assert!(are_keys(&keys) && !are_keys("{}") && !are_keys(r#"{"keys":[{"kty":"oct"}]}"#));
}

async fn token(world: &World, assertion: &str, scope: &str) -> (StatusCode, Value) {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let body = format!(
        "grant_type=client_credentials&scope={scope}&client_assertion_type={kind}\
         &client_assertion={assertion}"
    );
    let request = Request::post("/fhir/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    world.ask_json(request).await
}

#[tokio::test]
async fn a_program_gets_in_with_its_key_once_and_only_as_far_as_its_scopes() {
    let world = World::start().await;
    let key = Key::fresh();
    let client = KeyedClient {
        name: "ehr".into(),
        source: "Lakeside".into(),
        scopes: "system/Task.rs".into(),
        jwks: key.public(),
        at: NOON,
    };
    world.store.add_keyed_client(client).await.unwrap();
    let proof = key.signed(&head(), &claims("1"));
    let (status, body) = token(&world, &proof, "system/Task.rs+system/Patient.r").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!((&body["scope"], &body["expires_in"]), (&json!("system/Task.rs"), &json!(300)));
    let (status, again) = token(&world, &proof, "system/Task.rs").await;
    assert_eq!((status, &again["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_client")));
    let wide = key.signed(&head(), &claims("2"));
    assert_eq!(token(&world, &wide, "system/Patient.r").await.1["error"], "invalid_scope");

    let ask = |path: &'static str| {
        let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
        let request = Request::get(path).header("authorization", bearer);
        world.ask(request.body(Body::empty()).unwrap())
    };
    assert_eq!(ask("/fhir/Task").await.status(), StatusCode::OK);
    assert_eq!(ask("/fhir/Patient").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ask("/fhir/Patient/1/$everything").await.status(), StatusCode::FORBIDDEN);
    world.clock.advance(5 * 60 * 1000);
    assert_eq!(ask("/fhir/Task").await.status(), StatusCode::UNAUTHORIZED);

    let how = Request::get("/fhir/.well-known/smart-configuration");
    let (_, how) = world.ask_json(how.body(Body::empty()).unwrap()).await;
    assert_eq!(how["token_endpoint"], format!("{ORIGIN}/fhir/token"));
    world.stop().await;
}
