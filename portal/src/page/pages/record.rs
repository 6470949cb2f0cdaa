//! The record by its sections, everything on one line of time, and any one thing of it.

use std::sync::Arc;

use leptos::prelude::*;
use shared::id::EntryId;
use shared::view::sections::{Overview, Row, SectionAnswer};
use shared::view::timeline::{Moment, Timeline as Moments};
use shared::view::{EntryAnswer, Section};

use super::chart_words::{
    icon_of, name_of, other_facts, recorded, result_line, row_line, when_words,
};
use super::loaded::loaded_banner;
use super::message_words::state_words;
use super::not_found::Missing;
use super::papers::papers;
use super::portions::{Long, portions};
use super::say_wrong;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::BackLink;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::line::{Line, lines};
use crate::page::ui::screen::Screen;
use crate::page::ui::table::facts;
use crate::page::ui::tag::{Tag, Tone};

/// Rows and moments of the first answer, and how many more a press brings.
const ROWS: u32 = 60;
const MOMENTS: u32 = 50;

/// Every section with its place in the address, its icon and its name.
fn sections() -> [(Section, &'static str, Icon, String); 15] {
    [
        (Section::Conditions, "conditions", Icon::Pulse, words::record_conditions()),
        (Section::Allergies, "allergies", Icon::Alert, words::record_allergies()),
        (Section::Shots, "shots", Icon::Vaccine, words::record_shots()),
        (Section::Visits, "visits", Icon::Calendar, words::record_visits()),
        (Section::Plan, "care-plan", Icon::Flag, words::record_care_plan()),
        (Section::Documents, "documents", Icon::Document, words::record_documents()),
        (Section::Procedures, "procedures", Icon::Pulse, words::record_procedures()),
        (Section::CareTeam, "care-team", Icon::Person, words::record_care_team()),
        (Section::Social, "habits", Icon::Person, words::record_social()),
        (Section::Family, "family", Icon::Person, words::record_family()),
        (Section::Devices, "devices", Icon::Settings, words::record_devices()),
        (Section::Orders, "orders", Icon::Edit, words::record_orders()),
        (Section::Insurance, "insurance", Icon::Document, words::record_insurance()),
        (Section::Person, "person", Icon::Person, words::record_person()),
        (Section::Other, "other", Icon::Document, words::record_other()),
    ]
}

fn described(section: Section) -> (Section, &'static str, Icon, String) {
    sections().into_iter().find(|(one, ..)| *one == section).expect("each section is in the list")
}

/// These are always offered, so that an empty one can say that it is.
const ALWAYS: usize = 6;

#[component]
pub(crate) fn Record() -> impl IntoView {
    let answer = expect_context::<Session>().ask(Ask::Overview);
    let list = move || {
        answer.with(|answer| match answer {
            Some(Answer::Overview(found)) => overview(found),
            Some(_) | None => view! { <Skeleton label=words::record_loading()/> }.into_any(),
        })
    };
    view! {
        <Screen name=words::places_record()>
            <h1>{words::places_record()}</h1>
            {list}
        </Screen>
    }
}

fn overview(found: &Overview) -> AnyView {
    let place = |href: String, icon, title, details| Line {
        href: Some(href),
        icon: Some(icon),
        title,
        details,
        ..Line::default()
    };
    let mut rows = Vec::new();
    for (order, (section, path, icon, title)) in sections().into_iter().enumerate() {
        let count = found.counts.iter().find(|(one, _)| *one == section);
        let count = count.map_or(0, |(_, count)| *count);
        if order < ALWAYS || count > 0 {
            let details = if count > 0 { vec![words::record_count(count)] } else { Vec::new() };
            rows.push(place(format!("/record/{path}"), icon, title, details));
        }
    }
    let more = vec![
        place("/record/timeline".to_owned(), Icon::Clock, words::timeline_title(), Vec::new()),
        place("/asked".to_owned(), Icon::Message, words::visit_ask_yours(), Vec::new()),
        place("/search".to_owned(), Icon::Search, words::places_search(), Vec::new()),
        place("/share".to_owned(), Icon::Share, words::places_share(), Vec::new()),
    ];
    view! { {loaded_banner(found.loaded)}{lines(rows, true)}{lines(more, true)} }.into_any()
}

#[component]
pub(crate) fn RecordSection(path: String) -> AnyView {
    let found = sections().into_iter().find(|(_, known, _, _)| *known == path);
    let Some((section, _, _, title)) = found else {
        return view! { <Missing/> }.into_any();
    };
    let list = portions(Long {
        ask: Arc::new(move |from| Ask::Section { section, from, rows: ROWS }),
        show: |answer, first| match answer {
            Answer::Section(found) if first => one_section(found),
            Answer::Section(found) => rows_of(found),
            _ => ().into_any(),
        },
        next: |answer| if let Answer::Section(found) = answer { found.next } else { None },
    });
    view! {
        <Screen name=title.clone()>
            <div>
                <BackLink href="/record" label=words::places_record()/>
                <h1>{title}</h1>
            </div>
            {list}
        </Screen>
    }
    .into_any()
}

fn rows_of(found: &SectionAnswer) -> AnyView {
    lines(found.rows.iter().map(row_line).collect(), true)
}

fn one_section(found: &SectionAnswer) -> AnyView {
    let own = found.own.iter().map(|row| Line {
        href: row.added_by.is_none().then(|| "/asked".to_owned()),
        title: row.name.clone(),
        details: row.detail.iter().chain(&row.added_by).cloned().collect(),
        tag: row.state.as_ref().map(|state| {
            let state = state_words(state);
            (state.tone, state.icon, state.short)
        }),
        ..Line::default()
    });
    let own: Vec<_> = own.collect();
    let more = match found.section {
        Section::Visits => Some(("/visit/ask", Icon::Calendar, words::visit_ask_title())),
        Section::Allergies => Some(("/add/allergy", Icon::Plus, words::add_allergy())),
        Section::Person
        | Section::Conditions
        | Section::Shots
        | Section::Procedures
        | Section::Plan
        | Section::CareTeam
        | Section::Documents
        | Section::Family
        | Section::Social
        | Section::Devices
        | Section::Insurance
        | Section::Orders
        | Section::Other => None,
    };
    let ask = more.map(|(href, icon, title)| {
        let line = Line { href: Some(href.to_owned()), icon: Some(icon), title, ..Line::default() };
        lines(vec![line], true)
    });
    let list = if found.rows.is_empty() && own.is_empty() {
        let (_, _, icon, name) = described(found.section);
        view! {
            <Empty icon=icon title=words::record_section_empty(&name)
                text=words::record_section_empty_text()/>
        }
        .into_any()
    } else {
        lines(found.rows.iter().map(row_line).chain(own).collect(), true)
    };
    view! { {loaded_banner(found.loaded)}{list}{ask} }.into_any()
}

// --- The line of time ---

#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let list = portions(Long {
        ask: Arc::new(|from| Ask::Timeline { from, limit: MOMENTS }),
        show: |answer, first| match answer {
            Answer::Timeline(found) => moments(found, first),
            _ => ().into_any(),
        },
        next: |answer| if let Answer::Timeline(found) = answer { found.next } else { None },
    });
    view! {
        <Screen name=words::timeline_title()>
            <div>
                <BackLink href="/record" label=words::places_record()/>
                <h1>{words::timeline_title()}</h1>
            </div>
            {list}
        </Screen>
    }
}

