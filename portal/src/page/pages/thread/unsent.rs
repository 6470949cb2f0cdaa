//! A message that has not left this device: other words for it, or taken back. Its text is never
//! lost: what is taken back returns to the field it came from.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::edit::{Attachment, Edit, MESSAGE_CHARS_MAX};
use shared::id::EntryId;

use super::super::message_words::not_taken;
use super::super::photos::Attached;
use crate::page::draft::Draft;
use crate::page::i18n::words;
use crate::page::session::{NotTaken, Session};
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::sheet::Sheet;
use crate::page::ui::tag::Tone;

/// What is being changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unsent {
    pub(super) entry: EntryId,
    pub(super) text: String,
    pub(super) photos: Vec<Attachment>,
}

#[component]
pub(super) fn UnsentSheet(
    session: Session,
    unsent: RwSignal<Option<Unsent>>,
    draft: Draft,
    attached: Attached,
) -> AnyView {
    let is_open = RwSignal::new(false);
    Effect::new(move || is_open.set(unsent.get().is_some()));
    Effect::new(move |was_open: Option<bool>| {
        let now = is_open.get();
        if was_open == Some(true) && !now {
            unsent.set(None);
        }
        now
    });
    let acting = session.open_record_untracked().filter(|record| !record.own);
    view! {
        <Sheet id="unsent" title=words::unsent_title() close=words::action_cancel() is_open=is_open
            acting=acting.map(|record| words::acting_for(&record.name))>
            {unsent.get_untracked().map(|unsent| view! {
                <Change session=session unsent=unsent back=(draft, attached) is_open=is_open/>
            })}
        </Sheet>
    }
    .into_any()
}

#[component]
fn Change(
    session: Session,
    unsent: Unsent,
    /// Where what is taken back returns to.
    back: (Draft, Attached),
    is_open: RwSignal<bool>,
) -> AnyView {
    let (draft, attached) = back;
    let photos = unsent.photos.clone();
    let entry = unsent.entry;
    let text = Draft::over(session, format!("unsent/{entry}"), std::slice::from_ref(&unsent.text));
    // Closed with the sheet, it stays as it was; a tab that is killed or loaded anew asks nobody.
    on_cleanup(move || {
        if is_open.try_get_untracked() == Some(false) {
            let key = format!("unsent/{entry}");
            spawn_local(async move {
                let _forgotten = session.keep_draft(key, String::new()).await;
            });
        }
    });
    let trouble = RwSignal::new(None::<NotTaken>);
    let finish = move |outcome: Result<EntryId, NotTaken>| match outcome {
        Ok(_) => drop(is_open.try_set(false)),
        Err(why) => drop(trouble.try_set(Some(why))),
    };
    let save = move || {
        let text = text.part_now(0);
        spawn_local(async move { finish(session.edit(Edit::Reword { entry, text }).await) });
    };
    let take_back = move || {
        // Before the message lets them go.
        attached.keep(&photos, true);
        spawn_local(async move {
            let outcome = session.edit(Edit::Withdraw { entry }).await;
            if outcome.is_ok() {
                give_back(draft, text.text().try_get_untracked().unwrap_or_default());
            }
            finish(outcome);
        });
    };
    view! {
        {move || trouble.get().map(|why| view! {
            <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{not_taken(why)}</Banner>
        })}
        <Field id="unsent-text" kind=Kind::Long label=words::thread_your_message() value=text.part(0)
            on_input=text.writes(0) chars_max=MESSAGE_CHARS_MAX/>
        <Button label=words::action_save() wide=true on_press=save/>
        <Button label=words::unsent_take_back() weight=Weight::Quiet wide=true on_press=take_back/>
    }
    .into_any()
}

/// Behind what is being written there already.
fn give_back(draft: Draft, text: String) {
    let Some(written) = draft.text().try_get_untracked() else {
        return;
    };
    let both = if written.is_empty() { text } else { format!("{written}\n{text}") };
    draft.write(both);
}
