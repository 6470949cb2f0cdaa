//! `grant`: who may open a record, what of it, until when, and with whose consent.

use shared::id::PatientId;
use shared::time::PartialDate;

use super::{Invalid, invalid};
use crate::fhir::errands::{Agreed, AskAccess, May};
use crate::store::grants::{CHILD_UNTIL_AGE, CHILD_UNTIL_AGES, through};

pub fn access(verb: &str, text: &dyn Fn(&str) -> Option<String>) -> Result<AskAccess, Invalid> {
    match verb {
        "list" => Ok(AskAccess::List),
        "give" => Ok(AskAccess::Give {
            caregiver: caregiver(text)?,
            may: may(text)?,
            consent: consent(text)?,
        }),
        "narrow" => Ok(AskAccess::Narrow { caregiver: caregiver(text)?, may: may(text)? }),
        "end" => Ok(AskAccess::End { caregiver: caregiver(text)? }),
        _ => invalid(format!("use grant list, give, narrow or end, not {verb:?}")),
    }
}

fn caregiver(text: &dyn Fn(&str) -> Option<String>) -> Result<PatientId, Invalid> {
    let said = text("--caregiver").unwrap_or_default();
    let sentence = "--caregiver must be the id of an account, or of the record that is their own";
    said.parse().map_err(|_| Invalid(format!("{sentence}, not {said:?}")))
}

fn may(text: &dyn Fn(&str) -> Option<String>) -> Result<May, Invalid> {
    let mut may = May::default();
    for word in text("--may").unwrap_or_default().split(',').filter(|word| !word.is_empty()) {
        match word {
            "messages" => may.messages = true,
            "results" => may.results = true,
            "visits" => may.visits = true,
            // It belongs to every grant, and may be all of it.
            "chart" => {}
            _ => {
                return invalid(format!(
                    "--may is made of chart, results, visits and messages, not {word:?}"
                ));
            }
        }
    }
    may.until = match text("--until").map(|day| (day.parse(), day)) {
        None => None,
        Some((Ok(PartialDate::Day(day)), _)) => Some(through(day)),
        Some((_, day)) => {
            return invalid(format!("--until must be a day such as 2027-03-31, not {day:?}"));
        }
    };
    Ok(may)
}

fn consent(text: &dyn Fn(&str) -> Option<String>) -> Result<Agreed, Invalid> {
    let age = match text("--until-age").map(|age| (age.parse(), age)) {
        None => CHILD_UNTIL_AGE,
        Some((Ok(age), _)) if CHILD_UNTIL_AGES.contains(&age) => age,
        Some((_, age)) => {
            let (least, most) = (CHILD_UNTIL_AGES.start(), CHILD_UNTIL_AGES.end());
            return invalid(format!("--until-age must be from {least} to {most}, not {age:?}"));
        }
    };
    match text("--consent").as_deref() {
        Some("patient") => Ok(Agreed::Patient),
        Some("parent") => Ok(Agreed::Parent { until_age: age }),
        Some("legal") => Ok(Agreed::Legal),
        said => invalid(format!(
            "--consent must say who agreed: patient, parent or legal, not {:?}",
            said.unwrap_or_default()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<AskAccess, String> {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap();
        let rest: Vec<_> = words.collect();
        let text = |name: &str| {
            let at = rest.iter().position(|word| *word == name)?;
            rest.get(at + 1).map(|word| (*word).to_owned())
        };
        access(verb, &text).map_err(|error| error.0)
    }

    #[test]
    fn what_is_given_is_said_in_words() {
        let caregiver = PatientId::from_u128(7);
        let line = format!("give --caregiver {caregiver} --may results,messages --consent parent");
        let may = May { messages: true, results: true, ..May::default() };
        let consent = Agreed::Parent { until_age: CHILD_UNTIL_AGE };
        assert_eq!(asked(&line), Ok(AskAccess::Give { caregiver, may, consent }));
        let line = format!("narrow --caregiver {caregiver} --may chart --until 2027-03-31");
        let Ok(AskAccess::Narrow { may, .. }) = asked(&line) else { panic!("{line}") };
        assert!(!may.messages && !may.results && may.until.is_some());
        assert_eq!(asked("list"), Ok(AskAccess::List));
    }

    #[test]
    fn what_is_missing_is_said() {
        let caregiver = PatientId::from_u128(7);
        for (line, words) in [
            ("take", "use grant list"),
            ("end", "--caregiver must be"),
            ("give --caregiver x", "--caregiver must be"),
        ] {
            let sentence = asked(line).unwrap_err();
            assert!(sentence.contains(words), "{line}: {sentence}");
        }
        for (rest, words) in [
            ("", "--consent must say"),
            ("--consent mother", "--consent must say"),
            ("--may secrets --consent patient", "--may is made of"),
            ("--until soon --consent patient", "--until must be"),
            ("--consent parent --until-age 40", "--until-age must be from 10 to 21"),
        ] {
            let sentence = asked(&format!("give --caregiver {caregiver} {rest}")).unwrap_err();
            assert!(sentence.contains(words), "{rest}: {sentence}");
        }
    }
}
