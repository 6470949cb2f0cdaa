//! What can be done about a refill. Who may not prescribe recommends; who may confirms a form that
//! names patient, medicine and quantity. After that somebody says how it went out, and that it is
//! ready, if they know.

use leptos::prelude::*;
use serde_json::json;
use shared::edit::clinic::{ClinicEdit, Decision, DeclineReason, Way, WentOut};
use shared::view::desk::Stage;
use shared::view::desk::context::PatientContext;
use shared::view::refills::{RefillOutcome, RefillRow, RefillStepName};

use super::conversation::Request;
use super::desk::Desk;
use super::form::{self, area, deciding, filled, input, opener, sheet, text};
use crate::page::i18n::{time, words};
use crate::page::ui::icon::{Icon, Picture};

const REASONS: [DeclineReason; 8] = [
    DeclineReason::TooSoon,
    DeclineReason::NeedsVisit,
    DeclineReason::NeedsLab,
    DeclineReason::Stopped,
    DeclineReason::OtherPrescriber,
    DeclineReason::Controlled,
    DeclineReason::NotSafe,
    DeclineReason::Other,
];

pub(super) fn actions(desk: Desk, request: Request) -> AnyView {
    let forms = match (&request.line.work.stage, request.may_prescribe) {
        (Stage::Waiting, true) => decide(desk, request),
        (Stage::Waiting, false) => recommend(desk, request),
        (Stage::ToSendOut { .. }, _) => send_out(desk, &request),
        (Stage::Done { .. }, _) if request.may_be_ready => ready(desk, request),
        (Stage::Offered { .. } | Stage::NotRead { .. } | Stage::Done { .. }, _) => {
            return ().into_any();
        }
    };
    view! { <div class="doing">{forms}</div> }.into_any()
}

/// It went out, and nobody has said that it can be picked up.
pub(super) fn may_be_ready(row: &RefillRow) -> bool {
    let approved =
        matches!(row.outcome, RefillOutcome::Approved { .. } | RefillOutcome::Changed { .. });
    let reached = |is: RefillStepName| row.steps.iter().any(|step| step.is == is && step.reached);
    approved && reached(RefillStepName::SentOut) && !reached(RefillStepName::Ready)
}

fn decision(request: &Request, decision: Decision) -> ClinicEdit {
    ClinicEdit::DecideRefill { refill: request.place.item, decision }
}

fn decide(desk: Desk, request: Request) -> AnyView {
    view! {
        <div class="bar">
            {opener(desk.seat, form::APPROVE, words::clinic_approve_open(), None, true)}
            {opener(desk.seat, form::CHANGE, words::clinic_change_open(), None, false)}
            {opener(desk.seat, form::DECLINE, words::clinic_decline_open(), None, false)}
        </div>
        {approve(desk, request.clone())}
        {change(desk, request.clone())}
        {decline(desk, request)}
    }
    .into_any()
}

/// Whom, what, and what must not be overlooked.
fn about(desk: Desk, request: &Request) -> AnyView {
    let line = request.line.clone();
    let allergies = move || desk.context().map(|context| allergy_banner(&context));
    view! { {form::about(&line, Vec::new())}{allergies} }.into_any()
}

fn allergy_banner(context: &PatientContext) -> AnyView {
    let said = super::context::allergies_said(context);
    let tone = if context.context.allergies.is_empty() { None } else { Some("alert") };
    view! {
        <div class="banner" data-tone=tone><Picture of=Icon::Alert/><div>{said}</div></div>
    }
    .into_any()
}

fn approve(desk: Desk, request: Request) -> AnyView {
    let (quantity, missing) = (text(), RwSignal::new(false));
    let content = move || {
        let asked = request.clone();
        let press = {
            let request = request.clone();
            move || {
                let Some(quantity) = filled(quantity, missing) else { return };
                let approved = Decision::Approved { quantity: Some(quantity), out: None };
                desk.decide(request.place, decision(&request, approved));
            }
        };
        let signs = desk.seat.who().get_untracked().map(|who| words::clinic_you_sign(&who.name));
        let fields = view! {
            {about(desk, &asked)}
            {input("quantity", "text", words::clinic_quantity(), quantity)}
            <p class="soft">{signs}</p>
        };
        let label = words::clinic_approve_for(&asked.line.patient_name);
        deciding(desk.seat, fields.into_any(), missing, label, false, press)
    };
    sheet(desk.seat, form::APPROVE, words::clinic_approve_title(), words::clinic_cancel(), content)
}

fn change(desk: Desk, request: Request) -> AnyView {
    let (to, why, missing) = (text(), text(), RwSignal::new(false));
    let content = move || {
        let asked = request.clone();
        let press = {
            let request = request.clone();
            move || {
                let (Some(to), Some(why)) = (filled(to, missing), filled(why, missing)) else {
                    missing.set(true);
                    return;
                };
                let changed = Decision::Changed { to, why, out: None };
                desk.decide(request.place, decision(&request, changed));
            }
        };
        let fields = view! {
            {about(desk, &asked)}
            {input("change-to", "text", words::clinic_change_to(), to)}
            {area("change-why", words::clinic_why(), why)}
        };
        let label = words::clinic_change_for(&asked.line.patient_name);
        deciding(desk.seat, fields.into_any(), missing, label, false, press)
    };
    sheet(desk.seat, form::CHANGE, words::clinic_change_title(), words::clinic_cancel(), content)
}

