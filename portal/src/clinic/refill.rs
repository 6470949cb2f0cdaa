//! What can be done about a refill. Who may not prescribe recommends; who may confirms a sentence
//! that names patient, medicine and quantity. After that somebody says how it went out.

use leptos::prelude::*;
use serde_json::json;
use shared::edit::clinic::{ClinicEdit, Decision, DeclineReason, Way, WentOut};
use shared::view::desk::Stage;

use super::actions::{button, field, filled, panel};
use super::conversation::Request;
use super::desk::Desk;
use crate::page::i18n::{time, words};

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
    match (&request.stage, request.may_prescribe) {
        (Stage::Waiting, true) => decide(desk, request),
        (Stage::Waiting, false) => recommend(desk, request),
        (Stage::ToSendOut { .. }, _) => send_out(desk, &request),
        (Stage::Offered { .. } | Stage::NotRead { .. } | Stage::Done { .. }, _) => ().into_any(),
    }
}

fn decision(request: &Request, decision: Decision) -> ClinicEdit {
    ClinicEdit::DecideRefill { refill: request.place.item, decision }
}

fn decide(desk: Desk, request: Request) -> AnyView {
    let open = RwSignal::new(None);
    let missing = RwSignal::new(false);
    let (quantity, why, next) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let reason = RwSignal::new(0_usize);
    let sentence = sentence(&request);
    let approve = {
        let request = request.clone();
        move || {
            let Some(quantity) = filled(quantity, missing) else { return };
            let approved = Decision::Approved { quantity: Some(quantity), out: None };
            desk.decide(request.place, decision(&request, approved));
        }
    };
    let decline = move || {
        let (Some(why), Some(next)) = (filled(why, missing), filled(next, missing)) else { return };
        let reason = REASONS[reason.get_untracked().min(REASONS.len() - 1)];
        let declined = Decision::Declined { reason, why, next };
        desk.decide(request.place, decision(&request, declined));
    };
    let approving = view! {
        <p dir="auto"><b>{sentence.clone()}</b></p>
        {field("quantity", words::clinic_quantity(), quantity)}
    };
    let reasons = REASONS.iter().enumerate().map(|(place, reason)| {
        view! { <option value=place.to_string()>{reason_words(*reason)}</option> }
    });
    let choose = move |event| reason.set(event_target_value(&event).parse().unwrap_or_default());
    let declining = view! {
        <p dir="auto"><b>{sentence}</b></p>
        <div class="desk-field">
            <label for="reason">{words::clinic_reason()}</label>
            <select id="reason" on:change=choose>{reasons.collect_view()}</select>
        </div>
        {field("why", words::clinic_why(), why)}
        {field("next", words::clinic_next(), next)}
    };
    view! {
        <div class="doing">
            <div class="panel-foot" hidden=move || open.get().is_some()>
                {button(words::clinic_decline_open(), move || open.set(Some("decline")))}
                {button(words::clinic_approve_open(), move || open.set(Some("approve")))}
            </div>
            {panel(open, "approve", approving.into_any(), words::clinic_approve(), approve)}
            {panel(open, "decline", declining.into_any(), words::clinic_decline(), decline)}
            <p role="alert">{move || missing.get().then(words::clinic_fill_all)}</p>
        </div>
    }
    .into_any()
}

/// Whom, what: the one sentence that must never be read wrong.
fn sentence(request: &Request) -> String {
    words::clinic_confirm_refill(&request.birth_date, &request.title, &request.patient_name)
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

fn recommend(desk: Desk, request: Request) -> AnyView {
    let (text, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let missing = RwSignal::new(false);
    let prescribers = move || {
        let all = desk.colleagues().get().into_iter().filter(|it| it.prescribes);
        all.map(|it| view! { <option value=it.account.to_string()>{it.name}</option> })
            .collect_view()
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(text), Some(account)) = (filled(text, missing), filled(to, missing)) else {
            return;
        };
        let what = json!({ "recommend": { "text": text, "account": account } });
        desk.note_on(request.place, request.notes, what);
    };
    view! {
        <form class="panel doing" on:submit=send>
            <p class="soft">{words::clinic_only_prescriber()}</p>
            {field("recommendation", words::clinic_recommendation(), text)}
            <div class="desk-field">
                <label for="prescriber">{words::clinic_give()}</label>
                <select id="prescriber" on:change=move |event| to.set(event_target_value(&event))>
                    <option value="">{words::clinic_give_choose()}</option>
                    {prescribers}
                </select>
            </div>
            <p role="alert">{move || missing.get().then(words::clinic_fill_all)}</p>
            <div class="panel-foot">
                <button type="submit" class="desk-button main">{words::clinic_recommend()}</button>
            </div>
        </form>
    }
    .into_any()
}

fn send_out(desk: Desk, request: &Request) -> AnyView {
    let way = |label: String, way: Way| {
        let (place, request) = (request.place, request.clone());
        button(label, move || {
            let by = desk.who().get_untracked().map(|who| who.name).unwrap_or_default();
            let out = WentOut { way, by, at: time::now() };
            desk.decide(place, decision(&request, Decision::SentOut { out }));
        })
    };
    view! {
        <div class="doing panel-foot">
            {way(words::clinic_out_ehr(), Way::Ehr)}
            {way(words::clinic_out_printed(), Way::Printed)}
            {way(words::clinic_out_phoned(), Way::Phoned)}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use shared::id::{EntryId, PatientId};
    use shared::view::desk::WorkKind;

    use super::*;
    use crate::clinic::client::Place;

    /// The words of a message are passed in the order of their names, not of the sentence.
    #[test]
    fn the_confirmation_names_each_in_its_place() {
        let request = Request {
            place: Place { patient: PatientId::from_u128(1), item: EntryId::from_u128(2) },
            kind: WorkKind::Refill,
            stage: Stage::Waiting,
            notes: 0,
            title: "Lisinopril 10 mg".into(),
            patient_name: "Rosa Delgado".into(),
            birth_date: "1961-04-09".into(),
            may_prescribe: true,
        };
        let words = "Lisinopril 10 mg for Rosa Delgado, born 1961-04-09.";
        assert_eq!(sentence(&request), words);
    }
}