fn moments(found: &Moments, first: bool) -> AnyView {
    let banner = first.then(|| loaded_banner(found.loaded));
    if found.moments.is_empty() {
        return view! {
            {banner}
            <Empty icon=Icon::Clock title=words::timeline_empty()
                text=words::record_section_empty_text()/>
        }
        .into_any();
    }
    let mut year = String::new();
    let mut parts = Vec::new();
    let mut rows = Vec::new();
    for moment in &found.moments {
        let when = match moment {
            Moment::Entry(row) => row.when.or_else(|| recorded(row)),
            Moment::Results(panel) => panel.when,
        };
        let now = when.map_or_else(words::results_no_day, |when| when.year().to_string());
        if now != year {
            if !rows.is_empty() {
                parts.push(year_of(&year, std::mem::take(&mut rows)));
            }
            year = now;
        }
        rows.push(match moment {
            Moment::Entry(row) => entry_line(row),
            Moment::Results(panel) => panel_line(panel),
        });
    }
    parts.push(year_of(&year, rows));
    view! { {banner}{parts} }.into_any()
}

/// With the day on which it was written down, where nobody says when it was.
fn entry_line(row: &Row) -> Line {
    let mut line = Line { icon: Some(icon_of(row.kind)), ..row_line(row) };
    if let Some(day) = recorded(row).filter(|_| row.when.is_none()) {
        line.details.insert(0, format!("{}: {}", words::fact_recorded(), time::date(day)));
    }
    line
}

