//! What to do where a screen has nothing: a message, or the clinic's phone. Screens that this release
//! does not have yet use it too, and say what will appear there. Never sample data.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::{LinkButton, Weight};
use crate::page::ui::emergency::telephone;
use crate::page::ui::empty::Empty;
use crate::page::ui::icon::Icon;

#[component]
pub(crate) fn AskTheClinic(icon: Icon, title: String, text: String) -> AnyView {
    let clinic = expect_context::<Session>().who().get_untracked().map(|who| who.clinic);
    let call = clinic.filter(|clinic| !clinic.phone.is_empty()).map(|clinic| {
        let label = words::action_call(&clinic.name, &clinic.phone);
        view! {
            <LinkButton href=telephone(&clinic.phone) label=label weight=Weight::Quiet
                icon=Icon::Call/>
        }
    });
    view! {
        <Empty icon=icon title=title text=text>
            <LinkButton href="/messages/new".to_owned() label=words::action_write() icon=Icon::Edit/>
            {call}
        </Empty>
    }
    .into_any()
}
