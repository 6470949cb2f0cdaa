//! Taking back what stands wrongly in a chart. It stays there, marked, with why, and the patient reads
//! both.

use leptos::prelude::*;
use shared::edit::clinic::ClinicEdit;
use shared::view::desk::context::PatientContext;

use super::desk::Desk;
use super::form::{self, area, choice, deciding, filled, sheet, text};
use crate::page::i18n::words;

#[component]
pub(super) fn Wrong(desk: Desk) -> AnyView {
    let content = move || {
        let Some(known) = untrack(|| desk.context()) else { return ().into_any() };
        let Some(place) = desk.place().get_untracked() else { return ().into_any() };
        let entries = entries(&known);
        let first = entries.first().map(|(entry, _)| entry.clone()).unwrap_or_default();
        let (entry, why, missing) = (RwSignal::new(first), text(), RwSignal::new(false));
        let mark = move || {
            let Some(why) = filled(why, missing) else { return };
            match entry.get_untracked().parse() {
                Ok(entry) => desk.decide(place, ClinicEdit::MarkWrong { entry, why }),
                Err(_) => missing.set(true),
            }
        };
        let fields = view! {
            {choice("wrong-entry", words::chart_wrong_entry(), entries, entry)}
            {area("wrong-why", words::chart_wrong_why(), why)}
            <p class="soft">{words::chart_wrong_stays()}</p>
        };
        deciding(desk.seat, fields.into_any(), missing, words::chart_wrong_do(), true, mark)
    };
    sheet(desk.seat, form::WRONG, words::chart_wrong_title(), words::clinic_cancel(), content)
}

/// What stands beside the item and is the chart's own, by entry.
fn entries(known: &PatientContext) -> Vec<(String, String)> {
    let context = &known.context;
    let allergies = context.allergies.iter().filter(|line| line.said_by.is_none());
    let allergies = allergies.map(|line| (line.entry, line.name.clone()));
    let conditions = context.conditions.iter().map(|line| (line.entry, line.name.clone()));
    let medicines = context.medicines.iter().filter(|line| line.said_by.is_none());
    let medicines = medicines.filter_map(|line| Some((*line.entries.first()?, line.name.clone())));
    let results = context.results.iter().filter(|row| row.measured_by.is_none());
    let results = results.map(|row| (row.entry, super::context::result_said(row)));
    let all = allergies.chain(conditions).chain(medicines).chain(results);
    all.map(|(entry, name)| (entry.to_string(), name)).collect()
}
