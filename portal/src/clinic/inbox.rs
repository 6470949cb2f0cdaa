//! The queue: filters, then warnings, then whoever waits longest.

use leptos::prelude::*;
use serde_json::json;
use shared::view::desk::queue::{Counts, Queue, QueueLine};

use super::client::Place;
use super::desk::Desk;
use super::line::{kind_icon, kind_words, state_words};
use crate::page::i18n::{signs, words};
use crate::page::ui::icon::Picture;

/// The filters, as the server calls them.
const SHOWS: [&str; 9] =
    ["all", "mine", "unassigned", "late", "messages", "refills", "visits", "others", "done"];

#[component]
pub(super) fn Inbox(desk: Desk) -> AnyView {
    let content = move || match desk.queue().get() {
        None => view! { <p class="desk-note">{words::clinic_opening()}</p> }.into_any(),
        Some(queue) if queue.lines.is_empty() => {
            view! { <p class="desk-note">{words::clinic_nothing_found()}</p> }.into_any()
        }
        Some(queue) => lines(desk, queue),
    };
    let counts = move || desk.queue().get().map(|queue| queue.counts).unwrap_or_default();
    let chips = move || SHOWS.map(|show| chip(desk, show, counts())).collect_view();
    view! {
        <nav class="queue" aria-labelledby="inbox">
            <div class="queue-head">
                <h1 id="inbox">{words::clinic_inbox()}</h1>
                <div class="chips" role="group" aria-label=words::clinic_filter()>{chips}</div>
            </div>
            <div class="queue-lines">{content}</div>
            <p class="queue-keys soft">{words::clinic_keys()}</p>
        </nav>
    }
    .into_any()
}

fn chip(desk: Desk, show: &'static str, counts: Counts) -> AnyView {
    let (name, count) = match show {
        "mine" => (words::clinic_mine(), Some(counts.mine)),
        "unassigned" => (words::clinic_unassigned(), Some(counts.unassigned)),
        "late" => (words::clinic_late_ones(), Some(counts.late)),
        "messages" => (words::clinic_kind_messages(), Some(counts.messages)),
        "refills" => (words::clinic_kind_refills(), Some(counts.refills)),
        "visits" => (words::clinic_kind_visits(), Some(counts.visits)),
        "others" => (words::clinic_kind_others(), Some(counts.others)),
        "done" => (words::clinic_done_ones(), None),
        _ => (words::clinic_all(), Some(counts.all)),
    };
    let pressed = move || (desk.shows().get() == show).to_string();
    view! {
        <button type="button" aria-pressed=pressed on:click=move |_| desk.show(show)>
            {name}" "<b>{count}</b>
        </button>
    }
    .into_any()
}

fn lines(desk: Desk, queue: Queue) -> AnyView {
    let lines: Vec<_> = queue.lines.into_iter().map(|line| one(desk, line)).collect();
    let more = queue.more.then(|| view! { <p class="desk-note">{words::clinic_more()}</p> });
    view! { <ul>{lines}</ul>{more} }.into_any()
}

fn one(desk: Desk, line: QueueLine) -> AnyView {
    let place = Place::of(&line);
    let current = move || (desk.place().get() == Some(place)).then_some("true");
    let state = state_words(&line);
    let urgent = line.late || line.call;
    let flagged = !line.red_flags.is_empty();
    let flag = flagged.then(|| flag(desk, &line));
    let by = line.by.as_ref().map(|by| words::clinic_by(by));
    let kind = kind_words(line.work.kind);
    let what = match line.work.title.is_empty() {
        true => kind,
        false => format!("{kind}: {}", line.work.title),
    };
    view! {
        <li class:flagged=flagged>
            <a href=format!("#{}", place.text()) aria-current=current>
                <b dir="auto">{line.patient_name}" "<small>{by}</small></b>
                <span class="queue-state" class:urgent=urgent>{state}</span>
                <span class="queue-topic" dir="auto">
                    <Picture of=kind_icon(line.work.kind)/>{what}
                </span>
                <span class="queue-excerpt soft" dir="auto">{line.work.excerpt}</span>
            </a>
            {flag}
        </li>
    }
    .into_any()
}

/// What the device found, and what somebody can say about it.
pub(super) fn flag(desk: Desk, line: &QueueLine) -> AnyView {
    let (place, notes, newest) = (Place::of(line), line.notes, line.work.newest);
    let settle = move |how: &'static str| {
        let what = json!({ "flag": { "how": how, "up_to": newest } });
        move |_| desk.note_on(place, notes, what.clone())
    };
    let found = line.red_flags.iter().map(|flag| {
        let sign = signs::one(&flag.code);
        match &flag.words {
            Some(words) => words::clinic_flag_found(&sign, words),
            None => sign,
        }
    });
    let found = words::clinic_flagged(&found.collect::<Vec<_>>().join(" · "));
    view! {
        <div class="flag" role="group" aria-label=words::clinic_flag_group(&line.patient_name)>
            <p><b>{found}</b></p>
            <button type="button" class="desk-button" on:click=settle("called")>
                {words::clinic_flag_called()}
            </button>
            <button type="button" class="desk-button" on:click=settle("seen")>
                {words::clinic_flag_seen()}
            </button>
            <button type="button" class="desk-button" on:click=settle("not_urgent")>
                {words::clinic_flag_not_urgent()}
            </button>
        </div>
    }
    .into_any()
}
