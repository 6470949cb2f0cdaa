//! What every item has: its heading, who works on it, and how it ends.

use leptos::prelude::*;
use serde_json::json;
use shared::view::desk::queue::{CloseReason, FlagSettled, Note, NoteLine, Owner, QueueLine};
use shared::view::desk::{Stage, WorkKind};

use super::client::Place;
use super::conversation::title;
use super::desk::Desk;
use super::form;
use super::line::{owner_words, role_words, stage_words};
use crate::page::i18n::{time, words};
use crate::page::ui::icon::{Icon, Picture};

/// The roles that work can be given to, as the server calls them.
const ROLES: [&str; 4] = ["nurse", "clinician", "pharmacist", "front_desk"];
const REASONS: [CloseReason; 4] =
    [CloseReason::Answered, CloseReason::Called, CloseReason::Visit, CloseReason::NothingToDo];

#[component]
pub(super) fn Heading(desk: Desk, line: QueueLine, also_here: Vec<String>) -> AnyView {
    let me = desk.seat.who().get_untracked().map(|who| who.name);
    let owner = owner_words(line.owner.as_ref(), me.as_deref());
    let about = match &line.by {
        Some(by) => words::clinic_record_by(by, &line.patient_name),
        None => words::clinic_record_of(&line.patient_name),
    };
    let here = (!also_here.is_empty()).then(|| {
        let here = words::clinic_also_here(&also_here.join(", "));
        view! { <p class="also-here"><Picture of=Icon::Eye/>{here}</p> }
    });
    let stage = match line.work.kind {
        WorkKind::Message => stage_words(&line.work.stage),
        _ => String::new(),
    };
    let place = Place::of(&line);
    let is_mine =
        matches!(&line.owner, Some(Owner::Person { name, .. }) if Some(name) == me.as_ref());
    let notes = line.notes;
    let take = (!is_mine).then(|| {
        view! {
            <button type="button" class="button quiet" on:click=move |_| desk.take(place, notes)>
                {words::clinic_take()}
            </button>
        }
    });
    let is_done = matches!(line.work.stage, Stage::Done { .. });
    let closes = line.work.kind == WorkKind::Message && !is_done;
    let close =
        closes.then(|| form::opener(desk.seat, form::CLOSE, words::clinic_close(), None, false));
    view! {
        <div class="conversation-head">
            <div>
                <h2 dir="auto">{title(&line)}</h2>
                <p class="soft" dir="auto">{about}". "{owner}". "{stage}</p>
                {here}
            </div>
            <div class="bar">
                {take}
                {form::opener(desk.seat, form::GIVE, words::clinic_assign(), None, false)}
                {close}
            </div>
        </div>
    }
    .into_any()
}

/// The forms of the heading. They stay when it is made anew, so that nothing is taken from under the
/// hand of whoever fills them in.
pub(super) fn forms(desk: Desk) -> AnyView {
    view! { {give(desk)}{close(desk)} }.into_any()
}

fn give(desk: Desk) -> AnyView {
    let content = move || {
        let Some(line) = desk.line() else { return ().into_any() };
        let (place, notes, has_owner) = (Place::of(&line), line.notes, line.owner.is_some());
        let to = form::text();
        let missing = RwSignal::new(false);
        let colleagues = desk.colleagues().get_untracked().into_iter();
        let people = colleagues.map(|it| (format!("account {}", it.account), it.name));
        let roles = ROLES
            .iter()
            .map(|role| (format!("role {role}"), words::clinic_anyone(&role_words(role))));
        let nobody = has_owner.then(|| ("back".to_owned(), words::clinic_hand_back()));
        let first = (String::new(), words::clinic_give_choose());
        let options = std::iter::once(first).chain(people).chain(roles).chain(nobody).collect();
        let give = move || {
            let Some(to) = form::filled(to, missing) else { return };
            let what = match to.split_once(' ') {
                Some(("account", account)) => json!({ "give_to": { "account": account } }),
                Some((_, role)) => json!({ "give_to_role": { "role": role } }),
                None => json!("hand_back"),
            };
            desk.note_on(place, notes, what);
        };
        let fields = form::choice("give-to", words::clinic_give(), options, to);
        form::deciding(desk.seat, fields, missing, words::clinic_give_do(), false, give)
    };
    form::sheet(
        desk.seat,
        form::GIVE,
        words::clinic_assign_title(),
        words::clinic_cancel(),
        content,
    )
}

fn close(desk: Desk) -> AnyView {
    let content = move || {
        let Some(line) = desk.line() else { return ().into_any() };
        let (place, notes) = (Place::of(&line), line.notes);
        let why = RwSignal::new(String::from("0"));
        let reasons = REASONS.iter().enumerate();
        let reasons = reasons.map(|(at, reason)| (at.to_string(), close_words(*reason))).collect();
        let close = move || {
            let at: usize = why.get_untracked().parse().unwrap_or_default();
            let why = REASONS[at.min(REASONS.len() - 1)];
            desk.note_on(place, notes, json!({ "close": { "why": why } }));
        };
        let fields = view! {
            {form::about(&line, Vec::new())}
            {form::choice("close-why", words::clinic_close_why(), reasons, why)}
            <p class="soft">{words::clinic_close_reopens()}</p>
        };
        let missing = RwSignal::new(false);
        form::deciding(
            desk.seat,
            fields.into_any(),
            missing,
            words::clinic_close_do(),
            false,
            close,
        )
    };
    form::sheet(
        desk.seat,
        form::CLOSE,
        words::clinic_close_title(),
        words::clinic_cancel(),
        content,
    )
}

fn close_words(why: CloseReason) -> String {
    match why {
        CloseReason::Answered => words::clinic_close_answered(),
        CloseReason::Called => words::clinic_close_called(),
        CloseReason::Visit => words::clinic_close_visit(),
        CloseReason::NothingToDo => words::clinic_close_nothing(),
    }
}

/// One line of what colleagues did.
pub(super) fn note_words(note: &NoteLine) -> String {
    let (at, by) = (time::moment(note.at), note.by.as_str());
    match &note.what {
        Note::Owner(None) => words::clinic_note_back(by, &at),
        Note::Owner(Some(Owner::Person { name, .. })) if name == by => {
            words::clinic_note_took(by, &at)
        }
        Note::Owner(Some(Owner::Person { name, .. })) => words::clinic_note_gave(by, name, &at),
        Note::Owner(Some(Owner::Role { role })) => {
            words::clinic_note_gave(by, &words::clinic_anyone(&role_words(role)), &at)
        }
        Note::Flag { how, .. } => {
            let how = match how {
                FlagSettled::Called => words::clinic_flag_called(),
                FlagSettled::Seen => words::clinic_flag_seen(),
                FlagSettled::NotUrgent => words::clinic_flag_not_urgent(),
            };
            words::clinic_note_flag(by, &how, &at)
        }
        Note::Recommended { text } => words::clinic_recommended(by, text),
        Note::Closed { why } => words::clinic_note_closed(by, &close_words(*why), &at),
    }
}
