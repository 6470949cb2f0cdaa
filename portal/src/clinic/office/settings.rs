//! What the clinic says about itself and how it works: written by the administrator, read by patients
//! and staff.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::time::Day;
use shared::view::desk::settings::{ClinicSettings, InBoth, SavedReply, Wrong};

use super::Office;
use super::client::{self, Settings};
use crate::clinic::form::{area, input, tick};
use crate::page::i18n::{time, words};

#[derive(Clone, Copy)]
struct Page {
    office: Office,
    shown: RwSignal<Option<Settings>>,
    /// What became of the last try.
    said: RwSignal<Option<String>>,
    wrong: RwSignal<Option<String>>,
}

/// What is being typed. Each field is a signal of its own, so that the form stays as it is.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    address: RwSignal<String>,
    phone: RwSignal<String>,
    after_hours: RwSignal<String>,
    emergency_number: RwSignal<String>,
    hours: Both,
    away: Both,
    week: [RwSignal<bool>; 7],
    closed_days: RwSignal<String>,
    target_days: RwSignal<String>,
    replies: RwSignal<Vec<(u32, Reply)>>,
}

#[derive(Clone, Copy)]
struct Both {
    en: RwSignal<String>,
    es: RwSignal<String>,
}

#[derive(Clone, Copy)]
struct Reply {
    title: RwSignal<String>,
    text: Both,
}

pub(super) fn settings(office: Office) -> AnyView {
    let page = Page {
        office,
        shown: RwSignal::new(None),
        said: RwSignal::new(None),
        wrong: RwSignal::new(None),
    };
    page.load();
    let body = move || page.shown.get().map(|shown| form(page, &shown));
    view! {
        <h1>{words::clinic_settings_title()}</h1>
        <p class="soft">{words::clinic_settings_how()}</p>
        {body}
    }
    .into_any()
}

impl Page {
    fn load(self) {
        spawn_local(async move {
            match client::settings().await {
                Ok(shown) => {
                    self.office.worked();
                    self.shown.set(Some(shown));
                }
                Err(why) => self.office.failed(why, move || self.load()),
            }
        });
    }

    fn save(self, new: Settings) {
        self.said.set(None);
        spawn_local(async move {
            match client::change_settings(&new).await {
                Ok((now, is_done)) => {
                    self.office.worked();
                    self.shown.set(Some(now));
                    let said = match is_done {
                        true => words::clinic_settings_saved(),
                        false => words::clinic_settings_behind(),
                    };
                    self.said.set(Some(said));
                }
                Err(why) => self.office.failed(why, move || self.save(new.clone())),
            }
        });
    }
}

impl Both {
    fn of(both: &InBoth) -> Self {
        Self { en: RwSignal::new(both.en.clone()), es: RwSignal::new(both.es.clone()) }
    }

    fn read(self) -> InBoth {
        InBoth { en: trimmed(self.en), es: trimmed(self.es) }
    }
}

fn trimmed(text: RwSignal<String>) -> String {
    text.with_untracked(|text| text.trim().to_owned())
}

impl Reply {
    fn of(reply: &SavedReply) -> Self {
        Self { title: RwSignal::new(reply.title.clone()), text: Both::of(&reply.text) }
    }
}

impl Typed {
    fn of(settings: &ClinicSettings) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let closed: Vec<_> = settings.closed_days.iter().map(Day::to_string).collect();
        let replies = (0..).zip(settings.replies.iter().map(Reply::of));
        Self {
            name: text(&settings.name),
            address: text(&settings.address),
            phone: text(&settings.phone),
            after_hours: text(&settings.after_hours),
            emergency_number: text(&settings.emergency_number),
            hours: Both::of(&settings.hours),
            away: Both::of(&settings.away),
            week: settings.week.map(RwSignal::new),
            closed_days: text(&closed.join("\n")),
            target_days: text(&settings.target_days.to_string()),
            replies: RwSignal::new(replies.collect()),
        }
    }

    /// As it would be kept, or what is wrong with it.
    fn read(self) -> Result<ClinicSettings, String> {
        let closed = self.closed_days.get_untracked();
        let closed = closed.split_whitespace().map(str::parse).collect::<Result<Vec<Day>, _>>();
        let replies = self
            .replies
            .get_untracked()
            .into_iter()
            .map(|(_, reply)| SavedReply { title: trimmed(reply.title), text: reply.text.read() });
        let settings = ClinicSettings {
            name: trimmed(self.name),
            address: trimmed(self.address),
            phone: trimmed(self.phone),
            after_hours: trimmed(self.after_hours),
            emergency_number: trimmed(self.emergency_number),
            hours: self.hours.read(),
            away: self.away.read(),
            week: self.week.map(|day| day.get_untracked()),
            closed_days: closed.map_err(|_| words::clinic_settings_bad_day())?,
            target_days: trimmed(self.target_days).parse().unwrap_or(0),
            replies: replies.collect(),
        };
        settings.check().map_err(wrong_words)?;
        Ok(settings)
    }
}

