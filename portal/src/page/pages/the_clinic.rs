//! What the clinic says about itself, with or without a connection: where it is, when somebody is there,
//! and whom to call.

use leptos::prelude::*;
use shared::view::desk::settings::InBoth;

use crate::bridge::Clinic;
use crate::page::i18n::{self, Language, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::card::Card;
use crate::page::ui::emergency::telephone;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

/// In the reader's language, or in the other if the clinic wrote only that.
fn said(both: &InBoth) -> Option<String> {
    let (first, other) = match i18n::current() {
        Language::Spanish => (&both.es, &both.en),
        Language::English | Language::Mirrored => (&both.en, &both.es),
    };
    [first, other].into_iter().find(|text| !text.is_empty()).cloned()
}

/// When somebody is there, and the numbers.
pub(super) fn lines(clinic: &Clinic) -> AnyView {
    let number = |label: fn(&str, &str) -> String, number: &str| {
        let text = label(&clinic.name, number);
        let href = telephone(number);
        (!number.is_empty()).then(|| view! { <p><a href=href>{text}</a></p> })
    };
    view! {
        {said(&clinic.hours).map(|hours| view! { <p class="said" dir="auto">{hours}</p> })}
        {number(words::action_call, &clinic.phone)}
        {number(|_, number| words::hours_after(number), &clinic.after_hours)}
    }
    .into_any()
}

/// What the clinic says where people write to it, for as long as it does.
pub(super) fn away(session: Session) -> Option<AnyView> {
    let text = said(&session.who().get_untracked()?.clinic.away)?;
    Some(
        view! {
            <Banner tone=Tone::Info icon=Icon::Info><span dir="auto">{text}</span></Banner>
        }
        .into_any(),
    )
}

#[component]
pub(super) fn TheClinic() -> AnyView {
    let clinic = expect_context::<Session>().who().get_untracked().map(|who| who.clinic);
    let card = clinic.map(|clinic| {
        let (name, address) = (clinic.name.clone(), clinic.address.clone());
        let address = (!address.is_empty()).then(|| view! { <p dir="auto">{address}</p> });
        view! { <Card id="the-clinic" title=name>{address}{lines(&clinic)}</Card> }
    });
    view! { {card} }.into_any()
}
