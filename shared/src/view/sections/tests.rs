//! What a person sees of the record's sections.

use expect_test::{Expect, expect};

use super::*;
use crate::document::Kind;
use crate::edit::clinic::ClinicEdit;
use crate::edit::{AddAllergy, Edit};
use crate::fhir::entry::ChartEntry;
use crate::testing::{ROSA, SOURCE, Story, Who};
use crate::view::timeline::{Moment, timeline};

fn check(story: &Story, wanted: Section, expected: Expect) {
    let answer = section(&story.record, ROSA, wanted);
    let mut lines = vec![format!("{:?}", answer.loaded)];
    for row in &answer.rows {
        let when = row.when.map(|when| format!(" {when}")).unwrap_or_default();
        let name = row.name.as_deref().unwrap_or("(no name)");
        let none_known = if row.none_known { " (none known)" } else { "" };
        let visit = if row.of_a_visit_only { " (visit)" } else { "" };
        lines.push(format!("{name}{when} {:?}{none_known}{visit}", row.standing));
        lines.extend(row.said_wrong.iter().map(|text| format!("  said wrong: {text}")));
        let named = row.facts.iter().filter(|fact| matches!(fact.what, What::Who | What::Place));
        lines.extend(named.map(|fact| format!("  {:?} {:?}", fact.what, fact.words)));
    }
    lines.extend(answer.own.iter().map(|own| format!("own: {}", own.name)));
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn an_empty_list_is_not_a_statement_that_there_is_nothing() {
    let mut story = Story::default();
    check(&story, Section::Allergies, expect!["All"]);
    story.core(
        r#"{"resourceType":"AllergyIntolerance","code":{"coding":[{"system":"http://snomed.info/sct","code":"716186003","display":"No known allergy"}]}}"#,
    );
    let own = AddAllergy { substance: "Shrimp".into(), reaction: None, since: None };
    story.writes(ROSA, Edit::AddAllergy(own)).unwrap();
    check(
        &story,
        Section::Allergies,
        expect![[r#"
        All
        No known allergy Current (none known)
        own: Shrimp"#]],
    );
}

#[test]
fn a_section_counts_what_its_list_shows() {
    let mut story = Story::default();
    let allergy = |id: &str, status: &str| {
        let system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
        format!(
            r#"{{"resourceType":"AllergyIntolerance","id":"{id}","code":{{"text":"Nuts {id}"}},
            "verificationStatus":{{"coding":[{{"system":"{system}","code":"{status}"}}]}}}}"#
        )
    };
    let smokes = |id: &str, status: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","status":"{status}","code":{{"text":"Smoking"}},
            "category":[{{"coding":[{{"code":"social-history"}}]}}],"valueString":"Never"}}"#
        )
    };
    story.core(&allergy("1", "confirmed"));
    story.core(&allergy("2", "entered-in-error"));
    story.core(&smokes("3", "final"));
    story.core(&smokes("4", "entered-in-error"));
    for (wanted, count) in overview(&story.record).counts {
        let shown = section(&story.record, ROSA, wanted).rows.len();
        assert_eq!(count as usize, shown, "{wanted:?}");
        let expected = matches!(wanted, Section::Allergies | Section::Social);
        assert_eq!(count, u32::from(expected), "{wanted:?}");
    }
}

