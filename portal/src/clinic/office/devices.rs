//! The devices of a patient, and ending one for somebody who calls because it is lost.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::view::devices::{DeviceLine, Standing};

use super::Office;
use super::client::{self, RecordLine};
use crate::clinic::form::{self, area, deciding, filled, sheet, text};
use crate::page::i18n::{time, words};

#[derive(Clone, Copy)]
pub(super) struct Devices {
    office: Office,
    /// Whose devices are looked at.
    pub(super) of: RwSignal<Option<(RecordLine, Vec<DeviceLine>)>>,
    chosen: RwSignal<Option<DeviceLine>>,
}

impl Devices {
    pub(super) fn new(office: Office) -> Self {
        Self { office, of: RwSignal::new(None), chosen: RwSignal::new(None) }
    }

    pub(super) fn look(self, record: RecordLine) {
        spawn_local(async move {
            match client::devices(record.patient).await {
                Ok(lines) => self.show(record, lines),
                Err(why) => self.office.failed(why, move || self.look(record.clone())),
            }
        });
    }

    fn show(self, record: RecordLine, lines: Vec<DeviceLine>) {
        self.office.worked();
        self.of.set(Some((record, lines)));
    }

    fn end(self, record: RecordLine, line: DeviceLine, why: String) {
        spawn_local(async move {
            match client::end_device(record.patient, line.device, &why).await {
                Ok(lines) => self.show(record, lines),
                Err(failed) => {
                    let again = move || self.end(record.clone(), line.clone(), why.clone());
                    self.office.failed(failed, again);
                }
            }
        });
    }
}

pub(super) fn devices(all: Devices, record: RecordLine, lines: Vec<DeviceLine>) -> AnyView {
    let list = match lines.is_empty() {
        true => view! { <p>{words::clinic_devices_none()}</p> }.into_any(),
        false => {
            let lines: Vec<_> = lines.into_iter().map(|line| one(all, line)).collect();
            view! {
                <ul class="card" role="list">{lines}</ul>
                <p class="soft">{words::clinic_devices_known()}</p>
            }
            .into_any()
        }
    };
    view! {
        <h1 dir="auto">{words::clinic_devices_of(&record.name)}</h1>
        {list}
        <div class="bar">
            <button type="button" class="button quiet" on:click=move |_| all.of.set(None)>
                {words::clinic_sheet_done()}
            </button>
        </div>
        {end(all, record)}
    }
    .into_any()
}

fn called(line: &DeviceLine) -> String {
    line.called().map_or_else(words::devices_unknown, str::to_owned)
}

fn one(all: Devices, line: DeviceLine) -> AnyView {
    let (name, heard) = (called(&line), words::devices_last(&time::moment(line.heard_at)));
    let state = match line.standing {
        Standing::Open => None,
        Standing::Ended => Some(words::devices_ended()),
        Standing::Told { at } => Some(words::devices_told(&time::moment(at))),
    };
    let button = (line.standing == Standing::Open).then(|| {
        let label = words::clinic_device_end(&name);
        let open = move |_| {
            all.chosen.set(Some(line.clone()));
            all.office.seat.form().set(Some(form::END));
        };
        view! {
            <button type="button" class="button quiet" aria-label=label on:click=open>
                {words::clinic_access_end_open()}
            </button>
        }
    });
    view! {
        <li class="office-line">
            <div>
                <b dir="auto">{name}</b>
                <p class="soft">{heard}</p>
                {state.map(|state| view! { <p>{state}</p> })}
            </div>
            {button}
        </li>
    }
    .into_any()
}

fn end(all: Devices, record: RecordLine) -> AnyView {
    let content = move || {
        let Some(line) = all.chosen.get_untracked() else { return ().into_any() };
        let (record, why, missing) = (record.clone(), text(), RwSignal::new(false));
        let rows = [
            (words::clinic_patient_label(), record.name.clone()),
            (words::clinic_devices(), called(&line)),
        ];
        let label = words::clinic_device_end(&called(&line));
        let press = move || {
            if let Some(why) = filled(why, missing) {
                all.end(record.clone(), line.clone(), why);
            }
        };
        let fields = view! {
            {form::facts(rows.into_iter())}
            <p>{words::clinic_device_end_text()}</p>
            {area("device-why", words::clinic_closed_reason(), why)}
        };
        deciding(all.office.seat, fields.into_any(), missing, label, true, press)
    };
    let title = words::clinic_device_end_title();
    sheet(all.office.seat, form::END, title, words::clinic_cancel(), content)
}
