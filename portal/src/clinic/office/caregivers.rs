//! Who else may open a record: given with a consent that is named, made less, and ended at once.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::id::AccountId;

use super::Office;
use super::client::{self, GrantLine, RecordLine};
use crate::clinic::form::{
    self, choice, deciding, filled, input, opener, optional, sheet, text, tick,
};
use crate::page::i18n::{time, words};
use crate::page::ui::icon::Icon;

/// As the server calls them.
const CONSENTS: [&str; 3] = ["patient", "parent", "legal"];

#[derive(Clone, Copy)]
pub(super) struct Caregivers {
    pub(super) office: Office,
    /// Whose record is open, and who else may open it.
    pub(super) of: RwSignal<Option<(RecordLine, Vec<GrantLine>)>>,
    /// Whose access is looked at in a form.
    chosen: RwSignal<Option<GrantLine>>,
}

impl Caregivers {
    pub(super) fn new(office: Office) -> Self {
        Self { office, of: RwSignal::new(None), chosen: RwSignal::new(None) }
    }

    pub(super) fn look(self, record: RecordLine) {
        spawn_local(async move {
            match client::grants(record.patient).await {
                Ok(lines) => self.show(record, lines),
                Err(why) => self.office.failed(why, move || self.look(record.clone())),
            }
        });
    }

    fn show(self, record: RecordLine, lines: Vec<GrantLine>) {
        self.office.worked();
        self.of.set(Some((record, lines)));
    }

    fn give(self, record: RecordLine, new: serde_json::Value) {
        spawn_local(async move {
            match client::give_access(record.patient, &new).await {
                Ok(lines) => self.show(record, lines),
                Err(why) => {
                    self.office.failed(why, move || self.give(record.clone(), new.clone()));
                }
            }
        });
    }

    fn narrow(self, record: RecordLine, account: AccountId, less: serde_json::Value) {
        spawn_local(async move {
            match client::narrow_access(record.patient, account, &less).await {
                Ok(lines) => self.show(record, lines),
                Err(why) => {
                    let again = move || self.narrow(record.clone(), account, less.clone());
                    self.office.failed(why, again);
                }
            }
        });
    }

    fn end(self, record: RecordLine, line: GrantLine) {
        spawn_local(async move {
            match client::end_access(record.patient, line.account).await {
                Ok(lines) => self.show(record, lines),
                Err(why) => {
                    self.office.failed(why, move || self.end(record.clone(), line.clone()));
                }
            }
        });
    }
}

pub(super) fn caregivers(all: Caregivers, record: RecordLine, lines: Vec<GrantLine>) -> AnyView {
    let seat = all.office.seat;
    let list = match lines.is_empty() {
        true => view! { <p>{words::clinic_no_caregivers()}</p> }.into_any(),
        false => {
            let lines: Vec<_> = lines.into_iter().map(|line| one(all, line)).collect();
            view! { <ul class="card" role="list">{lines}</ul> }.into_any()
        }
    };
    view! {
        <div class="bar split">
            <h1 dir="auto">{words::clinic_access_of(&record.name)}</h1>
            {opener(seat, form::ADD, words::clinic_access_give_open(), Some(Icon::Plus), true)}
        </div>
        {list}
        <div class="bar">
            <button type="button" class="button quiet" on:click=move |_| all.of.set(None)>
                {words::clinic_sheet_done()}
            </button>
        </div>
        {give(all, record.clone())}
        {narrow(all, record.clone())}
        {end(all, record)}
    }
    .into_any()
}

fn one(all: Caregivers, line: GrantLine) -> AnyView {
    let parts = [
        (line.results, words::places_results()),
        (line.visits, words::record_visits()),
        (line.messages, words::places_messages()),
    ];
    let parts = parts.into_iter().filter(|(has, _)| *has).map(|(_, words)| words);
    let may: Vec<_> = std::iter::once(words::clinic_access_record()).chain(parts).collect();
    let consent = line.consent.as_deref().map(consent_words);
    let until = line.ends_at.map(|at| words::clinic_access_until(&time::moment(at)));
    let noted = line.noted_by.as_ref().map(|name| words::clinic_access_noted(name));
    let about: Vec<_> = [consent, until, noted].into_iter().flatten().collect();
    let (name, label) = (line.name.clone(), words::clinic_access_end(&line.name));
    let less_label = words::clinic_access_narrow(&line.name);
    let open = move |form: &'static str| {
        let line = line.clone();
        move |_| {
            all.chosen.set(Some(line.clone()));
            all.office.seat.form().set(Some(form));
        }
    };
    view! {
        <li class="office-line">
            <div>
                <b dir="auto">{name}</b>
                <p>{may.join(", ")}</p>
                <p class="soft" dir="auto">{about.join(". ")}</p>
            </div>
            <button type="button" class="button quiet" aria-label=less_label on:click=open(form::CHANGE)>
                {words::clinic_access_narrow_short()}
            </button>
            <button type="button" class="button quiet" aria-label=label on:click=open(form::MEMBER)>
                {words::clinic_access_end_open()}
            </button>
        </li>
    }
    .into_any()
}

