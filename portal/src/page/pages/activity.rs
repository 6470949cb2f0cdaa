//! Activity: what waits and what was not sent; who looked at the record.

use leptos::prelude::*;
use shared::view::activity::{ACTIVITY_MAX, ActivityAnswer, ActivityRow, table_cell};
use shared::view::{Did, Loaded, Touched, Why};

use super::ask_again::AskAgain;
use super::devices::devices_row;
use super::home::waiting_row;
use super::loaded::loaded_banner;
use super::sign_in_again::SignInAgain;
use crate::bridge::{Answer, Ask, Status};
use crate::page::i18n::{reasons, time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::card::Card;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::line::{Line, lines};
use crate::page::ui::platform::ObjectUrl;
use crate::page::ui::rows::{RowText, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::search::Search;
use crate::page::ui::tag::Tone;

/// Rows on the screen at first, and with each wish for more. The table that is saved has them all.
const SHOWN: usize = 100;

#[component]
pub(crate) fn Activity() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let rows = move || {
        let rows = threads.get().map_or_else(Vec::new, |all| all.rows);
        let rows: Vec<_> = rows.into_iter().filter_map(waiting_row).collect();
        if rows.is_empty() {
            return view! { <RowText icon=Icon::Ok title=words::activity_nothing_waits()/> }
                .into_any();
        }
        rows.into_any()
    };
    view! {
        <Screen name=words::places_activity()>
            <h1>{words::places_activity()}</h1>
            {move || status_banner(session.status().get())}
            <SignInAgain session=session/>
            <AskAgain session=session/>
            <Card id="sending" title=words::activity_sending() flush=true>
                <Rows>{rows}</Rows>
            </Card>
            <Rows card=true>{devices_row()}</Rows>
            <Looked/>
        </Screen>
    }
}

/// Who looked at the record, changed it or shared it.
#[component]
fn Looked() -> AnyView {
    let (sought, shown) = (RwSignal::new(String::new()), RwSignal::new(SHOWN));
    let ask = Signal::derive(move || Ask::Activity { words: sought.get(), limit: ACTIVITY_MAX });
    let answer = expect_context::<Session>().ask_anew(ask);
    // The field must stay while its answers change: it has the focus.
    let is_known = Memo::new(move |_| {
        let found = answer.with(|answer| match answer {
            Some(Answer::Activity(found)) => {
                Some(!found.rows.is_empty() || found.loaded != Loaded::All)
            }
            Some(_) | None => None,
        });
        found.map(|some| some || sought.with(|sought| !sought.trim().is_empty()))
    });
    let card = move || {
        match is_known.get() {
        None => view! { <Skeleton label=words::record_loading()/> }.into_any(),
        Some(false) => view! {
            <Empty icon=Icon::Eye title=words::activity_who_empty() text=words::activity_who_will()/>
        }
        .into_any(),
        Some(true) => view! {
            <Card id="who" title=words::activity_who() flush=true>
                <div class="row">
                    <Search id="search-activity" label=words::activity_search() text=sought/>
                </div>
                {move || answer.with(|answer| looked(answer, shown))}
            </Card>
        }
        .into_any(),
    }
    };
    view! { {card} }.into_any()
}

fn looked(answer: &Option<Answer>, shown: RwSignal<usize>) -> AnyView {
    let Some(Answer::Activity(found)) = answer else {
        return ().into_any();
    };
    if found.rows.is_empty() {
        let none = (found.loaded == Loaded::All)
            .then(|| view! { <p class="row" role="status">{words::search_nothing()}</p> });
        return view! { {none}{loaded_banner(found.loaded)} }.into_any();
    }
    let rows: Vec<_> = found.rows.iter().take(shown.get()).map(looked_line).collect();
    let rest = found.rows.len() > rows.len();
    let url = ObjectUrl::of_text(&as_csv(found), "text/csv;charset=utf-8");
    view! {
        {lines(rows, false)}
        {loaded_banner(found.loaded)}
        <div class="row">
            {rest.then(|| view! {
                <Button label=words::results_older() weight=Weight::Quiet icon=Icon::ChevronDown
                    on_press=move || shown.update(|shown| *shown += SHOWN)/>
            })}
            {(found.more && !rest).then(|| view! { <p>{words::activity_more()}</p> })}
            <a class="button quiet" href=url.text() download="activity.csv">
                <Picture of=Icon::Download/>{words::activity_save()}
            </a>
        </div>
    }
    .into_any()
}

fn looked_line(row: &ActivityRow) -> Line {
    let what: Vec<String> = row.what.iter().map(|what| touched(*what)).collect();
    let mut did = did(row.did);
    if !what.is_empty() {
        did = words::activity_did(&did, &what.join(", "));
    }
    let mut details = vec![time::in_list(row.at), did];
    details.extend(row.why.and_then(why));
    details.extend(detail(row));
    details.extend(row.from.as_ref().map(|from| words::activity_from(from)));
    Line { icon: Some(Icon::Eye), title: row.who.clone(), details, ..Line::default() }
}

/// With the moments in ISO 8601, so that any program reads them.
fn as_csv(found: &ActivityAnswer) -> String {
    let mut lines = Vec::new();
    for row in &found.rows {
        let what: Vec<String> = row.what.iter().map(|what| touched(*what)).collect();
        let why = row.why.and_then(why).unwrap_or_default();
        let from = row.from.as_deref().unwrap_or_default();
        let (detail, did) = (detail(row).unwrap_or_default(), did(row.did));
        let cells = [&time::exact(row.at), &row.who, &did, &what.join(", "), &detail, &why, from];
        let cells = cells.map(table_cell);
        lines.push(cells.join(","));
    }
    lines.join("\r\n")
}

/// A reason from the clinic's list, in the reader's language.
fn detail(row: &ActivityRow) -> Option<String> {
    let detail = row.detail.as_ref()?;
    Some(match row.why {
        Some(Why::Emergency) => reasons::one(detail),
        Some(_) | None => detail.clone(),
    })
}

fn did(did: Did) -> String {
    match did {
        Did::Read => words::did_read(),
        Did::Wrote => words::did_wrote(),
        Did::Changed => words::did_changed(),
        Did::Shared => words::did_shared(),
        Did::Downloaded => words::did_downloaded(),
        Did::SignedIn => words::did_signed_in(),
        Did::AddedDevice => words::did_added_device(),
        Did::RemovedDevice => words::did_removed_device(),
        Did::GaveAccess => words::did_gave_access(),
        Did::EndedAccess => words::did_ended_access(),
        Did::OpenedRecord => words::did_opened_record(),
        Did::OpenedShare => words::did_opened_share(),
        Did::Other => words::did_other(),
    }
}

/// Why somebody may; that one's own record is one's own needs no words.
fn why(why: Why) -> Option<String> {
    match why {
        Why::Own | Why::Other => None,
        Why::Granted => Some(words::why_granted()),
        Why::Treatment => Some(words::why_treatment()),
        Why::Operations => Some(words::why_operations()),
        Why::Emergency => Some(words::why_emergency()),
    }
}

fn touched(what: Touched) -> String {
    match what {
        Touched::Results => words::places_results(),
        Touched::Medicines => words::places_medicines(),
        Touched::Messages => words::places_messages(),
        Touched::Visits => words::record_visits(),
        Touched::Documents => words::record_documents(),
        Touched::Requests => words::touched_requests(),
        Touched::Whole => words::touched_whole(),
        Touched::Other => words::record_other(),
    }
}

fn status_banner(status: Option<Status>) -> AnyView {
    let (tone, icon, text) = match status {
        None => (Tone::Neutral, Icon::Offline, words::activity_looking()),
        Some(Status::UpToDate { at }) => {
            (Tone::Ok, Icon::Synced, words::activity_up_to_date(&time::in_list(at)))
        }
        Some(Status::Checking) => (Tone::Neutral, Icon::Refresh, words::activity_checking()),
        Some(Status::Offline { waiting: 0 }) => {
            (Tone::Neutral, Icon::Offline, words::activity_offline_nothing())
        }
        Some(Status::Offline { waiting }) => {
            (Tone::Neutral, Icon::Offline, words::activity_offline(waiting))
        }
        Some(Status::SignedOut { .. }) => (Tone::Alert, Icon::Alert, words::activity_signed_out()),
        Some(Status::Sending { waiting }) => {
            (Tone::Info, Icon::Sending, words::activity_now_sending(waiting))
        }
        Some(Status::Asks { .. }) => (Tone::Wait, Icon::Clock, words::ask_again_why()),
        Some(Status::NotSent { refused }) => {
            (Tone::Alert, Icon::Alert, words::activity_not_sent(refused))
        }
        Some(Status::Damaged) => (Tone::Alert, Icon::Alert, words::activity_damaged()),
    };
    view! { <Banner tone=tone icon=icon>{text}</Banner> }.into_any()
}
