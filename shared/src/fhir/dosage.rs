//! How a medicine is taken. Sources that write no sentence give its parts: how much, how often, when, and
//! whether it is for need alone. Of these the sentence is made here, in the languages of the screens.

use serde::{Deserialize, Serialize};

use super::datatypes::{Amount, Concept, Period, Quantity, Range, Ratio};
use super::lenient::{Many, Number, Text, view};

/// The same in each language of the screens. A source's own words are the same in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    pub english: String,
    pub spanish: String,
}

view! {
    Dosage {
        sequence: Number<'a> = "sequence",
        text: Text<'a> = "text",
        patient_instruction: Text<'a> = "patientInstruction",
        additional: Many<Concept<'a>> = "additionalInstruction",
        timing: Timing<'a> = "timing",
        as_needed: Text<'a> = "asNeededBoolean",
        as_needed_for: Concept<'a> = "asNeededCodeableConcept",
        /// R5 says the two apart.
        needed: Text<'a> = "asNeeded",
        needed_for: Many<Concept<'a>> = "asNeededFor",
        route: Concept<'a> = "route",
        dose_and_rate: Many<DoseAndRate<'a>> = "doseAndRate",
        /// Before R4 the dose stands here.
        dose: Quantity<'a> = "doseQuantity",
        range: Range<'a> = "doseRange",
        most: Many<Ratio<'a>> = "maxDosePerPeriod",
    }
    DoseAndRate {
        dose: Quantity<'a> = "doseQuantity",
        range: Range<'a> = "doseRange",
        rate: Quantity<'a> = "rateQuantity",
    }
    Timing { code: Concept<'a> = "code", repeat: Repeat<'a> = "repeat" }
    Repeat {
        frequency: Number<'a> = "frequency",
        frequency_max: Number<'a> = "frequencyMax",
        period: Number<'a> = "period",
        period_max: Number<'a> = "periodMax",
        period_unit: Text<'a> = "periodUnit",
        /// Before STU3.
        period_units: Text<'a> = "periodUnits",
        days: Many<Text<'a>> = "dayOfWeek",
        times: Many<Text<'a>> = "timeOfDay",
        when: Many<Text<'a>> = "when",
        offset: Number<'a> = "offset",
        bounds: Period<'a> = "boundsPeriod",
        lasts: Quantity<'a> = "boundsDuration",
    }
}

/// Codes of moments of a day (HL7, EventTiming and TimingEvent) and of days, in both languages.
const NAMES: &str = "\
MORN|in the morning|por la mañana
MORN.early|early in the morning|temprano por la mañana
MORN.late|late in the morning|al final de la mañana
NOON|at noon|al mediodía
AFT|in the afternoon|por la tarde
AFT.early|early in the afternoon|a primera hora de la tarde
AFT.late|late in the afternoon|al final de la tarde
EVE|in the evening|al anochecer
EVE.early|early in the evening|al comienzo del anochecer
EVE.late|late in the evening|al final del anochecer
NIGHT|at night|por la noche
PHS|after falling asleep|después de dormirse
HS|at bedtime|al acostarse
WAKE|on waking|al despertar
C|with meals|con las comidas
CM|with breakfast|con el desayuno
CD|with lunch|con el almuerzo
CV|with dinner|con la cena
AC|before meals|antes de las comidas
ACM|before breakfast|antes del desayuno
ACD|before lunch|antes del almuerzo
ACV|before dinner|antes de la cena
PC|after meals|después de las comidas
PCM|after breakfast|después del desayuno
PCD|after lunch|después del almuerzo
PCV|after dinner|después de la cena
IMD|at once|de inmediato
AM|in the morning|por la mañana
PM|in the afternoon|por la tarde
BED|at bedtime|al acostarse
mon|Monday|lunes
tue|Tuesday|martes
wed|Wednesday|miércoles
thu|Thursday|jueves
fri|Friday|viernes
sat|Saturday|sábado
sun|Sunday|domingo
";

