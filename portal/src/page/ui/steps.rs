//! A way in steps: done, where it is now, and what is not reached yet.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    Done,
    Now,
    NotYet,
}

pub(crate) struct Step {
    pub(crate) reached: Reached,
    /// "Done" or "Not yet", for those who do not see the icon.
    pub(crate) spoken: String,
    pub(crate) title: String,
    pub(crate) detail: String,
}

#[component]
pub(crate) fn Steps(steps: Vec<Step>) -> AnyView {
    let steps = steps.into_iter().map(|step| {
        let (icon, state) = match step.reached {
            Reached::Done => (Icon::Ok, Some("done")),
            Reached::Now => (Icon::Clock, Some("now")),
            Reached::NotYet => (Icon::Circle, None),
        };
        let current = (step.reached == Reached::Now).then_some("step");
        view! {
            <li data-state=state aria-current=current>
                <Picture of=icon/>
                <span class="title"><span class="unseen">{step.spoken} ": "</span>{step.title}</span>
                <span class="detail">{step.detail}</span>
            </li>
        }
    });
    view! { <ol class="steps">{steps.collect::<Vec<_>>()}</ol> }.into_any()
}
