//! Every route against everybody: roles, grants, ownership, relations and standings of sessions. Who
//! may is written down in `who_may`; a success that is not there fails, and so does a refusal of
//! somebody who may.

mod askers;
mod asks;
mod documents;
mod methods;
mod prescribing;
mod scene;
mod sessions;
mod things;
mod who_may;

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Method, Response, header};
use serde_json::Value;

use self::askers::{Asker, Session, Tie, Who};
use self::asks::Target;
use self::scene::{Place, Scene, Thing};
use self::sessions::Caller;
use self::who_may::{
    ENDED, GONE, Line, May, NO_CODE, NO_SCOPE, NO_TICKET, NO_TOKEN, NO_WORK, Needs, OTHER_SITE,
    REFUSED, STRANGER, TABLE,
};
use crate::store::people::Role;

#[test]
fn every_route_says_who_may_use_it() {
    let routes = super::table().into_iter().map(|one| format!("{} {}", one.method, one.path));
    let routes: BTreeSet<_> = routes.collect();
    let lines: BTreeSet<_> = TABLE.iter().map(|line| line.route.to_owned()).collect();
    let unsaid: Vec<_> = routes.difference(&lines).collect();
    assert!(unsaid.is_empty(), "say in matrix/who_may.rs who may use {unsaid:?}");
    let gone: Vec<_> = lines.difference(&routes).collect();
    assert!(gone.is_empty(), "there is no such route any more: {gone:?}");
    assert_eq!(TABLE.len(), lines.len(), "a route stands there twice");
}

#[tokio::test]
async fn nobody_gets_more_or_less_than_the_table_says() {
    let scene = Scene::begin().await;
    let mut walk = Walk::default();
    for asker in askers::all() {
        let mut caller = scene.comes(asker).await;
        for line in TABLE {
            for target in targets(line, asker) {
                walk.cell(&scene, line, asker, &caller, target).await;
                if line.route.starts_with("DELETE") && line.path().ends_with("/session") {
                    caller = scene.comes(asker).await;
                }
            }
        }
    }
    assert!(scene.others_are_untouched().await, "somebody changed what is another one's");
    let Walk { cells, served, wrong, .. } = walk;
    #[expect(clippy::print_stdout, reason = "how much was looked at is worth knowing")]
    {
        println!("{cells} cells, {served} of them served");
    }
    assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
}

/// A line that says too little and too much is found for both.
#[tokio::test]
async fn what_the_table_does_not_say_is_found() {
    let scene = Scene::begin().await;
    let (route, may) = ("GET /clinic/api/queue", May::Clinic(&[Role::Admin], Needs::Nothing));
    let line = Line { route, may, served: "200", missing: GONE };
    let there = Target { place: Place::Busy, thing: Thing::Right };
    let mut walk = Walk::default();
    for role in [Role::Nurse, Role::Admin] {
        let member = askers::Member { role, prescribes: false, proven: true };
        let asker = Asker { who: Who::Staff(member), session: Session::Good };
        let caller = scene.comes(asker).await;
        walk.cell(&scene, &line, asker, &caller, there).await;
    }
    let found: Vec<_> = walk.wrong.iter().filter_map(|one| one.rsplit("}: ").next()).collect();
    assert_eq!(found, ["200, not 403 not-allowed", "403 not-allowed, not 200"]);
}

/// What this asker names. Whoever is not meant at all names what is there, and what is not.
fn targets(line: &Line, asker: Asker) -> Vec<Target> {
    let (places, things) = (line.places(), line.things());
    let there = Target { place: Place::Busy, thing: Thing::Right };
    if line.may == May::Anyone {
        return if asker.stands_for_all() { vec![there] } else { vec![] };
    }
    if !asker.is_meant(line.may) || !asker.is_known() {
        let thing = if things.len() > 1 { Thing::Unknown } else { Thing::Right };
        let place = if places.len() > 1 { Place::Unknown } else { Place::Busy };
        let not_there = Target { place, thing };
        return if not_there == there { vec![there] } else { vec![there, not_there] };
    }
    let in_places = places.iter().map(|place| Target { place: *place, thing: Thing::Right });
    let others = things.iter().filter(|thing| **thing != Thing::Right);
    let others = others.map(|thing| Target { place: Place::Busy, thing: *thing });
    in_places.chain(others).collect()
}

#[derive(Default)]
struct Walk {
    cells: usize,
    served: usize,
    wrong: Vec<String>,
    /// The body of each refusal: whoever is refused hears the same, whatever is there.
    told: BTreeMap<String, Value>,
}

