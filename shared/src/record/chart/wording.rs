//! The words of a document's resources, for the search. Nearly all are results, and what most of a
//! result says another one said before, letter for letter: a field is read once, and known again.

use super::table::Table;
use super::{Resource, Words};
use crate::fhir::ResourceType;
use crate::fhir::care::CarePlan;
use crate::fhir::datatypes::{Annotation, Concept, Quantity, Reference};
use crate::fhir::description::Said;
use crate::fhir::lenient::{Lenient, Many, Text, each_known};
use crate::json::Value;

/// Fields of an observation whose words depend on no other, if it has an amount and no parts.
const FIELDS: [&str; 8] =
    ["component", "valueQuantity", "code", "status", "category", "performer", "bodySite", "note"];

pub fn words_of(resources: &[Resource]) -> Words {
    Wording::of(resources).words
}

#[derive(Default)]
struct Wording {
    words: Words,
    /// Of each field what it says, as it is written, and what its words are named.
    seen: [Table; FIELDS.len() - 2],
}

impl Wording {
    fn of(resources: &[Resource]) -> Self {
        let mut wording = Self::default();
        for resource in resources {
            if resource.kind != ResourceType::Observation || !wording.amount(resource) {
                wording.anything(resource);
            }
        }
        wording
    }

    fn anything(&mut self, resource: &Resource) {
        let said = resource.describe();
        let facts = said.facts.iter().filter_map(|fact| match &fact.said {
            Said::Words(words) => Some(words.as_str()),
            Said::Spoken(spoken) => Some(spoken.english.as_str()),
            Said::Reference { display, .. } => display.as_deref(),
            Said::Date(_) => None,
        });
        let narrative = told(resource);
        let told = narrative.iter().map(String::as_str);
        self.words.add(said.name.as_deref().into_iter().chain(facts).chain(told));
    }

    /// Counts the words of a result that is an amount. Nothing happens if it is none.
    fn amount(&mut self, resource: &Resource) -> bool {
        let mut found = [None; FIELDS.len()];
        let value = Value::read_before(resource.json());
        each_known(value, &FIELDS, &mut |place, value| found[place] = Some(value));
        let [component, quantity, fields @ ..] = found;
        let amount = quantity.and_then(|quantity| Quantity::of(quantity).amount());
        let (None, Some(amount)) = (component, amount) else {
            return false;
        };
        self.words.begin();
        match amount.comparator {
            Some(_) => self.words.put(&amount.words()),
            // A space stands between them, which is part of no word.
            None => {
                self.words.put(&amount.number);
                self.words.put(amount.unit.as_deref().unwrap_or_default());
            }
        }
        for ((name, seen), value) in FIELDS[2..].iter().zip(&mut self.seen).zip(fields) {
            let Some(value) = value else { continue };
            let known = seen.len();
            let place = seen.place_of(value.written());
            if place == known {
                let named = seen.numbers_at(place);
                for piece in pieces(name, value) {
                    self.words.named(&piece, &mut |word| named.extend(u32::try_from(word)));
                }
            }
            seen.all()[place].1.iter().for_each(|word| self.words.stands(*word as usize));
        }
        true
    }
}

/// Pieces of the narrative of a plan: what most plans are told in stands nowhere else.
fn told(resource: &Resource) -> Vec<String> {
    if resource.kind != ResourceType::CarePlan {
        return Vec::new();
    }
    let plan: CarePlan<'_> = resource.view();
    if !plan.is_told_alone() {
        return Vec::new();
    }
    // Behind the end of each tag, up to the next one.
    let pieces = plan.narrative.div.said().unwrap_or_default().split('<');
    pieces.filter_map(|piece| piece.split_once('>')).map(|(_, words)| letters(words)).collect()
}

