//! The open thread: its messages with both times, and the reply below them.

use leptos::prelude::*;

use super::client::{Message, Thread};
use super::desk::{Desk, Shown};
use super::reply::Reply;
use crate::page::i18n::{time, words};

/// Written so long before it came in that the reader should know.
const LATER_MS: i64 = 2 * 60 * 1000;

#[component]
pub(super) fn Conversation(desk: Desk) -> AnyView {
    let content = move || match desk.shown().get() {
        Shown::None => note(words::clinic_choose()),
        Shown::Opening => note(words::clinic_opening()),
        Shown::Missing => note(words::clinic_missing()),
        Shown::Thread(thread) => messages(thread),
    };
    // Built anew only for another thread, so that typing is not disturbed by what arrives.
    let has_thread = Memo::new(move |_| matches!(desk.shown().get(), Shown::Thread(_)));
    let reply = move || {
        let place = desk.place().get().filter(|_| has_thread.get())?;
        Some(view! { <Reply desk=desk place=place/> })
    };
    view! {
        <main class="conversation" id="conversation" tabindex="-1">
            {content}
            {reply}
        </main>
    }
    .into_any()
}

fn note(text: String) -> AnyView {
    view! { <p class="desk-note">{text}</p> }.into_any()
}

fn messages(thread: Thread) -> AnyView {
    let messages: Vec<_> = thread.messages.into_iter().map(message).collect();
    let about = words::clinic_record_of(&thread.patient_name);
    view! {
        <div class="conversation-head">
            <h2 dir="auto">{thread.topic}</h2>
            <p class="soft" dir="auto">{about}</p>
        </div>
        <div class="conversation-scroll" tabindex="0" role="region" aria-label=words::clinic_messages()>
            <ol class="conversation-list">{messages}</ol>
        </div>
    }
    .into_any()
}

fn message(message: Message) -> AnyView {
    let from = match message.mine {
        true => words::clinic_you(),
        false => message.from,
    };
    let waited = message.received_at.millis_since(message.written_at);
    let received = time::moment(message.received_at);
    let when = match (message.clinic, waited > LATER_MS) {
        (true, _) => words::clinic_sent_at(&received),
        (false, false) => words::clinic_received_at(&received),
        (false, true) => {
            words::clinic_written_and_received(&time::moment(message.written_at), &received)
        }
    };
    view! {
        <li class="said" class:ours=message.clinic>
            <b dir="auto">{from}</b>
            <p dir="auto">{message.text}</p>
            <span class="soft">{when}</span>
        </li>
    }
    .into_any()
}
