//! Home: what is new, what comes next, and what waits on this device.

use leptos::prelude::*;
use shared::view::home::{Due, NextVisit, RunsOut};
use shared::view::results::ResultRow;
use shared::view::{ItemState, Loaded, ThreadRow, Threads};

use super::ask_again::AskAgain;
use super::chart_words::{result_line, row_line, value_and_unit};
use super::loaded::loaded_banner;
use super::message_words::{EmergencyLine, state_words, topic_words};
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::session::{Asked, Session};
use crate::page::ui::button::LinkButton;
use crate::page::ui::card::Card;
use crate::page::ui::icon::Icon;
use crate::page::ui::line::{Line, lines};
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::{Screen, Width};
use crate::page::ui::tag::Tone;

/// The rest is one tap away; a list of numbers must not hide an answer of the clinic.
const RESULTS_MAX: usize = 3;

#[component]
pub(crate) fn Home() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let home = session.ask(Ask::Home { now: time::now() });
    let greeting = move || {
        let who = session.who().get()?;
        let record = who.records.iter().find(|record| record.patient == who.open)?;
        Some(if record.own {
            words::home_hello(who.name.split_whitespace().next().unwrap_or_default())
        } else {
            words::home_of(&record.name)
        })
    };
    view! {
        <Screen name=words::places_home() width=Width::Wide>
            <div>
                <h1>{greeting}</h1>
                <p class="soft date">{time::long_day(time::now())}</p>
                <EmergencyLine/>
            </div>
            <div class="columns">
                <div class="stack" class:filling=move || home.with(|home| !is_whole(home_of(home)))>
                    <Card id="new" title=words::home_new() flush=true>
                        {move || home.with(|home| new_rows(home_of(home)))}
                    </Card>
                    <LinkButton href="/messages/new".to_owned() label=words::action_write()
                        icon=Icon::Edit/>
                </div>
                <div class="stack">
                    <AskAgain session=session/>
                    {move || home.with(|home| home_of(home).and_then(next_visit))}
                    {move || waiting(session, threads)}
                </div>
            </div>
        </Screen>
    }
}

fn home_of(answer: &Option<Answer>) -> Option<&shared::view::home::Home> {
    // The worker answers the question that was asked.
    if let Some(Answer::Home(home)) = answer { Some(home) } else { None }
}

/// Nothing is missing from it, so what it does not name is not there.
fn is_whole(home: Option<&shared::view::home::Home>) -> bool {
    home.is_some_and(|home| home.loaded == Loaded::All)
}

/// What is out of range first, then what needs the person, then what is only news.
fn new_rows(home: Option<&shared::view::home::Home>) -> AnyView {
    let mut rows = Vec::new();
    if let Some(home) = home {
        rows.extend(home.new_results.iter().take(RESULTS_MAX).map(new_result));
        rows.extend(home.runs_out.iter().map(runs_out));
        rows.extend(home.unread.iter().map(new_thread));
        rows.extend(home.due.iter().map(due));
    }
    if rows.is_empty() && is_whole(home) {
        let title = words::home_nothing_new();
        rows.push(Line { icon: Some(Icon::Ok), title, ..Line::default() });
    }
    let loaded = home.map_or(Loaded::All, |home| home.loaded);
    // What is soon over stands below them, so that they stay where they are when it goes.
    let (above, below) = match loaded {
        Loaded::NotYet if !rows.is_empty() => (None, loaded_banner(loaded)),
        Loaded::NotYet | Loaded::All | Loaded::Unreadable => (loaded_banner(loaded), None),
    };
    view! { {above}{lines(rows, false)}{below} }.into_any()
}

fn new_result(row: &ResultRow) -> Line {
    let line = result_line(row);
    let when = row.when.map(time::date).unwrap_or_default();
    Line {
        icon: Some(Icon::Results),
        title: words::home_new_result(&line.title),
        details: vec![words::state_with_time(&value_and_unit(&row.shown), &when)],
        number: None,
        range: None,
        ..line
    }
}