#[test]
fn a_long_list_comes_in_portions_that_leave_nothing_out() {
    let mut story = Story::default();
    let visit = |year: usize, status: &str| {
        format!(
            r#"{{"resourceType":"Encounter","id":"{year}","status":"{status}",
            "type":[{{"text":"Visit {year}"}}],"period":{{"start":"{year}-03-04"}}}}"#
        )
    };
    for year in 2010..2019 {
        let status = if year % 4 == 0 { "entered-in-error" } else { "finished" };
        story.core(&visit(year, status));
    }
    let allergy = |number: usize| {
        let words = format!("Nuts {number}");
        format!(r#"{{"resourceType":"AllergyIntolerance","code":{{"text":"{words}"}}}}"#)
    };
    for number in 0..7 {
        story.core(&allergy(number));
    }
    let own = AddAllergy { substance: "Shrimp".into(), reaction: None, since: None };
    story.writes(ROSA, Edit::AddAllergy(own)).unwrap();
    for (wanted, portions) in [(Section::Visits, 4), (Section::Allergies, 4)] {
        let whole = section(&story.record, ROSA, wanted);
        assert_eq!((whole.rows.len(), whole.next), (7, None));
        let mut rows = Vec::new();
        let mut own = Vec::new();
        let (mut from, mut count) = (Some(0), 0);
        while let Some(place) = from {
            let part = portion(&story.record, ROSA, wanted, place, 2);
            assert!(part.rows.len() <= 2, "{wanted:?}");
            rows.extend(part.rows);
            own.extend(part.own);
            (from, count) = (part.next, count + 1);
        }
        assert_eq!((rows, own, count), (whole.rows, whole.own, portions), "{wanted:?}");
        assert!(portion(&story.record, ROSA, wanted, 999, 2).rows.is_empty());
    }
}

