//! Add a reading taken at home: the number as the device showed it, with its unit. The same form
//! corrects an own one or takes it back.

use leptos::prelude::*;
use shared::edit::{
    AddReading, Edit, GlucoseUnit, Measured, NOTE_CHARS_MAX, Refused, TemperatureUnit, WeightUnit,
};
use shared::id::EntryId;
use shared::view::OwnReading;

use super::asking::{Asking, choice_in, kept};
use super::message_words::EmergencyLine;
use super::not_found::Missing;
use crate::bridge::{Answer, Ask};
use crate::page::draft::Draft;
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button, Weight};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::Address;
use crate::page::ui::screen::Screen;

const VALUE_CHARS_MAX: usize = 7;
const PRESSURE: usize = 0;

#[derive(Clone, Copy)]
struct Form {
    asking: Asking,
    address: Address,
    /// The reading that is corrected.
    old: StoredValue<Option<(EntryId, OwnReading)>>,
    draft: Draft,
}

// Where the fields stand in their draft.
/// As in `kinds`.
const WHAT: usize = 0;
const UNIT: usize = 1;
const VALUE: usize = 2;
const BOTTOM: usize = 3;
const PULSE: usize = 4;
const NOTE: usize = 5;

fn kinds() -> Vec<String> {
    vec![
        words::reading_pressure(),
        words::reading_pulse(),
        words::reading_weight(),
        words::reading_glucose(),
        words::reading_temperature(),
        words::reading_oxygen(),
    ]
}

/// Where there is more than one.
fn units(what: usize) -> Vec<String> {
    let both: &[&str] = match what {
        2 => &["kg", "lb"],
        3 => &["mg/dL", "mmol/L"],
        4 => &["°C", "°F"],
        _ => &[],
    };
    both.iter().map(|unit| (*unit).to_owned()).collect()
}

impl Form {
    fn measured(self) -> Measured {
        // Whoever writes "37,5" means a number.
        let number = |place| self.draft.typed(place).map(|text| text.replace(',', "."));
        let some = |place| number(place).unwrap_or_default();
        let (value, first) = (some(VALUE), self.draft.choice_now(UNIT) == 0);
        match self.draft.choice_now(WHAT) {
            PRESSURE => {
                Measured::BloodPressure { top: value, bottom: some(BOTTOM), pulse: number(PULSE) }
            }
            1 => Measured::Pulse { value },
            2 => {
                let unit = if first { WeightUnit::Kilogram } else { WeightUnit::Pound };
                Measured::Weight { value, unit }
            }
            3 => {
                let unit = match first {
                    true => GlucoseUnit::MilligramPerDeciliter,
                    false => GlucoseUnit::MillimolePerLiter,
                };
                Measured::Glucose { value, unit }
            }
            4 => {
                let unit = match first {
                    true => TemperatureUnit::Celsius,
                    false => TemperatureUnit::Fahrenheit,
                };
                Measured::Temperature { value, unit }
            }
            _ => Measured::Oxygen { value },
        }
    }

    fn save(self) {
        if self.draft.typed(VALUE).is_none() {
            return self.asking.refuse(Refused::NotANumber);
        }
        let (measured, note) = (self.measured(), self.draft.typed(NOTE));
        if let Some((reading, old)) = self.old.get_value() {
            let with = AddReading { measured, at: old.at, note };
            return self.leave_with(Edit::CorrectReading { reading, with });
        }
        let edit = Edit::AddReading(AddReading { measured, at: time::here_and_now(), note });
        self.asking.send_from(self.draft, edit, || ());
    }

    /// What was corrected or taken back is not on this screen any more.
    fn leave_with(self, edit: Edit) {
        let leave = move || self.address.go_instead("/results");
        self.asking.send_from(self.draft, edit, leave);
    }
}

