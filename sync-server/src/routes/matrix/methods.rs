//! Methods that no line of the table has: nothing answers them, whoever asks.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, header};

use super::askers::{Asker, Member, Session, Tie, Who};
use super::asks::Target;
use super::outcome;
use super::scene::{Place, Scene, Thing};
use super::sessions::Caller;
use super::who_may::{Line, TABLE};
use crate::store::people::Role;
use crate::testing::request;

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

async fn status(scene: &Scene, caller: &Caller, method: &Method, line: &Line) -> String {
    let there = Target { place: Place::Busy, thing: Thing::Right };
    let path = scene.path(line, caller, there, false).await;
    let mut request = request(method.as_str(), &path);
    request.headers_mut().unwrap().remove(header::ORIGIN);
    let asked = caller.with(request, &path).body(Body::empty()).unwrap();
    outcome(scene.world.ask(asked).await).await.0
}

#[tokio::test]
async fn a_method_that_is_not_in_the_table_does_nothing() {
    let scene = Scene::begin().await;
    let member = Member { role: Role::Nurse, prescribes: true, proven: true };
    let all = [Who::Nobody, Who::Person(Tie::Patient), Who::Staff(member), Who::Program(None)];
    let known: BTreeSet<_> =
        TABLE.iter().map(|line| (line.path(), line.method().to_string())).collect();
    let has = |line: &Line, method: &Method| known.contains(&(line.path(), method.to_string()));
    let mut wrong = Vec::new();
    for who in all {
        let caller = scene.comes(Asker { who, session: Session::Good }).await;
        for line in TABLE {
            for method in METHODS.iter().filter(|method| !has(line, method)) {
                let expected = match *method {
                    // Reading without what is read: judged as reading is.
                    Method::HEAD if has(line, &Method::GET) => {
                        let read = status(&scene, &caller, &Method::GET, line).await;
                        read.split(' ').next().unwrap().to_owned()
                    }
                    // A page of any site asks first whether it may post here.
                    Method::OPTIONS if line.path().starts_with("/shl/") => "204".to_owned(),
                    _ => "405".to_owned(),
                };
                let came = status(&scene, &caller, method, line).await;
                if came.split(' ').next() != Some(&expected) {
                    wrong.push(format!("{method} {} by {who:?}: {came}", line.path()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
