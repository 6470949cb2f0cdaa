//! Whether a resource is one that is searched for (FHIR R4, §3.1.1).

use serde_json::Value;
use shared::time::{MILLIS_PER_DAY, PartialDate, Timestamp, Zone};

use super::parameters::How;
use super::shown::Found;

/// One condition. Its values are alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub how: How,
    pub values: Vec<String>,
    /// `:missing=true` or `=false`.
    pub missing: Option<bool>,
}

impl Wanted {
    pub fn fits(&self, found: &Found, body: &Value) -> bool {
        if let Some(missing) = self.missing {
            return self.fields().iter().all(|field| body[*field].is_null()) == missing;
        }
        self.values.iter().any(|value| self.fits_one(value, found, body))
    }

    fn fields(&self) -> &'static [&'static str] {
        match self.how {
            How::Token(fields) | How::Reference(fields) | How::Date(fields) => fields,
            How::Name => &["name"],
            How::Id | How::LastUpdated | How::Patient => &[],
        }
    }

    fn fits_one(&self, value: &str, found: &Found, body: &Value) -> bool {
        let all = || self.fields().iter().flat_map(|field| each(&body[*field]));
        match self.how {
            How::Id => found.id == value,
            How::LastUpdated => {
                let at = (found.at.millis(), found.at.millis() + 1);
                compare(value, at)
            }
            // The store was asked for this patient's alone.
            How::Patient => true,
            How::Token(_) => all().any(|one| is_coded(one, value)),
            How::Reference(_) => all().any(|one| leads_to(one, value)),
            How::Date(_) => all().filter_map(span).any(|span| compare(value, span)),
            How::Name => all().any(|name| is_named(name, &value.to_lowercase())),
        }
    }
}

/// A list, or what stands where one may stand.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    }
}

/// `code`, `system|code`, `|code` or `system|`, against a code, a coding, a concept or an identifier.
fn is_coded(field: &Value, wanted: &str) -> bool {
    let (system, code) = match wanted.split_once('|') {
        Some((system, code)) => (Some(system), code),
        None => (None, wanted),
    };
    if let Some(own) = field.as_str() {
        return own == code && system.is_none_or(str::is_empty);
    }
    let own = if field["coding"].is_null() { vec![field] } else { each(&field["coding"]) };
    own.into_iter().any(|one| {
        let said = one["code"].as_str().or(one["value"].as_str()).unwrap_or_default();
        let from = one["system"].as_str().unwrap_or_default();
        let of_system = system.is_none_or(|system| from == system);
        of_system && (code.is_empty() || said == code) && !said.is_empty()
    })
}