/// Code of a unit of time, one and several of them, and how often in one.
const UNITS: &str = "\
s|second|segundo|seconds|segundos|a second|por segundo
min|minute|minuto|minutes|minutos|a minute|por minuto
h|hour|hora|hours|horas|an hour|por hora
d|day|día|days|días|a day|al día
wk|week|semana|weeks|semanas|a week|a la semana
mo|month|mes|months|meses|a month|al mes
a|year|año|years|años|a year|al año
";

/// Codes of whole timings (HL7, GTSAbbreviation): how often, in how many of which unit.
const TIMINGS: &str = "\
QD|1|1|d
BID|2|1|d
TID|3|1|d
QID|4|1|d
QOD|1|2|d
WK|1|1|wk
MO|1|1|mo
Q1H|1|1|h
Q2H|1|2|h
Q3H|1|3|h
Q4H|1|4|h
Q6H|1|6|h
Q8H|1|8|h
Q12H|1|12|h
Q24H|1|24|h
Q36H|1|36|h
Q48H|1|48|h
Q72H|1|72|h
Q1W|1|1|wk
";

impl Spoken {
    pub fn same(words: &str) -> Self {
        Self { english: words.to_owned(), spanish: words.to_owned() }
    }

    fn new(english: &str, spanish: &str) -> Self {
        Self { english: english.to_owned(), spanish: spanish.to_owned() }
    }

    /// Each part stands in the place of a "~", one after the other.
    fn of(english: &str, spanish: &str, parts: &[&Self]) -> Self {
        let mut said = Self::new("", "");
        let mut parts = parts.iter();
        let places = english.split_inclusive('~').zip(spanish.split_inclusive('~'));
        for (english, spanish) in places {
            said.english.push_str(english.trim_end_matches('~'));
            said.spanish.push_str(spanish.trim_end_matches('~'));
            if !english.ends_with('~') {
                continue;
            }
            if let Some(part) = parts.next() {
                said.english.push_str(&part.english);
                said.spanish.push_str(&part.spanish);
            }
        }
        said
    }

    /// All of them in one line; nothing of nothing.
    pub fn joined(parts: &[Self], between: &str) -> Option<Self> {
        let mut parts = parts.iter();
        let mut said = parts.next()?.clone();
        for part in parts {
            for (line, more) in
                [(&mut said.english, &part.english), (&mut said.spanish, &part.spanish)]
            {
                line.push_str(between);
                line.push_str(more);
            }
        }
        Some(said)
    }
}

impl Dosage<'_> {
    /// Steps that have no number keep the order in which they were written.
    pub fn place(&self) -> u32 {
        self.sequence.said().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// As the source wrote it, with what it says beside its sentence; else the sentence that its parts make.
    pub fn spoken(&self) -> Option<Spoken> {
        let written = self.text.said().or(self.patient_instruction.said());
        let mut parts = match written {
            Some(text) => {
                let needed = self.needed().filter(|_| !says_needed(text));
                let text = if needed.is_some() { text.trim_end_matches('.') } else { text };
                [Spoken::same(text)].into_iter().chain(needed).collect()
            }
            None => self.parts(),
        };
        let additional = self.additional.iter().filter_map(Concept::words);
        for words in self.patient_instruction.said().into_iter().chain(additional) {
            let known = |part: &Spoken| part.english.to_lowercase().contains(&words.to_lowercase());
            if !parts.iter().any(known) {
                parts.push(Spoken::same(words));
            }
        }
        Spoken::joined(&parts, ", ")
    }

    fn parts(&self) -> Vec<Spoken> {
        let mut parts = Vec::new();
        let mut doses =
            self.dose_and_rate.iter().map(|both| (&both.dose, &both.range)).collect::<Vec<_>>();
        doses.push((&self.dose, &self.range));
        parts.extend(doses.into_iter().find_map(|(dose, range)| dose_said(dose, range)));
        for both in self.dose_and_rate.iter() {
            parts.extend(both.rate.amount().map(|rate| Spoken::same(&rate.words())));
        }
        parts.extend(self.timing.spoken());
        parts.extend(self.needed());
        for most in self.most.iter() {
            if let (Some(dose), Some(time)) = (most.numerator.amount(), most.denominator.amount()) {
                let parts_of = [&Spoken::same(&dose.words()), &duration(&time)];
                parts.push(Spoken::of("at most ~ in ~", "como máximo ~ en ~", &parts_of));
            }
        }
        parts
    }

    fn needed(&self) -> Option<Spoken> {
        let mut reasons: Vec<_> = self.needed_for.iter().filter_map(Concept::words).collect();
        reasons.extend(self.as_needed_for.words());
        if !reasons.is_empty() {
            let reasons = Spoken::same(&reasons.join(", "));
            return Some(Spoken::of("as needed for ~", "si es necesario para ~", &[&reasons]));
        }
        let needed = self.as_needed.is("true") || self.needed.is("true");
        needed.then(|| Spoken::new("as needed", "si es necesario"))
    }
}

