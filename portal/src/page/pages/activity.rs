//! Activity: what waits and what was not sent; who looked at the record.

use leptos::prelude::*;

use super::home::waiting_row;
use crate::bridge::Status;
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::card::Card;
use crate::page::ui::empty::Empty;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowText, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn Activity() -> impl IntoView {
    let session = expect_context::<Session>();
    let threads = session.threads();
    let rows = move || {
        let rows = threads.get().unwrap_or_default();
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
            <Card id="sending" title=words::activity_sending() flush=true>
                <Rows>{rows}</Rows>
            </Card>
            <Empty icon=Icon::Eye title=words::activity_who_empty() text=words::activity_who_will()/>
        </Screen>
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
        Some(Status::Sending { waiting }) => {
            (Tone::Info, Icon::Sending, words::activity_now_sending(waiting))
        }
        Some(Status::NotSent { refused }) => {
            (Tone::Alert, Icon::Alert, words::activity_not_sent(refused))
        }
        Some(Status::Damaged) => (Tone::Alert, Icon::Alert, words::activity_damaged()),
    };
    view! { <Banner tone=tone icon=icon>{text}</Banner> }.into_any()
}