/// `Type/id`, or the id alone.
fn leads_to(field: &Value, wanted: &str) -> bool {
    let own = field["reference"].as_str().unwrap_or_default();
    let ends = own.strip_suffix(wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    ends && !wanted.is_empty()
}

fn is_named(name: &Value, wanted: &str) -> bool {
    let given = each(&name["given"]).into_iter();
    let texts = given.chain([&name["text"], &name["family"]]).filter_map(Value::as_str);
    let words = texts.flat_map(|text| text.split_whitespace().chain([text]));
    words.into_iter().any(|word| word.to_lowercase().starts_with(wanted))
}

/// From, and up to but without, in milliseconds: a date is as long as it is imprecise.
fn span(value: &Value) -> Option<(i64, i64)> {
    if let Some(text) = value.as_str() {
        return span_of(text);
    }
    let end = |field: &str| value[field].as_str().and_then(span_of);
    let (from, to) = (end("start"), end("end"));
    (from.is_some() || to.is_some())
        .then(|| (from.map_or(i64::MIN, |(from, _)| from), to.map_or(i64::MAX, |(_, to)| to)))
}

fn span_of(text: &str) -> Option<(i64, i64)> {
    let date: PartialDate = text.parse().ok()?;
    let (from, _) = date.order_in(&Zone::utc());
    let next_year = |year: i16| PartialDate::Year(year + 1).order_in(&Zone::utc()).0;
    let to = match date {
        PartialDate::Year(year) => next_year(year),
        PartialDate::Month { year, month: 12 } => next_year(year),
        PartialDate::Month { year, month } => {
            PartialDate::Month { year, month: month + 1 }.order_in(&Zone::utc()).0
        }
        PartialDate::Day(_) => from + MILLIS_PER_DAY,
        PartialDate::Time(..) => from + if text.contains('.') { 1 } else { 1_000 },
    };
    Some((from, to))
}

/// Whether what is wanted, such as `ge2026-01`, is fulfilled by this span (R4, §3.1.1.4.7).
fn compare(wanted: &str, (from, to): (i64, i64)) -> bool {
    let is_prefixed = wanted.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    let (prefix, date) = match wanted.split_at_checked(2).filter(|_| is_prefixed) {
        Some((prefix, date)) => (prefix, date),
        None => ("eq", wanted),
    };
    let Some((first, last)) = span_of(date) else {
        return false;
    };
    match prefix {
        "eq" => from >= first && to <= last,
        "ne" => from < first || to > last,
        "gt" => to > last,
        "ge" => to > last || from >= first,
        "lt" => from < first,
        "le" => from < first || to <= last,
        "sa" => from >= last,
        "eb" => to <= first,
        _ => false,
    }
}

/// Whether this is a date that can be compared.
pub fn is_date(wanted: &str) -> bool {
    let bare = ["eq", "ne", "gt", "ge", "lt", "le", "sa", "eb"];
    let date = bare.iter().find_map(|prefix| wanted.strip_prefix(prefix)).unwrap_or(wanted);
    span_of(date).is_some()
}

/// A search for everything after a moment need not look at what is older.
pub fn after(wanted: &[Wanted]) -> Option<Timestamp> {
    let updated = wanted.iter().filter(|one| one.how == How::LastUpdated && one.values.len() == 1);
    let from = updated.filter_map(|one| {
        let value = &one.values[0];
        let strict = value.strip_prefix("gt").and_then(span_of).map(|(_, to)| to - 1);
        strict.or_else(|| value.strip_prefix("ge").and_then(span_of).map(|(from, _)| from - 1))
    });
    from.max().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(how: How, value: &str, body: &Value) -> bool {
        let found = Found {
            kind: "Observation".into(),
            id: "7".into(),
            at: Timestamp::from_millis(1_800_000_000_123),
            version: 1,
            patient: None,
            body: String::new(),
        };
        Wanted { how, values: vec![value.into()], missing: None }.fits(&found, body)
    }

    #[test]
    fn codes_are_found_with_and_without_their_system() {
        let body = json!({"code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}});
        let code = How::Token(&["code"]);
        for (wanted, is_found) in [
            ("4548-4", true),
            ("http://loinc.org|4548-4", true),
            ("http://loinc.org|", true),
            ("|4548-4", false),
            ("http://snomed.info/sct|4548-4", false),
            ("4548", false),
        ] {
            assert_eq!(fits(code, wanted, &body), is_found, "{wanted}");
        }
        assert!(fits(How::Token(&["status"]), "final", &json!({"status": "final"})));
    }

    #[test]
    fn dates_are_compared_as_far_as_they_are_known() {
        let body = json!({"effectiveDateTime": "2026-03-04"});
        let date = How::Date(&["effectiveDateTime"]);
        for (wanted, is_found) in [
            ("2026-03-04", true),
            ("2026", true),
            ("2026-03-04T10:00:00Z", false),
            ("gt2026-03-04", false),
            ("ge2026-03-04", true),
            ("lt2026-04", true),
            ("sa2026-02", true),
            ("eb2026-03-04", false),
            ("ap2026", false),
        ] {
            assert_eq!(fits(date, wanted, &body), is_found, "{wanted}");
        }
        assert!(fits(How::LastUpdated, "gt2027-01-15T08:00:00.122Z", &json!({})));
        assert!(!fits(How::LastUpdated, "gt2027-01-15T08:00:00.123Z", &json!({})));
    }

    #[test]
    fn references_names_and_what_is_missing() {
        let body = json!({"partOf": [{"reference": "Communication/thread-1"}],
            "name": [{"family": "Delgado", "given": ["Rosa", "María"]}]});
        let part_of = How::Reference(&["partOf"]);
        assert!(fits(part_of, "Communication/thread-1", &body));
        assert!(fits(part_of, "thread-1", &body));
        assert!(!fits(part_of, "1", &body));
        assert!(fits(How::Name, "ros", &body) && !fits(How::Name, "osa", &body));
        let found = Found {
            kind: String::new(),
            id: String::new(),
            at: Timestamp::from_millis(0),
            version: 1,
            patient: None,
            body: String::new(),
        };
        let missing = Wanted { how: part_of, values: Vec::new(), missing: Some(true) };
        assert!(!missing.fits(&found, &body) && missing.fits(&found, &json!({})));
    }
}
