//! One result: the value in its range, what it says in a sentence, and how it changed.

use leptos::prelude::*;
use shared::id::EntryId;
use shared::view::results::chart::Chart;
use shared::view::results::detail::{Change, ResultDetail, Story};
use shared::view::results::shown::Shown;
use shared::view::{Flag, Standing};

use super::chart_words::{flag_words, range_words, test_words, value_and_unit, value_words};
use super::loaded::loaded_banner;
use super::not_found::Missing;
use super::say_wrong;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{Language, current, time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{BackLink, LinkButton, Weight};
use crate::page::ui::card::Card;
use crate::page::ui::chart::{Drawing, DrawnLine, chart};
use crate::page::ui::empty::Skeleton;
use crate::page::ui::icon::Icon;
use crate::page::ui::range::{Place, range};
use crate::page::ui::screen::{Screen, Width};
use crate::page::ui::table::{facts, table};
use crate::page::ui::tag::{Tag, Tone};

#[component]
pub(crate) fn ResultDetails(id: String) -> AnyView {
    let Ok(entry) = id.parse::<EntryId>() else {
        return view! { <Missing/> }.into_any();
    };
    let answer = expect_context::<Session>().ask(Ask::Result { entry });
    let screen = move || {
        answer.with(|answer| match answer {
            Some(Answer::Result(Some(detail))) => one_result(detail),
            Some(_) => view! { <Missing/> }.into_any(),
            None => view! {
                <Screen name=words::result_title()>
                    <h1>{words::result_title()}</h1>
                    <Skeleton label=words::results_loading()/>
                </Screen>
            }
            .into_any(),
        })
    };
    screen.into_any()
}

fn one_result(detail: &ResultDetail) -> AnyView {
    let row = &detail.row;
    let (name, about) = test_words(row.loinc.as_deref(), row.name.as_deref());
    let over_time = (detail.table.len() > 1).then(|| over_time(detail, &name));
    let (notices, value) = (notices(detail), value(detail));
    let (notes, about_it) = (notes(detail), surroundings(detail));
    let wrong = wrong(detail);
    view! {
        <Screen name=words::result_title() width=Width::Wide>
            <div>
                <BackLink href="/results" label=words::places_results()/>
                <h1 dir="auto">{name}</h1>
                {about.map(|about| view! { <p class="soft">{about}</p> })}
            </div>
            {notices}
            <div class="columns">
                <div class="stack">{value}{over_time}</div>
                <div class="stack">{notes}{about_it}{wrong}</div>
            </div>
        </Screen>
    }
    .into_any()
}

/// A reading of one's own is corrected; the clinic's result is said to be wrong.
fn wrong(detail: &ResultDetail) -> Option<AnyView> {
    let entry = detail.row.entry;
    match (&detail.own, &detail.row.measured_by) {
        (Some(_), _) => Some(
            view! {
                <LinkButton href=format!("/reading/{entry}") label=words::reading_correct_this()
                    weight=Weight::Quiet icon=Icon::Edit/>
            }
            .into_any(),
        ),
        (None, Some(_)) => None,
        (None, None) => Some(say_wrong::link(entry)),
    }
}

fn notices(detail: &ResultDetail) -> Vec<AnyView> {
    let banner =
        |tone, icon, text: String| view! { <Banner tone=tone icon=icon>{text}</Banner> }.into_any();
    let mut notices = Vec::new();
    if let Some(why) = &detail.taken_back {
        notices.push(banner(Tone::Alert, Icon::Alert, words::result_taken_back(why)));
    }
    if detail.row.corrected {
        notices.push(banner(Tone::Info, Icon::Info, words::result_corrected_long()));
    }
    if detail.row.standing == Standing::Unsure {
        notices.push(banner(Tone::Wait, Icon::Clock, words::result_early_long()));
    }
    if detail.row.standing == Standing::Not {
        notices.push(banner(Tone::Alert, Icon::Alert, words::standing_cancelled()));
    }
    notices.extend(loaded_banner(detail.loaded));
    notices
}

fn value(detail: &ResultDetail) -> AnyView {
    let row = &detail.row;
    let (number, unit) = value_words(&row.shown);
    let is_number = matches!(row.shown, Shown::Number { .. });
    let tag = row.flag.as_ref().map(|flag| {
        let (tone, icon, label) = flag_words(flag);
        view! { <Tag tone=tone icon=icon label=label/> }
    });
    let place = row.bar.map(|bar| range(Place { from: bar.from, to: bar.to, at: bar.at }));
    let parts = row.parts.iter().map(|part| {
        let (name, _) = test_words(part.loinc.as_deref(), part.name.as_deref());
        let mut said = value_and_unit(&part.shown);
        for more in part
            .flag
            .as_ref()
            .map(|flag| flag_words(flag).2)
            .into_iter()
            .chain(part.range.as_ref().map(range_words))
        {
            said = format!("{said}\n{more}");
        }
        (name, said)
    });
    let parts: Vec<_> = parts.collect();
    let parts = (!parts.is_empty()).then(|| facts(parts));
    let story = detail.story.as_ref().map(|story| sentences(story, &unit));
    let said = row.range.as_ref().map(range_words);
    let taken = row.when.map(|when| words::result_taken(&time::appointment(when)));
    let below: Vec<_> = said
        .into_iter()
        .chain(taken)
        .map(|words| view! { <span class="detail">{words}</span> })
        .collect();
    view! {
        <section class="card" aria-label=words::result_value()>
            <div class="bar split">
                <p class=if is_number { "amount number" } else { "said" } dir="auto">
                    {number}" "<small>{unit}</small>
                </p>
                {tag}
            </div>
            {place}
            {story}
            {parts}
            <div>{below}</div>
        </section>
    }
    .into_any()
}

/// One sentence about today, one about the change.
fn sentences(story: &Story, unit: &str) -> AnyView {
    let now = story.now.as_ref().and_then(|flag| match flag {
        Flag::InRange => Some(words::story_in_range()),
        Flag::Above => Some(words::story_above()),
        Flag::Below => Some(words::story_below()),
        Flag::FarAbove => Some(words::story_far_above()),
        Flag::FarBelow => Some(words::story_far_below()),
        Flag::Unusual | Flag::VeryUnusual | Flag::Found | Flag::NotFound | Flag::Words(_) => None,
    });
    let change = story.since_last.zip(story.last.as_ref()).map(|(change, last)| {
        let before = format!("{} {unit}", last.number);
        let when = last.when.map(time::date).unwrap_or_default();
        match change {
            Change::Higher => words::story_higher(before.trim(), &when),
            Change::Lower => words::story_lower(before.trim(), &when),
            Change::Same => words::story_same(&when),
        }
    });
    let said: Vec<_> = now.into_iter().chain(change).map(|said| view! { <p>{said}</p> }).collect();
    view! { <div>{said}</div> }.into_any()
}

fn over_time(detail: &ResultDetail, name: &str) -> AnyView {
    let drawing = detail.chart.as_ref().map(|found| {
        let two = found.lines.len() > 1;
        view! {
            {two.then(|| view! { <p class="detail">{words::chart_two_lines()}</p> })}
            {chart(drawing(found), words::chart_region(), title(found, name), story(found))}
            {(!found.bands.is_empty()).then(|| view! {
                <p class="detail">{words::chart_band()}</p>
            })}
        }
    });
    let rows = detail.table.iter().map(|row| {
        let when = row.when.map_or_else(words::results_no_day, time::date_and_time);
        let mut compared: Vec<String> = row.flag.iter().map(|flag| flag_words(flag).2).collect();
        if row.corrected {
            compared.push(words::result_corrected());
        }
        if row.home {
            compared.push(words::results_from_home());
        }
        vec![when, value_and_unit(&row.shown), compared.join(". ")]
    });
    let heads = vec![words::table_date(), words::table_result(), words::table_compared()];
    let caption = words::table_caption(name);
    let table = table(words::table_open(), caption, heads, rows.collect());
    view! {
        <Card id="over-time" title=words::chart_title()>
            {drawing}
            {table}
        </Card>
    }
    .into_any()
}

fn drawing(chart: &Chart) -> Drawing {
    let lines = chart.lines.iter();
    let stripes = chart.bands.iter();
    Drawing {
        lines: lines
            .map(|line| DrawnLine { spots: line.spots.clone(), newest: line.newest.clone() })
            .collect(),
        stripes: stripes.map(|band| [band.from, band.to, band.top, band.bottom]).collect(),
        ticks: chart.ticks.iter().map(|tick| (tick.at, tick.number.clone())).collect(),
        from: time::date(chart.from),
        to: time::date(chart.to),
    }
}

fn title(chart: &Chart, name: &str) -> String {
    words::chart_name(&time::long_date(chart.from), name, &time::long_date(chart.to))
}

fn story(chart: &Chart) -> String {
    let lines: Vec<String> =
        chart.lines.iter().map(|line| words::chart_story(&line.oldest, &line.newest)).collect();
    lines.join(" ")
}

fn notes(detail: &ResultDetail) -> Option<AnyView> {
    let said: Vec<_> = detail
        .conclusion
        .iter()
        .chain(&detail.notes)
        .map(|note| view! { <p class="said" dir="auto">{note.clone()}</p> })
        .collect();
    let card = (!said.is_empty()).then(|| {
        view! { <Card id="notes" title=words::result_notes()>{said}</Card> }
    })?;
    Some(card.into_any())
}

fn surroundings(detail: &ResultDetail) -> AnyView {
    let row = &detail.row;
    let mut about = Vec::new();
    let mut say = |what: String, said: &Option<String>| {
        about.extend(said.clone().map(|said| (what, said)));
    };
    let (title, _) = test_words(row.loinc.as_deref(), row.name.as_deref());
    let other = |name: &Option<String>| name.clone().filter(|name| *name != title);
    say(words::result_called(), &other(&row.name));
    say(words::result_exact(), &detail.exact);
    say(words::result_lab(), &detail.lab);
    say(words::result_ordered_by(), &detail.ordered_by);
    say(words::result_panel(), &other(&detail.report_title));
    say(words::fact_source(), &Some(row.source.clone()).filter(|source| !source.is_empty()));
    say(words::fact_by_hand(), &row.by_hand);
    let explained = explained(row.loinc.as_deref());
    view! {
        <Card id="about" title=words::result_about()>
            {facts(about)}
            <LinkButton href="/messages/new".to_owned() label=words::result_ask()
                icon=Icon::Message/>
            {explained}
            <p class="detail">{words::result_loinc()}</p>
        </Card>
    }
    .into_any()
}

/// Of tests that we know, so that no code from elsewhere becomes part of an address. MedlinePlus Connect
/// finds its page by LOINC code: https://medlineplus.gov/medlineplus-connect/web-application/.
fn explained(loinc: Option<&str>) -> Option<AnyView> {
    let code = loinc.filter(|code| words::test(code).is_some())?;
    let language = match current() {
        Language::Spanish => "es",
        Language::English | Language::Mirrored => "en",
    };
    let href = format!(
        "https://connect.medlineplus.gov/application?mainSearchCriteria.v.cs=2.16.840.1.113883.6.1\
         &mainSearchCriteria.v.c={code}&informationRecipient.languageCode.c={language}"
    );
    Some(
        view! {
            <div>
                <a href=href target="_blank" rel="noreferrer">{words::result_explained()}</a>
                <p class="detail">{words::result_explained_text()}</p>
            </div>
        }
        .into_any(),
    )
}
