//! How a medicine is taken. Sources that write no sentence give its parts: how much, how often, when, and
//! whether it is for need alone. Of these the sentence is made here, in the languages of the screens.

mod bounds;
mod spoken;

use self::bounds::{duration, on_days};
pub use self::spoken::Spoken;
use super::datatypes::{Concept, Period, Quantity, Range, Ratio};
use super::lenient::{Many, Number, Text, view};

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
        /// Of what was given.
        given: Quantity<'a> = "dose",
        range: Range<'a> = "doseRange",
        most: Many<Ratio<'a>> = "maxDosePerPeriod",
    }
    DoseAndRate {
        dose: Quantity<'a> = "doseQuantity",
        range: Range<'a> = "doseRange",
        rate: Quantity<'a> = "rateQuantity",
    }
    Timing {
        code: Concept<'a> = "code",
        repeat: Repeat<'a> = "repeat",
        event: Many<Text<'a>> = "event",
    }
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
        lasts_from_to: Range<'a> = "boundsRange",
        count: Number<'a> = "count",
        count_max: Number<'a> = "countMax",
        duration: Number<'a> = "duration",
        duration_max: Number<'a> = "durationMax",
        duration_unit: Text<'a> = "durationUnit",
        /// Before STU3.
        duration_units: Text<'a> = "durationUnits",
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
                let alone = needed.is_none() && self.beside().next().is_none();
                let text = if alone { text } else { text.trim_end_matches('.') };
                [Spoken::same(text)].into_iter().chain(needed).collect()
            }
            None => self.parts(),
        };
        for words in self.beside() {
            let known = |part: &Spoken| part.english.to_lowercase().contains(&words.to_lowercase());
            if !parts.iter().any(known) {
                parts.push(Spoken::same(words));
            }
        }
        Spoken::joined(&parts, ", ")
    }

    fn beside(&self) -> impl Iterator<Item = &str> {
        let additional = self.additional.iter().filter_map(Concept::words);
        self.patient_instruction.said().into_iter().chain(additional)
    }

    fn parts(&self) -> Vec<Spoken> {
        let mut parts = Vec::new();
        let mut doses =
            self.dose_and_rate.iter().map(|both| (&both.dose, &both.range)).collect::<Vec<_>>();
        doses.extend([&self.dose, &self.given].map(|dose| (dose, &self.range)));
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
    ["needed", "prn", "p.r.n", "required", "necesari", "bedarf", "besoin", "bisogno"]
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
        parts.extend(on_days(&self.event));
        parts.extend(self.repeat.bounded());
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
        // "Once a day" beside several times of a day would be read as one of them.
        let several = match unit {
            "d" => self.times.iter().count() + self.when.iter().count(),
            "wk" => self.days.iter().count(),
            _ => 0,
        } > 1;
        let is_one = |number: &str| number.is_empty() || whole(number) == "1";
        let once = is_one(times) && is_one(period) && times_max.is_empty() && period_max.is_empty();
        let often = often(times, times_max, period, period_max, unit);
        let mut parts: Vec<_> = often.filter(|_| !(once && several)).into_iter().collect();
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

/// "1.0" is 1.
fn whole(number: &str) -> &str {
    number.strip_suffix(".0").unwrap_or(number)
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
        let (low, high) = (whole(low), whole(high));
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
mod tests;
