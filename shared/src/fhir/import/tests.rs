//! What an import reads, decides and refuses.

use super::plan::{keys_of_person, keys_of_reference};
use super::read::{Body, ENTRIES_MAX};
use super::{
    Facts, Fate, Keys, Matched, Mismatch, NotRead, Person, PersonRef, Planner, Summary, Why, home,
    matched, read, twice,
};
use crate::document::Kind;
use crate::id::{EntryId, PatientId};

const ROSA: PatientId = PatientId::from_u128(1);
const ANA: PatientId = PatientId::from_u128(2);

fn resources(text: &str) -> Vec<(String, String)> {
    let input = read(text.as_bytes()).unwrap();
    let all = input.entries.into_iter().map(|entry| match entry.body {
        Body::Resource(json) => (entry.place, json.to_owned()),
        Body::Nothing | Body::Broken | Body::TooDeep => (entry.place, format!("{:?}", entry.body)),
    });
    all.collect()
}

fn facts(json: &str) -> Facts {
    Facts::of(json).unwrap()
}

#[test]
fn each_resource_stays_byte_for_byte() {
    let odd = "{ \"resourceType\" : \"Observation\",\r\n \"v\":7.00, \"x\":1E-22,\"a\":1,\"a\":2 ,\"_b\":{\"c\":\"\\u00e9\\/\"}}";
    let text = format!(
        "\u{feff}{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\r\n\"entry\":[ {{\"resource\": {odd} }}]}}\r\n"
    );
    assert_eq!(resources(&text), [("entry[0]".to_owned(), odd.to_owned())]);
    assert_eq!(resources(odd), [("resource".to_owned(), odd.to_owned())]);
    let lines = "{\"resourceType\":\"A\"}\r\n\r\n{\"resourceType\": \"B\"}\n";
    let expected = ["{\"resourceType\":\"A\"}", "{\"resourceType\": \"B\"}"];
    assert!(resources(lines).iter().map(|(_, json)| json).eq(expected));
}

#[test]
fn a_line_that_is_damaged_costs_only_itself() {
    let lines = "{\"resourceType\":\"A\"\n{\"resourceType\":\"B\"}\nnonsense\n";
    let places = resources(lines);
    assert_eq!(places[0], ("line 1".into(), "Broken".into()));
    assert_eq!(places[1].1, "{\"resourceType\":\"B\"}");
    assert_eq!(places[2], ("line 3".into(), "Broken".into()));
}

