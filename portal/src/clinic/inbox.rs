//! The queue: filters, then warnings, then whoever waits longest.

use leptos::prelude::*;
use serde_json::json;
use shared::view::desk::queue::{Counts, QueueLine};

use super::client::Place;
use super::desk::Desk;
use super::line::{kind_icon, kind_words, state_words, wait_words};
use crate::page::i18n::{signs, words};
use crate::page::ui::icon::{Icon, Picture};

/// The filters, as the server calls them: whose it is, and what it is.
const WHOSE: [&str; 4] = ["all", "mine", "unassigned", "late"];
const WHAT: [&str; 5] = ["messages", "refills", "visits", "others", "done"];

#[component]
pub(super) fn Inbox(desk: Desk) -> AnyView {
    let counts = move || desk.queue().with(|queue| queue.as_ref().map(|it| it.counts));
    let open = move || {
        let all = counts()?.all;
        let alert = desk
            .queue()
            .with(|queue| queue.as_ref()?.lines.first().map(|line| !line.red_flags.is_empty()));
        Some(match alert {
            Some(true) => words::clinic_open_flags(all),
            _ => words::clinic_open(all),
        })
    };
    let chips = move |shows: &'static [&'static str]| {
        let counts = counts().unwrap_or_default();
        shows.iter().map(|show| chip(desk, show, counts)).collect_view()
    };
    view! {
        <nav class="queue" aria-labelledby="inbox">
            <div class="queue-head">
                <div class="bar split">
                    <h1 id="inbox">{words::clinic_inbox()}</h1>
                    <span class="soft">{open}</span>
                </div>
                <div role="group" aria-label=words::clinic_filter()>
                    <div class="chips">{move || chips(&WHOSE)}</div>
                    <div class="chips">{move || chips(&WHAT)}</div>
                </div>
            </div>
            <div class="queue-lines">{move || lines(desk)}</div>
            <p class="queue-keys" hidden=move || !desk.keys_on().get()>
                <kbd>"J"</kbd><kbd>"K"</kbd>{words::clinic_keys_move()}
                <kbd>"R"</kbd>{words::clinic_keys_reply()}
                <kbd>"/"</kbd>{words::clinic_keys_search()}
                <button type="button" on:click=move |_| desk.seat.form().set(Some("help"))>
                    <kbd>"?"</kbd>{words::clinic_keys_all()}
                </button>
            </p>
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

/// Which lines there are. What each says is the line's own matter, so that a line which stays is not
/// made anew, and keeps the focus, when another one comes.
fn lines(desk: Desk) -> AnyView {
    let places = Memo::new(move |_| {
        desk.queue().with(|queue| {
            let lines = &queue.as_ref()?.lines;
            Some(lines.iter().map(Place::of).collect::<Vec<_>>())
        })
    });
    let note = move || match places.with(|places| places.as_ref().map(Vec::is_empty)) {
        None => Some(words::clinic_opening()),
        Some(true) => Some(words::clinic_nothing_found()),
        Some(false) => None,
    };
    let each = move || places.get().unwrap_or_default();
    let page = move || desk.page().get();
    let more = move || desk.queue().with(|queue| queue.as_ref().is_some_and(|it| it.more));
    view! {
        <ul><For each=each key=|place| *place children=move |place| one(desk, place)/></ul>
        {move || note().map(|note| view! { <p class="desk-note">{note}</p> })}
        <div class="bar pages" hidden=move || !more() && page() == 0>
            <button
                type="button" class="button quiet" hidden=move || page() == 0
                on:click=move |_| desk.turn_to(desk.page().get_untracked().saturating_sub(1))
            >{words::clinic_page_before()}</button>
            <button
                type="button" class="button quiet" hidden=move || !more()
                on:click=move |_| desk.turn_to(desk.page().get_untracked() + 1)
            >{words::clinic_page_after()}</button>
        </div>
    }
    .into_any()
}

fn one(desk: Desk, place: Place) -> AnyView {
    let line = Memo::new(move |_| {
        desk.queue().with(|queue| {
            let mut lines = queue.as_ref()?.lines.iter();
            lines.find(|line| Place::of(line) == place).cloned()
        })
    });
    let current = move || (desk.place().get() == Some(place)).then_some("true");
    let flagged = Memo::new(move |_| line.with(|it| it.as_ref().is_some_and(is_flagged)));
    let flag = move || flagged.get().then(|| line.get_untracked().map(|line| settle(desk, &line)));
    view! {
        <li class:flagged=flagged>
            <a href=format!("#{}", place.text()) aria-current=current>
                {move || line.get().map(|line| summary(desk, &line))}
            </a>
            {flag}
        </li>
    }
    .into_any()
}

fn is_flagged(line: &QueueLine) -> bool {
    !line.red_flags.is_empty()
}

fn summary(desk: Desk, line: &QueueLine) -> AnyView {
    let by = line.by.as_ref().map(|by| words::clinic_by(first_name(by)));
    let (icon, class) = match (is_flagged(line), line.late || line.call) {
        (true, _) => (Icon::Flag, "queue-state flagged-words"),
        (false, true) => (if line.call { Icon::Call } else { Icon::Clock }, "queue-state urgent"),
        (false, false) => (Icon::Clock, "queue-state"),
    };
    let waits = {
        let line = line.clone();
        move || {
            desk.tick().track();
            match is_flagged(&line) {
                true => words::clinic_red_flag(&wait_words(line.work.received_at)),
                false => state_words(&line),
            }
        }
    };
    let work = &line.work;
    let what = match (is_flagged(line), work.title.is_empty()) {
        (true, _) => view! { {words::clinic_found()}" "<b>{found(line)}</b> }.into_any(),
        (false, true) => kind_words(work.kind).into_any(),
        (false, false) => match work.kind {
            shared::view::desk::WorkKind::Message => work.title.clone().into_any(),
            kind => format!("{}: {}", kind_words(kind), work.title).into_any(),
        },
    };
    let owner = super::line::short_owner(line.owner.as_ref(), desk);
    view! {
        <b dir="auto">{line.patient_name.clone()}" "<small>{by}</small></b>
        <span class=class><Picture of=icon/><span>{waits}</span></span>
        <span class="queue-topic">
            <Picture of=kind_icon(work.kind)/>
            <span dir="auto">{what}<span class="soft">" "{work.excerpt.clone()}</span></span>
        </span>
        {owner.map(|owner| view! {
            <span class="queue-owner soft"><Picture of=Icon::Person/>{owner}</span>
        })}
    }
    .into_any()
}

pub(super) fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// The person's own words that show the signs, else what the signs are.
fn found(line: &QueueLine) -> String {
    let each = line.red_flags.iter().map(|flag| match &flag.words {
        Some(words) => format!("\u{201c}{words}\u{201d}"),
        None => signs::one(&flag.code),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What somebody can say about what was found.
fn settle(desk: Desk, line: &QueueLine) -> AnyView {
    let (place, notes, newest) = (Place::of(line), line.notes, line.work.newest);
    let settle = move |how: &'static str| {
        let what = json!({ "flag": { "how": how, "up_to": newest } });
        move |_| desk.note_on(place, notes, what.clone())
    };
    view! {
        <div class="flag" role="group" aria-label=words::clinic_flag_group(&line.patient_name)>
            <button type="button" class="button quiet" on:click=settle("called")>
                <Picture of=Icon::Call/>{words::clinic_flag_called()}
            </button>
            <button type="button" class="button quiet" on:click=settle("seen")>
                <Picture of=Icon::Eye/>{words::clinic_flag_seen()}
            </button>
            <button type="button" class="button quiet" on:click=settle("not_urgent")>
                {words::clinic_flag_not_urgent()}
            </button>
        </div>
    }
    .into_any()
}

/// The same above the open item, with what each sign is.
pub(super) fn flag(desk: Desk, line: &QueueLine) -> AnyView {
    let each = line.red_flags.iter().map(|flag| {
        let sign = signs::one(&flag.code);
        match &flag.words {
            Some(words) => words::clinic_flag_found(&sign, words),
            None => sign,
        }
    });
    let found = words::clinic_flagged(&each.collect::<Vec<_>>().join(" \u{b7} "));
    view! {
        <div class="banner" data-tone="alert">
            <Picture of=Icon::Flag/>
            <div><p><b>{found}</b></p>{settle(desk, line)}</div>
        </div>
    }
    .into_any()
}
