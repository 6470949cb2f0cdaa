//! What a person finds.

use super::*;
use crate::edit::clinic::ClinicEdit;
use crate::edit::{Audience, Edit};
use crate::record::visit::AnswerToVisit;
use crate::testing::{ROSA, Story, Who};

fn check(story: &Story, text: &str, expected: &[&str]) {
    let found = search(&story.record, text);
    let names: Vec<_> = found.hits.into_iter().map(|hit| hit.text.unwrap_or_default()).collect();
    assert_eq!(names, expected, "{text}");
}

fn story() -> Story {
    let mut story = Story::default();
    story.core(r#"{"resourceType":"MedicationRequest","status":"active","medicationCodeableConcept":{"text":"Lisinopril 10 mg"},"reasonCode":[{"text":"High blood pressure"}]}"#);
    story.core(r#"{"resourceType":"AllergyIntolerance","code":{"text":"Penicillin"},"reaction":[{"manifestation":[{"text":"Throat swelling"}]}]}"#);
    story.core(r#"{"resourceType":"Questionnaire","title":"Sleep diary"}"#);
    let start = Edit::StartThread {
        topic: "Ankle".into(),
        text: "It is swollen since I take lisinopril".into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    story.writes(ROSA, start).unwrap();
    story
}

#[test]
fn everything_is_searched_and_typos_are_forgiven() {
    let story = story();
    let message = "Ankle\nIt is swollen since I take lisinopril";
    check(&story, "lisinopril", &[message, "Lisinopril 10 mg"]);
    check(&story, "lisinorpil 10", &["Lisinopril 10 mg"]);
    check(&story, "blood presure", &["Lisinopril 10 mg"]);
    check(&story, "THROAT", &["Penicillin"]);
    check(&story, "sleep", &["Sleep diary"]);
    check(&story, "ankle swollen", &[message]);
}

#[test]
fn what_the_clinic_decided_is_found_and_leads_to_what_was_asked() {
    let mut story = story();
    let call = Edit::AskForCall(crate::edit::AskForCall {
        language: "en".into(),
        times: vec![crate::record::visit::PreferredTime::Any],
        phone: None,
        note: Some("About my knee".into()),
        audience: Audience::Circle,
    });
    let asked = story.sends(ROSA, call).unwrap();
    let answer = AnswerToVisit::Done { note: "Needs a lab test first".into() };
    story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request: asked, answer }).unwrap();
    let found = search(&story.record, "lab test");
    assert_eq!(found.hits.len(), 1);
    assert_eq!((found.hits[0].entry, &found.hits[0].is), (asked, &HitKind::Request));
    check(&story, "lab test", &["Needs a lab test first"]);
}

#[test]
fn what_is_not_there_is_not_found() {
    let story = story();
    for text in ["", "  ", "metformin", "lisinopril penicillin", "20"] {
        check(&story, text, &[]);
    }
}

#[test]
fn what_somebody_wrote_since_the_last_search_is_found() {
    let mut story = story();
    check(&story, "toothache", &[]);
    let more = Edit::StartThread {
        topic: "Tooth".into(),
        text: "I have a toothache".into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    let entry = story.writes(ROSA, more).unwrap();
    check(&story, "toothache", &["Tooth\nI have a toothache"]);
    story.writes(ROSA, Edit::Withdraw { entry }).unwrap();
    check(&story, "toothache", &[]);
}

#[test]
fn a_plan_that_is_only_told_is_found_by_what_it_tells() {
    let mut story = Story::default();
    story.core(r#"{"resourceType":"CarePlan","title":"Plan","text":{"div":"<div><p class=\"loud\">Walk &amp; <b>rest</b></p><ul><li>Caf&#233; no</li></ul><p>AT&T walks; more</p></div>"}}"#);
    story.core(r#"{"resourceType":"CarePlan","title":"Other","description":"Swim","text":{"div":"<p>Plan: rest</p>"}}"#);
    check(&story, "rest", &["Plan"]);
    check(&story, "café", &["Plan"]);
    check(&story, "walks", &["Plan"]);
    for markup in ["amp", "loud", "div"] {
        check(&story, markup, &[]);
    }
}
