//! Medicines worth asking about, with the list that says so. Where nothing is found nothing is shown:
//! nobody may read that as "safe".

use leptos::prelude::*;
use shared::view::safety::Notices;

use crate::bridge::{Answer, Ask};
use crate::page::i18n::{notices, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

/// Of what is taken; with a new name, of that one while it is typed.
#[component]
pub(super) fn SafetyNotices(
    session: Session,
    #[prop(optional)] new: Option<Signal<String>>,
) -> AnyView {
    let ask = Signal::derive(move || Ask::Notices { new: new.map(|new| new.get()) });
    let answer = session.ask_anew(ask);
    let found = Memo::new(move |_| {
        answer.with(|answer| match answer {
            // Before a name is typed there is nothing to ask about.
            Some(Answer::Notices(_)) if new.is_some_and(|new| new.with(String::is_empty)) => None,
            Some(Answer::Notices(notices)) => Some(notices.clone()),
            Some(_) | None => None,
        })
    });
    let notice =
        move || found.get().filter(|found| !found.found.is_empty()).map(|found| banner(&found));
    view! { {notice} }.into_any()
}

fn banner(found: &Notices) -> AnyView {
    let said: Vec<_> =
        found.found.iter().map(|notice| view! { <li>{notices::sentence(notice)}</li> }).collect();
    let list = words::safety_list(&found.list);
    view! {
        <Banner tone=Tone::Wait icon=Icon::Alert urgent=true>
            <p><b>{words::safety_title()}</b></p>
            <ul>{said}</ul>
            <p>{words::safety_do()}</p>
            <p class="small">{list}</p>
        </Banner>
    }
    .into_any()
}