impl Walk {
    async fn cell(
        &mut self,
        scene: &Scene,
        line: &Line,
        asker: Asker,
        caller: &Caller,
        target: Target,
    ) {
        let expected = expected(line, asker, target);
        let request = scene.asks(line, asker, caller, target).await;
        let (outcome, body) = outcome(scene.world.ask(request).await).await;
        self.cells += 1;
        self.served += usize::from(outcome == line.served && line.may != May::Anyone);
        if outcome != expected {
            let Line { route, .. } = line;
            self.wrong.push(format!("{route} {target:?} by {asker:?}: {outcome}, not {expected}"));
        }
        let is_refusal = [GONE, STRANGER, REFUSED, NO_WORK, NO_CODE].contains(&outcome.as_str());
        let is_fhir = line.route.contains(" /fhir");
        if is_refusal && !is_fhir && *self.told.entry(outcome).or_insert(body.clone()) != body {
            self.wrong.push(format!("{} {target:?} by {asker:?}: says {body}", line.route));
        }
    }
}

/// What the table means for this cell.
fn expected(line: &Line, asker: Asker, target: Target) -> &'static str {
    let method = line.method();
    let opens_socket = line.route == "GET /api/sync";
    let changes = method != Method::GET || opens_socket;
    if asker.session == Session::OtherSite && changes && !line.path().starts_with("/shl/") {
        return if line.path().starts_with("/fhir") { NO_SCOPE } else { OTHER_SITE };
    }
    let is_ended = asker.session == Session::DeviceEnded;
    match (line.may, asker.who) {
        (May::Anyone, _) => line.served,
        (May::Portal | May::Theirs | May::Readers, _) if is_ended => ENDED,
        (May::Page, Who::Staff(_)) if asker.is_known() => line.served,
        (May::Page, _) => "200 null",
        (May::Ticket, Who::Person(_)) if asker.is_known() => line.served,
        (May::Ticket, _) => NO_TICKET,
        (May::Portal | May::Theirs | May::Readers, Who::Person(tie)) if asker.is_known() => {
            of_person(line, tie, target)
        }
        (May::Clinic(roles, needs), Who::Staff(member)) if asker.is_known() => {
            of_staff(line, (roles, needs), (member.role, member.proven), target)
        }
        (May::Program(deeds), Who::Program(scopes)) if asker.is_known() => {
            match may_all(scopes, deeds) {
                false => NO_SCOPE,
                true if target.thing == Thing::Right => line.served,
                true => line.missing,
            }
        }
        (May::Portal | May::Theirs | May::Readers | May::Clinic(..), _) => STRANGER,
        (May::Program(_), _) => NO_TOKEN,
    }
}

fn of_person(line: &Line, tie: Tie, Target { place, thing }: Target) -> &'static str {
    let reads = match place {
        Place::Busy => tie.reads(),
        Place::Quiet => tie == Tie::Stranger,
        _ => false,
    };
    match (line.may == May::Readers && !reads, thing) {
        (true, _) | (_, Thing::Malformed) => GONE,
        (false, Thing::Right) => line.served,
        (false, _) => line.missing,
    }
}

fn of_staff(
    line: &Line,
    (roles, needs): (&[Role], Needs),
    (role, proven): (Role, bool),
    Target { place, thing }: Target,
) -> &'static str {
    let has_work = match place {
        Place::Busy => true,
        // Those who may state a reason, and did.
        Place::Opened => matches!(role, Role::Nurse | Role::Clinician),
        _ => false,
    };
    if place == Place::Malformed || thing == Thing::Malformed {
        return GONE;
    }
    if !roles.contains(&role) {
        return REFUSED;
    }
    if needs == Needs::Code && !proven {
        return NO_CODE;
    }
    if place == Place::Unknown {
        return GONE;
    }
    if needs == Needs::Work && !has_work {
        return NO_WORK;
    }
    let is_there = place.has_account() || !line.path().contains("{device}");
    if thing == Thing::Right && is_there { line.served } else { line.missing }
}

/// Whether these scopes are for results too, and have all of these letters.
fn may_all(scopes: Option<&str>, deeds: &str) -> bool {
    let Some(scopes) = scopes else {
        return true;
    };
    let letters = scopes.strip_prefix("system/*.").unwrap_or_default();
    deeds.chars().all(|deed| letters.contains(deed))
}

/// The status, and of an answer that says more the word that is meant for programs.
pub async fn outcome(response: Response<Body>) -> (String, Value) {
    let status = response.status().as_u16();
    let kind = response.headers().get(header::CONTENT_TYPE);
    // A stream of events has no end to wait for, and pieces say nothing more.
    let is_json = kind.is_some_and(|kind| kind.to_str().unwrap().contains("json"));
    if !is_json {
        return (status.to_string(), Value::Null);
    }
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    // Whoever only asks what a read would answer gets no body.
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if status < 400 {
        let null = if body.is_null() { " null" } else { "" };
        return (format!("{status}{null}"), body);
    }
    let problem = body["type"].as_str().and_then(|kind| kind.rsplit(':').next());
    let issue = body["issue"][0]["code"].as_str().or(body["error"].as_str());
    let words = [problem.or(issue), body["refused"].as_str()];
    let words: String = words.into_iter().flatten().map(|word| format!(" {word}")).collect();
    (format!("{status}{words}"), body)
}
