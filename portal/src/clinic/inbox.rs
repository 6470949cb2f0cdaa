//! The list of threads, newest first.

use leptos::prelude::*;

use super::client::ThreadLine;
use super::desk::Desk;
use crate::page::i18n::{time, words};

#[component]
pub(super) fn Inbox(desk: Desk) -> AnyView {
    let content = move || match desk.threads().get() {
        None => view! { <p class="desk-note">{words::clinic_opening()}</p> }.into_any(),
        Some(threads) if threads.is_empty() => {
            view! { <p class="desk-note">{words::clinic_no_threads()}</p> }.into_any()
        }
        Some(threads) => lines(desk, threads),
    };
    view! {
        <nav class="queue" aria-labelledby="inbox">
            <h1 id="inbox">{words::clinic_inbox()}</h1>
            {content}
        </nav>
    }
    .into_any()
}

fn lines(desk: Desk, threads: Vec<ThreadLine>) -> AnyView {
    let lines: Vec<_> = threads.into_iter().map(|thread| line(desk, thread)).collect();
    view! { <ul>{lines}</ul> }.into_any()
}

fn line(desk: Desk, thread: ThreadLine) -> AnyView {
    let place = thread.place();
    let current = move || (desk.place().get() == Some(place)).then_some("true");
    let state = match thread.answered {
        true => words::clinic_answered(),
        false => words::clinic_needs_answer(),
    };
    view! {
        <li>
            <a href=format!("#{}", place.text()) aria-current=current>
                <b dir="auto">{thread.patient_name}</b>
                <span class="soft">{time::in_list(thread.received_at)}</span>
                <span class="queue-topic" dir="auto">{thread.topic}</span>
                <span class="queue-state" class:open=!thread.answered>{state}</span>
                <span class="queue-excerpt soft" dir="auto">{thread.excerpt}</span>
            </a>
        </li>
    }
    .into_any()
}
