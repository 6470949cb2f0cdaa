//! Adding to a chart by hand, for what no other system sends: one form for each kind of thing, with
//! what the patient will read before anything is added. And taking back what was added wrongly.

use leptos::prelude::*;
use shared::edit::clinic::{ClinicEdit, Hand};
use shared::time::PartialDate;

use super::desk::{Desk, Shown};
use super::form::{self, choice, deciding, filled, input, optional, sheet, text};
use crate::page::i18n::{time, words};
use crate::page::ui::icon::{Icon, Picture};

/// What can be added, as the form calls it.
const KINDS: [&str; 6] = ["result", "medicine", "allergy", "condition", "shot", "visit"];

/// What is typed, whatever kind it is for: changing the kind loses nothing.
#[derive(Clone, Copy)]
struct Typed {
    kind: RwSignal<String>,
    name: RwSignal<String>,
    detail: RwSignal<String>,
    unit: RwSignal<String>,
    low: RwSignal<String>,
    high: RwSignal<String>,
    on: RwSignal<String>,
    from: RwSignal<String>,
    severe: RwSignal<String>,
    missing: RwSignal<bool>,
}

impl Typed {
    fn nothing() -> Self {
        let kind = RwSignal::new(KINDS[0].to_owned());
        Self {
            kind,
            name: text(),
            detail: text(),
            unit: text(),
            low: text(),
            high: text(),
            on: text(),
            from: text(),
            severe: text(),
            missing: RwSignal::new(false),
        }
    }

    fn is(self, kind: &str) -> bool {
        self.kind.with(|own| own == kind)
    }

    fn date(self) -> Option<PartialDate> {
        optional(self.on)?.parse().ok()
    }

    /// What is to be written; nothing as long as something is missing.
    fn hand(self) -> Option<Hand> {
        let name = filled(self.name, self.missing)?;
        let hand = match self.kind.get_untracked().as_str() {
            "result" => Hand::Result {
                name,
                loinc: None,
                value: filled(self.detail, self.missing)?,
                unit: optional(self.unit),
                low: optional(self.low),
                high: optional(self.high),
                taken_on: self.date()?,
                lab: optional(self.from),
            },
            "medicine" => {
                Hand::Medicine { name, directions: optional(self.detail), since: self.date() }
            }
            "allergy" => Hand::Allergy {
                substance: name,
                reaction: optional(self.detail),
                severe: optional(self.severe).map(|severe| severe == "yes"),
            },
            "condition" => Hand::Condition { name, since: self.date(), ended: None },
            "shot" => Hand::Shot { name, given_on: self.date()?, lot: optional(self.detail) },
            _ => Hand::Visit {
                name,
                at: self.date()?,
                with: optional(self.detail),
                place: optional(self.from),
                to_come: self.severe.with_untracked(|it| it == "yes"),
            },
        };
        Some(hand)
    }
}

#[component]
pub(super) fn Chart(desk: Desk) -> AnyView {
    let content = move || {
        let typed = Typed::nothing();
        let line = desk.shown().with_untracked(|shown| match shown {
            Shown::Item(item) => Some(item.line.clone()),
            Shown::None | Shown::Opening | Shown::Missing | Shown::Closed => None,
        });
        let Some(line) = line else { return ().into_any() };
        let place = super::client::Place::of(&line);
        let born = words::clinic_named_and_born(&form::born(&line.birth_date), &line.patient_name);
        let add = move || match typed.hand() {
            Some(hand) => desk.decide(place, ClinicEdit::AddToChart(hand)),
            None => typed.missing.set(true),
        };
        let kinds = KINDS.iter().map(|kind| ((*kind).to_owned(), kind_words(kind))).collect();
        let me = desk.seat.who().get_untracked().map(|who| who.name).unwrap_or_default();
        let fields = view! {
            <p class="soft" dir="auto">{born}</p>
            {choice("chart-kind", words::chart_kind(), kinds, typed.kind)}
            {move || fields(typed)}
            <div class="banner" data-tone="info">
                <Picture of=Icon::Eye/>
                <div><b>{words::chart_will_see()}</b>" "<span dir="auto">{move || preview(typed)}</span>
                    <p class="small">{words::chart_by_hand(&me)}</p>
                </div>
            </div>
        };
        deciding(desk.seat, fields.into_any(), typed.missing, words::chart_add(), false, add)
    };
    sheet(desk.seat, form::CHART, words::clinic_chart_add(), words::clinic_cancel(), content)
}

