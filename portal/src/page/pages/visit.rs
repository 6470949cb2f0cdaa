//! The next visit, and asking for one.

use leptos::prelude::*;
use shared::id::EntryId;
use shared::view::visit::Visit as Found;
use shared::view::{What, home};

use super::ask_the_clinic::AskTheClinic;
use super::chart_words::{name_of, other_facts, row_line};
use super::not_found::Missing;
use super::say_wrong;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, LinkButton, Weight};
use crate::page::ui::card::Card;
use crate::page::ui::emergency::telephone;
use crate::page::ui::empty::Skeleton;
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::platform::ObjectUrl;
use crate::page::ui::screen::Screen;
use crate::page::ui::table::facts;
use crate::page::ui::tag::Tag;

/// The next visit, wherever that leads.
#[component]
pub(crate) fn NextVisit() -> impl IntoView {
    let answer = expect_context::<Session>().ask(Ask::Home { now: time::now() });
    move || {
        answer.with(|answer| match answer {
            Some(Answer::Home(home)) => match &home.next_visit {
                Some(home::NextVisit::Chart { row }) => {
                    view! { <Visit id=row.entry.to_string()/> }.into_any()
                }
                Some(home::NextVisit::Answered { .. }) | None => no_visit(),
            },
            Some(_) | None => loading(),
        })
    }
}

fn head(title: String, detail: String) -> AnyView {
    view! {
        <div>
            <BackLink href="/record/visits" label=words::record_visits()/>
            <h1>{title}</h1>
            <p class="soft">{detail}</p>
        </div>
    }
    .into_any()
}

fn loading() -> AnyView {
    view! {
        <Screen name=words::visit_title()>
            {head(words::visit_title(), String::new())}
            <Skeleton label=words::record_loading()/>
        </Screen>
    }
    .into_any()
}

fn no_visit() -> AnyView {
    view! {
        <Screen name=words::visit_title()>
            {head(words::visit_title(), String::new())}
            <AskTheClinic icon=Icon::Calendar title=words::visit_empty() text=words::visit_will()/>
        </Screen>
    }
    .into_any()
}

#[component]
pub(crate) fn Visit(id: String) -> AnyView {
    let Ok(entry) = id.parse::<EntryId>() else {
        return view! { <Missing/> }.into_any();
    };
    let answer = expect_context::<Session>().ask(Ask::Visit { entry, now: time::now() });
    let screen = move || {
        answer.with(|answer| match answer {
            Some(Answer::Visit(Some(visit))) => one_visit(visit),
            Some(_) => view! { <Missing/> }.into_any(),
            None => loading(),
        })
    };
    screen.into_any()
}

fn one_visit(visit: &Found) -> AnyView {
    let row = &visit.row;
    let when = row.when.map_or_else(words::results_no_day, time::appointment);
    let what: Vec<String> = std::iter::once(name_of(row)).chain(visit.with.clone()).collect();
    let tag = row_line(row).tag.map(|(tone, icon, label)| {
        view! { <Tag tone=tone icon=icon label=label/> }
    });
    let call = visit.phone.as_ref().map(|phone| {
        view! {
            <LinkButton href=telephone(phone) label=words::visit_call(phone) weight=Weight::Quiet
                icon=Icon::Call/>
        }
    });
    let keep = visit.calendar.as_ref().map(|calendar| {
        let url = ObjectUrl::of_text(calendar, "text/calendar");
        view! {
            <a class="button quiet" href=url.text() download="visit.ics">
                <Picture of=Icon::Calendar/>{words::visit_keep()}
            </a>
        }
    });
    let answers = visit.is_to_come.then(|| {
        view! {
            <LinkButton href=format!("/before-visit/{}", row.entry) label=words::before_visit_title()
                icon=Icon::Edit/>
        }
    });
    let ready: Vec<_> = visit
        .preparation
        .iter()
        .map(|said| view! { <p class="said" dir="auto">{said.clone()}</p> })
        .collect();
    let ready = (!ready.is_empty()).then(|| {
        view! { <Card id="prepare" title=words::visit_prepare()>{ready}</Card> }
    });
    let shown = [What::Who, What::Place, What::Activity, What::Member];
    let more = other_facts(row, &shown);
    let more = (!more.is_empty()).then(|| {
        view! { <section class="card" aria-label=words::record_entry()>{facts(more)}</section> }
    });
    let place = visit.place.clone().unwrap_or_else(words::visit_no_place);
    let address = visit.address.clone().map(|address| format!("\n{address}"));
    let wrong = say_wrong::link(row.entry);
    view! {
        <Screen name=words::visit_title()>
            {head(when, what.join(". "))}
            <Card id="where" title=words::visit_where()>
                {tag}
                <p class="said" dir="auto">
                    <b>{place}</b>{address}
                </p>
                <div class="bar">{call}{keep}</div>
            </Card>
            {answers}
            {ready}
            {more}
            {wrong}
        </Screen>
    }
    .into_any()
}
