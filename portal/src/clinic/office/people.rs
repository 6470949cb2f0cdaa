//! Whose record is here: found by name or birth date, and let in with a sheet of paper.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Office;
use super::caregivers::{Caregivers, caregivers};
use super::client::{self, Invited, RecordLine};
use super::devices::{Devices, devices};
use crate::clinic::form::born;
use crate::clinic::saved::in_language;
use crate::clinic::set_up::picture;
use crate::page::i18n::{Language, time, words};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::print;
use crate::page::ui::tag::{Tag, Tone};

#[derive(Clone, Copy)]
struct People {
    office: Office,
    caregivers: Caregivers,
    devices: Devices,
    found: RwSignal<Option<Vec<RecordLine>>>,
    sheet: RwSignal<Option<(RecordLine, Invited)>>,
}

pub(super) fn people(office: Office) -> AnyView {
    let people = People {
        office,
        caregivers: Caregivers::new(office),
        devices: Devices::new(office),
        found: RwSignal::new(None),
        sheet: RwSignal::new(None),
    };
    let named = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        people.find(named.get_untracked());
    };
    let list = move || people.found.get().map(|found| lines(people, found));
    let search = move || {
        view! {
            <h1>{words::clinic_people()}</h1>
            <form class="bar" on:submit=submit>
                <div class="field grow">
                    <label for="named">{words::clinic_people_find()}</label>
                    <input
                        class="input" id="named" type="search" autocomplete="off" dir="auto"
                        prop:value=named
                        on:input=move |event| named.set(event_target_value(&event))
                    />
                </div>
                <button type="submit" class="button">{words::clinic_find()}</button>
            </form>
            {list}
        }
        .into_any()
    };
    view! {
        {move || match (people.sheet.get(), people.caregivers.of.get()) {
            (Some((record, invited)), _) => sheet(people, record, invited),
            (None, Some((record, lines))) => caregivers(people.caregivers, record, lines),
            (None, None) => match people.devices.of.get() {
                Some((record, lines)) => devices(people.devices, record, lines),
                None => search(),
            },
        }}
    }
    .into_any()
}

impl People {
    fn find(self, named: String) {
        spawn_local(async move {
            match client::records(&named).await {
                Ok(found) => {
                    self.office.worked();
                    self.found.set(Some(found));
                }
                Err(why) => self.office.failed(why, move || self.find(named.clone())),
            }
        });
    }

    fn invite(self, record: RecordLine) {
        spawn_local(async move {
            match client::invite(record.patient).await {
                Ok(invited) => {
                    self.office.worked();
                    self.sheet.set(Some((record, invited)));
                }
                Err(why) => self.office.failed(why, move || self.invite(record.clone())),
            }
        });
    }
}

fn lines(people: People, found: Vec<RecordLine>) -> AnyView {
    if found.is_empty() {
        return view! { <p role="status">{words::clinic_nobody_found()}</p> }.into_any();
    }
    let may_open = matches!(people.office.seat.role().as_deref(), Some("nurse" | "clinician"));
    let line = |record: RecordLine| {
        let (tone, icon, state) = match record.has_account {
            true => (Tone::Ok, Icon::Check, words::clinic_has_account()),
            false => (Tone::Neutral, Icon::Clock, words::clinic_no_account_yet()),
        };
        let about = words::clinic_born(&born(&record.birth_date));
        let label = match record.has_account {
            true => words::clinic_invite_again(&record.name),
            false => words::clinic_invite(&record.name),
        };
        let short = match record.has_account {
            true => words::clinic_invite_again_short(),
            false => words::clinic_invite_short(),
        };
        let name = record.name.clone();
        let others = words::clinic_caregivers_of(&name);
        let asked = record.clone();
        let look = move |_| people.caregivers.look(asked.clone());
        let devices = record.has_account.then(|| {
            let (label, asked) = (words::clinic_devices_of(&name), record.clone());
            let look = move |_| people.devices.look(asked.clone());
            view! {
                <button type="button" class="button plain" aria-label=label on:click=look>
                    {words::clinic_devices()}
                </button>
            }
        });
        let to_record = may_open.then(|| {
            let label = words::clinic_record_open_of(&name);
            let to = format!("#record/{}", record.patient);
            view! {
                <a class="button plain" href=to aria-label=label>{words::clinic_record_open()}</a>
            }
        });
        let invite = move |_| people.invite(record.clone());
        view! {
            <li class="office-line">
                <div><b dir="auto">{name}</b><p class="soft">{about}</p></div>
                <Tag tone=tone icon=icon label=state/>
                <button type="button" class="button quiet" aria-label=label on:click=invite>
                    {short}
                </button>
                <button type="button" class="button plain" aria-label=others on:click=look>
                    {words::clinic_caregivers()}
                </button>
                {devices}
                {to_record}
            </li>
        }
    };
    let lines: Vec<_> = found.into_iter().map(line).collect();
    view! { <ul class="card" role="list">{lines}</ul> }.into_any()
}

/// What the patient takes home, in their language.
fn sheet(people: People, record: RecordLine, invited: Invited) -> AnyView {
    let language = RwSignal::new(Language::English);
    let switch = move |_| {
        language.update(|it| {
            *it = match it {
                Language::Spanish => Language::English,
                Language::English | Language::Mirrored => Language::Spanish,
            };
        });
    };
    let other = move || match language.get() {
        Language::Spanish => words::clinic_in_english(),
        Language::English | Language::Mirrored => words::clinic_in_spanish(),
    };
    let paper = move || in_language(language.get(), || paper(language.get(), &record, &invited));
    view! {
        <div class="bar unprinted">
            <button type="button" class="button" on:click=move |_| print()>
                {words::recovery_print()}
            </button>
            <button type="button" class="button quiet" on:click=switch>{other}</button>
            <button type="button" class="button quiet" on:click=move |_| people.sheet.set(None)>
                {words::clinic_sheet_done()}
            </button>
            <p class="soft">{words::clinic_sheet_how()}</p>
        </div>
        {paper}
    }
    .into_any()
}

fn paper(language: Language, record: &RecordLine, invited: &Invited) -> AnyView {
    let help = (!invited.phone.is_empty()).then(|| words::sheet_help(&invited.phone));
    view! {
        <article class="card office-sheet" lang=language.code()>
            <h1>{words::sheet_title()}</h1>
            <p dir="auto"><b>{words::sheet_for(&record.name)}</b></p>
            <ol>
                <li>{words::sheet_scan()}</li>
                <li>{words::sheet_birth_date()}</li>
                <li>{words::sheet_passphrase()}</li>
            </ol>
            {picture(&invited.picture)}
            <p><code>{invited.address.clone()}</code></p>
            <p>{words::sheet_until(&time::moment(invited.until))}</p>
            <p>{words::sheet_nobody_else()}" "{help}</p>
        </article>
    }
    .into_any()
}
