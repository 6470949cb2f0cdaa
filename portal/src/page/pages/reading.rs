//! Add a reading taken at home: the number as the device showed it, with its unit. The same form
//! corrects an own one or takes it back.

use leptos::prelude::*;
use shared::edit::{
    AddReading, Edit, GlucoseUnit, Measured, NOTE_CHARS_MAX, Refused, TemperatureUnit, WeightUnit,
};
use shared::id::EntryId;
use shared::view::OwnReading;

use super::asking::{Asking, choice, typed};
use super::message_words::EmergencyLine;
use super::not_found::Missing;
use crate::bridge::{Answer, Ask};
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
        if let Some((reading, old)) = self.old.get_value() {
            let with = AddReading { measured, at: old.at, note };
            return self.leave_with(Edit::CorrectReading { reading, with });
        }
        let edit = Edit::AddReading(AddReading { measured, at: time::here_and_now(), note });
        self.asking.send(edit, move || {
            for field in [self.value, self.bottom, self.pulse, self.note] {
                field.set(String::new());
            }
        });
    }

    /// What was corrected or taken back is not on this screen any more.
    fn leave_with(self, edit: Edit) {
        self.asking.send(edit, move || self.address.go_instead("/results"));
    }

    /// The numbers and the unit as they were.
    fn fill(self, old: &OwnReading) {
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
        self.what.set(what);
        self.unit.set(unit);
        for (field, value) in [self.value, self.bottom, self.pulse].into_iter().zip(values) {
            field.set(value);
        }
        self.note.set(old.note.clone().unwrap_or_default());
    }
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
    let text = || RwSignal::new(String::new());
    let form = Form {
        asking: Asking::open(expect_context::<Session>()),
        address: expect_context::<Address>(),
        old: StoredValue::new(old.clone()),
        what: RwSignal::new(PRESSURE),
        unit: RwSignal::new(0),
        value: text(),
        bottom: text(),
        pulse: text(),
        note: text(),
    };
    if let Some((_, old)) = &old {
        form.fill(old);
    }
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
        (!units.is_empty()).then(|| choice("unit", words::reading_unit(), units, form.unit))
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
                {choice("what", words::reading_what(), kinds(), form.what)}
                {numbers}
                {unit}
                <Field id="note" kind=Kind::Long label=words::reading_note() value=form.note
                    on_input=move |text| form.note.set(text) chars_max=NOTE_CHARS_MAX/>
                <Button label=words::asking_save() icon=Icon::Pulse wide=true/>
                {take_back}
            </form>
        </Screen>
    }
    .into_any()
}

fn number(id: &'static str, label: String, value: RwSignal<String>) -> AnyView {
    view! {
        <Field id=id kind=Kind::Decimal label=label value=value
            on_input=move |text| value.set(text) chars_max=VALUE_CHARS_MAX/>
    }
    .into_any()
}
