//! A request that is no message: what was asked, and how it is answered.

use leptos::prelude::*;
use shared::edit::Confirmation;
use shared::edit::clinic::{AnswerToVisit, ClinicEdit, PreferredTime};
use shared::record::before_visit::BeforeVisit;
use shared::record::visit::{Days, PartOfDay};
use shared::view::desk::context::PatientContext;
use shared::view::desk::queue::DeskItem;
use shared::view::desk::{Stage, WorkKind};
use shared::view::refills::RefillRow;
use shared::view::requests::Asked;

use super::context::result_said;
use super::conversation::{Request, stage_tag, title};
use super::desk::Desk;
use super::form::{self, area, deciding, filled, input, opener, optional, sheet, text};
use super::line::since_words;
use crate::page::i18n::{notices, time, words};

/// Times that one answer offers.
const OFFERS_MAX: usize = 3;

type Facts = Vec<(String, String)>;

/// What was asked, as a card, with the facts that somebody needs to decide.
pub(super) fn facts(desk: Desk, item: DeskItem) -> AnyView {
    let work = &item.line.work;
    let waited = work.received_at.millis_since(work.written_at);
    let mut facts = vec![
        (words::clinic_saved_label(), time::moment(work.written_at)),
        (words::clinic_received_label(), time::moment(work.received_at)),
    ];
    if waited > 2 * 60 * 1000 {
        facts.push((words::clinic_on_its_way_label(), since_words(waited)));
    }
    facts.extend(match &item.refill {
        Some(refill) => of_refill(refill),
        None => of_request(&item),
    });
    facts.extend(noticed(&item));
    let refill = item.refill.clone();
    let known = move || {
        let known = desk.context()?;
        Some(medicine_facts(&known, refill.as_ref()?))
    };
    view! {
        <article class="card" aria-labelledby="asked">
            <div class="bar split">
                <h3 id="asked" dir="auto">{title(&item.line)}</h3>
                {stage_tag(&item.line.work.stage)}
            </div>
            {form::facts(facts.into_iter())}
            {known}
        </article>
    }
    .into_any()
}

fn of_refill(refill: &RefillRow) -> Facts {
    let mut facts = Facts::new();
    let mut say = |label: String, text: Option<&String>| {
        facts.extend(text.map(|text| (label, text.clone())));
    };
    say(words::clinic_pharmacy_label(), refill.pharmacy.as_ref());
    say(words::clinic_note_label(), refill.note.as_ref());
    for also in &refill.also {
        let said = [&also.asked_by, &also.pharmacy, &also.note];
        let said: Vec<_> = said.into_iter().flatten().map(String::as_str).collect();
        say(words::clinic_also_asked_label(), Some(&said.join(". ")));
    }
    facts
}

fn of_request(item: &DeskItem) -> Facts {
    let work = &item.line.work;
    let mut facts = Facts::new();
    let asked = item.request.as_ref().and_then(|it| it.asked.as_ref());
    let times = match asked {
        Some(Asked::Call(call)) => {
            facts.push((words::clinic_language_label(), call.language.clone()));
            facts.extend(call.phone.clone().map(|phone| (words::clinic_phone_label(), phone)));
            &call.times[..]
        }
        Some(Asked::Visit(visit)) => {
            facts.extend(visit.with.clone().map(|with| (words::clinic_with_label(), with)));
            if visit.earlier_welcome {
                facts.push((words::clinic_earlier_label(), words::clinic_earlier()));
            }
            &visit.times[..]
        }
        Some(Asked::BeforeVisit(said)) => {
            facts.extend(before_visit(said));
            &[]
        }
        _ => &[],
    };
    if !work.excerpt.is_empty() {
        facts.push((words::clinic_note_label(), work.excerpt.clone()));
    }
    let times: Vec<_> = times.iter().map(time_words).collect();
    if !times.is_empty() {
        facts.push((words::clinic_times_label(), times.join(", ")));
    }
    facts
}