fn year_of(year: &str, rows: Vec<Line>) -> AnyView {
    view! { <section class="panel"><h2>{year.to_owned()}</h2>{lines(rows, true)}</section> }
        .into_any()
}

/// A whole panel is one moment; it leads to its first result.
fn panel_line(panel: &shared::view::results::Panel) -> Line {
    let rows: Vec<Line> = panel.rows.iter().map(result_line).collect();
    let names: Vec<String> = rows.iter().map(|row| row.title.clone()).take(4).collect();
    let href = match (panel.report, rows.into_iter().next()) {
        (_, Some(first)) => first.href,
        (Some(report), None) => Some(format!("/record/entry/{report}")),
        (None, None) => None,
    };
    let mut details: Vec<String> = panel.when.map(time::date_and_time).into_iter().collect();
    details.push(names.join(", "));
    details.retain(|detail| !detail.is_empty());
    let title = panel.title.clone().unwrap_or_else(|| match panel.home {
        true => words::results_from_home(),
        false => words::places_results(),
    });
    Line { href, icon: Some(Icon::Results), title, details, ..Line::default() }
}

// --- One thing ---

#[component]
pub(crate) fn RecordEntry(id: String) -> AnyView {
    let Ok(entry) = id.parse::<EntryId>() else {
        return view! { <Missing/> }.into_any();
    };
    let answer = expect_context::<Session>().ask(Ask::Entry { entry });
    let screen = move || {
        answer.with(|answer| match answer {
            Some(Answer::Entry(Some(found))) => one_entry(found),
            Some(_) => view! { <Missing/> }.into_any(),
            None => view! {
                <Screen name=words::places_record()>
                    <h1>{words::places_record()}</h1>
                    <Skeleton label=words::record_loading()/>
                </Screen>
            }
            .into_any(),
        })
    };
    screen.into_any()
}

fn one_entry(found: &EntryAnswer) -> AnyView {
    let row = &found.row;
    let section = found
        .section
        .and_then(|section| sections().into_iter().find(|(known, _, _, _)| *known == section));
    let (href, label) = match section {
        Some((_, path, _, title)) => (format!("/record/{path}"), title),
        None => ("/record".to_owned(), words::places_record()),
    };
    let mut about = other_facts(row, &[]);
    about.push((words::fact_source(), row.source.clone()));
    about.extend(row.by_hand.clone().map(|by| (words::fact_by_hand(), by)));
    let tag = row_line(row).tag.map(|(tone, icon, label)| {
        view! { <Tag tone=tone icon=icon label=label/> }
    });
    let notices = row.taken_back.iter().map(|why| (Tone::Alert, words::result_taken_back(why)));
    let notices = notices
        .chain(row.said_wrong.iter().map(|text| (Tone::Info, words::record_said_wrong(text))));
    let notices: Vec<_> = notices
        .map(|(tone, text)| view! { <Banner tone=tone icon=Icon::Info>{text}</Banner> })
        .collect();
    let name = name_of(row);
    let when = when_words(row).map(|when| view! { <p class="soft">{when}</p> });
    let papers = papers(row.entry, &found.papers);
    let wrong = say_wrong::link(row.entry);
    view! {
        <Screen name=words::record_entry()>
            <div>
                <a class="back" href=href><Picture of=Icon::Back/>{label}</a>
                <h1 dir="auto">{name}</h1>
                {when}
                {tag}
            </div>
            {notices}
            {papers}
            <section class="card" aria-label=words::record_entry()>{facts(about)}</section>
            {wrong}
        </Screen>
    }
    .into_any()
}
