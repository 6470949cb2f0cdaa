//! Who wrote: what somebody needs beside an item to answer it. It comes after the item, and says what
//! it does not know.

use leptos::prelude::*;
use shared::time::Timestamp;
use shared::view::Flag;
use shared::view::desk::context::{AllergyLine, MedicineLine, PatientContext};
use shared::view::results::ResultRow;
use shared::view::sections::Severity;

use super::desk::{Desk, Shown};
use super::form::{self, born};
use crate::page::i18n::{Language, time, words};
use crate::page::pages::chart_words::{flag_words, test_words, value_and_unit};
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::{Tag, Tone};

#[component]
pub(super) fn Context(desk: Desk) -> AnyView {
    let name = Memo::new(move |_| {
        desk.shown().with(|shown| match shown {
            Shown::Item(item) => {
                Some((item.line.patient_name.clone(), item.line.birth_date.clone()))
            }
            Shown::None | Shown::Opening | Shown::Missing | Shown::Closed => None,
        })
    });
    let known = Memo::new(move |_| desk.context());
    let head = move || {
        let (name, birth_date) = name.get()?;
        let known = known.get();
        let lines = known.as_ref().map(|known| about_lines(known, &birth_date));
        let lines = lines.unwrap_or_else(|| vec![words::clinic_born(&born(&birth_date))]);
        let lines = lines.into_iter().map(|line| view! { <span>{line}</span> });
        Some(view! {
            <div class="pane-head">
                <h2 id="patient" dir="auto">{name}</h2>
                <p class="soft small stacked">{lines.collect_view()}</p>
            </div>
        })
    };
    let body = move || match known.get() {
        Some(known) => Some(sections(desk, &known)),
        None => name.get().map(|_| {
            view! { <p class="desk-note" role="status">{words::clinic_context_opening()}</p> }
                .into_any()
        }),
    };
    view! {
        <aside class="context" aria-labelledby="patient" hidden=move || name.get().is_none()>
            {head}
            <div class="context-scroll" tabindex="0" role="region" aria-labelledby="patient">{body}</div>
        </aside>
    }
    .into_any()
}

pub(super) fn about_lines(known: &PatientContext, birth_date: &str) -> Vec<String> {
    let born = words::clinic_born(&born(birth_date));
    let sex = known.context.sex.as_deref().map(sex_words);
    let who = match (known.age, sex) {
        (Some(age), Some(sex)) => format!("{age}, {sex}. {born}"),
        (Some(age), None) => format!("{age}. {born}"),
        (None, _) => born,
    };
    let number = known.context.record_number.as_deref().map(words::clinic_record_number);
    std::iter::once(who).chain(number).collect()
}

fn sex_words(code: &str) -> String {
    match code {
        "female" => words::clinic_female(),
        "male" => words::clinic_male(),
        other => other.to_owned(),
    }
}

fn sections(desk: Desk, known: &PatientContext) -> AnyView {
    let add =
        form::opener(desk.seat, form::CHART, words::clinic_chart_add(), Some(Icon::Plus), false);
    let wrong = form::opener(desk.seat, form::WRONG, words::chart_wrong(), None, false);
    view! {
        {clinical(known)}
        <div class="bar">{add}{wrong}</div>
        {around(known)}
    }
    .into_any()
}

/// What the chart says.
pub(super) fn clinical(known: &PatientContext) -> AnyView {
    let context = &known.context;
    view! {
        {section(words::clinic_allergies(), allergies(known))}
        {section(words::clinic_conditions(), conditions(known))}
        {section(words::clinic_results(), results(&context.results))}
        {section(words::clinic_medicines(), medicines(&context.medicines))}
    }
    .into_any()
}

/// How to speak with them, and who reads along.
pub(super) fn around(known: &PatientContext) -> AnyView {
    view! {
        {section(words::clinic_language_label(), languages(known))}
        {section(words::clinic_caregivers(), caregivers(known))}
        {section(words::clinic_contact(), view! { <p class="soft">{contact(known)}</p> }.into_any())}
    }
    .into_any()
}

fn section(title: String, content: AnyView) -> AnyView {
    view! { <section><h3>{title}</h3>{content}</section> }.into_any()
}

fn nothing() -> AnyView {
    view! { <p class="soft">{words::clinic_nothing_known()}</p> }.into_any()
}

fn allergies(known: &PatientContext) -> AnyView {
    if known.context.no_known_allergies {
        return view! { <p>{words::clinic_no_allergies()}</p> }.into_any();
    }
    if known.context.allergies.is_empty() {
        return nothing();
    }
    let tags = known.context.allergies.iter().map(|line| {
        let (tone, icon) = match line.severity {
            Some(Severity::Severe) => (Tone::Alert, Icon::Alert),
            _ => (Tone::Wait, Icon::Info),
        };
        view! { <Tag tone=tone icon=icon label=allergy_words(line)/> }
    });
    view! { <p class="bar">{tags.collect_view()}</p> }.into_any()
}

fn allergy_words(line: &AllergyLine) -> String {
    let severe = line.severity == Some(Severity::Severe);
    let name = match (severe, &line.reaction) {
        (true, _) => words::clinic_severe(&line.name),
        (false, Some(reaction)) => format!("{} ({reaction})", line.name),
        (false, None) => line.name.clone(),
    };
    match &line.said_by {
        Some(by) => words::clinic_says(by, &name),
        None => name,
    }
}

