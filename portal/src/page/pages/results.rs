//! Results, the newest first.

use std::sync::Arc;

use leptos::prelude::*;
use shared::view::ShowResults;
use shared::view::results::{Panel, Results as Found};

use super::chart_words::result_line;
use super::loaded::loaded_banner;
use super::portions::{Long, portions};
use crate::bridge::{Answer, Ask};
use crate::page::i18n::{time, words};
use crate::page::ui::button::{LinkButton, Weight};
use crate::page::ui::empty::Empty;
use crate::page::ui::icon::Icon;
use crate::page::ui::later::later;
use crate::page::ui::line::lines;
use crate::page::ui::screen::Screen;
use crate::page::ui::segmented::Segmented;

/// Rows of the first answer, and how many more a press brings.
const ROWS: u32 = 60;
/// And how many are put on the screen in one go.
const ROWS_AT_ONCE: usize = 12;

#[component]
pub(crate) fn Results() -> impl IntoView {
    let show = RwSignal::new(ShowResults::All);
    let list = move || {
        let show = show.get();
        portions(Long {
            ask: Arc::new(move |from| Ask::Results { show, from, rows: ROWS }),
            show: |answer, first| match answer {
                Answer::Results(found) => results(found, first),
                _ => ().into_any(),
            },
            next: |answer| if let Answer::Results(found) = answer { found.next } else { None },
        })
    };
    let options = vec![
        (ShowResults::All, words::results_all(), None),
        (ShowResults::OutOfRange, words::results_out_of_range(), None),
        (ShowResults::Home, words::results_home(), None),
    ];
    view! {
        <Screen name=words::places_results()>
            <h1>{words::places_results()}</h1>
            <div class="later">
                <Segmented name="show" label=words::results_show() options=options
                    chosen=ShowResults::All bare=true
                    on_choose=move |chosen| show.set(chosen)/>
            </div>
            {list}
            <LinkButton href="/reading".to_owned() label=words::reading_title()
                weight=Weight::Quiet icon=Icon::Plus/>
        </Screen>
    }
}

fn results(found: &Found, first: bool) -> AnyView {
    let banner = first.then(|| loaded_banner(found.loaded));
    if found.panels.is_empty() {
        return view! {
            {banner}
            <Empty icon=Icon::Results title=words::results_empty() text=words::results_will()/>
        }
        .into_any();
    }
    let panels = from(Arc::new(found.panels.clone()), 0, String::new());
    view! { {banner}{panels} }.into_any()
}

/// Some of the panels, and the rest a moment later.
fn from(panels: Arc<Vec<Panel>>, begin: usize, mut day: String) -> AnyView {
    let (mut shown, mut rows) = (Vec::new(), 0);
    for panel in &panels[begin..] {
        if rows >= ROWS_AT_ONCE {
            break;
        }
        rows += panel.rows.len().max(1);
        shown.push(one_panel(panel, &mut day));
    }
    let next = begin + shown.len();
    let rest =
        (next < panels.len()).then(|| later(move || from(panels.clone(), next, day.clone())));
    view! { {shown}{rest} }.into_any()
}

/// The day stands once above all that came on it.
fn one_panel(panel: &Panel, day: &mut String) -> AnyView {
    let now = panel.when.map_or_else(words::results_no_day, time::long_date);
    let heading = (*day != now).then(|| view! { <h2 class="date">{now.clone()}</h2> });
    *day = now;
    let mut about: Vec<String> = panel.title.iter().chain(&panel.lab).cloned().collect();
    if panel.home {
        about.push(words::results_from_home());
    }
    if panel.corrected {
        about.push(words::result_corrected());
    }
    let about: Vec<_> =
        about.into_iter().map(|words| view! { <span class="detail">{words}</span> }).collect();
    let conclusion = panel.conclusion.as_ref().map(|said| {
        view! { <p class="said" dir="auto">{said.clone()}</p> }
    });
    let rows: Vec<_> = panel.rows.iter().map(result_line).collect();
    let rows = (!rows.is_empty()).then(|| lines(rows, true));
    let report = panel.report.map(|entry| {
        view! { <a href=format!("/record/entry/{entry}")>{words::results_read_report()}</a> }
    });
    view! { <section class="panel">{heading}<div>{about}</div>{conclusion}{rows}{report}</section> }
        .into_any()
}
