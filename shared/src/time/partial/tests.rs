//! A date says what its source said, and no more.

use expect_test::{Expect, expect};

use super::*;
use crate::arrange::Arrange;
use crate::time::WorkingDays;

/// New York in 2026: summer time from March 8 to November 1.
fn new_york() -> Zone {
    let rows = [
        ("2025-11-02T06:00:00Z", -300),
        ("2026-03-08T07:00:00Z", -240),
        ("2026-11-01T06:00:00Z", -300),
    ];
    Zone::new(rows.map(|(from, offset)| (moment(from), offset)).to_vec())
}

fn moment(text: &str) -> Timestamp {
    text.parse::<PartialDate>().unwrap().moment().unwrap()
}

fn check(texts: &[&str], expected: Expect) {
    let zone = new_york();
    let mut lines = Vec::new();
    for text in texts {
        let line = match text.parse::<PartialDate>() {
            Err(NotADate) => "not a date".to_owned(),
            Ok(date) => match date.day_in(&zone) {
                Some(day) => format!("{date}, filed under {day}"),
                None => format!("{date}, no day"),
            },
        };
        lines.push(format!("{text} => {line}"));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn what_was_not_said_stays_unsaid() {
    check(
        &["2019", "2019-03", " 2019-03-04 ", "2020-02-29"],
        expect![[r#"
            2019 => 2019, no day
            2019-03 => 2019-03, no day
             2019-03-04  => 2019-03-04, filed under 2019-03-04
            2020-02-29 => 2020-02-29, filed under 2020-02-29"#]],
    );
}

#[test]
fn a_date_without_a_time_never_moves_and_a_moment_is_filed_where_the_clinic_is() {
    check(
        &[
            "2026-07-01",
            "2026-07-01T02:00:00Z",
            "2026-12-01T04:30:00Z",
            "2026-07-01T23:30:00-04:00",
            "2026-07-01T23:30:00",
        ],
        expect![[r#"
            2026-07-01 => 2026-07-01, filed under 2026-07-01
            2026-07-01T02:00:00Z => 2026-07-01T02:00:00Z, filed under 2026-06-30
            2026-12-01T04:30:00Z => 2026-12-01T04:30:00Z, filed under 2026-11-30
            2026-07-01T23:30:00-04:00 => 2026-07-01T23:30:00-04:00, filed under 2026-07-01
            2026-07-01T23:30:00 => 2026-07-01T23:30:00, filed under 2026-07-01"#]],
    );
}

#[test]
fn times_as_real_sources_write_them_are_read() {
    check(
        &[
            "2026-07-01T10:15",
            "2026-07-01 10:15:30.5+0200",
            "2026-07-01t10:15:60z",
            "2026-07-01T10:15:30.123456789+05:45",
        ],
        expect![[r#"
            2026-07-01T10:15 => 2026-07-01T10:15:00, filed under 2026-07-01
            2026-07-01 10:15:30.5+0200 => 2026-07-01T10:15:30.500+02:00, filed under 2026-07-01
            2026-07-01t10:15:60z => 2026-07-01T10:15:59Z, filed under 2026-07-01
            2026-07-01T10:15:30.123456789+05:45 => 2026-07-01T10:15:30.123+05:45, filed under 2026-07-01"#]],
    );
}

#[test]
fn what_is_not_a_date_is_not_made_into_one() {
    check(
        &[
            "",
            "19",
            "0000",
            "2019-13",
            "2019-02-29",
            "2019-3-4",
            "04.03.2019",
            "2019T10:00",
            "2019-03-04T25:00:00Z",
            "2019-03-04T10:00:00+99:00",
            "２０１９",
            "2019-03-04T",
            "-019",
        ],
        expect![[r#"
             => not a date
            19 => not a date
            0000 => not a date
            2019-13 => not a date
            2019-02-29 => not a date
            2019-3-4 => not a date
            04.03.2019 => not a date
            2019T10:00 => not a date
            2019-03-04T25:00:00Z => not a date
            2019-03-04T10:00:00+99:00 => not a date
            ２０１９ => not a date
            2019-03-04T => not a date
            -019 => not a date"#]],
    );
}

#[test]
fn dates_of_every_precision_sort_on_one_line() {
    let zone = new_york();
    let mut dates = [
        "2026-07-02T03:59:59Z",
        "2026-07-01",
        "2026-07-02",
        "2026",
        "2026-07",
        "2026-07-02T04:00:01Z",
    ]
    .map(|text| text.parse::<PartialDate>().unwrap());
    dates.arrange_by_key(|date| date.order_in(&zone));
    let texts = dates.map(|date| date.to_string()).join(", ");
    expect!["2026, 2026-07, 2026-07-01, 2026-07-02T03:59:59Z, 2026-07-02, 2026-07-02T04:00:01Z"]
        .assert_eq(&texts);
}

#[test]
fn every_day_of_ten_thousand_years_has_one_number() {
    let first = Day::new(1, 1, 1).unwrap().number();
    let last = Day::new(9999, 12, 31).unwrap().number();
    assert_eq!(last - first + 1, 3_652_059);
    for number in (first..=last).step_by(11).chain([first, last]) {
        let day = Day::from_number(number);
        assert_eq!((day.number(), Day::new(day.year, day.month, day.day)), (number, Some(day)));
    }
}

#[test]
fn a_moment_is_shown_in_the_offset_of_its_day() {
    let winter = PartialDate::at(moment("2026-02-01T12:00:00Z"), &new_york());
    let summer = PartialDate::at(moment("2026-08-01T12:00:00Z"), &new_york());
    expect!["2026-02-01T07:00:00-05:00 2026-08-01T08:00:00-04:00"]
        .assert_eq(&format!("{winter} {summer}"));
    assert_eq!(summer.moment(), Some(moment("2026-08-01T12:00:00Z")));
}

#[test]
fn working_days_are_those_of_the_clinic() {
    let clinic = WorkingDays {
        zone: new_york(),
        closed: ["2026-07-03".parse().unwrap()].into(),
        ..WorkingDays::default()
    };
    // It is Thursday evening at the clinic and Friday in Greenwich. Friday is a holiday.
    let written = moment("2026-07-03T02:00:00Z");
    let days = [0, 1, 2].map(|days| clinic.after(written, days).to_string());
    expect!["2026-07-02, 2026-07-06, 2026-07-07"].assert_eq(&days.join(", "));
}

#[test]
fn a_date_ends_before_another_only_if_all_that_it_may_mean_does() {
    let before = |first: &str, second: &str| {
        let read = |text: &str| text.parse::<PartialDate>().unwrap();
        read(first).ends_before(read(second))
    };
    for (first, second) in [
        ("2018", "2019"),
        ("2018", "2019-03-04"),
        ("2019-03", "2019-04-01"),
        ("2019-03-04", "2019-03-05"),
        ("2019-03-04T10:00:00Z", "2019-03-04T11:00:00Z"),
        ("2019-03-04T10:00:00", "2019-03-04T11:00:00"),
    ] {
        assert!(before(first, second) && !before(second, first), "{first} and {second}");
    }
    for (first, second) in [
        ("2019", "2019-03-04"),
        ("2019-03", "2019-03-31"),
        ("2019-03-04", "2019-03-04T11:00:00Z"),
        ("2019-03-04", "2019-03-04"),
    ] {
        assert!(!before(first, second) && !before(second, first), "{first} and {second}");
    }
}
