//! Medicines: what is taken now and how, what was stopped, and how far a refill has come.

use leptos::prelude::*;
use shared::id::EntryId;
use shared::time::PartialDate;
use shared::view::medicines::{MedicineDetail, MedicineRow, Medicines as Found};
use shared::view::refills::{RefillOutcome, RefillRow, RefillStep, RefillStepName};
use shared::view::{Standing, What};

use super::chart_words::{other_facts, row_line};
use super::loaded::loaded_banner;
use super::message_words::state_words;
use super::not_found::Missing;
use super::say_wrong;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{spoken, time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::BackLink;
use crate::page::ui::card::Card;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::icon::Icon;
use crate::page::ui::line::{Line, lines};
use crate::page::ui::screen::Screen;
use crate::page::ui::steps::{Reached, Step, Steps};
use crate::page::ui::table::facts;
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn Medicines() -> impl IntoView {
    let answer = expect_context::<Session>().ask(Ask::Medicines);
    let list = move || {
        answer.with(|answer| match answer {
            Some(Answer::Medicines(found)) => medicines(found),
            Some(_) | None => view! { <Skeleton label=words::medicines_loading()/> }.into_any(),
        })
    };
    view! {
        <Screen name=words::places_medicines()>
            <h1>{words::places_medicines()}</h1>
            {list}
        </Screen>
    }
}

fn medicines(found: &Found) -> AnyView {
    let nothing = found.now.is_empty() && found.before.is_empty() && found.own.is_empty();
    let empty = nothing.then(|| {
        view! {
            <Empty icon=Icon::Pill title=words::medicines_empty() text=words::medicines_will()/>
        }
    });
    let card = |id, title, rows: Vec<Line>| {
        (!rows.is_empty()).then(|| {
            view! { <Card id=id title=title flush=true>{lines(rows, false)}</Card> }.into_any()
        })
    };
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
    let add = Line {
        href: Some("/add/medicine".to_owned()),
        icon: Some(Icon::Plus),
        title: words::add_medicine(),
        ..Line::default()
    };
    let ask = Line {
        href: Some("/refill".to_owned()),
        icon: Some(Icon::Refresh),
        title: words::refill_title(),
        ..Line::default()
    };
    let other = found.other_refills.iter().map(|refill| Line {
        title: refill.name.clone(),
        tag: Some(refill_tag(refill)),
        ..Line::default()
    });
    view! {
        {loaded_banner(found.loaded)}
        {empty}
        {card("now", words::medicines_now(), found.now.iter().map(medicine_line).collect())}
        {lines(if nothing { vec![add] } else { vec![ask, add] }, true)}
        {card("own", words::medicines_own(), own.collect())}
        {card("other", words::medicines_other(), other.collect())}
        {card("before", words::medicines_before(), found.before.iter().map(medicine_line).collect())}
    }
    .into_any()
}

fn medicine_line(row: &MedicineRow) -> Line {
    let taken = row.can_ask || row.status.is_none();
    let directions = row.directions.as_ref().map(spoken);
    let mut details: Vec<String> = directions.into_iter().chain(row.reason.clone()).collect();
    if let Some(until) = row.until.filter(|_| !taken) {
        details.push(words::medicines_stopped(&time::date(until)));
    }
    if row.is_on_hold && row.standing == Standing::Past {
        details.push(words::medicines_on_hold());
    }
    details.extend(row.status.clone());
    if let Some(day) = row.lasts_until.filter(|_| taken) {
        details.push(words::medicines_lasts(&time::date(PartialDate::Day(day))));
    }
    if let Some(left) = row.refills_left.as_ref().filter(|_| taken) {
        details.push(words::medicines_refills_left(left));
    }
    Line {
        href: Some(format!("/medicines/{}", row.entry)),
        title: row.name.clone().unwrap_or_else(words::record_unnamed),
        details,
        tag: row.refill.as_ref().map(refill_tag),
        ..Line::default()
    }
}

// --- One medicine ---

#[component]
pub(crate) fn Medicine(id: String) -> AnyView {
    let Ok(entry) = id.parse::<EntryId>() else {
        return view! { <Missing/> }.into_any();
    };
    let answer = expect_context::<Session>().ask(Ask::Medicine { entry });
    let screen = move || {
        answer.with(|answer| match answer {
            Some(Answer::Medicine(Some(detail))) => one_medicine(detail),
            Some(_) => view! { <Missing/> }.into_any(),
            None => view! {
                <Screen name=words::medicine_title()>
                    <h1>{words::medicine_title()}</h1>
                    <Skeleton label=words::medicines_loading()/>
                </Screen>
            }
            .into_any(),
        })
    };
    screen.into_any()
}

fn one_medicine(detail: &MedicineDetail) -> AnyView {
    let row = &detail.row;
    let mut about = Vec::new();
    let mut say = |what: String, said: Option<String>| about.extend(said.map(|said| (what, said)));
    say(words::fact_reason(), row.reason.clone());
    say(words::medicine_since(), row.since.map(time::long_date));
    say(words::medicine_until(), row.until.map(time::long_date));
    say(words::result_ordered_by(), row.prescriber.clone());
    say(words::fact_pharmacy(), row.pharmacy.clone());
    say(words::medicine_filled(), row.last_filled.map(time::long_date));
    let lasts = row.lasts_until.map(|day| time::long_date(PartialDate::Day(day)));
    say(words::medicine_lasts(), lasts);
    say(words::fact_refills(), row.refills_left.clone());
    say(words::fact_note(), row.status.clone());
    if let Some(order) = detail.orders.first() {
        let shown = [What::Reason, What::Who, What::Pharmacy, What::Refills, What::Dose];
        about.extend(other_facts(order, &shown));
    }
    let refills: Vec<_> = detail.refills.iter().map(refill).collect();
    let name = row.name.clone().unwrap_or_else(words::record_unnamed);
    let how = row.directions.as_ref().map(spoken);
    let how = how.map(|said| view! { <p class="said" dir="auto">{said}</p> });
    let history: Vec<_> =
        detail.orders.iter().chain(&detail.dispensed).map(row_without_link).collect();
    let wrong = say_wrong::link(row.entry);
    view! {
        <Screen name=words::medicine_title()>
            <div>
                <BackLink href="/medicines" label=words::places_medicines()/>
                <h1 dir="auto">{name}</h1>
            </div>
            <section class="card" aria-label=words::medicine_how()>
                {how}
                {facts(about)}
            </section>
            {refills}
            <Card id="history" title=words::medicine_history() flush=true>
                {lines(history, false)}
            </Card>
            {wrong}
        </Screen>
    }
    .into_any()
}

fn row_without_link(row: &shared::view::sections::Row) -> Line {
    Line { href: Some(format!("/record/entry/{}", row.entry)), ..row_line(row) }
}

// --- Refills ---

pub(super) fn refill_tag(refill: &RefillRow) -> (Tone, Icon, String) {
    match &refill.outcome {
        RefillOutcome::Declined { .. } => (Tone::Alert, Icon::Alert, words::refill_declined()),
        RefillOutcome::NotSent => (Tone::Alert, Icon::Alert, words::refill_not_sent()),
        RefillOutcome::Cancelled => (Tone::Neutral, Icon::Info, words::standing_cancelled()),
        RefillOutcome::SameAs { .. } => (Tone::Neutral, Icon::Info, words::refill_same()),
        RefillOutcome::Decided => (Tone::Ok, Icon::Message, words::state_answered()),
        RefillOutcome::Open | RefillOutcome::Approved { .. } | RefillOutcome::Changed { .. } => {
            let reached = refill.steps.iter().rev().find(|step| step.reached);
            let name = reached.map_or(RefillStepName::SavedHere, |step| step.is);
            match name {
                RefillStepName::SavedHere => (Tone::Wait, Icon::Phone, words::state_saved_here()),
                _ => (Tone::Ok, Icon::Checks, step_name(name)),
            }
        }
    }
}

fn step_name(step: RefillStepName) -> String {
    match step {
        RefillStepName::SavedHere => words::state_saved_here(),
        RefillStepName::Sent => words::state_sent(),
        RefillStepName::AtTheClinic => words::state_at_the_clinic(),
        RefillStepName::InWork => words::refill_in_work(),
        RefillStepName::Approved => words::refill_approved(),
        RefillStepName::SentOut => words::refill_sent_out(),
        RefillStepName::Ready => words::refill_ready(),
        RefillStepName::PickedUp => words::refill_picked_up(),
        RefillStepName::Declined => words::refill_declined(),
        RefillStepName::Cancelled => words::standing_cancelled(),
    }
}

fn refill(refill: &RefillRow) -> AnyView {
    let next = refill.steps.iter().position(|step| !step.reached);
    let steps = refill.steps.iter().enumerate();
    let steps = steps.map(|(place, step)| refill_step(step, next == Some(place))).collect();
    let why = match &refill.outcome {
        RefillOutcome::Declined { why, next, .. } => vec![why.clone(), next.clone()],
        RefillOutcome::Changed { to, why } => vec![to.clone(), why.clone()],
        RefillOutcome::Approved { .. }
        | RefillOutcome::Open
        | RefillOutcome::Decided
        | RefillOutcome::Cancelled
        | RefillOutcome::SameAs { .. }
        | RefillOutcome::NotSent => Vec::new(),
    };
    let why: Vec<_> =
        why.into_iter().map(|said| view! { <p class="said" dir="auto">{said}</p> }).collect();
    let why = (!why.is_empty()).then(|| {
        view! { <Banner tone=Tone::Info icon=Icon::Info>{why}</Banner> }
    });
    view! {
        <section class="card">
            <h2>{words::refill_yours()}</h2>
            {why}
            <Steps steps=steps/>
        </section>
    }
    .into_any()
}

fn refill_step(step: &RefillStep, is_next: bool) -> Step {
    let (reached, spoken) = match (step.reached, is_next) {
        (true, _) => (Reached::Done, words::steps_done()),
        (false, true) => (Reached::Now, words::steps_now()),
        (false, false) => (Reached::NotYet, words::steps_not_yet()),
    };
    let mut detail: Vec<String> = step.at.map(time::moment).into_iter().collect();
    detail.extend(step.by.clone());
    Step { reached, spoken, title: step_name(step.is), detail: detail.join(". ") }
}
