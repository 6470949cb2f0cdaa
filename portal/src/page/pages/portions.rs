//! A long list comes in portions: the next one is asked for when somebody wants it, and what is on the
//! screen already stays as it is.

use std::sync::Arc;

use leptos::prelude::*;

use crate::bridge::{Answer, Ask};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::empty::Skeleton;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::focus;

/// The question for what begins here.
pub(super) type AskFrom = Arc<dyn Fn(u32) -> Ask + Send + Sync>;

#[derive(Clone)]
pub(super) struct Long {
    pub(super) ask: AskFrom,
    /// What an answer holds; of the first portion also what to say about all of them.
    pub(super) show: fn(&Answer, bool) -> AnyView,
    pub(super) next: fn(&Answer) -> Option<u32>,
}

pub(super) fn portions(long: Long) -> AnyView {
    portion(0, long)
}

fn portion(from: u32, long: Long) -> AnyView {
    let answer = expect_context::<Session>().ask((long.ask)(from));
    let next = Memo::new(move |_| answer.with(|answer| answer.as_ref().and_then(long.next)));
    let is_open = RwSignal::new(false);
    let id = format!("from-{from}");
    if from > 0 {
        // The button that had the focus is gone.
        focus(&id);
    }
    let part = move || {
        answer.with(|answer| match answer {
            Some(answer) => (long.show)(answer, from == 0),
            None => view! { <Skeleton label=words::record_loading()/> }.into_any(),
        })
    };
    let rest = move || {
        let next = next.get()?;
        if is_open.get() {
            return Some(portion(next, long.clone()));
        }
        Some(
            view! {
                <Button label=words::results_older() weight=Weight::Quiet icon=Icon::ChevronDown
                    on_press=move || is_open.set(true)/>
            }
            .into_any(),
        )
    };
    view! { <div class="stack" id=id tabindex="-1">{part}</div>{rest} }.into_any()
}