#[test]
fn a_document_inside_a_search_result_is_unpacked() {
    let inner = r#"{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Patient"}}]}"#;
    let outer = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","total":9,"entry":[{{"resource":{inner}}},{{"search":{{}}}},7]}}"#
    );
    let places: Vec<_> = resources(&outer).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["entry[0].resource.entry[0]", "entry[1]", "entry[2]"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason() {
    let refused = |bytes: &[u8]| read(bytes).err().unwrap();
    assert_eq!(refused(b" \n"), NotRead::Empty);
    assert_eq!(refused(b"{\"a\": \xff}"), NotRead::NotText(6));
    assert_eq!(refused(b"<Patient/>"), NotRead::Xml);
    assert_eq!(refused(b"{}"), NotRead::NotFhir);
    assert_eq!(refused(b"[1]"), NotRead::NotFhir);
    assert_eq!(
        refused(b"{\"resourceType\":\"Patient\","),
        NotRead::NotJson { line: 1, column: 26 }
    );
    let deep =
        format!("{{\"resourceType\":\"Patient\",\"a\":{}1{}}}", "[".repeat(400), "]".repeat(400));
    assert_eq!(refused(deep.as_bytes()), NotRead::TooDeep);
    // Far beyond any stack.
    let deeper = "[".repeat(3_000_000);
    assert!(matches!(refused(deeper.as_bytes()), NotRead::NotJson { .. }));
}

#[test]
fn no_bytes_make_it_panic() {
    let seed = br#"{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:1","resource":
        {"resourceType":"Observation","id":"1","identifier":[{"system":"a","value":"\ud83d\ude00"}],
        "subject":{"reference":"Patient/1"},"effectiveDateTime":"2020-01-01"},"request":{"method":"PUT"}}]}"#;
    for place in 0..seed.len() {
        for byte in [0, b'"', b'\\', b'{', b']', b'9', 0xc3] {
            let mut bytes = seed.to_vec();
            bytes[place] = byte;
            let entries = read(&bytes).map(|input| input.entries).unwrap_or_default();
            for entry in entries {
                if let Body::Resource(json) = entry.body {
                    // Whatever it says, it says it without a panic.
                    let _facts = Facts::of(json).map(|facts| Keys::of(&facts, None));
                }
            }
        }
        let _cut = read(&seed[..place]).is_ok();
    }
    // Half of a pair is no id, and in every other part it is kept.
    assert_eq!(Facts::of(r#"{"resourceType":"A","id":"\ud800"}"#), None);
    assert!(Facts::of(r#"{"resourceType":"A","note":"\ud800"}"#).is_some());
}

#[test]
fn spaces_between_parts_do_not_make_a_new_version() {
    let one = facts(r#"{"resourceType":"A","v":7.00,"t":"a b"}"#);
    let same = facts("{ \"resourceType\" : \"A\",\n\t\"v\": 7.00 , \"t\":\"a b\"}");
    assert_eq!(one.hash, same.hash);
    assert_ne!(one.hash, facts(r#"{"resourceType":"A","v":7.0,"t":"a b"}"#).hash);
    assert_ne!(one.hash, facts(r#"{"resourceType":"A","v":7.00,"t":"ab"}"#).hash);
}

#[test]
fn references_of_every_form_lead_to_their_patient() {
    let keys = |reference: &str| {
        let about = PersonRef::Reference(reference.into());
        keys_of_person(&about, Some("https://a.example/fhir/Observation/7")).join(" + ")
    };
    let at = "Patient\nurl\nhttps://a.example/fhir/Patient/1 + Patient\nid\n1";
    assert_eq!(keys("Patient/1"), at);
    assert_eq!(keys("Patient/1/_history/3"), at);
    assert_eq!(keys("https://a.example/fhir/Patient/1"), at);
    assert_eq!(keys("urn:uuid:5"), "Patient\nurl\nurn:uuid:5");
    assert_eq!(keys("Patient?identifier=mrn%7C9"), "Patient\nidentifier\nmrn|9");
    let by_number = facts(
        r#"{"resourceType":"Observation","subject":{"identifier":{"system":"mrn","value":"9"}}}"#,
    );
    assert_eq!(by_number.about, Some(PersonRef::Identifier("mrn".into(), "9".into())));
    let of_a_group = facts(r#"{"resourceType":"Observation","subject":{"reference":"Group/1"}}"#);
    assert_eq!(of_a_group.about, None);
    assert_eq!(keys_of_reference("Practitioner/2"), ["Practitioner\nid\n2"]);
    assert_eq!(keys_of_reference("#inside"), Vec::<String>::new());
}

#[test]
fn a_resource_goes_into_the_document_of_its_kind_and_year() {
    let home_of = |json: &str| home(&facts(json));
    let lab =
        r#"{"resourceType":"Observation","effectiveDateTime":"2019-03","issued":"2020-01-01"}"#;
    assert_eq!(home_of(lab), Kind::ChartResults(2019));
    let visit = r#"{"resourceType":"Encounter","period":{"start":"2021-05-01T10:00:00Z"}}"#;
    assert_eq!(home_of(visit), Kind::ChartVisits(2021));
    assert_eq!(home_of(r#"{"resourceType":"Observation"}"#), Kind::ChartCore);
    let order = r#"{"resourceType":"MedicationRequest","authoredOn":"2024-01-01"}"#;
    assert_eq!(home_of(order), Kind::ChartCore);
    let claim = r#"{"resourceType":"Claim","billablePeriod":{"start":"2010-04-01"}}"#;
    assert_eq!(home_of(claim), Kind::ChartVisits(2010));
    let secret = r#"{"resourceType":"Observation","effectiveDateTime":"2019","meta":{"security":
        [{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}}"#;
    assert_eq!(home_of(secret), Kind::ChartSensitive);
    let inside = format!(r#"{{"resourceType":"DiagnosticReport","contained":[{secret}]}}"#);
    assert_eq!(home_of(&inside), Kind::ChartSensitive);
    let plain = secret.replace("HIV", "NOAUTH");
    assert_eq!(home_of(&plain), Kind::ChartResults(2019));
}

/// Decides about these one after the other, all of them Rosa's, and says what came of each.
fn decided(planner: &mut Planner, all: &[&str]) -> Vec<Fate> {
    let inputs: Vec<_> = all
        .iter()
        .map(|json| {
            let facts = facts(json);
            (Keys::of(&facts, None), facts)
        })
        .collect();
    planner.prepare(inputs.iter().map(|(keys, facts)| (keys, facts)));
    let known = planner.count();
    let numbered = inputs.iter().zip(known..);
    numbered
        .map(|((keys, facts), number)| {
            let fresh = EntryId::from_u128(number);
            planner.decide(facts, keys, Some(ROSA), facts.updated, fresh)
        })
        .collect()
}

fn check(all: &[&str], expected: &[Fate]) {
    assert_eq!(decided(&mut Planner::default(), all), expected);
}

const fn id(number: u128) -> EntryId {
    EntryId::from_u128(number)
}

#[test]
fn identity_is_the_identifier_then_the_id_then_the_content() {
    let of = |id: &str, number: &str, value: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","identifier":[{{"system":"s","value":"{number}"}}],
            "code":{{"text":"A1c"}},"effectiveDateTime":"2020-01-01","valueString":"{value}"}}"#
        )
    };
    let mut planner = Planner::default();
    assert_eq!(decided(&mut planner, &[&of("1", "n", "a")]), [Fate::New(id(0))]);
    // The source numbered anew: the identifier holds.
    let renumbered = of("2", "n", "b");
    let mut later = planner.next_import();
    assert_eq!(decided(&mut later, &[&renumbered]), [Fate::Newer(id(0))]);
    // The same number on another thing is another thing.
    let other = of("3", "n", "c").replace("A1c", "LDL");
    let mut later = planner.next_import();
    assert_eq!(decided(&mut later, &[&other]), [Fate::New(id(1))]);
    // Without a name only the very same content is the same.
    let nameless = r#"{"resourceType":"Observation","valueString":"x"}"#;
    let twice = [Fate::New(id(0)), Fate::New(id(1))];
    check(&[nameless, nameless], &twice);
    let mut planner = Planner::default();
    decided(&mut planner, &[nameless, nameless]);
    let again = decided(&mut planner.next_import(), &[nameless, nameless]);
    assert_eq!(again, [Fate::Unchanged(id(0)), Fate::Unchanged(id(1))]);
}

#[test]
fn a_number_that_several_results_share_names_none_of_them() {
    let of = |id: &str| {
        format!(
            r#"{{"resourceType":"Observation","id":"{id}","identifier":[{{"system":"s","value":"order"}}],
            "code":{{"text":"A1c"}},"effectiveDateTime":"2020-01-01"}}"#
        )
    };
    let (one, two) = (of("1"), of("2"));
    check(&[&one, &two], &[Fate::New(id(0)), Fate::New(id(1))]);
    check(&[&one, &one], &[Fate::New(id(0)), Fate::Unchanged(id(0))]);
}

#[test]
fn older_is_kept_out_and_another_patients_is_refused() {
    let of = |updated: &str, value: u8| {
        format!(
            r#"{{"resourceType":"Observation","id":"1","meta":{{"lastUpdated":"{updated}"}},"v":{value}}}"#
        )
    };
    let (old, new) = (of("2020-01-01T00:00:00Z", 1), of("2020-01-01T02:00:00+01:00", 2));
    check(&[&old, &new, &old], &[Fate::New(id(0)), Fate::Newer(id(0)), Fate::Refused(Why::Older)]);
    let mut planner = Planner::default();
    decided(&mut planner, &[&old]);
    let facts = facts(&new);
    let keys = Keys::of(&facts, None);
    let fate = planner.decide(&facts, &keys, Some(ANA), facts.updated, id(9));
    assert_eq!(fate, Fate::Refused(Why::OtherPatient));
}

fn person(patient: PatientId, json: &str) -> Person {
    Person { patient, claim: *facts(json).claim.unwrap(), is_linked: false }
}

fn patient(name: &str, born: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","name":[{{"text":"{name}"}}],"birthDate":"{born}"{more}}}"#
    )
}

#[track_caller]
fn match_of(sent: &str, here: &[Person], expected: Matched) {
    assert_eq!(matched(&facts(sent).claim.unwrap(), here), expected, "{sent}");
}

#[test]
fn a_patient_is_matched_by_number_or_by_name_birth_date_and_one_more() {
    let number = |value: &str| format!(r#","identifier":[{{"system":"mrn","value":"{value}"}}]"#);
    let phone = r#","telecom":[{"system":"phone","value":"+1 (206) 555-0162"}]"#;
    let same_phone = r#","telecom":[{"system":"phone","value":"206.555.0162"}]"#;
    let rosa = patient("Rosa Delgado", "1961-04-09", &format!("{}{phone}", number("1")));
    let here = [person(ROSA, &rosa)];
    let to_rosa = Matched::To(ROSA);
    match_of(&patient("Rosa Ruiz", "1961-04-09", &number("1")), &here, to_rosa);
    match_of(&patient("rosa elena DELGADO", "1961-04-09", same_phone), &here, to_rosa);
    match_of(&patient("Rosa Delgado", "1961-04-10", phone), &here, Matched::Nobody);
    match_of(&patient("Ana Delgado", "1961-04-09", phone), &here, Matched::Nobody);
    let doubt = |why| Matched::Doubt(why);
    let born = patient("Rosa Delgado", "1961-04-10", &number("1"));
    match_of(&born, &here, doubt(Mismatch::BirthDate));
    let other = patient("Mateo Silva", "1961-04-09", &number("1"));
    match_of(&other, &here, doubt(Mismatch::Name));
    let bare = patient("Rosa Delgado", "1961-04-09", "");
    match_of(&bare, &here, doubt(Mismatch::NothingElse));
    match_of(&patient("Rosa Delgado", "1961", ""), &here, doubt(Mismatch::NothingElse));

    let woman = patient("Rosa Delgado", "1961-04-09", r#","gender":"female""#);
    let two = [person(ROSA, &woman), person(ANA, &woman)];
    match_of(&woman, &two, doubt(Mismatch::Several));
    let man = woman.replace("female", "male");
    match_of(&man, &two[..1], doubt(Mismatch::NothingElse));
    let linked = [Person { is_linked: true, ..person(ROSA, &woman) }];
    match_of(&patient("Rosa Ruiz", "1961-04-09", ""), &linked, to_rosa);
    match_of(&patient("Rosa", "1962-01-01", ""), &linked, doubt(Mismatch::BirthDate));
}

#[test]
fn a_summary_says_what_was_refused_and_where() {
    let mut summary = Summary { read: 3, new: 1, unchanged: 1, ..Summary::default() };
    summary.refuse("entry[2]", Why::NoPatient);
    let expected = "read 3: 1 new, 0 updated, 1 unchanged, 1 refused\n  \
                    1: it names no patient (first: entry[2])";
    assert_eq!(summary.to_string(), expected);
    assert_eq!(summary.refused(), 1);
}

#[test]
fn what_is_written_against_the_rules_is_read_or_named() {
    let (a, b) = (r#"{"resourceType":"A"}"#, r#"{"resourceType":"B"}"#);
    let read_of = |text: &str| {
        resources(text)
            .into_iter()
            .map(|(place, said)| format!("{place} {said}"))
            .collect::<Vec<_>>()
    };
    // A bare list.
    let listed = [format!("element[0] {a}"), "element[1] Broken".into(), format!("element[2] {b}")];
    assert_eq!(read_of(&format!("[{a}, 7, {b}]")), listed);
    // `entry` twice, as one, and as nothing.
    let twice = format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{a}}}],"entry":{{"resource":{b}}},"entry":null}}"#
    );
    assert_eq!(read_of(&twice), [format!("entry[0] {a}"), format!("entry[1] {b}")]);
    // Which of two is meant nobody knows.
    let both =
        format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{a},"resource":{b}}}]}}"#);
    assert_eq!(read_of(&both), ["entry[0] Broken"]);
    // What is too deep costs only itself.
    let deep = format!(r#"{{"resourceType":"A","a":{}1{}}}"#, "[".repeat(400), "]".repeat(400));
    let bundle = format!(
        r#"{{"resourceType":"Bundle","entry":[{{"resource":{deep}}},{{"resource":{b}}}]}}"#
    );
    assert_eq!(read_of(&bundle), ["entry[0] TooDeep".to_owned(), format!("entry[1] {b}")]);
    // Joined files have byte order marks in the middle.
    let joined = format!("\u{feff}{a}\r\n\u{feff}{b}\r\n");
    assert_eq!(read_of(&joined), [format!("line 1 {a}"), format!("line 2 {b}")]);
    let history = format!(
        r#"{{"resourceType":"Bundle","type":"history","entry":[{{"resource":{a}}},{{"resource":{b}}}]}}"#
    );
    assert_eq!(read_of(&history), [format!("entry[1] {b}"), format!("entry[0] {a}")]);
}

