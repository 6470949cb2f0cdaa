//! "This is wrong": words about one entry of the record. The clinic's entry stays as it is; these stand
//! beside it and are followed to their answer.

use leptos::prelude::*;
use shared::edit::{Edit, NOTE_CHARS_MAX};
use shared::id::EntryId;

use super::asked::Requests;
use super::asking::{Asking, kept};
use super::chart_words::name_of;
use super::emergency_notice::EmergencyNotice;
use super::not_found::Missing;
use super::thread::send_words;
use crate::bridge::{Answer, Ask};
use crate::page::draft::Draft;
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::Button;
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::line::{Line, lines};
use crate::page::ui::screen::Screen;

/// The way here from anything of the record.
pub(super) fn link(entry: EntryId) -> AnyView {
    let line = Line {
        href: Some(format!("/wrong/{entry}")),
        icon: Some(Icon::Edit),
        title: words::wrong_title(),
        ..Line::default()
    };
    lines(vec![line], true)
}

#[component]
pub(crate) fn SayWrong(id: String) -> AnyView {
    let Ok(about) = id.parse::<EntryId>() else {
        return view! { <Missing/> }.into_any();
    };
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let text = Draft::open(session, format!("wrong/{about}"));
    let answer = session.ask(Ask::Entry { entry: about });
    let name = move || {
        answer.with(|answer| match answer {
            Some(Answer::Entry(Some(found))) => Some(name_of(&found.row)),
            Some(_) | None => None,
        })
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let said = text.text().get_untracked();
        asking.send_from(text, Edit::SayWrong { about, text: said }, || ());
    };
    view! {
        <Screen name=words::wrong_title()>
            <div>
                <a class="back" href=format!("/record/entry/{about}")>
                    <Picture of=Icon::Back/>{words::record_entry()}
                </a>
                <h1>{words::wrong_title()}</h1>
                <p class="soft" dir="auto">{name}</p>
            </div>
            {move || asking.notice()}
            <form class="card" on:submit=submit>
                <Field id="text" kind=Kind::Long label=words::wrong_what() hint=words::wrong_hint()
                    value=text.text() on_input=move |words| text.write(words)
                    chars_max=NOTE_CHARS_MAX/>
                <EmergencyNotice session=session text=text.text().into()/>
                <Button label=send_words(session) icon=Icon::Send wide=true/>
                {kept(text)}
            </form>
            <Requests session=session asking=asking about=about/>
        </Screen>
    }
    .into_any()
}