fn wrong_words(wrong: Wrong) -> String {
    match wrong {
        Wrong::NoName => words::clinic_settings_no_name(),
        Wrong::TooLong => words::clinic_settings_long(),
        Wrong::TooMany => words::clinic_settings_many(),
        Wrong::NoDays => words::clinic_settings_no_days(),
        Wrong::Target => words::clinic_settings_bad_target(),
        Wrong::EmptyReply => words::clinic_settings_empty_reply(),
    }
}

fn form(page: Page, shown: &Settings) -> AnyView {
    let (typed, number) = (Typed::of(&shown.settings), shown.number);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let read = typed.read();
        page.wrong.set(read.as_ref().err().cloned());
        if let Ok(settings) = read {
            page.save(Settings { number, settings });
        }
    };
    view! {
        <form class="card stack office-settings" on:submit=submit>
            {input("clinic-name", "text", words::clinic_settings_name(), typed.name)}
            {area("clinic-address", words::clinic_settings_address(), typed.address)}
            {input("clinic-phone", "tel", words::clinic_settings_phone(), typed.phone)}
            {input("clinic-after", "tel", words::clinic_settings_after(), typed.after_hours)}
            {input(
                "clinic-emergency", "tel", words::clinic_settings_emergency(), typed.emergency_number,
            )}
            {area("clinic-hours", words::clinic_settings_hours(), typed.hours.en)}
            {area("clinic-hours-es", words::clinic_settings_hours_es(), typed.hours.es)}
            {area("clinic-away", words::clinic_settings_away(), typed.away.en)}
            {area("clinic-away-es", words::clinic_settings_away_es(), typed.away.es)}
            {work(typed)}
            {replies(typed)}
            <p class="error" role="alert">{move || page.wrong.get()}</p>
            <button type="submit" class="button wide">{words::clinic_settings_save()}</button>
            <p class="soft" role="status">{move || page.said.get()}</p>
        </form>
    }
    .into_any()
}

/// When an answer is late.
fn work(typed: Typed) -> AnyView {
    let days = (0..).zip(typed.week).map(|(day, on)| tick(time::day_of_week(day), on));
    view! {
        <fieldset class="bar">
            <legend>{words::clinic_settings_week()}</legend>
            {days.collect_view()}
        </fieldset>
        {area("clinic-closed", words::clinic_settings_closed(), typed.closed_days)}
        {input("clinic-target", "number", words::clinic_settings_target(), typed.target_days)}
    }
    .into_any()
}

fn replies(typed: Typed) -> AnyView {
    let add = move |_| {
        typed.replies.update(|replies| {
            let key = replies.iter().map(|(key, _)| key + 1).max().unwrap_or(0);
            replies.push((key, Reply::of(&SavedReply::default())));
        });
    };
    let one = move |(key, reply): (u32, Reply)| {
        let remove = move |_| typed.replies.update(|replies| replies.retain(|(k, _)| *k != key));
        view! {
            <fieldset class="stack">
                <legend>{move || reply.title.get()}</legend>
                {labelled(format!("title-{key}"), words::clinic_settings_reply_title(), reply.title)}
                {labelled(format!("en-{key}"), words::clinic_settings_reply_en(), reply.text.en)}
                {labelled(format!("es-{key}"), words::clinic_settings_reply_es(), reply.text.es)}
                <button type="button" class="button plain" on:click=remove>
                    {words::clinic_settings_reply_remove()}
                </button>
            </fieldset>
        }
    };
    view! {
        <h2>{words::clinic_settings_replies()}</h2>
        <p class="soft">{words::clinic_settings_reply_how()}</p>
        <For each=move || typed.replies.get() key=|(key, _)| *key children=one/>
        <div>
            <button type="button" class="button quiet" on:click=add>
                {words::clinic_settings_reply_add()}
            </button>
        </div>
    }
    .into_any()
}

/// A field of one of many.
fn labelled(id: String, label: String, value: RwSignal<String>) -> AnyView {
    let named = id.clone();
    view! {
        <div class="field">
            <label for=named>{label}</label>
            <textarea
                class="input" id=id rows="1" dir="auto" prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}
