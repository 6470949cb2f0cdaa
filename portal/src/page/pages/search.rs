//! Search over everything that is on this device.

use leptos::prelude::*;
use shared::view::search::{Found, Hit, HitKind};
use shared::view::{Loaded, ResourceType};

use super::chart_words::{href_of, icon_of};
use super::loaded::loaded_banner;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::icon::Icon;
use crate::page::ui::line::{Line, lines};
use crate::page::ui::screen::Screen;
use crate::page::ui::search::Search as Field;

#[component]
pub(crate) fn Search() -> impl IntoView {
    let sought = RwSignal::new(String::new());
    let ask = Signal::derive(move || Ask::Search { text: sought.get() });
    let answer = expect_context::<Session>().ask_anew(ask);
    let list = move || {
        if sought.with(|sought| sought.trim().is_empty()) {
            return view! { <p class="soft">{words::search_hint()}</p> }.into_any();
        }
        answer.with(|answer| match answer {
            Some(Answer::Found(found)) => hits(found),
            Some(_) | None => ().into_any(),
        })
    };
    view! {
        <Screen name=words::places_search()>
            <h1>{words::places_search()}</h1>
            <Field id="search" label=words::search_label() text=sought/>
            {list}
        </Screen>
    }
}

fn hits(found: &Found) -> AnyView {
    let rows: Vec<_> = found.hits.iter().map(hit_line).collect();
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let said = match (rows.is_empty(), found.more) {
        // What was not found may be among what is still to come.
        (true, _) if found.loaded != Loaded::All => None,
        (true, _) => Some(words::search_nothing()),
        (false, true) => Some(words::search_first(count)),
        (false, false) => Some(words::search_found(count)),
    };
    let list = (!rows.is_empty()).then(|| lines(rows, true));
    view! {
        <p class="soft" role="status">{said}</p>
        {loaded_banner(found.loaded)}
        {list}
    }
    .into_any()
}

fn hit_line(hit: &Hit) -> Line {
    let (href, icon, kind) = match hit.is {
        HitKind::Chart { kind } => (Some(href_of(kind, hit.entry)), icon_of(kind), kind_name(kind)),
        HitKind::Message { thread } => {
            (Some(format!("/messages/{thread}")), Icon::Message, words::places_messages())
        }
        HitKind::Refill => (Some("/medicines".to_owned()), Icon::Refresh, words::refill_yours()),
        HitKind::Reading => {
            (Some(format!("/results/{}", hit.entry)), Icon::Pulse, words::results_from_home())
        }
        HitKind::Request => (None, Icon::Calendar, words::search_request()),
        HitKind::Own | HitKind::Note => (None, Icon::Edit, words::search_note()),
    };
    let when = hit.when.map(time::date).or(hit.written_at.map(time::in_list));
    let details = std::iter::once(kind).chain(when).collect::<Vec<_>>();
    Line {
        href,
        icon: Some(icon),
        title: hit.text.clone().unwrap_or_else(words::record_unnamed),
        details: vec![details.join(". ")],
        ..Line::default()
    }
}

fn kind_name(kind: ResourceType) -> String {
    match kind {
        ResourceType::Observation | ResourceType::DiagnosticReport => words::places_results(),
        ResourceType::Appointment | ResourceType::Encounter => words::record_visits(),
        ResourceType::Medication
        | ResourceType::MedicationAdministration
        | ResourceType::MedicationRequest
        | ResourceType::MedicationDispense
        | ResourceType::MedicationStatement => words::places_medicines(),
        ResourceType::Immunization => words::record_shots(),
        ResourceType::AllergyIntolerance => words::record_allergies(),
        ResourceType::Condition => words::record_conditions(),
        ResourceType::CarePlan | ResourceType::Goal => words::record_care_plan(),
        ResourceType::DocumentReference => words::record_documents(),
        _ => words::places_record(),
    }
}
