//! One record, as the clinic reads it. Whoever has no work in it says why it has to be opened, and the
//! patient reads that.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::PatientId;
use shared::view::desk::context::PatientContext;
use shared::view::desk::queue::QueueLine;

use super::Office;
use super::client::{self, RecordLine};
use crate::clinic::client::{Failed, context};
use crate::clinic::context::{about_lines, around, clinical};
use crate::clinic::form::{area, born, choice, optional};
use crate::clinic::line::kind_words;
use crate::clinic::top::{INBOX, PEOPLE};
use crate::page::i18n::{reasons, time, words};
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

/// As the server calls them.
const REASONS: [&str; 5] = ["emergency", "patient_asks", "stands_in", "puts_right", "other"];

#[derive(Clone, Copy)]
struct Page {
    office: Office,
    patient: PatientId,
    shown: RwSignal<Shown>,
}

#[derive(Clone, PartialEq)]
enum Shown {
    Opening,
    /// No work of whoever sits here.
    Closed(RecordLine),
    Open(Box<(RecordLine, PatientContext, Vec<QueueLine>)>),
}

pub(super) fn record(office: Office, patient: PatientId) -> AnyView {
    let page = Page { office, patient, shown: RwSignal::new(Shown::Opening) };
    page.load();
    let body = move || match page.shown.get() {
        Shown::Opening => view! { <p role="status">{words::clinic_opening()}</p> }.into_any(),
        Shown::Closed(record) => closed(page, &record),
        Shown::Open(open) => {
            let (record, known, items) = *open;
            opened(&record, &known, &items)
        }
    };
    view! {
        {body}
        <p><a href=format!("#{PEOPLE}")>{words::clinic_people()}</a></p>
    }
    .into_any()
}

impl Page {
    fn load(self) {
        spawn_local(async move {
            let shown = match self.fetch().await {
                Ok(shown) => shown,
                Err(why) => return self.office.failed(why, move || self.load()),
            };
            self.office.worked();
            self.shown.set(shown);
        });
    }

    async fn fetch(self) -> Result<Shown, Failed> {
        let record = client::record(self.patient).await?;
        let known = match context(self.patient).await {
            Ok(known) => known,
            Err(Failed::NoRelation) => return Ok(Shown::Closed(record)),
            Err(why) => return Err(why),
        };
        let items = client::items(self.patient).await?;
        Ok(Shown::Open(Box::new((record, known, items))))
    }

    fn open(self, reason: String, said: Option<String>) {
        spawn_local(async move {
            match client::open(self.patient, &reason, said.as_deref()).await {
                Ok(()) => self.load(),
                Err(why) => {
                    self.office.failed(why, move || self.open(reason.clone(), said.clone()));
                }
            }
        });
    }
}

/// Who may not open it has no form: the server would refuse.
fn closed(page: Page, record: &RecordLine) -> AnyView {
    let born = born(&record.birth_date);
    let may_open = matches!(page.office.seat.role().as_deref(), Some("nurse" | "clinician"));
    let form = may_open.then(|| stating(page));
    view! {
        <h1 dir="auto">{words::clinic_named_and_born(&born, &record.name)}</h1>
        <p><b>{words::clinic_closed()}</b></p>
        <p>{words::clinic_closed_how()}</p>
        {form}
    }
    .into_any()
}

fn stating(page: Page) -> AnyView {
    let reason = RwSignal::new(REASONS[0].to_owned());
    let said = RwSignal::new(String::new());
    let missing = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (reason, said) = (reason.get_untracked(), optional(said));
        missing.set(reason == "other" && said.is_none());
        if !missing.get_untracked() {
            page.open(reason, said);
        }
    };
    let reasons = REASONS.map(|reason| (reason.to_owned(), reasons::one(reason)));
    let problem = move || missing.get().then(words::clinic_closed_say);
    view! {
        <form class="card stack office-code" on:submit=submit>
            {choice("reason", words::clinic_closed_reason(), reasons.into(), reason)}
            {area("said", words::clinic_closed_words(), said)}
            <p class="error" role="alert">{problem}</p>
            <button type="submit" class="button wide">{words::clinic_closed_open()}</button>
        </form>
    }
    .into_any()
}

fn opened(record: &RecordLine, known: &PatientContext, items: &[QueueLine]) -> AnyView {
    let until = known.open_until.map(|until| {
        let text = words::clinic_open_until(&time::moment(until));
        view! { <Banner tone=Tone::Wait icon=Icon::Eye>{text}</Banner> }
    });
    let about = about_lines(known, &record.birth_date).into_iter();
    let about = about.map(|line| view! { <span>{line}</span> });
    view! {
        {until}
        <h1 dir="auto">{record.name.clone()}</h1>
        <p class="soft stacked">{about.collect_view()}</p>
        <h2>{words::clinic_open_chart()}</h2>
        <div class="card stack office-record">{clinical(known)}{around(known)}</div>
        <h2>{words::clinic_open_items()}</h2>
        {list(items)}
    }
    .into_any()
}

fn list(items: &[QueueLine]) -> AnyView {
    if items.is_empty() {
        return view! { <p class="soft">{words::clinic_open_no_items()}</p> }.into_any();
    }
    let line = |line: &QueueLine| {
        let work = &line.work;
        let to = format!("{INBOX}#{}/{}", line.patient, work.item);
        view! {
            <li class="office-item">
                <a href=to dir="auto">{format!("{}: {}", kind_words(work.kind), work.title)}</a>
                <span class="soft">{time::moment(work.received_at)}</span>
            </li>
        }
    };
    let lines: Vec<_> = items.iter().map(line).collect();
    view! { <ul class="card" role="list">{lines}</ul> }.into_any()
}