#[test]
fn more_entries_than_the_limit_are_refused_as_a_whole() {
    let many = |count: usize| format!("[{}{{}}]", "{},".repeat(count - 1));
    assert!(read(many(ENTRIES_MAX).as_bytes()).is_ok());
    assert_eq!(read(many(ENTRIES_MAX + 1).as_bytes()).err(), Some(NotRead::TooMany));
    let lines = "{}\n".repeat(ENTRIES_MAX + 2);
    assert_eq!(read(lines.as_bytes()).err(), Some(NotRead::TooMany));
}

fn losers(resources: &[&str]) -> Vec<usize> {
    let entries: Vec<_> =
        resources.iter().map(|json| format!(r#"{{"resource":{json}}}"#)).collect();
    let bundle = format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","));
    let input = read(bundle.as_bytes()).unwrap();
    twice(&input.entries, None).into_iter().collect()
}

#[test]
fn of_two_with_one_id_the_later_counts() {
    let of = |value: u8, updated: &str| {
        format!(
            r#"{{"resourceType":"A","id":"1","v":{value},"meta":{{"lastUpdated":"{updated}"}}}}"#
        )
    };
    let (one, two) = (of(1, ""), of(2, ""));
    assert_eq!(losers(&[&one, &two]), [0]);
    assert_eq!(losers(&[&one, &one]), [] as [usize; 0]);
    assert_eq!(losers(&[&one, &two, &one]), [1]);
    assert_eq!(losers(&[&one, &two.replace("\"A\"", "\"B\"")]), [] as [usize; 0]);
    let (old, new) = (of(1, "2020-01-01T00:00:00Z"), of(2, "2021-01-01T00:00:00Z"));
    // An older version has its place.
    assert_eq!(losers(&[&new, &old]), [] as [usize; 0]);
    assert_eq!(losers(&[&old, &one, &new]), [1]);
}