/// What somebody said before a visit.
fn before_visit(said: &BeforeVisit) -> Facts {
    let confirmed = |said: &Confirmation| match said {
        Confirmation::NotAnswered => None,
        Confirmation::Right => Some(words::clinic_confirmed()),
        Confirmation::Corrected { text } => Some(text.clone()),
    };
    let checked = [
        (words::places_medicines(), confirmed(&said.medicines)),
        (words::record_allergies(), confirmed(&said.allergies)),
        (words::clinic_phone_label(), confirmed(&said.phone)),
    ];
    let mut facts = Facts::new();
    facts.extend(checked.into_iter().filter_map(|(label, text)| Some((label, text?))));
    let asked = said.questions.iter().cloned();
    facts.extend(asked.map(|question| (words::clinic_question_label(), question)));
    facts
}

/// Nothing is said where nothing is found: that means nothing.
fn noticed(item: &DeskItem) -> Facts {
    let Some(notices) = item.notices.as_ref().filter(|notices| !notices.found.is_empty()) else {
        return Facts::new();
    };
    let found = notices.found.iter().map(notices::sentence);
    let mut facts: Facts = found.map(|text| (words::clinic_notice_label(), text)).collect();
    facts.push((String::new(), words::safety_list(&notices.list)));
    facts
}

fn time_words(wanted: &PreferredTime) -> String {
    match wanted {
        PreferredTime::Any => words::clinic_any_time(),
        PreferredTime::Weekly { days, part } => {
            let days = match days {
                Days::Weekdays => words::clinic_weekdays(),
                Days::Saturday => words::clinic_saturdays(),
                Days::Sunday => words::clinic_sundays(),
            };
            format!("{days} {}", part_words(*part)).trim_end().to_owned()
        }
        PreferredTime::On { day, part } => {
            format!("{} {}", time::date(*day), part_words(*part)).trim_end().to_owned()
        }
    }
}

fn part_words(part: PartOfDay) -> String {
    match part {
        PartOfDay::Morning => words::clinic_in_the_morning(),
        PartOfDay::Afternoon => words::clinic_in_the_afternoon(),
        PartOfDay::Evening => words::clinic_in_the_evening(),
        PartOfDay::Any => String::new(),
    }
}

/// What the chart says about the medicine that is asked for.
fn medicine_facts(known: &PatientContext, refill: &RefillRow) -> AnyView {
    let mut medicines = known.context.medicines.iter();
    let found = medicines.find(|line| refill.medicine.is_some_and(|it| line.entries.contains(&it)));
    let mut facts = Facts::new();
    let mut checks: Vec<String> = Vec::new();
    if let Some(line) = found {
        let filled = line.last_filled.map_or_else(words::clinic_not_known, time::date);
        facts.push((words::clinic_last_filled(), filled));
        let left = line.refills_left.clone().unwrap_or_else(words::clinic_not_known);
        facts.push((words::clinic_refills_left(), left));
        facts.extend(line.directions.clone().map(|text| (words::clinic_directions(), text)));
        checks.extend(line.checks.iter().map(result_said));
    }
    checks.extend(known.context.last_visit.map(|when| words::clinic_last_seen(&time::date(when))));
    checks.push(super::context::allergies_said(known));
    let checks = checks.into_iter().map(|check| view! { <li dir="auto">{check}</li> });
    view! {
        {form::facts(facts.into_iter())}
        <ul class="checks">{checks.collect_view()}</ul>
    }
    .into_any()
}

pub(super) fn actions(desk: Desk, request: Request) -> AnyView {
    if let Stage::Done { .. } = request.line.work.stage {
        return ().into_any();
    }
    let is_visit = matches!(request.line.work.kind, WorkKind::Visit | WorkKind::VisitWish);
    let visit = is_visit.then(|| {
        view! {
            {opener(desk.seat, form::BOOK, words::clinic_book_open(), None, true)}
            {opener(desk.seat, form::OFFER, words::clinic_offer_open(), None, false)}
            {opener(desk.seat, form::DECLINE, words::clinic_decline_open(), None, false)}
        }
    });
    let forms = is_visit.then(|| {
        view! {
            {book(desk, request.clone())}
            {offer(desk, request.clone())}
            {decline(desk, request.clone())}
        }
    });
    view! {
        <div class="doing">
            <div class="bar">
                {visit}
                {opener(desk.seat, form::END, words::clinic_done_open(), None, !is_visit)}
            </div>
            {forms}
            {done(desk, request)}
        </div>
    }
    .into_any()
}

