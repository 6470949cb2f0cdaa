//! Add a reading taken at home: the number as the device showed it, with its unit.

use leptos::prelude::*;
use shared::edit::{
    AddReading, Edit, GlucoseUnit, Measured, NOTE_CHARS_MAX, Refused, TemperatureUnit, WeightUnit,
};

use super::asking::{Asking, choice, typed};
use super::message_words::EmergencyLine;
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

const VALUE_CHARS_MAX: usize = 7;
const PRESSURE: usize = 0;

#[derive(Clone, Copy)]
struct Form {
    asking: Asking,
    /// As in `kinds`.
    what: RwSignal<usize>,
    unit: RwSignal<usize>,
    value: RwSignal<String>,
    bottom: RwSignal<String>,
    pulse: RwSignal<String>,
    note: RwSignal<String>,
}

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
        let number = |text: RwSignal<String>| text.get_untracked().trim().replace(',', ".");
        let (value, first) = (number(self.value), self.unit.get_untracked() == 0);
        match self.what.get_untracked() {
            PRESSURE => {
                let pulse = typed(self.pulse).map(|pulse| pulse.replace(',', "."));
                Measured::BloodPressure { top: value, bottom: number(self.bottom), pulse }
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
        if typed(self.value).is_none() {
            return self.asking.refuse(Refused::NotANumber);
        }
        let (measured, note) = (self.measured(), typed(self.note));
        let edit = Edit::AddReading(AddReading { measured, at: time::here_and_now(), note });
        self.asking.send(edit, move || {
            for field in [self.value, self.bottom, self.pulse, self.note] {
                field.set(String::new());
            }
        });
    }
}

#[component]
pub(crate) fn Reading() -> impl IntoView {
    let text = || RwSignal::new(String::new());
    let form = Form {
        asking: Asking::open(expect_context::<Session>()),
        what: RwSignal::new(PRESSURE),
        unit: RwSignal::new(0),
        value: text(),
        bottom: text(),
        pulse: text(),
        note: text(),
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.save();
    };
    let numbers = move || match form.what.get() {
        PRESSURE => view! {
            {number("value", words::reading_top(), form.value)}
            {number("bottom", words::reading_bottom(), form.bottom)}
            {number("pulse", words::reading_pulse_optional(), form.pulse)}
        }
        .into_any(),
        _ => number("value", words::reading_value(), form.value),
    };
    let unit = move || {
        let units = units(form.what.get());
        form.unit.set(0);
        (!units.is_empty()).then(|| choice("unit", words::reading_unit(), units, form.unit))
    };
    view! {
        <Screen name=words::reading_title()>
            <div>
                <BackLink href="/results" label=words::places_results()/>
                <h1>{words::reading_title()}</h1>
                <EmergencyLine/>
            </div>
            {move || form.asking.notice()}
            <form class="card" on:submit=submit>
                {choice("what", words::reading_what(), kinds(), form.what)}
                {numbers}
                {unit}
                <Field id="note" kind=Kind::Long label=words::reading_note() value=form.note
                    on_input=move |text| form.note.set(text) chars_max=NOTE_CHARS_MAX/>
                <Button label=words::asking_save() icon=Icon::Pulse wide=true/>
            </form>
        </Screen>
    }
}

fn number(id: &'static str, label: String, value: RwSignal<String>) -> AnyView {
    view! {
        <Field id=id kind=Kind::Decimal label=label value=value
            on_input=move |text| value.set(text) chars_max=VALUE_CHARS_MAX/>
    }
    .into_any()
}