/// Whether a sentence says already that it is for need, in the languages that sources write.
fn says_needed(text: &str) -> bool {
    let text = text.to_lowercase();
    ["need", "prn", "p.r.n", "required", "necesari", "bedarf", "besoin", "bisogno"]
        .iter()
        .any(|word| text.contains(word))
}

fn dose_said(dose: &Quantity<'_>, range: &Range<'_>) -> Option<Spoken> {
    if let Some(dose) = dose.amount() {
        return Some(Spoken::same(&dose.words()));
    }
    let (low, high) = (range.low.amount(), range.high.amount());
    let alike = low.as_ref().zip(high.as_ref());
    let alike = alike.is_some_and(|(low, high)| low.unit_key() == high.unit_key());
    let low = low.map(|low| Spoken::same(&if alike { low.number } else { low.words() }));
    let high = high.map(|high| Spoken::same(&high.words()));
    match (low, high) {
        (Some(low), Some(high)) => Some(to(&low, &high)),
        (Some(low), None) => Some(Spoken::of("at least ~", "al menos ~", &[&low])),
        (None, Some(high)) => Some(Spoken::of("up to ~", "hasta ~", &[&high])),
        (None, None) => None,
    }
}

fn to(low: &Spoken, high: &Spoken) -> Spoken {
    Spoken::of("~ to ~", "~ a ~", &[low, high])
}

impl Timing<'_> {
    fn spoken(&self) -> Option<Spoken> {
        let mut parts = self.repeat.parts();
        if parts.is_empty() {
            parts.extend(self.coded());
        }
        parts.extend(self.repeat.how_long());
        Spoken::joined(&parts, ", ")
    }

    /// In the source's words; a bare code in ours.
    fn coded(&self) -> Option<Spoken> {
        let words = self.code.words()?;
        let timing = row_of(TIMINGS, words).and_then(|row| {
            let [times, period, unit] = row[..] else { return None };
            often(times, "", period, "", unit)
        });
        timing.or_else(|| named(words)).or_else(|| Some(Spoken::same(words)))
    }
}

impl Repeat<'_> {
    fn parts(&self) -> Vec<Spoken> {
        let unit = self.period_unit.said().or(self.period_units.said()).unwrap_or_default();
        let [times, times_max, period, period_max] =
            [&self.frequency, &self.frequency_max, &self.period, &self.period_max]
                .map(|number| number.said().unwrap_or_default());
        let mut parts: Vec<_> =
            often(times, times_max, period, period_max, unit).into_iter().collect();
        let list = |codes: &Many<Text<'_>>, of: fn(&str) -> Spoken| {
            let all: Vec<_> = codes.iter().filter_map(Text::said).map(of).collect();
            Spoken::joined(&all, ", ")
        };
        let days = list(&self.days, moment);
        parts.extend(days.map(|days| Spoken::of("on ~", "los días ~", &[&days])));
        let times = list(&self.times, |time| Spoken::same(time_of_day(time)));
        parts.extend(times.map(|times| Spoken::of("at ~", "a las ~", &[&times])));
        parts.extend(list(&self.when, moment).map(|when| self.apart(when)));
        parts
    }

    /// So many minutes before or after it.
    fn apart(&self, when: Spoken) -> Spoken {
        let minutes = self.offset.said().filter(|minutes| *minutes != "0");
        let turned = when.english.starts_with("before") || when.english.starts_with("after");
        match minutes.filter(|_| turned) {
            Some(minutes) => {
                Spoken::of("~ minutes ~", "~ minutos ~", &[&Spoken::same(minutes), &when])
            }
            None => when,
        }
    }

    fn how_long(&self) -> Option<Spoken> {
        if let Some(lasts) = self.lasts.amount() {
            return Some(Spoken::of("for ~", "durante ~", &[&duration(&lasts)]));
        }
        let end = Spoken::same(&self.bounds.end.date()?.to_string());
        Some(Spoken::of("until ~", "hasta ~", &[&end]))
    }
}