fn answer(desk: Desk, request: &Request, answer: AnswerToVisit) {
    let edit = ClinicEdit::AnswerVisit { request: request.place.item, answer };
    desk.decide(request.place, edit);
}

fn book(desk: Desk, request: Request) -> AnyView {
    let (at, with, place, missing) = (text(), text(), text(), RwSignal::new(false));
    let content = move || {
        let about = form::about(&request.line, Vec::new());
        let request = request.clone();
        let press = move || {
            let Some(text) = filled(at, missing) else { return };
            match text.parse() {
                Ok(at) => {
                    let (with, place) = (optional(with), optional(place));
                    answer(desk, &request, AnswerToVisit::Booked { at, with, place });
                }
                Err(_) => missing.set(true),
            }
        };
        let fields = view! {
            {about}
            {input("at", "datetime-local", words::clinic_offer_time(), at)}
            {input("with", "text", words::clinic_book_with(), with)}
            {input("where", "text", words::clinic_book_place(), place)}
        };
        deciding(desk.seat, fields.into_any(), missing, words::clinic_book(), false, press)
    };
    sheet(desk.seat, form::BOOK, words::clinic_book_title(), words::clinic_cancel(), content)
}

/// Several times, of which the person chooses one.
fn offer(desk: Desk, request: Request) -> AnyView {
    let times: [RwSignal<String>; OFFERS_MAX] = std::array::from_fn(|_| text());
    let missing = RwSignal::new(false);
    let content = move || {
        let about = form::about(&request.line, Vec::new());
        let request = request.clone();
        let press = move || {
            let said = times.iter().filter_map(|time| optional(*time));
            let times: Result<Vec<_>, _> = said.map(|time| time.parse()).collect();
            match times {
                Ok(times) if !times.is_empty() => {
                    answer(desk, &request, AnswerToVisit::Offered { times });
                }
                Ok(_) | Err(_) => missing.set(true),
            }
        };
        let [one, two, three] = times;
        let fields = view! {
            {about}
            {input("offer-1", "datetime-local", words::clinic_offer_first(), one)}
            {input("offer-2", "datetime-local", words::clinic_offer_second(), two)}
            {input("offer-3", "datetime-local", words::clinic_offer_third(), three)}
        };
        deciding(desk.seat, fields.into_any(), missing, words::clinic_offer(), false, press)
    };
    sheet(desk.seat, form::OFFER, words::clinic_offer_title(), words::clinic_cancel(), content)
}

fn decline(desk: Desk, request: Request) -> AnyView {
    let (why, next, missing) = (text(), text(), RwSignal::new(false));
    let content = move || {
        let about = form::about(&request.line, Vec::new());
        let request = request.clone();
        let press = move || {
            let (Some(why), Some(next)) = (filled(why, missing), filled(next, missing)) else {
                missing.set(true);
                return;
            };
            answer(desk, &request, AnswerToVisit::Declined { why, next });
        };
        let fields = view! {
            {about}
            {area("why", words::clinic_why(), why)}
            {area("next", words::clinic_next(), next)}
        };
        deciding(desk.seat, fields.into_any(), missing, words::clinic_decline(), true, press)
    };
    sheet(desk.seat, form::DECLINE, words::clinic_decline_visit(), words::clinic_cancel(), content)
}

fn done(desk: Desk, request: Request) -> AnyView {
    let (note, missing) = (text(), RwSignal::new(false));
    let content = move || {
        let about = form::about(&request.line, Vec::new());
        let request = request.clone();
        let press = move || {
            let Some(note) = filled(note, missing) else { return };
            answer(desk, &request, AnswerToVisit::Done { note });
        };
        let fields = view! { {about}{area("done", words::clinic_done_note(), note)} };
        deciding(desk.seat, fields.into_any(), missing, words::clinic_done(), false, press)
    };
    sheet(desk.seat, form::END, words::clinic_done_title(), words::clinic_cancel(), content)
}