/// Letters that markup writes by their number: "caf&#233;". All others a source writes as they are.
fn letters(words: &str) -> String {
    let mut pieces = words.split('&');
    let mut said = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // "AT&T is here; more" has none.
        let named = piece.split_once(';').filter(|(name, _)| !name.contains(char::is_whitespace));
        let (name, rest) = named.unwrap_or(("", piece));
        let number = match name.strip_prefix("#x") {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => name.strip_prefix('#').and_then(|number| number.parse().ok()),
        };
        said.push(number.and_then(char::from_u32).unwrap_or(' '));
        said.push_str(rest);
    }
    said
}

/// What `Observation::describe` has of this field.
fn pieces(field: &str, value: Value<'_>) -> Vec<String> {
    match field {
        "category" => many(value, |concept: &Concept<'_>| concept.owned()),
        "performer" => many(value, |performer: &Reference<'_>| performer.display.owned()),
        "note" => many(value, |note: &Annotation<'_>| note.text.owned()),
        "status" => Text::of(value).owned().into_iter().collect(),
        _ => Concept::of(value).owned().into_iter().collect(),
    }
}

fn many<'a, T: Lenient<'a>>(value: Value<'a>, say: fn(&T) -> Option<String>) -> Vec<String> {
    Many::of(value).iter().filter_map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::entry::ChartEntry;
    use crate::id::EntryId;
    use crate::testing::SOURCE;
    use crate::testing::record20::{self, Size};

    /// The same words in the same results as if each had been described.
    fn check(resources: &[Resource]) -> Wording {
        let mut described = Wording::default();
        resources.iter().for_each(|resource| described.anything(resource));
        let gathered = Wording::of(resources);
        assert_eq!(gathered.words.listed(), described.words.listed());
        gathered
    }

    #[test]
    fn what_was_read_in_another_result_says_the_same() {
        let code = r#""code":{"coding":[{"display":"Glucose in Blood"}]}"#;
        let amount = r#""valueQuantity":{"value":5.40,"unit":"mmol/L"}"#;
        let each = [
            format!("{code},{amount}"),
            format!(r#"{code},{amount},"status":"final","note":[{{"text":"fasting"}}]"#),
            // The same letters say different things in different fields.
            format!(r#"{amount},"performer":[{{"text":"Same"}}],"note":[{{"text":"Same"}}]"#),
            format!(r#"{amount},"category":{{"text":"Same"}},"performer":{{"text":"Same"}}"#),
            format!(r#"{amount},"performer":[{{"display":"Árbol Lab"}},{{"display":7}}]"#),
            format!(r#"{amount},"bodySite":{{"text":"Left arm"}},"status":["amended"]"#),
            // Of a field that stands twice the last counts, and nothing is something.
            format!(r#"{code},{amount},"code":null"#),
            format!(r#"{code},{amount},"code":{{"text":"Sugar"}}"#),
            format!(r#"{code},"valueQuantity":{{"value":"7","comparator":"<","code":"degF"}}"#),
            // What is no amount alone depends on more than one field.
            format!(r#"{code},"valueQuantity":{{"unit":"trace"}}"#),
            format!(r#"{code},"valueString":"see note","note":{{"text":"fasting"}}"#),
            format!(r#"{code},{amount},"component":[{{{code},{amount}}}]"#),
            code.to_owned(),
        ];
        let resources = each.iter().zip(1..).map(|(fields, entry)| {
            let json = format!(r#"{{"resourceType":"Observation",{fields}}}"#);
            let text = ChartEntry::new(SOURCE, json).to_text().unwrap();
            Resource::read(EntryId::from_u128(entry), text.into(), None).unwrap()
        });
        check(&resources.collect::<Vec<_>>());
    }

    #[test]
    fn what_results_say_alike_is_read_once() {
        let size = Size { observations: 400, prescriptions: 10, visits: 4, messages: 0 };
        let record = record20::record(&record20::documents(7, size));
        for part in record.chart().parts() {
            for seen in &check(&part.resources).seen {
                // 16 tests, two categories, one lab.
                assert!(seen.len() <= 16, "{} of {}", seen.len(), part.resources.len());
            }
        }
    }
}