fn decline(desk: Desk, request: Request) -> AnyView {
    let (why, next, missing) = (text(), text(), RwSignal::new(false));
    let reason = RwSignal::new(String::from("0"));
    let content = move || {
        let asked = request.clone();
        let press = {
            let request = request.clone();
            move || {
                let (Some(why), Some(next)) = (filled(why, missing), filled(next, missing)) else {
                    missing.set(true);
                    return;
                };
                let at: usize = reason.get_untracked().parse().unwrap_or_default();
                let reason = REASONS[at.min(REASONS.len() - 1)];
                let declined = Decision::Declined { reason, why, next };
                desk.decide(request.place, decision(&request, declined));
            }
        };
        let reasons = REASONS.iter().enumerate();
        let reasons = reasons.map(|(at, reason)| (at.to_string(), reason_words(*reason)));
        let fields = view! {
            {about(desk, &asked)}
            {form::choice("reason", words::clinic_reason(), reasons.collect(), reason)}
            {area("why", words::clinic_why(), why)}
            {area("next", words::clinic_next(), next)}
        };
        let label = words::clinic_decline_for(&asked.line.work.title, &asked.line.patient_name);
        deciding(desk.seat, fields.into_any(), missing, label, true, press)
    };
    sheet(desk.seat, form::DECLINE, words::clinic_decline_title(), words::clinic_cancel(), content)
}

fn reason_words(reason: DeclineReason) -> String {
    match reason {
        DeclineReason::TooSoon => words::clinic_reason_too_soon(),
        DeclineReason::NeedsVisit => words::clinic_reason_needs_visit(),
        DeclineReason::NeedsLab => words::clinic_reason_needs_lab(),
        DeclineReason::Stopped => words::clinic_reason_stopped(),
        DeclineReason::OtherPrescriber => words::clinic_reason_other_prescriber(),
        DeclineReason::Controlled => words::clinic_reason_controlled(),
        DeclineReason::NotSafe => words::clinic_reason_not_safe(),
        DeclineReason::Other => words::clinic_reason_other(),
    }
}

/// Who may not prescribe says what they think, and to whom it goes.
fn recommend(desk: Desk, request: Request) -> AnyView {
    let (advice, to, missing) = (text(), text(), RwSignal::new(false));
    let content = move || {
        let asked = request.clone();
        let colleagues = desk.colleagues().get_untracked().into_iter();
        let prescribers = colleagues.filter(|it| it.prescribes);
        let prescribers: Vec<_> = prescribers.map(|it| (it.account.to_string(), it.name)).collect();
        if let Some((first, _)) = prescribers.first() {
            to.set(first.clone());
        }
        let place = request.place;
        let notes = desk.line().map_or(request.line.notes, |line| line.notes);
        let press = move || {
            let (Some(text), Some(account)) = (filled(advice, missing), filled(to, missing)) else {
                missing.set(true);
                return;
            };
            let what = json!({ "recommend": { "text": text, "account": account } });
            desk.note_on(place, notes, what);
        };
        let fields = view! {
            {about(desk, &asked)}
            {area("recommendation", words::clinic_recommendation(), advice)}
            {form::choice("prescriber", words::clinic_give(), prescribers, to)}
        };
        let label = words::clinic_recommend();
        deciding(desk.seat, fields.into_any(), missing, label, false, press)
    };
    let icon = Some(Icon::Send);
    view! {
        <div class="bar">
            {opener(desk.seat, form::RECOMMEND, words::clinic_recommend_open(), icon, true)}
        </div>
        <p class="soft">{words::clinic_only_prescriber()}</p>
        {sheet(desk.seat, form::RECOMMEND, words::clinic_recommend_title(), words::clinic_cancel(), content)}
    }
    .into_any()
}

fn send_out(desk: Desk, request: &Request) -> AnyView {
    let way = |label: String, way: Way| {
        let (place, request) = (request.place, request.clone());
        let press = move |_| {
            let by = desk.seat.who().get_untracked().map(|who| who.name).unwrap_or_default();
            let out = WentOut { way, by, at: time::now() };
            desk.decide(place, decision(&request, Decision::SentOut { out }));
        };
        view! { <button type="button" class="button quiet" on:click=press>{label}</button> }
    };
    view! {
        <p><b>{super::line::stage_words(&request.line.work.stage)}</b></p>
        <div class="bar">
            {way(words::clinic_out_ehr(), Way::Ehr)}
            {way(words::clinic_out_printed(), Way::Printed)}
            {way(words::clinic_out_phoned(), Way::Phoned)}
        </div>
    }
    .into_any()
}

fn ready(desk: Desk, request: Request) -> AnyView {
    let press = move |_| {
        desk.decide(request.place, decision(&request, Decision::Ready { at: None }));
    };
    view! {
        <div class="bar">
            <button type="button" class="button quiet" on:click=press>
                <Picture of=Icon::Check/>{words::clinic_ready()}
            </button>
        </div>
        <p class="soft">{words::clinic_ready_hint()}</p>
    }
    .into_any()
}
