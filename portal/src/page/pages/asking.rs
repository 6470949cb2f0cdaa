//! What the screens share on which somebody asks for or adds something: it is sent once, its text
//! stays until it is on the disk, and it says where it is.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::edit::{Edit, PreferredTime, Refused};

use super::message_words::not_taken;
use crate::page::draft::Draft;
use crate::page::i18n::words;
use crate::page::session::{NotTaken, Session};
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

#[derive(Clone, Copy)]
pub(super) struct Asking {
    session: Session,
    outcome: RwSignal<Option<Result<(), NotTaken>>>,
    is_sending: RwSignal<bool>,
}

impl Asking {
    pub(super) fn open(session: Session) -> Self {
        let (outcome, is_sending) = (RwSignal::new(None), RwSignal::new(false));
        Self { session, outcome, is_sending }
    }

    /// `done` is called once it is durable on this device, if the screen is still there.
    pub(super) fn send(self, edit: Edit, done: impl FnOnce() + 'static) {
        self.bring(edit, None, done);
    }

    /// What was written in a draft, which is empty again once that is durable.
    pub(super) fn send_from(self, draft: Draft, edit: Edit, done: impl FnOnce() + 'static) {
        self.bring(edit, Some(draft), done);
    }

    fn bring(self, edit: Edit, draft: Option<Draft>, done: impl FnOnce() + 'static) {
        if self.is_sending.get_untracked() {
            return;
        }
        self.is_sending.set(true);
        let written = draft.map(Draft::written);
        spawn_local(async move {
            let outcome = self.session.edit(edit).await.map(drop);
            self.is_sending.try_set(false);
            let is_saved = outcome.is_ok();
            let is_gone = self.outcome.try_set(Some(outcome)).is_some();
            if !is_saved {
                return;
            }
            if let Some(written) = written {
                written.was_sent().await;
            }
            // Nobody waits for the answer once another screen is shown.
            if !is_gone {
                done();
            }
        });
    }

    pub(super) fn refuse(self, why: Refused) {
        self.outcome.set(Some(Err(NotTaken::Refused(why))));
    }

    /// What became of it, above the form.
    pub(super) fn notice(self) -> Option<AnyView> {
        let (tone, icon, words) = match self.outcome.get()? {
            Ok(()) => (Tone::Ok, Icon::Phone, words::asking_saved()),
            Err(why) => (Tone::Alert, Icon::Alert, not_taken(why)),
        };
        Some(view! { <Banner tone=tone icon=icon urgent=true>{words}</Banner> }.into_any())
    }
}

/// One of many, in the browser's own list; what is chosen is a part of a draft.
pub(super) fn choice_in(
    draft: Draft,
    place: usize,
    id: &'static str,
    label: String,
    options: Vec<String>,
) -> AnyView {
    let options = options.into_iter().enumerate().map(|(option, words)| {
        let selected = move || draft.choice(place) == option;
        view! { <option value=option.to_string() prop:selected=selected>{words}</option> }
    });
    let choose = move |event| draft.write_part(place, &event_target_value(&event));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select class="input" id=id on:change=choose>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

/// What becomes of a draft, below its fields.
pub(super) fn kept(draft: Draft) -> AnyView {
    view! { <p class="small soft" role="status">{move || draft.note()}</p> }.into_any()
}

/// When it suits; the places match `time_at`.
pub(super) fn times_words() -> Vec<String> {
    vec![
        words::visit_ask_any(),
        words::visit_ask_mornings(),
        words::visit_ask_afternoons(),
        words::visit_ask_saturday(),
    ]
}

pub(super) fn time_at(place: usize) -> PreferredTime {
    use shared::edit::{Days, PartOfDay};
    let weekly = |days, part| PreferredTime::Weekly { days, part };
    match place {
        1 => weekly(Days::Weekdays, PartOfDay::Morning),
        2 => weekly(Days::Weekdays, PartOfDay::Afternoon),
        3 => weekly(Days::Saturday, PartOfDay::Any),
        _ => PreferredTime::Any,
    }
}