/// What stands behind this code in a table.
fn row_of<'a>(table: &'a str, code: &str) -> Option<Vec<&'a str>> {
    let mut rows = table.lines().map(|row| row.split('|').collect::<Vec<_>>());
    let mut row = rows.find(|row| row[0] == code)?;
    row.remove(0);
    Some(row)
}

fn named(code: &str) -> Option<Spoken> {
    let row = row_of(NAMES, code)?;
    Some(Spoken::new(row[0], row[1]))
}

/// One of a newer list is said in its own letters.
fn moment(code: &str) -> Spoken {
    named(code).unwrap_or_else(|| Spoken::same(code))
}

/// "08:00:00" without its seconds.
fn time_of_day(said: &str) -> &str {
    said.strip_suffix(":00").filter(|rest| rest.contains(':')).unwrap_or(said)
}

/// One, several, and "so often in one" of a unit of time.
fn unit_of(code: &str) -> Option<[Spoken; 3]> {
    let code = code.trim_matches(['{', '}']);
    let mut rows = UNITS.lines().map(|row| row.split('|').collect::<Vec<_>>());
    let row = rows.find(|row| [row[0], row[1], row[3]].contains(&code))?;
    Some([1, 3, 5].map(|place| Spoken::new(row[place], row[place + 1])))
}

fn duration(time: &Amount) -> Spoken {
    let unit = time.ucum.as_deref().or(time.unit.as_deref()).unwrap_or_default();
    match unit_of(unit) {
        Some(unit) => so_many(&Spoken::same(&time.number), &unit),
        None => Spoken::same(&time.words()),
    }
}

fn so_many(number: &Spoken, [one, several, _]: &[Spoken; 3]) -> Spoken {
    let unit = if number.english == "1" { one } else { several };
    Spoken::of("~ ~", "~ ~", &[number, unit])
}

/// So many times in so long; nothing if the source does not say in what unit.
fn often(
    times: &str,
    times_max: &str,
    period: &str,
    period_max: &str,
    unit: &str,
) -> Option<Spoken> {
    let unit = unit_of(unit)?;
    let ranged = |low: &str, high: &str| {
        let low = Spoken::same(if low.is_empty() { "1" } else { low });
        match high.is_empty() || low.english == high {
            true => low,
            false => to(&low, &Spoken::same(high)),
        }
    };
    let (count, long) = (ranged(times, times_max), ranged(period, period_max));
    Some(match (count.english == "1", long.english == "1") {
        (true, true) => Spoken::of("once ~", "1 vez ~", &[&unit[2]]),
        (false, true) => Spoken::of("~ times ~", "~ veces ~", &[&count, &unit[2]]),
        (true, false) => Spoken::of("every ~", "cada ~", &[&so_many(&long, &unit)]),
        (false, false) => {
            Spoken::of("~ times every ~", "~ veces cada ~", &[&count, &so_many(&long, &unit)])
        }
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::fhir::lenient::Lenient;
    use crate::fhir::medicine::Medicine;
    use crate::json::Value;

    fn check(dosages: &str, expected: Expect) {
        let text =
            format!(r#"{{"resourceType":"MedicationRequest","dosageInstruction":{dosages}}}"#);
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
}