/// The fields of a reading as it was saved.
fn fields(old: &OwnReading) -> [String; 6] {
    let (what, unit, values) = match old.measured.clone() {
        Measured::BloodPressure { top, bottom, pulse } => {
            (PRESSURE, 0, [top, bottom, pulse.unwrap_or_default()])
        }
        Measured::Pulse { value } => (1, 0, alone(value)),
        Measured::Weight { value, unit } => {
            (2, usize::from(unit != WeightUnit::Kilogram), alone(value))
        }
        Measured::Glucose { value, unit } => {
            (3, usize::from(unit != GlucoseUnit::MilligramPerDeciliter), alone(value))
        }
        Measured::Temperature { value, unit } => {
            (4, usize::from(unit != TemperatureUnit::Celsius), alone(value))
        }
        Measured::Oxygen { value } => (5, 0, alone(value)),
    };
    let [value, bottom, pulse] = values;
    let note = old.note.clone().unwrap_or_default();
    [what.to_string(), unit.to_string(), value, bottom, pulse, note]
}

fn alone(value: String) -> [String; 3] {
    [value, String::new(), String::new()]
}

/// With an id it is an own reading, to be corrected.
#[component]
pub(crate) fn Reading(id: Option<String>) -> AnyView {
    let Some(id) = id else {
        return form(None);
    };
    let Ok(entry) = id.parse::<EntryId>() else {
        return view! { <Missing/> }.into_any();
    };
    let answer = expect_context::<Session>().ask(Ask::Result { entry });
    // Once: while it is corrected, the answer is another one.
    let is_known = Memo::new(move |_| answer.with(Option::is_some));
    let screen = move || {
        is_known.get().then(|| {
            answer.with_untracked(|answer| match answer {
                Some(Answer::Result(Some(detail))) => match &detail.own {
                    Some(own) => form(Some((entry, (**own).clone()))),
                    None => view! { <Missing/> }.into_any(),
                },
                Some(_) | None => view! { <Missing/> }.into_any(),
            })
        })
    };
    screen.into_any()
}

fn form(old: Option<(EntryId, OwnReading)>) -> AnyView {
    let session = expect_context::<Session>();
    let key = old.as_ref().map_or_else(|| "reading".to_owned(), |(id, _)| format!("reading/{id}"));
    let before: Vec<String> = old.iter().flat_map(|(_, old)| fields(old)).collect();
    let draft = Draft::over(session, key, &before);
    let form = Form {
        asking: Asking::open(session),
        address: expect_context::<Address>(),
        old: StoredValue::new(old.clone()),
        draft,
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    // Fields that were made anew with each letter would lose the cursor.
    let what = Memo::new(move |_| draft.choice(WHAT));
    let numbers = move || match what.get() {
        PRESSURE => view! {
            {number("value", words::reading_top(), draft, VALUE)}
            {number("bottom", words::reading_bottom(), draft, BOTTOM)}
            {number("pulse", words::reading_pulse_optional(), draft, PULSE)}
        }
        .into_any(),
        _ => number("value", words::reading_value(), draft, VALUE),
    };
    let unit = move || {
        let units = units(what.get());
        (!units.is_empty()).then(|| choice_in(draft, UNIT, "unit", words::reading_unit(), units))
    };
    let take_back = old.map(|(entry, _)| {
        view! {
            <Button label=words::reading_take_back() weight=Weight::Quiet wide=true
                on_press=move || form.leave_with(Edit::Retract { entry })/>
        }
    });
    let title = if take_back.is_some() { words::reading_correct() } else { words::reading_title() };
    view! {
        <Screen name=words::reading_title()>
            <div>
                <BackLink href="/results" label=words::places_results()/>
                <h1>{title}</h1>
                <EmergencyLine/>
            </div>
            {move || form.asking.notice()}
            <form class="card" on:submit=submit>
                {choice_in(draft, WHAT, "what", words::reading_what(), kinds())}
                {numbers}
                {unit}
                <Field id="note" kind=Kind::Long label=words::reading_note() value=draft.part(NOTE)
                    on_input=draft.writes(NOTE) chars_max=NOTE_CHARS_MAX/>
                <Button label=words::asking_save() icon=Icon::Pulse wide=true/>
                {kept(draft)}
                {take_back}
            </form>
        </Screen>
    }
    .into_any()
}

fn number(id: &'static str, label: String, draft: Draft, place: usize) -> AnyView {
    view! {
        <Field id=id kind=Kind::Decimal label=label value=draft.part(place)
            on_input=draft.writes(place) chars_max=VALUE_CHARS_MAX/>
    }
    .into_any()
}