fn kind_words(kind: &str) -> String {
    match kind {
        "result" => words::chart_result(),
        "medicine" => words::chart_medicine(),
        "allergy" => words::chart_allergy(),
        "condition" => words::chart_condition(),
        "shot" => words::chart_shot(),
        _ => words::chart_visit(),
    }
}

fn fields(typed: Typed) -> AnyView {
    let name = |label| input("chart-name", "text", label, typed.name);
    let date = |label| input("chart-on", "date", label, typed.on);
    let yes_or_no = |label, unsaid: bool| {
        let unsaid = unsaid.then(|| (String::new(), words::clinic_not_known()));
        let no = ("no".to_owned(), words::chart_no());
        let yes = ("yes".to_owned(), words::chart_yes());
        choice("chart-severe", label, unsaid.into_iter().chain([no, yes]).collect(), typed.severe)
    };
    let detail = |label| input("chart-detail", "text", label, typed.detail);
    match typed.kind.get().as_str() {
        "result" => view! {
            {name(words::chart_test())}
            <div class="bar fields">
                {detail(words::chart_value())}
                {input("chart-unit", "text", words::chart_unit(), typed.unit)}
                {input("chart-low", "text", words::chart_low(), typed.low)}
                {input("chart-high", "text", words::chart_high(), typed.high)}
            </div>
            <p class="hint">{words::chart_range_hint()}</p>
            <div class="bar fields">
                {date(words::chart_taken())}
                {input("chart-from", "text", words::chart_lab(), typed.from)}
            </div>
        }
        .into_any(),
        "medicine" => view! {
            {name(words::chart_medicine_name())}
            {detail(words::chart_directions())}
            {date(words::chart_since())}
        }
        .into_any(),
        "allergy" => view! {
            {name(words::chart_substance())}
            {detail(words::chart_reaction())}
            {yes_or_no(words::chart_severe(), true)}
        }
        .into_any(),
        "condition" => {
            view! { {name(words::chart_condition_name())}{date(words::chart_since())} }.into_any()
        }
        "shot" => view! {
            {name(words::chart_shot_name())}
            {date(words::chart_given())}
            {detail(words::chart_lot())}
        }
        .into_any(),
        _ => view! {
            {name(words::chart_visit_name())}
            {date(words::chart_visit_on())}
            {detail(words::clinic_book_with())}
            {input("chart-from", "text", words::clinic_book_place(), typed.from)}
            {yes_or_no(words::chart_to_come(), false)}
        }
        .into_any(),
    }
}

/// What will stand on the patient's screen, as far as it is typed.
fn preview(typed: Typed) -> String {
    let said = |signal: RwSignal<String>| {
        let text = signal.get().trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let name = said(typed.name);
    let detail = match typed.is("result") {
        true => {
            let value = said(typed.detail).map(|value| match said(typed.unit) {
                Some(unit) => format!("{value} {unit}"),
                None => value,
            });
            let range = match (said(typed.low), said(typed.high)) {
                (Some(low), Some(high)) => Some(words::range_between(&high, &low)),
                (None, Some(high)) => Some(words::range_up_to(&high)),
                (Some(low), None) => Some(words::range_from(&low)),
                (None, None) => None,
            };
            [value, range].into_iter().flatten().collect::<Vec<_>>().join(". ")
        }
        false => said(typed.detail).unwrap_or_default(),
    };
    let on = said(typed.on).and_then(|on| on.parse().ok()).map(time::date);
    let all = [name, Some(detail).filter(|it| !it.is_empty()), on];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
