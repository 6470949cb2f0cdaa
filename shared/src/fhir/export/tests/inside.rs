//! Results that lie inside reports, in a summary of the record.

use super::*;

const RESULTS: &str = "30954-2";

fn summary_with(category: &str) -> Value {
    let mut story = Story::default();
    story.core(PERSON);
    let report = format!(
        r##"{{"resourceType":"DiagnosticReport","id":"r","status":"final","effectiveDateTime":"2026-03-09","code":{{"text":"Blood"}},{category}"contained":[{{"resourceType":"Observation","id":"#1","status":"final","code":{{"text":"Glucose"}},"valueInteger":90}}],"result":[{{"reference":"#1"}}]}}"##
    );
    story.chart(Kind::ChartResults(2026), ChartEntry::new("northside", report));
    summary_of(&story)
}

#[test]
fn a_report_stands_whole_where_nothing_says_that_its_results_are_of_a_laboratory() {
    let bundle = summary_with("");
    assert!(narrative(&bundle, RESULTS).contains("Blood"));
    assert_eq!(of(&bundle, "DiagnosticReport")[0]["contained"][0]["valueInteger"], 90);
    assert!(of(&bundle, "Observation").is_empty());
}

#[test]
fn a_result_that_lay_inside_a_report_is_of_its_day_and_has_no_id_of_there() {
    let bundle = summary_with(r#""category":[{"coding":[{"code":"CH"}]}],"#);
    let all = of(&bundle, "Observation");
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["effectiveDateTime"], "2026-03-09");
    assert!(all[0]["id"].is_null());
    assert!(of(&bundle, "DiagnosticReport").is_empty(), "it would say the same again");
}
