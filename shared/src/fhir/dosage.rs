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

/// Code, English, Spanish.
type Named = (&'static str, &'static str, &'static str);

/// Codes of moments of a day (HL7, EventTiming and TimingEvent).
const MOMENTS: [Named; 27] = [
    ("MORN", "in the morning", "por la mañana"),
    ("MORN.early", "early in the morning", "temprano por la mañana"),
    ("MORN.late", "late in the morning", "al final de la mañana"),
    ("NOON", "at noon", "al mediodía"),
    ("AFT", "in the afternoon", "por la tarde"),
    ("AFT.early", "early in the afternoon", "a primera hora de la tarde"),
    ("AFT.late", "late in the afternoon", "al final de la tarde"),
    ("EVE", "in the evening", "al anochecer"),
    ("EVE.early", "early in the evening", "al comienzo del anochecer"),
    ("EVE.late", "late in the evening", "al final del anochecer"),
    ("NIGHT", "at night", "por la noche"),
    ("PHS", "after falling asleep", "después de dormirse"),
    ("HS", "at bedtime", "al acostarse"),
    ("WAKE", "on waking", "al despertar"),
    ("C", "with meals", "con las comidas"),
    ("CM", "with breakfast", "con el desayuno"),
    ("CD", "with lunch", "con el almuerzo"),
    ("CV", "with dinner", "con la cena"),
    ("AC", "before meals", "antes de las comidas"),
    ("ACM", "before breakfast", "antes del desayuno"),
    ("ACD", "before lunch", "antes del almuerzo"),
    ("ACV", "before dinner", "antes de la cena"),
    ("PC", "after meals", "después de las comidas"),
    ("PCM", "after breakfast", "después del desayuno"),
    ("PCD", "after lunch", "después del almuerzo"),
    ("PCV", "after dinner", "después de la cena"),
    ("IMD", "at once", "de inmediato"),
];

const DAYS: [Named; 7] = [
    ("mon", "Monday", "lunes"),
    ("tue", "Tuesday", "martes"),
    ("wed", "Wednesday", "miércoles"),
    ("thu", "Thursday", "jueves"),
    ("fri", "Friday", "viernes"),
    ("sat", "Saturday", "sábado"),
    ("sun", "Sunday", "domingo"),
];

/// Code of a unit of time, then one and several of them in English and in Spanish, and "times a ..." in Spanish.
const UNITS: [(&str, [&str; 2], [&str; 3]); 7] = [
    ("s", ["second", "seconds"], ["segundo", "segundos", "por segundo"]),
    ("min", ["minute", "minutes"], ["minuto", "minutos", "por minuto"]),
    ("h", ["hour", "hours"], ["hora", "horas", "por hora"]),
    ("d", ["day", "days"], ["día", "días", "al día"]),
    ("wk", ["week", "weeks"], ["semana", "semanas", "a la semana"]),
    ("mo", ["month", "months"], ["mes", "meses", "al mes"]),
    ("a", ["year", "years"], ["año", "años", "al año"]),
];

/// Codes of whole timings (HL7, GTSAbbreviation): how often, in how many of which unit.
const TIMINGS: [(&str, &str, &str, &str); 19] = [
    ("QD", "1", "1", "d"),
    ("BID", "2", "1", "d"),
    ("TID", "3", "1", "d"),
    ("QID", "4", "1", "d"),
    ("QOD", "1", "2", "d"),
    ("WK", "1", "1", "wk"),
    ("MO", "1", "1", "mo"),
    ("Q1H", "1", "1", "h"),
    ("Q2H", "1", "2", "h"),
    ("Q3H", "1", "3", "h"),
    ("Q4H", "1", "4", "h"),
    ("Q6H", "1", "6", "h"),
    ("Q8H", "1", "8", "h"),
    ("Q12H", "1", "12", "h"),
    ("Q24H", "1", "24", "h"),
    ("Q36H", "1", "36", "h"),
    ("Q48H", "1", "48", "h"),
    ("Q72H", "1", "72", "h"),
    ("Q1W", "1", "1", "wk"),
];

impl Spoken {
    pub fn same(words: &str) -> Self {
        Self { english: words.to_owned(), spanish: words.to_owned() }
    }

    pub fn new(english: String, spanish: String) -> Self {
        Self { english, spanish }
    }

    /// All of them in one line; nothing of nothing.
    pub fn joined(parts: &[Self], between: &str) -> Option<Self> {
        let of =
            |tongue: fn(&Self) -> &str| parts.iter().map(tongue).collect::<Vec<_>>().join(between);
        (!parts.is_empty()).then(|| Self::new(of(|said| &said.english), of(|said| &said.spanish)))
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
        let doses = self.dose_and_rate.iter().map(|both| (&both.dose, &both.range));
        let doses = doses.chain([(&self.dose, &self.range)]);
        parts.extend(doses.filter_map(|(dose, range)| dose_said(dose, range)).next());
        let rates = self.dose_and_rate.iter().filter_map(|both| both.rate.amount());
        parts.extend(rates.map(|rate| Spoken::same(&rate.words())));
        parts.extend(self.timing.spoken());
        parts.extend(self.needed());
        for most in self.most.iter() {
            let (Some(dose), Some(time)) = (most.numerator.amount(), most.denominator.amount())
            else {
                continue;
            };
            let (dose, time) = (dose.words(), duration(&time));
            parts.push(Spoken::new(
                format!("at most {dose} in {}", time.english),
                format!("como máximo {dose} en {}", time.spanish),
            ));
        }
        parts
    }

    fn needed(&self) -> Option<Spoken> {
        let mut reasons: Vec<_> = self.needed_for.iter().filter_map(Concept::words).collect();
        reasons.extend(self.as_needed_for.words());
        if !reasons.is_empty() {
            let reasons = reasons.join(", ");
            return Some(Spoken::new(
                format!("as needed for {reasons}"),
                format!("si es necesario para {reasons}"),
            ));
        }
        let needed = self.as_needed.is("true") || self.needed.is("true");
        needed.then(|| Spoken::new("as needed".into(), "si es necesario".into()))
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
    Some(match (range.low.amount(), range.high.amount()) {
        (Some(low), Some(high)) => {
            let low = match low.unit_key() == high.unit_key() {
                true => low.number,
                false => low.words(),
            };
            let high = high.words();
            Spoken::new(format!("{low} to {high}"), format!("{low} a {high}"))
        }
        (Some(low), None) => {
            let low = low.words();
            Spoken::new(format!("at least {low}"), format!("al menos {low}"))
        }
        (None, Some(high)) => {
            let high = high.words();
            Spoken::new(format!("up to {high}"), format!("hasta {high}"))
        }
        (None, None) => return None,
    })
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
        let of_day = match words {
            "AM" => Some("MORN"),
            "PM" => Some("AFT"),
            "BED" => Some("HS"),
            _ => None,
        };
        let known = TIMINGS.iter().find(|(code, ..)| *code == words);
        let known = known.and_then(|(_, times, period, unit)| often(times, "", period, "", unit));
        known.or_else(|| moment(of_day?)).or_else(|| Some(Spoken::same(words)))
    }
}

impl Repeat<'_> {
    fn parts(&self) -> Vec<Spoken> {
        let said = |number: &Number<'_>| number.said().unwrap_or_default().to_owned();
        let unit = self.period_unit.said().or(self.period_units.said()).unwrap_or_default();
        let often = often(
            &said(&self.frequency),
            &said(&self.frequency_max),
            &said(&self.period),
            &said(&self.period_max),
            unit,
        );
        let days: Vec<_> = self.days.iter().filter_map(|day| named(&DAYS, day.said()?)).collect();
        let days = Spoken::joined(&days, ", ").map(|days| {
            Spoken::new(format!("on {}", days.english), format!("los días {}", days.spanish))
        });
        let times: Vec<_> = self.times.iter().filter_map(Text::said).map(time_of_day).collect();
        let times = (!times.is_empty()).then(|| {
            let times = times.join(", ");
            Spoken::new(format!("at {times}"), format!("a las {times}"))
        });
        let when: Vec<_> = self.when.iter().filter_map(|code| moment(code.said()?)).collect();
        let when = Spoken::joined(&when, ", ").map(|when| self.apart(when));
        [often, days, times, when].into_iter().flatten().collect()
    }

    /// So many minutes before or after it.
    fn apart(&self, when: Spoken) -> Spoken {
        let minutes = self.offset.said().filter(|minutes| *minutes != "0");
        let turned = when.english.starts_with("before") || when.english.starts_with("after");
        let Some(minutes) = minutes.filter(|_| turned) else {
            return when;
        };
        Spoken::new(
            format!("{minutes} minutes {}", when.english),
            format!("{minutes} minutos {}", when.spanish),
        )
    }

    fn how_long(&self) -> Option<Spoken> {
        if let Some(lasts) = self.lasts.amount() {
            let lasts = duration(&lasts);
            return Some(Spoken::new(
                format!("for {}", lasts.english),
                format!("durante {}", lasts.spanish),
            ));
        }
        let end = self.bounds.end.date()?;
        Some(Spoken::new(format!("until {end}"), format!("hasta {end}")))
    }
}

