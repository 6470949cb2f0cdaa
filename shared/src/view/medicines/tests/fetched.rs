//! What was handed out, and directions of several orders.

use super::*;

fn handed_out(id: &str, status: &str, name: &str, day: &str) -> String {
    format!(
        r#"{{"resourceType":"MedicationDispense","id":"{id}","status":"{status}","whenHandedOver":"{day}","medicationCodeableConcept":{{"text":"{name}"}},"daysSupply":{{"value":30,"unit":"d"}}}}"#
    )
}

fn in_november() -> Story {
    let begins = "2026-11-20T00:00:00Z".parse::<PartialDate>().unwrap().moment().unwrap();
    let mut story = Story::default();
    story.begins = begins;
    story
}

/// Of a pharmacy's feed alone.
#[test]
fn what_was_fetched_lately_is_taken_and_what_was_not_handed_out_is_no_fill() {
    let mut story = in_november();
    story.core(&handed_out("1", "completed", "Metformin", "2026-11-01"));
    story.core(&handed_out("2", "cancelled", "Metformin", "2026-11-28"));
    story.core(&handed_out("3", "completed", "Amoxicillin", "2019-02-01"));
    story.core(&handed_out("4", "declined", "Zolpidem", "2026-11-01"));
    check(
        &story,
        expect![[r#"
            All
            now: Metformin, 2 entries until 2026-12-01, can ask: true
            before: Zolpidem, 1 entries, can ask: false
            before: Amoxicillin, 1 entries until 2019-03-03, can ask: false"#]],
    );
    let filled = medicines(&story.record, ROSA).now[0].last_filled;
    assert_eq!(filled, "2026-11-01".parse().ok());
}

/// The clinic's order has a code, and the pharmacy's feed has a name.
#[test]
fn what_was_handed_out_belongs_to_the_order_of_its_name() {
    let mut story = in_november();
    let coded = order("1", "active", "Metformin 500 mg", "2026-01-01").replace(
        r#"{"text":"#,
        r#"{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}],"text":"#,
    );
    story.core(&coded);
    story.core(&handed_out("2", "completed", "Metformin 500  MG", "2026-11-01"));
    check(
        &story,
        expect![[r#"
        All
        now: Metformin 500 mg, 2 entries until 2026-12-01, can ask: true"#]],
    );
}

#[test]
fn two_orders_that_stand_beside_each_other_are_both_said() {
    let mut story = in_november();
    let insulin = |id: &str, status: &str, dose: &str| {
        order(id, status, "Insulin glargine", "2026-03-01").replace("Take 1 tablet", dose)
    };
    story.core(&insulin("1", "active", "10 units in the morning"));
    story.core(&insulin("2", "active", "20 units at night"));
    story.core(&insulin("3", "stopped", "5 units"));
    let row = medicines(&story.record, ROSA).now.remove(0);
    let said = row.directions.unwrap().english;
    assert_eq!(said, "20 units at night; 10 units in the morning");
    // Written half a minute apart.
    let at = |id: &str, second: &str, dose: &str| {
        insulin(id, "active", dose).replace("2026-03-01", &format!("2026-05-01T09:12:{second}Z"))
    };
    story.core(&at("4", "04", "12 units in the morning"));
    story.core(&at("5", "31", "22 units at night"));
    let said = medicines(&story.record, ROSA).now.remove(0).directions.unwrap().english;
    assert_eq!(said, "22 units at night; 12 units in the morning", "and not the older ones");
}

/// Two codes of one name are two strengths, and where two orders could be meant, the one that is taken is.
#[test]
fn what_was_handed_out_goes_to_no_order_by_chance() {
    let coded = |text: &str, code: &str| {
        let coding = format!(
            r#""medicationCodeableConcept":{{"coding":[{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{code}"}}],"#
        );
        text.replace(r#""medicationCodeableConcept":{"#, &coding)
    };
    let mut story = in_november();
    story.core(&coded(&order("1", "active", "Metformin", "2026-01-01"), "860975"));
    story.core(&coded(&handed_out("2", "completed", "Metformin", "2026-11-01"), "861007"));
    assert_eq!(medicines(&story.record, ROSA).now.len(), 2, "each stands for itself");

    let mut story = in_november();
    story.core(&coded(&order("1", "stopped", "Metformin", "2019-01-01"), "1"));
    let taken = story.core(&coded(&order("2", "active", "Metformin", "2026-01-01"), "2"));
    let fill = story.core(&handed_out("3", "completed", "Metformin", "2026-11-01"));
    let found = medicines(&story.record, ROSA);
    assert_eq!((found.now.len(), found.before.len()), (1, 1));
    assert_eq!(found.now[0].last_filled, "2026-11-01".parse().ok());
    // Asked for by what was handed out, it is asked for.
    story.sends(ROSA, ask(fill)).unwrap();
    assert_eq!(story.writes(LUIS, ask(taken)), Err(Refused::RefillOpen));
    assert!(medicines(&story.record, ROSA).other_refills.is_empty());
}

/// A feed that ended years ago says nothing of today.
#[test]
fn what_was_fetched_years_before_the_clinic_had_it_is_not_taken_now() {
    let mut story = in_november();
    story.core(&handed_out("1", "completed", "Metformin", "2019-03-01"));
    let found = medicines(&story.record, ROSA);
    assert_eq!((found.now.len(), found.before.len()), (0, 1));
    // The feed was read while it lived; since then the clinic received other things.
    let begins = |text: &str| text.parse::<PartialDate>().unwrap().moment().unwrap();
    let mut story = Story::default();
    story.begins = begins("2019-03-02T00:00:00Z");
    story.core(&handed_out("1", "completed", "Metformin", "2019-03-01"));
    assert_eq!(medicines(&story.record, ROSA).now.len(), 1);
    story.begins = begins("2026-11-20T00:00:00Z");
    let result =
        r#"{"resourceType":"Observation","id":"o","status":"final","code":{"text":"A1c"}}"#;
    story.chart(Kind::ChartResults(2026), crate::fhir::entry::ChartEntry::new("northside", result));
    assert_eq!(medicines(&story.record, ROSA).now.len(), 0);
}

/// An order that was over before says nothing of what was fetched since.
#[test]
fn what_was_fetched_after_an_order_was_over_stands_for_itself() {
    let mut story = in_november();
    story.core(&order("1", "stopped", "Metformin", "2019-01-01"));
    let coded = handed_out("2", "completed", "Metformin", "2026-11-01").replace(
        r#"{"text":"#,
        r#"{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}],"text":"#,
    );
    story.core(&coded);
    let found = medicines(&story.record, ROSA);
    assert_eq!((found.now.len(), found.before.len()), (1, 1));
}

/// Somebody orders it again where we are not told.
#[test]
fn what_is_fetched_long_after_its_order_ended_is_taken() {
    let now = |ordered: &str, status: &str| {
        let mut story = in_november();
        story.core(&order("1", status, "Metformin", ordered));
        story.core(&handed_out("2", "completed", "Metformin", "2026-11-01"));
        medicines(&story.record, ROSA).now.len()
    };
    let touched = |status: &str, day: &str| {
        format!(r#"{status}","meta":{{"lastUpdated":"{day}T10:00:00Z"}},"x":""#)
    };
    assert_eq!(now("2019-01-01", &touched("completed", "2019-05-09")), 1);
    assert_eq!(now("2019-01-01", &touched("stopped", "2021-05-09")), 1);
    assert_eq!(now("2019-01-01", "stopped"), 0, "it may have been stopped this week");
    let lately = touched("stopped", "2026-10-09");
    assert_eq!(now("2026-10-01", &lately), 0, "it may have been fetched on it");
    assert_eq!(now("", "stopped"), 0, "nobody knows when");
    let later = touched("stopped", "2026-11-09");
    assert_eq!(now("2019-01-01", &later), 0, "its source said so after that");
}

/// Two codes of one name are two strengths.
#[test]
fn of_two_coded_fills_none_belongs_to_the_order_without_a_code() {
    let coded = |id: &str, code: &str| {
        let coding = format!(
            r#"{{"coding":[{{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{code}"}}],"text":"#
        );
        handed_out(id, "completed", "Metformin", "2026-11-01").replace(r#"{"text":"#, &coding)
    };
    let mut story = in_november();
    story.core(&order("1", "active", "Metformin", "2026-01-01"));
    story.core(&coded("2", "860975"));
    assert_eq!(medicines(&story.record, ROSA).now.len(), 1);
    story.core(&coded("3", "861007"));
    assert_eq!(medicines(&story.record, ROSA).now.len(), 3, "each stands for itself");
}
