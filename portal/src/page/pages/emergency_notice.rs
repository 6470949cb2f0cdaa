//! What a person reads while they write words that may mean an emergency: to call, and that nobody
//! will see this soon. It never says that anything else is safe.

use leptos::prelude::*;

use crate::bridge::{Answer, Ask, Status};
use crate::page::i18n::{signs, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::emergency::telephone;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn EmergencyNotice(session: Session, text: Signal<String>) -> AnyView {
    let answer = session.ask_anew(Signal::derive(move || Ask::Signs { text: text.get() }));
    // The same signs as before are not read out again with each letter.
    let found = Memo::new(move |_| {
        answer.with(|answer| match answer {
            Some(Answer::Signs(codes)) => codes.clone(),
            Some(_) | None => Vec::new(),
        })
    });
    let notice = move || {
        let codes = found.get();
        (!codes.is_empty()).then(|| banner(session, &codes))
    };
    view! { {notice} }.into_any()
}

fn banner(session: Session, codes: &[String]) -> AnyView {
    let number = session.who().get_untracked().map(|who| who.clinic.emergency_number);
    let call = number.filter(|number| !number.is_empty()).map(|number| {
        let call = words::emergency_call_now(&number);
        view! { <p><a class="button" href=telephone(&number)>{call}</a></p> }
    });
    let may_be_one = words::emergency_may_be_one(&signs::list(codes));
    let delay = move || match session.status().get() {
        Some(Status::Offline { .. }) | None => words::emergency_nobody_sees_it(),
        Some(Status::SignedOut { .. }) => words::emergency_sign_in_first(),
        Some(_) => words::emergency_may_take_hours(),
    };
    view! {
        <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>
            <p><b>{may_be_one}</b></p>
            <p>{delay}</p>
            {call}
        </Banner>
    }
    .into_any()
}
