//! The list of conversations, newest first.

use leptos::prelude::*;
use shared::view::{Loaded, ThreadRow};

use super::loaded::loaded_banner;
use super::message_words::{EmergencyLine, state_words, topic_words};
use crate::page::i18n::{in_small_letters, time, words};
use crate::page::session::Session;
use crate::page::ui::button::LinkButton;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::search::Search;
use crate::page::ui::tag::{State, Tag, Tone};

/// With fewer conversations than this the eye is faster than a search field.
const SEARCH_FROM: usize = 7;

#[component]
pub(crate) fn Messages() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let sought = RwSignal::new(String::new());
    let has_many =
        Memo::new(move |_| threads.get().is_some_and(|all| all.rows.len() >= SEARCH_FROM));
    let list = move || match threads.get() {
        None => view! { <Skeleton label=words::messages_loading()/> }.into_any(),
        Some(all) if all.rows.is_empty() && all.loaded == Loaded::All => empty(),
        Some(all) => {
            let is_any = !all.rows.is_empty();
            let list = is_any.then(|| thread_list(found(all.rows, &sought.get())));
            // It stands below them, so that they stay where they are when it goes.
            view! { {list}{loaded_banner(all.loaded)} }.into_any()
        }
    };
    view! {
        <Screen name=words::places_messages()>
            <div>
                <div class="bar split">
                    <h1>{words::places_messages()}</h1>
                    <LinkButton href="/messages/new".to_owned() label=words::action_write()
                        icon=Icon::Edit/>
                </div>
                <EmergencyLine/>
            </div>
            {move || has_many.get().then(|| view! {
                <Search id="search-messages" label=words::messages_search() text=sought/>
            })}
            {list}
        </Screen>
    }
}

fn empty() -> AnyView {
    view! {
        <Empty icon=Icon::Message title=words::messages_empty() text=words::messages_empty_text()/>
    }
    .into_any()
}

/// The conversations that say what is sought, in their topic, their newest message or their name.
pub(super) fn found(rows: Vec<ThreadRow>, sought: &str) -> Vec<ThreadRow> {
    let sought = in_small_letters(sought.trim());
    let says = |text: &str| in_small_letters(text).contains(&sought);
    let matches = |row: &ThreadRow| {
        says(&row.topic) || says(&row.excerpt) || row.newest_from.as_deref().is_some_and(says)
    };
    rows.into_iter().filter(matches).collect()
}

pub(super) fn thread_list(rows: Vec<ThreadRow>) -> AnyView {
    if rows.is_empty() {
        return view! { <p role="status">{words::search_nothing()}</p> }.into_any();
    }
    let rows = rows.into_iter().map(thread_row);
    view! { <Rows card=true>{rows.collect::<Vec<_>>()}</Rows> }.into_any()
}

fn thread_row(row: ThreadRow) -> AnyView {
    let href = format!("/messages/{}", row.thread);
    let when = time::in_list(row.newest_at);
    let detail = match &row.newest_from {
        Some(name) => words::messages_from(name, &row.excerpt),
        None => words::messages_from_you(&row.excerpt),
    };
    let unread = (row.unread > 0).then(|| {
        view! { <Tag tone=Tone::Info icon=Icon::Info label=words::messages_new(row.unread)/> }
    });
    let state = row.newest_state.as_ref().map(|state| {
        let state = state_words(state);
        match state.tone {
            // What waits or failed needs to be seen; the rest is quiet.
            Tone::Wait | Tone::Alert => {
                view! { <Tag tone=state.tone icon=state.icon label=state.short/> }.into_any()
            }
            Tone::Neutral | Tone::Info | Tone::Ok => {
                view! { <State icon=state.icon label=state.short/> }.into_any()
            }
        }
    });
    view! {
        <RowLink href=href title=topic_words(row.topic) aside=when detail=detail>
            <span class="bar">{unread}{state}</span>
        </RowLink>
    }
    .into_any()
}