/// In one sentence, for where something is decided.
pub(super) fn allergies_said(known: &PatientContext) -> String {
    if known.context.allergies.is_empty() {
        return match known.context.no_known_allergies {
            true => words::clinic_no_allergies(),
            false => words::clinic_allergies_unknown(),
        };
    }
    let all: Vec<_> = known.context.allergies.iter().map(allergy_words).collect();
    words::clinic_allergies_are(&all.join(", "))
}

fn conditions(known: &PatientContext) -> AnyView {
    if known.context.conditions.is_empty() {
        return nothing();
    }
    let names: Vec<_> = known.context.conditions.iter().map(|line| line.name.as_str()).collect();
    view! { <p dir="auto">{names.join(", ")}</p> }.into_any()
}

fn results(rows: &[ResultRow]) -> AnyView {
    if rows.is_empty() {
        return nothing();
    }
    let rows: Vec<_> = rows.iter().map(result).collect();
    view! { <table><tbody>{rows}</tbody></table> }.into_any()
}

fn result(row: &ResultRow) -> AnyView {
    let (name, _) = test_words(row.loinc.as_deref(), row.name.as_deref());
    let flag = match &row.flag {
        None => ().into_any(),
        // Plain words: only what is out of range gets a mark.
        Some(Flag::InRange) => {
            view! { <span class="soft">{words::flag_in_range()}</span> }.into_any()
        }
        Some(flag) => {
            let (tone, icon, label) = flag_words(flag);
            view! { <Tag tone=tone icon=icon label=label/> }.into_any()
        }
    };
    let when = row.when.map(time::date);
    view! {
        <tr>
            <th scope="row"><span dir="auto">{name}</span><small>{when}</small></th>
            <td dir="auto">{value_and_unit(&row.shown)}</td>
            <td>{flag}</td>
        </tr>
    }
    .into_any()
}

/// "Potassium 4.2 mmol/L, in range, Nov 14": in a line of text.
pub(super) fn result_said(row: &ResultRow) -> String {
    let (name, _) = test_words(row.loinc.as_deref(), row.name.as_deref());
    let flag = row.flag.as_ref().map(|flag| flag_words(flag).2.to_lowercase());
    let said = [Some(value_and_unit(&row.shown)), flag, row.when.map(time::date)];
    let said: Vec<_> = said.into_iter().flatten().collect();
    format!("{name} {}", said.join(", "))
}

fn medicines(lines: &[MedicineLine]) -> AnyView {
    if lines.is_empty() {
        return nothing();
    }
    let lines = lines.iter().map(|line| {
        let by = line.said_by.as_ref().map(|by| words::clinic_added_by(by));
        view! {
            <li>
                <b dir="auto">{line.name.clone()}</b>" "<span dir="auto">{line.directions.clone()}</span>
                {by.map(|by| view! { <small>{by}</small> })}
            </li>
        }
    });
    view! { <ul class="medicines">{lines.collect_view()}</ul> }.into_any()
}

fn languages(known: &PatientContext) -> AnyView {
    let reads = known.context.reads.as_deref().and_then(Language::of_code).map(reads_words);
    let spoken = known.context.language.as_deref().map(words::clinic_speaks);
    let interpreter = known.context.needs_interpreter.map(|needed| match needed {
        true => words::clinic_interpreter_needed(),
        false => words::clinic_interpreter_not_needed(),
    });
    let all: Vec<_> = [spoken, interpreter, reads].into_iter().flatten().collect();
    match all.is_empty() {
        true => nothing(),
        false => view! { <p>{all.join(". ")}</p> }.into_any(),
    }
}

fn reads_words(language: Language) -> String {
    match language {
        Language::Spanish => words::clinic_reads_spanish(),
        Language::English | Language::Mirrored => words::clinic_reads_english(),
    }
}

fn caregivers(known: &PatientContext) -> AnyView {
    if known.caregivers.is_empty() {
        return view! { <p class="soft">{words::clinic_no_caregivers()}</p> }.into_any();
    }
    let lines = known.caregivers.iter().map(|line| {
        let scope = match line.chart_only {
            true => words::clinic_scope_chart(),
            false => words::clinic_scope_all(),
        };
        view! { <li><b dir="auto">{line.name.clone()}</b>" "<span class="soft">{scope}</span></li> }
    });
    view! { <ul>{lines.collect_view()}</ul> }.into_any()
}

/// A device that is quiet is not on, or has no connection: what waits on it nobody can know.
fn contact(known: &PatientContext) -> String {
    match (known.has_account, known.last_heard) {
        (false, _) => words::clinic_no_account(),
        (true, None) => words::clinic_never_heard(),
        (true, Some(at)) if is_now(at) => words::clinic_connected_now(),
        (true, Some(at)) => words::clinic_last_heard(&time::moment(at)),
    }
}

/// A device that is there says so every minute.
fn is_now(at: Timestamp) -> bool {
    const NOW_MS: i64 = 90 * 1000;
    time::now().millis_since(at) < NOW_MS
}
