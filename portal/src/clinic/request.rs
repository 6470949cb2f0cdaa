//! A request that is no message: what was asked, and how it is answered.

use leptos::prelude::*;
use shared::edit::clinic::{AnswerToVisit, ClinicEdit, PreferredTime};
use shared::view::desk::queue::DeskItem;
use shared::view::desk::{Stage, WorkKind};
use shared::view::requests::Asked;

use super::actions::{button, field, filled, panel};
use super::conversation::Request;
use super::desk::Desk;
use crate::page::i18n::{time, words};

/// What was asked, as a list of facts.
pub(super) fn facts(item: &DeskItem) -> AnyView {
    let work = &item.line.work;
    let mut facts = vec![
        (words::clinic_written_label(), time::moment(work.written_at)),
        (words::clinic_received_label(), time::moment(work.received_at)),
    ];
    let mut say = |label: String, text: Option<&String>| {
        facts.extend(text.map(|text| (label, text.clone())));
    };
    if let Some(refill) = &item.refill {
        say(words::clinic_pharmacy_label(), refill.pharmacy.as_ref());
        say(words::clinic_note_label(), refill.note.as_ref());
        for also in &refill.also {
            let said = [&also.asked_by, &also.pharmacy, &also.note];
            let said: Vec<_> = said.into_iter().flatten().map(String::as_str).collect();
            say(words::clinic_also_asked_label(), Some(&said.join(". ")));
        }
    } else if let Some(Asked::Call(call)) = item.request.as_ref().and_then(|it| it.asked.as_ref()) {
        say(words::clinic_language_label(), Some(&call.language));
        say(words::clinic_phone_label(), call.phone.as_ref());
        say(words::clinic_note_label(), call.note.as_ref());
    } else {
        let excerpt = Some(&work.excerpt).filter(|text| !text.is_empty());
        say(words::clinic_note_label(), excerpt);
    }
    let times = match item.request.as_ref().and_then(|it| it.asked.as_ref()) {
        Some(Asked::Visit(visit)) => &visit.times[..],
        Some(Asked::Call(call)) => &call.times[..],
        _ => &[],
    };
    if times.contains(&PreferredTime::Any) {
        facts.push((words::clinic_times_label(), words::clinic_any_time()));
    }
    let rows = facts.into_iter().map(|(label, text)| {
        view! { <div><dt>{label}</dt><dd dir="auto">{text}</dd></div> }
    });
    view! { <dl class="desk-facts">{rows.collect_view()}</dl> }.into_any()
}

pub(super) fn actions(desk: Desk, request: Request) -> AnyView {
    if let Stage::Done { .. } = request.stage {
        return ().into_any();
    }
    let is_visit = matches!(request.kind, WorkKind::Visit | WorkKind::VisitWish);
    let open = RwSignal::new(None);
    let missing = RwSignal::new(false);
    let text = || RwSignal::new(String::new());
    let (at, note, why, next) = (text(), text(), text(), text());
    let answer = move |answer: AnswerToVisit| {
        let request_id = request.place.item;
        desk.decide(request.place, ClinicEdit::AnswerVisit { request: request_id, answer });
    };
    let book = move || {
        let Some(text) = filled(at, missing) else { return };
        match text.parse() {
            Ok(at) => answer(AnswerToVisit::Booked { at, with: None, place: None }),
            Err(_) => missing.set(true),
        }
    };
    let decline = move || {
        let (Some(why), Some(next)) = (filled(why, missing), filled(next, missing)) else { return };
        answer(AnswerToVisit::Declined { why, next });
    };
    let done = move || {
        let Some(note) = filled(note, missing) else { return };
        answer(AnswerToVisit::Done { note });
    };
    let when = view! {
        <div class="desk-field">
            <label for="at">{words::clinic_offer_time()}</label>
            <input
                id="at" type="datetime-local"
                on:input=move |event| at.set(event_target_value(&event))
            />
        </div>
    };
    let declining = view! {
        {field("why", words::clinic_why(), why)}
        {field("next", words::clinic_next(), next)}
    };
    let opens =
        move |label: String, name: &'static str| button(label, move || open.set(Some(name)));
    let visit_buttons = is_visit.then(|| {
        view! { {opens(words::clinic_decline_open(), "decline")}{opens(words::clinic_book_open(), "book")} }
    });
    view! {
        <div class="doing">
            <div class="panel-foot" hidden=move || open.get().is_some()>
                {visit_buttons}
                {opens(words::clinic_done_open(), "done")}
            </div>
            {panel(open, "book", when.into_any(), words::clinic_book(), book)}
            {panel(open, "decline", declining.into_any(), words::clinic_decline(), decline)}
            {panel(open, "done", field("done", words::clinic_done_note(), note), words::clinic_done(), done)}
            <p role="alert">{move || missing.get().then(words::clinic_fill_all)}</p>
        </div>
    }
    .into_any()
}
