//! How a person hears of new results.

use leptos::prelude::*;
use shared::edit::{Edit, Preference, ResultNotice};

use crate::bridge::{Answer, Ask};
use crate::page::i18n::words;
use crate::page::pages::asking::Asking;
use crate::page::session::Session;
use crate::page::ui::card::Card;
use crate::page::ui::segmented::Segmented;

const NOTICES: [ResultNotice; 3] =
    [ResultNotice::AtOnce, ResultNotice::WithNote, ResultNotice::Never];

#[component]
pub(super) fn Notices() -> AnyView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let answer = session.ask(Ask::ResultNotice);
    // Once: the radios themselves show what is chosen after that.
    let first = Memo::new(move |before: Option<&Option<ResultNotice>>| {
        before.copied().flatten().or_else(|| {
            answer.with(|answer| match answer {
                Some(Answer::ResultNotice(notice)) => Some(*notice),
                Some(_) | None => None,
            })
        })
    });
    let choice = move || {
        let place = NOTICES.iter().zip(0_i64..).find(|(notice, _)| Some(**notice) == first.get());
        let (_, chosen) = place?;
        let choose = move |place: i64| {
            let notice = NOTICES.iter().zip(0_i64..).find(|(_, known)| *known == place);
            if let Some((notice, _)) = notice {
                asking.send(Edit::Prefer(Preference::ResultNotice(*notice)), || ());
            }
        };
        Some(view! {
            <Segmented name="results" label=words::settings_results()
                options=vec![
                    (0_i64, words::settings_results_at_once(), None),
                    (1, words::settings_results_with_note(), None),
                    (2, words::settings_results_never(), None),
                ]
                detail=words::settings_results_text() chosen=chosen on_choose=choose/>
        })
    };
    view! {
        <Card id="notices" title=words::settings_notices()>
            {choice}
            {move || asking.notice()}
        </Card>
    }
    .into_any()
}