#[test]
fn what_is_true_now_comes_first_and_visit_diagnoses_say_what_they_are() {
    let mut story = Story::default();
    let condition = |id: &str, name: &str, status: &str, category: &str, onset: &str| {
        format!(
            r#"{{"resourceType":"Condition","id":"{id}","code":{{"text":"{name}"}},"clinicalStatus":{{"coding":[{{"code":"{status}"}}]}},
            "category":[{{"coding":[{{"code":"{category}"}}]}}],"onsetDateTime":"{onset}"}}"#
        )
    };
    story.core(&condition("1", "Sprain", "resolved", "encounter-diagnosis", "2026-02"));
    let diabetes =
        story.core(&condition("2", "Diabetes", "active", "problem-list-item", "2019-03"));
    story.core(&condition("3", "Cough", "active", "encounter-diagnosis", "2025-02-01"));
    let said = Edit::SayWrong { about: diabetes, text: "It began in 2018".into() };
    story.writes(ROSA, said).unwrap();
    check(
        &story,
        Section::Conditions,
        expect![[r#"
        All
        Diabetes 2019-03 Current
          said wrong: It began in 2018
        Sprain 2026-02 Past (visit)
        Cough 2025-02-01 Current (visit)"#]],
    );
}

#[test]
fn names_are_found_where_the_source_put_them_and_never_in_another_source() {
    let mut story = Story::default();
    story.core(r#"{"resourceType":"Practitioner","id":"1","name":[{"given":["Amara"],"family":"Okafor"}]}"#);
    story.core(r#"{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/1/_history/3"}}"#);
    let clinic = ChartEntry {
        url: Some("urn:uuid:77".into()),
        ..ChartEntry::new(
            SOURCE,
            r#"{"resourceType":"Location","name":"Room 4","identifier":[{"system":"urn:room","value":"4"}]}"#,
        )
    };
    story.chart(Kind::ChartCore, clinic);
    let visit = r#"{"resourceType":"Encounter","id":"v","status":"finished","type":[{"text":"Check-up"}],"period":{"start":"2026-08-04"},
        "participant":[{"individual":{"reference":"https://ehr.example/fhir/PractitionerRole/r"}}],"location":[{"location":{"reference":"urn:uuid:77"}}]}"#;
    story.chart(Kind::ChartVisits(2026), ChartEntry::new(SOURCE, visit));
    story.chart(Kind::ChartVisits(2026), ChartEntry::new("lakeside", visit));
    // Asked for by its number, as some systems write references.
    for to in ["Location?identifier=urn%3Aroom%7C4", "Location?identifier=urn:room|5"] {
        let visit = visit.replace("urn:uuid:77", to).replace("Check-up", to);
        story.chart(Kind::ChartVisits(2026), ChartEntry::new(SOURCE, visit));
    }
    check(
        &story,
        Section::Visits,
        expect![[r#"
        All
        Check-up 2026-08-04 Past
          Who Some("Amara Okafor")
          Place Some("Room 4")
        Check-up 2026-08-04 Past
        Location?identifier=urn%3Aroom%7C4 2026-08-04 Past
          Who Some("Amara Okafor")
          Place Some("Room 4")
        Location?identifier=urn:room|5 2026-08-04 Past
          Who Some("Amara Okafor")"#]],
    );
}

/// Each with the words of its own kind.
#[test]
fn devices_insurance_family_care_team_and_plan_say_what_their_sources_say() {
    let mut story = Story::default();
    for json in [
        r#"{"resourceType":"Device","status":"active","patient":{"reference":"Patient/1"},"type":{"text":"Pacemaker"},"manufacturer":"Heartworks","lotNumber":"L7","serialNumber":"S-12"}"#,
        r#"{"resourceType":"Coverage","status":"active","type":{"text":"Health plan"},"subscriberId":"M-77","payor":[{"display":"Lakeside Mutual"}],"period":{"start":"2026-01-01"}}"#,
        r#"{"resourceType":"FamilyMemberHistory","status":"completed","relationship":{"text":"Mother"},"condition":[{"code":{"text":"Diabetes"}}]}"#,
        r#"{"resourceType":"CareTeam","status":"active","name":"Diabetes team","participant":[{"role":[{"text":"Nurse"}],"member":{"display":"Linh Tran"}}]}"#,
        r#"{"resourceType":"CarePlan","status":"active","intent":"plan","title":"Walk more","period":{"start":"2026-03"},"activity":[{"detail":{"status":"in-progress","description":"Half an hour each day"}}]}"#,
        r#"{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"A1c below 7"},"startDate":"2026-03-02","target":[{"dueDate":"2026-09-01"}]}"#,
    ] {
        story.core(json);
    }
    let said = |wanted: Section| {
        let answer = section(&story.record, ROSA, wanted);
        let mut lines = vec![format!("{wanted:?} {:?}", answer.loaded)];
        for row in &answer.rows {
            let (name, when) = (row.name.as_deref().unwrap_or("(no name)"), row.when);
            let when = when.map(|when| format!(" {when}")).unwrap_or_default();
            lines.push(format!("  {name}{when} {:?}", row.standing));
            lines.extend(row.facts.iter().map(|fact| {
                let date = fact.date.map(|date| date.to_string());
                let words = fact.words.clone().or(date).unwrap_or_default();
                format!("    {:?} {words}", fact.what)
            }));
        }
        lines.join("\n")
    };
    let wanted =
        [Section::Devices, Section::Insurance, Section::Family, Section::CareTeam, Section::Plan];
    expect![[r#"
        Devices All
          Pacemaker Current
            Status active
            Maker Heartworks
            Serial S-12
            Lot L7
        Insurance All
          Lakeside Mutual 2026-01-01 Current
            Status active
            Kind Health plan
            MemberNumber M-77
        Family All
          Mother Current
            Cause Diabetes
        CareTeam All
          Diabetes team Current
            Status active
            Member Linh Tran
            Role Nurse
        Plan All
          A1c below 7 2026-03-02 Current
            Status active
            Due 2026-09-01
          Walk more 2026-03 Current
            Status active
            Activity Half an hour each day"#]]
    .assert_eq(&wanted.map(said).join("\n"));
}

#[test]
fn a_role_stays_with_its_member_and_a_plan_of_narrative_alone_has_words() {
    let facts = |json: &str| {
        let mut story = Story::default();
        let id = story.core(json);
        let row = entry(&story.record, id).unwrap();
        let said = row.facts.iter();
        let said = said.map(|fact| format!("{:?} {}", fact.what, fact.words.as_deref().unwrap()));
        said.collect::<Vec<_>>()
    };
    let team = r#"{"resourceType":"CareTeam","participant":[{"role":[{"text":"Nurse"}],"member":{"display":"Linh Tran"}},
        {"role":[{"text":"Heart doctor"},{"text":"Surgeon"}],"member":{"reference":"Practitioner/gone"}},{"role":[{"text":"Neighbor"}]}]}"#;
    let members =
        ["Member Linh Tran", "Role Nurse", "Member Heart doctor, Surgeon", "Member Neighbor"];
    assert_eq!(facts(team), members);
    let plan = r#"{"resourceType":"CarePlan","text":{"div":"<div><p>Walk &amp; <b>rest</b></p><ul><li>No salt</li></ul></div>"}}"#;
    assert_eq!(facts(plan), ["Note Walk & rest\nNo salt"]);
    let told =
        r#"{"resourceType":"CarePlan","description":"Walk","text":{"div":"<p>Plan: walk</p>"}}"#;
    assert_eq!(facts(told), ["Note Walk"]);
}

#[test]
fn a_device_is_theirs_unless_it_measured_or_wrote_and_nothing_that_was_done_names_it() {
    let listed = |names: &str| {
        let mut story = Story::default();
        story.core(r#"{"resourceType":"Device","id":"d","type":{"text":"Pump"}}"#);
        for names in names.split('\n') {
            story.core(&names.replace('@', r#"{"reference":"Device/d"}"#));
        }
        let rows = section(&story.record, ROSA, Section::Devices).rows.len();
        let counts = overview(&story.record).counts;
        assert!(counts.contains(&(Section::Devices, u32::try_from(rows).unwrap())));
        rows
    };
    assert_eq!(listed(r#"{"resourceType":"Patient"}"#), 1, "what says so may not be here");
    let measured = r#"{"resourceType":"Observation","device":@}"#;
    assert_eq!(listed(measured), 0);
    assert_eq!(listed(r#"{"resourceType":"Media","device":@}"#), 0);
    assert_eq!(listed(r#"{"resourceType":"Provenance","agent":[{"who":@}]}"#), 0);
    assert_eq!(listed(r#"{"resourceType":"DocumentReference","author":[@]}"#), 0);
    for used in [
        r#"{"resourceType":"Procedure","focalDevice":[{"manipulated":@}]}"#,
        r#"{"resourceType":"Procedure","usedReference":[@]}"#,
        r#"{"resourceType":"DeviceUseStatement","device":@}"#,
    ] {
        assert_eq!(listed(&[measured, used].join("\n")), 1);
    }
}

#[test]
fn the_forms_of_a_document_say_where_each_can_be_had() {
    let mut story = Story::default();
    let long = "QUJD".repeat(2000);
    let json = format!(
        r#"{{"resourceType":"DocumentReference","status":"current","content":[
        {{"attachment":{{"contentType":"text/plain","data":"QUJD"}}}},{{"attachment":{{"contentType":"application/pdf","data":"{long}"}}}},
        {{"attachment":{{"url":"Binary/5","title":"scan"}}}},{{}}]}}"#
    );
    let (rest, cut) = crate::fhir::entry::cut_data(&json, |_| "blob1".to_owned());
    let entry = ChartEntry { cut, ..ChartEntry::new(SOURCE, rest) };
    let id = story.chart(Kind::ChartCore, entry);
    let places: Vec<_> =
        forms(&story.record, id).unwrap().into_iter().map(|form| form.place).collect();
    expect![[r#"
        [
            Inline {
                data: "QUJD",
            },
            Blob {
                blob: "blob1",
            },
            Url {
                url: "Binary/5",
            },
            Nowhere,
        ]
    "#]]
    .assert_debug_eq(&places);
}

#[test]
fn everything_dated_stands_on_one_line() {
    let mut story = Story::default();
    story.core(r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"Flu"},"occurrenceDateTime":"2026-10-02"}"#);
    story.core(r#"{"resourceType":"Condition","code":{"text":"Diabetes"},"onsetDateTime":"2019"}"#);
    story.core(r#"{"resourceType":"Condition","code":{"text":"No date"}}"#);
    story.core(r#"{"resourceType":"Condition","code":{"text":"Gout"},"recordedDate":"2020"}"#);
    let seen = r#"{"resourceType":"Observation","status":"final","code":{"text":"A1c"},"effectiveDateTime":"2026-10-03","valueString":"7"}"#;
    story.chart(Kind::ChartResults(2026), ChartEntry::new(SOURCE, seen));
    let lines: Vec<_> = timeline(&story.record, ROSA, 0, 10)
        .moments
        .into_iter()
        .map(|moment| match moment {
            Moment::Entry(row) => row.name.unwrap_or_default(),
            Moment::Results(panel) => format!("{} results", panel.rows.len()),
        })
        .collect();
    expect!["1 results, Flu, Gout, Diabetes"].assert_eq(&lines.join(", "));
    let second = timeline(&story.record, ROSA, 1, 1);
    let Moment::Entry(flu) = &second.moments[0] else { panic!("a shot") };
    assert_eq!((flu.name.as_deref(), second.next), (Some("Flu"), Some(2)));
    assert_eq!(timeline(&story.record, ROSA, 3, 1).next, None);
}

#[test]
fn no_allergy_to_food_is_not_no_allergy() {
    let none_known = |code: &str, words: &str| {
        let mut story = Story::default();
        story.core(&format!(
            r#"{{"resourceType":"AllergyIntolerance","id":"a","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}],"text":"{words}"}}}}"#
        ));
        let row = section(&story.record, ROSA, Section::Allergies).rows.remove(0);
        (row.none_known, row.name)
    };
    assert!(none_known("716186003", "NKDA").0);
    let food = none_known("429625007", "No known food allergy");
    assert_eq!(food, (false, Some("No known food allergy".to_owned())));
}

/// What was wrong may be the status, and a paper is the same only if its every word is.
#[test]
fn what_the_clinic_took_back_comes_back_if_its_source_put_it_right() {
    let listed = |kind: Section, first: &str, then: &str| {
        let mut story = Story::default();
        let entry = story.core(first);
        let wrong = ClinicEdit::MarkWrong { entry, why: "It is not so".into() };
        story.clinic(Who::Nurse, wrong).unwrap();
        let newer = ChartEntry { replaces: Some(entry), ..ChartEntry::new(SOURCE, then) };
        story.chart(Kind::ChartCore, newer);
        let rows = section(&story.record, ROSA, kind).rows;
        rows.iter().filter(|row| row.taken_back.is_none()).count()
    };
    let allergy = |status: &str| {
        format!(
            r#"{{"resourceType":"AllergyIntolerance","id":"a","code":{{"text":"Penicillin"}},"clinicalStatus":{{"coding":[{{"code":"{status}"}}]}}}}"#
        )
    };
    assert_eq!(listed(Section::Allergies, &allergy("inactive"), &allergy("active")), 1);
    assert_eq!(listed(Section::Allergies, &allergy("inactive"), &allergy("inactive")), 0);
    let letter = |version: &str, url: &str| {
        format!(
            r#"{{"resourceType":"DocumentReference","id":"d","meta":{{"versionId":"{version}","tag":[{{"code":"}}"}}]}},"status":"current","type":{{"text":"Letter"}},"content":[{{"attachment":{{"url":"{url}"}}}}]}}"#
        )
    };
    let sent_again = |url: &str| listed(Section::Documents, &letter("1", "a"), &letter("2", url));
    assert_eq!(sent_again("a"), 0);
    assert_eq!(sent_again("b"), 1, "another paper");
}