fn named(names: &[Named], code: &str) -> Option<Spoken> {
    let (_, english, spanish) = names.iter().find(|(known, ..)| *known == code)?;
    Some(Spoken::new((*english).to_owned(), (*spanish).to_owned()))
}

/// A moment of the day; one of a newer list in its own letters.
fn moment(code: &str) -> Option<Spoken> {
    Some(named(&MOMENTS, code).unwrap_or_else(|| Spoken::same(code)))
}

/// "08:00:00" without its seconds.
fn time_of_day(said: &str) -> &str {
    said.strip_suffix(":00").filter(|rest| rest.contains(':')).unwrap_or(said)
}

fn duration(time: &Amount) -> Spoken {
    let unit = time.ucum.as_deref().or(time.unit.as_deref()).unwrap_or_default();
    let is_one = time.number == "1";
    match unit_of(unit) {
        Some((_, english, [one, many, _])) => Spoken::new(
            format!("{} {}", time.number, if is_one { english[0] } else { english[1] }),
            format!("{} {}", time.number, if is_one { one } else { many }),
        ),
        None => Spoken::same(&time.words()),
    }
}

fn unit_of(code: &str) -> Option<&'static (&'static str, [&'static str; 2], [&'static str; 3])> {
    let code = code.trim_matches(|letter| letter == '{' || letter == '}');
    UNITS.iter().find(|(known, names, _)| *known == code || names.contains(&code))
}