fn consent_words(consent: &str) -> String {
    match consent {
        "patient" => words::clinic_consent_patient(),
        "parent" => words::clinic_consent_parent(),
        "legal" => words::clinic_consent_legal(),
        other => other.to_owned(),
    }
}

fn give(all: Caregivers, record: RecordLine) -> AnyView {
    let (name, until, missing) = (text(), text(), RwSignal::new(false));
    let consent = RwSignal::new(String::from("patient"));
    let [messages, results, visits] = [(); 3].map(|()| RwSignal::new(true));
    let content = move || {
        let record = record.clone();
        let born = form::born(&record.birth_date);
        let whose = words::clinic_named_and_born(&born, &record.name);
        let press = move || {
            let Some(name) = filled(name, missing) else { return };
            let new = json!({
                "to": { "sign_in_name": name },
                "messages": messages.get_untracked(),
                "results": results.get_untracked(),
                "visits": visits.get_untracked(),
                "until": optional(until),
                "consent": consent.get_untracked(),
            });
            all.give(record.clone(), new);
        };
        let consents = CONSENTS.map(|word| (word.to_owned(), consent_words(word)));
        let fields = view! {
            {form::facts(std::iter::once((words::clinic_patient_label(), whose)))}
            {input("caregiver", "text", words::clinic_access_name(), name)}
            {tick(words::places_results(), results)}
            {tick(words::record_visits(), visits)}
            {tick(words::places_messages(), messages)}
            {choice("consent", words::clinic_access_consent(), consents.into(), consent)}
            {input("until", "date", words::clinic_access_last_day(), until)}
        };
        let label = words::clinic_access_give();
        deciding(all.office.seat, fields.into_any(), missing, label, false, press)
    };
    let title = words::clinic_access_give_title();
    sheet(all.office.seat, form::ADD, title, words::clinic_cancel(), content)
}

/// Only less than before: more needs that somebody agrees again.
fn narrow(all: Caregivers, record: RecordLine) -> AnyView {
    let content = move || {
        let Some(line) = all.chosen.get_untracked() else { return ().into_any() };
        let (record, until, account) = (record.clone(), text(), line.account);
        let parts = [
            (line.results, words::places_results()),
            (line.visits, words::record_visits()),
            (line.messages, words::places_messages()),
        ];
        let parts = parts.map(|(has, label)| (has, label, RwSignal::new(has)));
        let ticks: Vec<_> = parts
            .iter()
            .filter(|(has, _, _)| *has)
            .map(|(_, label, on)| tick(label.clone(), *on))
            .collect();
        let [results, visits, messages] = parts.map(|(_, _, on)| on);
        let press = move || {
            let less = json!({
                "messages": messages.get_untracked(),
                "results": results.get_untracked(),
                "visits": visits.get_untracked(),
                "until": optional(until),
            });
            all.narrow(record.clone(), account, less);
        };
        let fields = view! {
            {form::facts(std::iter::once((words::clinic_caregivers(), line.name.clone())))}
            {ticks}
            {input("narrow-until", "date", words::clinic_access_last_day_new(), until)}
        };
        let label = words::clinic_access_narrow_do();
        deciding(all.office.seat, fields.into_any(), RwSignal::new(false), label, false, press)
    };
    let title = words::clinic_access_narrow_title();
    sheet(all.office.seat, form::CHANGE, title, words::clinic_cancel(), content)
}

fn end(all: Caregivers, record: RecordLine) -> AnyView {
    let content = move || {
        let Some(line) = all.chosen.get_untracked() else { return ().into_any() };
        let record = record.clone();
        let rows = [
            (words::clinic_patient_label(), record.name.clone()),
            (words::clinic_caregivers(), line.name.clone()),
        ];
        let label = words::clinic_access_end(&line.name);
        let press = move || all.end(record.clone(), line.clone());
        let fields = form::facts(rows.into_iter());
        deciding(all.office.seat, fields, RwSignal::new(false), label, true, press)
    };
    let title = words::clinic_access_end_title();
    sheet(all.office.seat, form::MEMBER, title, words::clinic_cancel(), content)
}
