//! The open item: what it is, who has it, what was said or asked, and what can be done.

use leptos::prelude::*;
use shared::view::desk::queue::{DeskItem, DeskMessage, Note, NoteLine};
use shared::view::desk::{Stage, WorkKind};

use super::actions::Assign;
use super::client::Place;
use super::desk::{Desk, Shown};
use super::line::{kind_words, owner_words, stage_words};
use super::reply::Reply;
use super::{refill, request};
use crate::page::i18n::{time, words};

/// Written so long before it came in that the reader should know.
const LATER_MS: i64 = 2 * 60 * 1000;

#[component]
pub(super) fn Conversation(desk: Desk) -> AnyView {
    let content = move || match desk.shown().get() {
        Shown::None => note(words::clinic_choose()),
        Shown::Opening => note(words::clinic_opening()),
        Shown::Missing => note(words::clinic_missing()),
        Shown::Item(item) => shown(desk, *item),
    };
    // Built anew only for another item, so that typing is not disturbed by what arrives.
    let thread = Memo::new(move |_| match desk.shown().get() {
        Shown::Item(item) if item.line.work.kind == WorkKind::Message => {
            Some(Place::of(&item.line))
        }
        _ => None,
    });
    let reply = move || Some(view! { <Reply desk=desk place=thread.get()?/> });
    let actions = move || Some(actions(desk, open_request(desk).get()?));
    view! {
        <main class="conversation" id="conversation" tabindex="-1">
            {content}
            <p class="conversation-problem" role="alert">{move || desk.problem().get()}</p>
            {reply}
            {actions}
        </main>
    }
    .into_any()
}

/// What decides which actions there are; what was typed in them stays while this does.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) place: Place,
    pub(super) kind: WorkKind,
    pub(super) stage: Stage,
    pub(super) notes: u32,
    pub(super) title: String,
    pub(super) patient_name: String,
    pub(super) birth_date: String,
    pub(super) may_prescribe: bool,
}

fn open_request(desk: Desk) -> Memo<Option<Request>> {
    Memo::new(move |_| match desk.shown().get() {
        Shown::Item(item) if item.line.work.kind != WorkKind::Message => Some(Request {
            place: Place::of(&item.line),
            kind: item.line.work.kind,
            stage: item.line.work.stage.clone(),
            notes: item.line.notes,
            title: item.line.work.title.clone(),
            patient_name: item.line.patient_name.clone(),
            birth_date: item.line.birth_date.clone(),
            may_prescribe: item.may_prescribe,
        }),
        _ => None,
    })
}

fn actions(desk: Desk, request: Request) -> AnyView {
    match request.kind {
        WorkKind::Refill => refill::actions(desk, request),
        _ => request::actions(desk, request),
    }
}

fn note(text: String) -> AnyView {
    view! { <p class="desk-note">{text}</p> }.into_any()
}

fn shown(desk: Desk, item: DeskItem) -> AnyView {
    let line = item.line.clone();
    let me = desk.who().get_untracked().map(|who| who.name);
    let title = match line.work.title.is_empty() {
        true => kind_words(line.work.kind),
        false => line.work.title.clone(),
    };
    let about = words::clinic_record_of(&line.patient_name);
    let born = words::clinic_born(&line.birth_date);
    let owner = owner_words(line.owner.as_ref(), me.as_deref());
    let here =
        (!item.also_here.is_empty()).then(|| words::clinic_also_here(&item.also_here.join(", ")));
    let flag = (!line.red_flags.is_empty()).then(|| super::inbox::flag(desk, &line));
    let stage = stage_words(&line.work.stage);
    let content = match line.work.kind {
        WorkKind::Message => messages(item.messages),
        _ => request::facts(&item),
    };
    let advice: Vec<_> = item.notes.iter().filter_map(advice).collect();
    view! {
        <div class="conversation-head">
            <div>
                <h2 dir="auto">{title}</h2>
                <p class="soft" dir="auto">{about}". "{born}". "<b>{owner}</b></p>
                <p class="soft">{stage}" "<b>{here}</b></p>
            </div>
            <Assign desk=desk line=line/>
        </div>
        <div class="conversation-scroll" tabindex="0" role="region" aria-label=words::clinic_messages()>
            {flag}
            {content}
            {advice}
        </div>
    }
    .into_any()
}

fn advice(note: &NoteLine) -> Option<AnyView> {
    let Note::Recommended { text } = &note.what else {
        return None;
    };
    let words = words::clinic_recommended(&note.by, text);
    Some(view! { <p class="advice" dir="auto">{words}</p> }.into_any())
}

fn messages(all: Vec<DeskMessage>) -> AnyView {
    let messages: Vec<_> = all.into_iter().map(message).collect();
    view! { <ol class="conversation-list">{messages}</ol> }.into_any()
}

fn message(message: DeskMessage) -> AnyView {
    let from = match message.mine {
        true => words::clinic_you(),
        false => message.from,
    };
    let waited = message.received_at.millis_since(message.written_at);
    let received = time::moment(message.received_at);
    let when = match (message.clinic, waited > LATER_MS) {
        (true, _) => words::clinic_sent_at(&received),
        (false, false) => words::clinic_received_at(&received),
        (false, true) => {
            words::clinic_written_and_received(&received, &time::moment(message.written_at))
        }
    };
    view! {
        <li class="said" class:ours=message.clinic>
            <b dir="auto">{from}</b>
            <p dir="auto">{message.text}</p>
            <span class="soft">{when}</span>
        </li>
    }
    .into_any()
}