/// So many times in so long; nothing if the source does not say in what unit.
fn often(
    times: &str,
    times_max: &str,
    period: &str,
    period_max: &str,
    unit: &str,
) -> Option<Spoken> {
    let (_, [one, many], [uno, muchos, each]) = unit_of(unit)?;
    let times = if times.is_empty() { "1" } else { times };
    let period = if period.is_empty() { "1" } else { period };
    let (count, cuenta) = match times_max.is_empty() || times_max == times {
        true => (times.to_owned(), times.to_owned()),
        false => (format!("{times} to {times_max}"), format!("{times} a {times_max}")),
    };
    let ranged = !period_max.is_empty() && period_max != period;
    let once = count == "1";
    if period == "1" && !ranged {
        let article = if *one == "hour" { "an" } else { "a" };
        let vez = if once { "vez" } else { "veces" };
        let said = if once { "once".to_owned() } else { format!("{count} times") };
        return Some(Spoken::new(
            format!("{said} {article} {one}"),
            format!("{cuenta} {vez} {each}"),
        ));
    }
    let (long, largo) = match ranged {
        true => (format!("{period} to {period_max}"), format!("{period} a {period_max}")),
        false => (period.to_owned(), period.to_owned()),
    };
    let (unit, unidad) = if long == "1" { (one, uno) } else { (many, muchos) };
    Some(match once {
        true => Spoken::new(format!("every {long} {unit}"), format!("cada {largo} {unidad}")),
        false => Spoken::new(
            format!("{count} times every {long} {unit}"),
            format!("{cuenta} veces cada {largo} {unidad}"),
        ),
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
        expected.assert_eq(&format!("{}\n{}", said.english, said.spanish));
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
                as needed for pain; 30 minutes before breakfast, before dinner, for 7 days; once a week, on Monday, at 08:00
                si es necesario para pain; 30 minutos antes del desayuno, antes de la cena, durante 7 días; 1 vez a la semana, los días lunes, a las 08:00"#]],
        );
        check(
            r#"[{"timing":{"code":{"coding":[{"code":"BID"}]}}},{"timing":{"code":{"text":"Every Tuesday"}}},{"timing":{"code":{"coding":[{"code":"BED"}]},"repeat":{"frequency":3,"period":2,"periodUnit":"wk"}}}]"#,
            expect![[r#"
                2 times a day; Every Tuesday; 3 times every 2 weeks
                2 veces al día; Every Tuesday; 3 veces cada 2 semanas"#]],
        );
    }

    /// A course that is made smaller: the last step written first.
    #[test]
    fn every_step_is_said_in_its_order() {
        check(
            r#"[{"sequence":2,"doseAndRate":[{"doseQuantity":{"value":20,"unit":"mg"}}]},{"sequence":1,"doseAndRate":[{"doseQuantity":{"value":40,"unit":"mg"}}]},{"sequence":10,"text":"Then stop"}]"#,
            expect![[r#"
                40 mg; 20 mg; Then stop
                40 mg; 20 mg; Then stop"#]],
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
