//! Sentences that are made of a source's parts.

use expect_test::{Expect, expect};

use crate::fhir::lenient::Lenient;
use crate::fhir::medicine::Medicine;
use crate::json::Value;

fn check(dosages: &str, expected: Expect) {
    let text = format!(r#"{{"resourceType":"MedicationRequest","dosageInstruction":{dosages}}}"#);
    let view = Medicine::of(Value::read_before(&text));
    let said = view.directions().expect("there are directions");
    let lines = format!("{}\n{}", said.english, said.spanish);
    expected.assert_eq(&lines.replace("; ", ";\n"));
}

#[test]
fn parts_become_a_sentence_in_each_language() {
    check(
        r#"[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":1,"unit":"tablet"}}]}]"#,
        expect![[r#"
            1 tablet, 2 times a day
            1 tablet, 2 veces al día"#]],
    );
    check(
        r#"[{"asNeededBoolean":true,"timing":{"repeat":{"frequency":1,"period":4,"periodMax":6,"periodUnit":"h"}},"doseAndRate":[{"doseRange":{"low":{"value":1,"unit":"tablet"},"high":{"value":2,"unit":"tablet"}}}],"maxDosePerPeriod":{"numerator":{"value":8,"unit":"tablet"},"denominator":{"value":1,"unit":"day","code":"d","system":"http://unitsofmeasure.org"}}}]"#,
        expect![[r#"
            1 to 2 tablet, every 4 to 6 hours, as needed, at most 8 tablet in 1 day
            1 a 2 tablet, cada 4 a 6 horas, si es necesario, como máximo 8 tablet en 1 día"#]],
    );
    check(
        r#"[{"asNeededCodeableConcept":{"text":"pain"}},{"timing":{"repeat":{"when":["ACM","ACV"],"offset":30,"boundsDuration":{"value":7,"unit":"days","code":"d"}}}},{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"wk","dayOfWeek":["mon"],"timeOfDay":["08:00:00"]}}}]"#,
        expect![[r#"
            as needed for pain;
            30 minutes before breakfast, before dinner, for 7 days;
            once a week, on Monday, at 08:00
            si es necesario para pain;
            30 minutos antes del desayuno, antes de la cena, durante 7 días;
            1 vez a la semana, los días lunes, a las 08:00"#]],
    );
    check(
        r#"[{"timing":{"code":{"coding":[{"code":"BID"}]}}},{"timing":{"code":{"text":"Every Tuesday"}}},{"timing":{"code":{"coding":[{"code":"BED"}]},"repeat":{"frequency":3,"period":2,"periodUnit":"wk"}}}]"#,
        expect![[r#"
            2 times a day;
            Every Tuesday;
            3 times every 2 weeks
            2 veces al día;
            Every Tuesday;
            3 veces cada 2 semanas"#]],
    );
}

/// A course that is made smaller: the last step written first.
#[test]
fn every_step_is_said_in_its_order() {
    check(
        r#"[{"sequence":2,"doseAndRate":[{"doseQuantity":{"value":20,"unit":"mg"}}]},{"sequence":1,"doseAndRate":[{"doseQuantity":{"value":40,"unit":"mg"}}]},{"sequence":10,"text":"Then stop"}]"#,
        expect![[r#"
            40 mg;
            20 mg;
            Then stop
            40 mg;
            20 mg;
            Then stop"#]],
    );
}

#[test]
fn what_stands_beside_a_sentence_is_said_once() {
    check(
        r#"[{"text":"One at night with food","patientInstruction":"With food","additionalInstruction":[{"text":"May make you drowsy"}],"asNeededBoolean":true}]"#,
        expect![[r#"
            One at night with food, as needed, May make you drowsy
            One at night with food, si es necesario, May make you drowsy"#]],
    );
}

#[test]
fn before_r4_the_dose_stands_elsewhere_and_units_are_called_otherwise() {
    check(
        r#"[{"timing":{"repeat":{"frequency":3,"period":1,"periodUnits":"d"}},"doseQuantity":{"value":5,"unit":"mL"}}]"#,
        expect![[r#"
            5 mL, 3 times a day
            5 mL, 3 veces al día"#]],
    );
}

/// Once a day beside three times of it would be read as a third of what is meant.
#[test]
fn several_times_of_a_day_are_not_once_a_day() {
    check(
        r#"[{"timing":{"repeat":{"frequency":1,"period":1.0,"periodUnit":"d","when":["MORN","NIGHT"]}}},{"timing":{"repeat":{"period":1,"periodUnit":"wk","dayOfWeek":["mon","fri"]}}},{"timing":{"repeat":{"frequency":2,"period":1.0,"periodUnit":"d"}}}]"#,
        expect![[r#"
            in the morning, at night;
            on Monday, Friday;
            2 times a day
            por la mañana, por la noche;
            los días lunes, viernes;
            2 veces al día"#]],
    );
}

#[test]
fn a_sentence_ends_where_the_next_begins() {
    check(
        r#"[{"text":"Take 1 tablet.","additionalInstruction":[{"text":"With food"}]},{"text":"Screw on a pen needle","asNeededBoolean":true}]"#,
        expect![[r#"
            Take 1 tablet, With food;
            Screw on a pen needle, as needed
            Take 1 tablet, With food;
            Screw on a pen needle, si es necesario"#]],
    );
}

#[test]
fn how_long_how_often_in_all_and_on_which_days_is_said() {
    check(
        r#"[{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d","count":3,"duration":30,"durationUnit":"min"}}},{"timing":{"code":{"text":"BID"},"repeat":{"boundsRange":{"low":{"value":7,"unit":"days","code":"d"},"high":{"value":10,"unit":"days","code":"d"}},"count":1,"countMax":3}}},{"timing":{"event":["2026-03-03","2026-03-04T08:30:00-05:00","2026-04-05T00:00:00Z"]}},{"timing":{"repeat":{"duration":1.0,"durationMax":2,"durationUnits":"h","boundsPeriod":{"end":"2026-03-09T10:00:00Z"}}}}]"#,
        expect![[r#"
            once a day, for 30 minutes each time, 3 times in all;
            2 times a day, 1 to 3 times in all, for 7 to 10 days;
            on 3 Mar 2026, 4 Mar 2026 at 08:30, 5 Apr 2026;
            for 1 to 2 hours each time, until 9 Mar 2026
            1 vez al día, durante 30 minutos cada vez, 3 veces en total;
            2 veces al día, 1 a 3 veces en total, durante 7 a 10 días;
            el 3 mar 2026, 4 mar 2026 a las 08:30, 5 abr 2026;
            durante 1 a 2 horas cada vez, hasta el 9 mar 2026"#]],
    );
}

#[test]
fn what_has_no_unit_or_is_no_day_is_not_made_one() {
    check(
        r#"[{"timing":{"repeat":{"duration":30,"countMax":4,"boundsRange":{"high":{"value":2,"code":"wk","unit":"wk"}}}}},{"timing":{"event":["2026-03","soon"],"repeat":{"boundsDuration":{"value":7,"comparator":"<","unit":"d","code":"d"}}}},{"timing":{"repeat":{"boundsRange":{"low":{"value":1,"unit":"week"}},"durationMax":5,"durationUnit":"min","count":1}}}]"#,
        expect![[r#"
            at most 4 times in all, for up to 2 weeks;
            on 2026-03, soon, for <7 d;
            for up to 5 minutes each time, once in all, for at least 1 week
            como máximo 4 veces en total, durante un máximo de 2 semanas;
            el 2026-03, soon, durante <7 d;
            durante un máximo de 5 minutos cada vez, 1 vez en total, durante al menos 1 semana"#]],
    );
}

#[test]
fn an_end_that_is_no_day_and_a_ninth_day_are_said_as_one_speaks() {
    let events: Vec<_> = (1..=9).map(|day| format!(r#""2026-03-0{day}""#)).collect();
    let nine = format!(r#"[{{"timing":{{"event":[{}]}}}}]"#, events.join(","));
    let text = format!(r#"{{"resourceType":"MedicationRequest","dosageInstruction":{nine}}}"#);
    let said = Medicine::of(Value::read_before(&text)).directions().unwrap();
    assert!(said.english.ends_with("8 Mar 2026, and once more"), "{}", said.english);
    assert!(said.spanish.ends_with("8 mar 2026, y una vez más"), "{}", said.spanish);
    check(
        r#"[{"timing":{"repeat":{"boundsPeriod":{"end":"2026-03"}}}},{"timing":{"repeat":{"boundsPeriod":{"end":"2026-03-09T10:00:00"}}}}]"#,
        expect![[r#"
            until 2026-03;
            until 9 Mar 2026
            hasta 2026-03;
            hasta el 9 mar 2026"#]],
    );
}
