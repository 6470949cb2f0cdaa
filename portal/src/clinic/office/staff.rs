//! Who works here: added with a link of their own, and what each may do.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Office;
use super::client::{self, StaffLine, StaffLink};
use crate::clinic::form::{self, choice, deciding, filled, input, opener, sheet, text, tick};
use crate::page::i18n::words;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::origin;
use crate::page::ui::tag::{Tag, Tone};

/// As the server calls them.
const ROLES: [&str; 5] = ["nurse", "clinician", "pharmacist", "front_desk", "admin"];

#[derive(Clone, Copy)]
struct Everybody {
    office: Office,
    lines: RwSignal<Option<Vec<StaffLine>>>,
    /// Whose link is shown, and the link.
    link: RwSignal<Option<(String, String)>>,
    changing: RwSignal<Option<StaffLine>>,
}

pub(super) fn staff(office: Office) -> AnyView {
    let all = Everybody {
        office,
        lines: RwSignal::new(None),
        link: RwSignal::new(None),
        changing: RwSignal::new(None),
    };
    all.load();
    let list = move || all.lines.get().map(|lines| list(all, lines));
    let link = move || all.link.get().map(|(name, link)| shown_link(&name, &link));
    view! {
        <div class="bar split">
            <h1>{words::clinic_staff()}</h1>
            {opener(office.seat, form::ADD, words::clinic_staff_add(), Some(Icon::Plus), true)}
        </div>
        {link}
        {list}
        {add(all)}
        {change(all)}
    }
    .into_any()
}

impl Everybody {
    fn load(self) {
        spawn_local(async move {
            match client::staff().await {
                Ok(lines) => {
                    self.office.worked();
                    self.lines.set(Some(lines));
                }
                Err(why) => self.office.failed(why, move || self.load()),
            }
        });
    }

    fn add(self, name: String, role: String, prescribes: bool) {
        spawn_local(async move {
            match client::add_staff(&name, &role, prescribes).await {
                Ok(link) => self.linked(name, &link),
                Err(why) => {
                    let again = move || self.add(name.clone(), role.clone(), prescribes);
                    self.office.failed(why, again);
                }
            }
        });
    }

    fn new_link(self, line: StaffLine) {
        spawn_local(async move {
            match client::link_staff(line.account).await {
                Ok(link) => self.linked(line.name, &link),
                Err(why) => self.office.failed(why, move || self.new_link(line.clone())),
            }
        });
    }

    fn change(self, line: StaffLine) {
        spawn_local(async move {
            match client::change_staff(&line).await {
                Ok(()) => self.load(),
                Err(why) => self.office.failed(why, move || self.change(line.clone())),
            }
        });
    }

    fn linked(self, name: String, link: &StaffLink) {
        self.link.set(Some((name, format!("{}/clinic/#setup={}", origin(), link.secret))));
        self.load();
    }
}

fn shown_link(name: &str, link: &str) -> AnyView {
    view! {
        <div class="banner" data-tone="ok" role="status">
            <div>
                <p dir="auto"><b>{words::clinic_link_for(name)}</b></p>
                <p><code>{link.to_owned()}</code></p>
                <p>{words::clinic_link_how()}</p>
            </div>
        </div>
    }
    .into_any()
}

fn list(all: Everybody, lines: Vec<StaffLine>) -> AnyView {
    let lines: Vec<_> = lines.into_iter().map(|line| one(all, line)).collect();
    view! { <ul class="card" role="list">{lines}</ul> }.into_any()
}

fn one(all: Everybody, line: StaffLine) -> AnyView {
    let (tone, icon, state) = match (line.ended, line.set_up) {
        (true, _) => (Tone::Neutral, Icon::Lock, words::clinic_staff_ended()),
        (false, true) => (Tone::Ok, Icon::Check, words::clinic_staff_set_up()),
        (false, false) => (Tone::Wait, Icon::Clock, words::clinic_staff_not_set_up()),
    };
    let does = match line.prescribes {
        true => words::clinic_staff_and_prescribes(&role_of_one(&line.role)),
        false => role_of_one(&line.role),
    };
    let (name, asked) = (line.name.clone(), line.clone());
    let change = move |_| {
        all.changing.set(Some(asked.clone()));
        all.office.seat.form().set(Some(form::MEMBER));
    };
    let (change_label, link_label) =
        (words::clinic_staff_change(&line.name), words::clinic_staff_link(&line.name));
    let is_here = !line.ended;
    let link = move |_| all.new_link(line.clone());
    let link = is_here.then(|| {
        view! {
           <button type="button" class="button plain" aria-label=link_label on:click=link>
               {words::clinic_staff_link_short()}
           </button>
        }
    });
    view! {
        <li class="office-line">
            <div><b dir="auto">{name}</b><p class="soft">{does}</p></div>
            <Tag tone=tone icon=icon label=state/>
            <button type="button" class="button quiet" aria-label=change_label on:click=change>
                {words::clinic_change_open()}
            </button>
            {link}
        </li>
    }
    .into_any()
}

fn add(all: Everybody) -> AnyView {
    let (name, missing) = (text(), RwSignal::new(false));
    let (role, prescribes) = (RwSignal::new(String::from("nurse")), RwSignal::new(false));
    let content = move || {
        let press = move || {
            let Some(name) = filled(name, missing) else { return };
            all.add(name, role.get_untracked(), prescribes.get_untracked());
        };
        let fields = view! {
            {input("staff-name", "text", words::clinic_staff_name(), name)}
            {duties(role, prescribes)}
        };
        let label = words::clinic_staff_add_do();
        deciding(all.office.seat, fields.into_any(), missing, label, false, press)
    };
    let title = words::clinic_staff_add_title();
    sheet(all.office.seat, form::ADD, title, words::clinic_cancel(), content)
}

fn change(all: Everybody) -> AnyView {
    let content = move || {
        let Some(line) = all.changing.get_untracked() else { return ().into_any() };
        let role = RwSignal::new(line.role.clone());
        let (prescribes, ended) = (RwSignal::new(line.prescribes), RwSignal::new(line.ended));
        let who = form::facts(std::iter::once((words::clinic_staff_who(), line.name.clone())));
        let press = move || {
            let (role, prescribes) = (role.get_untracked(), prescribes.get_untracked());
            all.change(StaffLine {
                role,
                prescribes,
                ended: ended.get_untracked(),
                ..line.clone()
            });
        };
        let fields = view! {
            {who}
            {duties(role, prescribes)}
            {tick(words::clinic_staff_end(), ended)}
        };
        let (missing, label) = (RwSignal::new(false), words::clinic_staff_change_do());
        deciding(all.office.seat, fields.into_any(), missing, label, false, press)
    };
    let title = words::clinic_staff_change_title();
    sheet(all.office.seat, form::MEMBER, title, words::clinic_cancel(), content)
}

fn duties(role: RwSignal<String>, prescribes: RwSignal<bool>) -> AnyView {
    let roles = ROLES.iter().map(|role| ((*role).to_owned(), role_of_one(role)));
    view! {
        {choice("staff-role", words::clinic_staff_role(), roles.collect(), role)}
        {tick(words::clinic_staff_prescribes(), prescribes)}
    }
    .into_any()
}

/// A role that this program does not know stays as it is called.
fn role_of_one(role: &str) -> String {
    match role {
        "front_desk" => words::clinic_role_front_desk(),
        "nurse" => words::clinic_is_nurse(),
        "clinician" => words::clinic_is_clinician(),
        "pharmacist" => words::clinic_is_pharmacist(),
        "admin" => words::clinic_is_admin(),
        other => other.to_owned(),
    }
}