fn runs_out(row: &RunsOut) -> Line {
    let name = row.name.as_deref().unwrap_or_default();
    let title = match u32::try_from(row.days_left) {
        Ok(0) | Err(_) => words::home_ran_out(name),
        Ok(days) => words::home_runs_out(days, name),
    };
    Line {
        href: Some(format!("/medicines/{}", row.medicine)),
        icon: Some(Icon::Pill),
        title,
        details: row.asked.then(words::home_refill_asked).into_iter().collect(),
        ..Line::default()
    }
}

fn new_thread(row: &ThreadRow) -> Line {
    let title = match &row.newest_from {
        Some(name) => words::home_answered(name),
        None => words::home_new_message(),
    };
    Line {
        href: Some(format!("/messages/{}", row.thread)),
        icon: Some(Icon::Message),
        title,
        details: vec![topic_words(row.topic.clone())],
        tag: Some((Tone::Info, Icon::Info, words::messages_new(row.unread))),
        ..Line::default()
    }
}

fn due(row: &Due) -> Line {
    let day = time::date(row.on);
    let said = if row.is_over { words::home_was_due(&day) } else { words::home_due(&day) };
    Line {
        href: Some(format!("/record/entry/{}", row.entry)),
        icon: Some(Icon::Flag),
        title: row.name.clone().unwrap_or_else(words::record_unnamed),
        details: vec![said],
        ..Line::default()
    }
}

fn next_visit(home: &shared::view::home::Home) -> Option<AnyView> {
    let (href, title, when, more) = match home.next_visit.as_ref()? {
        NextVisit::Chart { row } => {
            let line = row_line(row);
            let when = row.when.map(time::appointment).unwrap_or_default();
            let more = line.details.into_iter().skip(1).collect();
            (format!("/visit/{}", row.entry), line.title, when, more)
        }
        NextVisit::Answered { request: _, at, with, place } => {
            let title = with.clone().unwrap_or_else(words::visit_title);
            let more: Vec<_> = place.iter().cloned().collect();
            ("/record/visits".to_owned(), title, time::appointment(*at), more)
        }
    };
    let mut details = vec![when];
    details.extend(more);
    let row =
        Line { href: Some(href), icon: Some(Icon::Calendar), title, details, ..Line::default() };
    let more = ("/record/visits".to_owned(), words::home_all_visits());
    Some(
        view! {
            <Card id="next-visit" title=words::visit_title() flush=true more=more>
                {lines(vec![row], false)}
            </Card>
        }
        .into_any(),
    )
}

/// What is on this device and nowhere else, and what was not sent: each with the way to it.
fn waiting(session: Session, threads: Asked<Threads>) -> Option<AnyView> {
    let waiting = session.waiting();
    let unsent = Memo::new(move |_| waiting.get().map_or(0, |waiting| waiting.unsent));
    let refused = Memo::new(move |_| waiting.get().map_or(0, |waiting| waiting.refused));
    let card = move || {
        let (unsent, refused) = (unsent.get(), refused.get());
        if unsent == 0 && refused == 0 {
            return None;
        }
        let rows = threads.get().map_or_else(Vec::new, |all| all.rows);
        let rows: Vec<_> = rows.into_iter().filter_map(waiting_row).collect();
        let title =
            if refused > 0 { words::home_not_sent(refused) } else { words::state_saved_here() };
        let more = ("/activity".to_owned(), words::home_see_all(unsent + refused));
        Some(view! {
            <Card id="waiting" title=title flush=true more=more><Rows>{rows}</Rows></Card>
        })
    };
    Some(view! { {card} }.into_any())
}

pub(super) fn waiting_row(row: ThreadRow) -> Option<AnyView> {
    let state = row.newest_state.as_ref()?;
    let detail = match state {
        ItemState::SavedHere { at, .. } => words::home_sends_later(&time::moment(*at)),
        ItemState::NotSent { .. } => state_words(state).long,
        ItemState::Sent { .. }
        | ItemState::AtTheClinic { .. }
        | ItemState::ReadBy { .. }
        | ItemState::Answered { .. } => return None,
    };
    let icon = state_words(state).icon;
    Some(
        view! {
            <RowLink href=format!("/messages/{}", row.thread) icon=icon title=topic_words(row.topic)
                detail=detail/>
        }
        .into_any(),
    )
}