#[test]
fn a_number_without_its_system_still_says_that_it_is_about_somebody() {
    let about = |json: &str| facts(json).about;
    let number = |system: &str| Some(PersonRef::Identifier(system.into(), "7".into()));
    let bare = r#"{"resourceType":"Observation","subject":{"identifier":{"value":"7"}}}"#;
    assert_eq!(about(bare), number(""));
    let inside = r##"{"resourceType":"Observation","subject":{"reference":"#p"},"contained":
        [{"resourceType":"Patient","id":"p","identifier":[{"system":"s","value":"7"}]}]}"##;
    assert_eq!(about(inside), number("s"));
    let nameless = inside.replace("identifier", "other");
    assert!(about(&nameless).is_some_and(|about| about.is_contained()));
    let conditional = "Organization?identifier=http://a.example/b|7";
    let expected = ["Organization\nidentifier\nhttp://a.example/b|7"];
    assert_eq!(keys_of_reference(conditional), expected);
}

#[test]
fn the_same_input_again_changes_nothing_whatever_its_keys() {
    let of = |value: u8| {
        format!(
            r#"{{"resourceType":"Observation","identifier":[{{"system":"s","value":"order"}}],"v":{value}}}"#
        )
    };
    let (one, two) = (of(1), of(2));
    let mut planner = Planner::default();
    assert_eq!(decided(&mut planner, &[&one, &two]), [Fate::New(id(0)), Fate::New(id(1))]);
    let again = decided(&mut planner.next_import(), &[&one, &two]);
    assert_eq!(again, [Fate::Unchanged(id(0)), Fate::Unchanged(id(1))]);
}
