//! What several screens say about messages: where an item is, why something was refused, whom to
//! call. One place, so that every screen says it in the same words.

use leptos::prelude::*;
use shared::edit::Refused;
use shared::view::{ItemState, NotSent};

use crate::bridge::Storage;
use crate::page::i18n::{time, words};
use crate::page::session::{NotTaken, Session};
use crate::page::ui::emergency::Emergency;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

/// The icon, the tone where one is shown, and the words with the time.
pub(crate) struct StateWords {
    pub(crate) icon: Icon,
    pub(crate) tone: Tone,
    /// "Sent".
    pub(crate) short: String,
    /// "Sent, 4:40 pm".
    pub(crate) long: String,
}

pub(crate) fn state_words(state: &ItemState) -> StateWords {
    let (icon, tone, short, at) = match state {
        ItemState::SavedHere { at, .. } => {
            (Icon::Phone, Tone::Wait, words::state_saved_here(), Some(at))
        }
        ItemState::Sent { at } => (Icon::Check, Tone::Ok, words::state_sent(), Some(at)),
        ItemState::AtTheClinic { at } => {
            (Icon::Checks, Tone::Ok, words::state_at_the_clinic(), Some(at))
        }
        ItemState::ReadBy { name, at } => {
            (Icon::Eye, Tone::Ok, words::state_read_by(name), Some(at))
        }
        ItemState::Answered { at } => (Icon::Message, Tone::Ok, words::state_answered(), Some(at)),
        ItemState::NotSent { why } => {
            (Icon::Alert, Tone::Alert, words::state_not_sent(&not_sent(*why)), None)
        }
    };
    let long = match at {
        Some(&at) => words::state_with_time(&short, &time::moment(at)),
        None => short.clone(),
    };
    StateWords { icon, tone, short, long }
}

fn not_sent(why: NotSent) -> String {
    match why {
        NotSent::NotAllowed => words::not_sent_not_allowed(),
        NotSent::NotAccepted => words::not_sent_not_accepted(),
        NotSent::Erased => words::not_sent_erased(),
        NotSent::NoRoom => words::not_sent_no_room(),
        NotSent::NotAttached => words::not_sent_not_attached(),
    }
}

/// What a conversation is called: of some the beginning is still to come.
pub(crate) fn topic_words(topic: String) -> String {
    if topic.is_empty() { words::thread_title() } else { topic }
}

/// Why an edit was not taken, and that its text is still here.
pub(crate) fn not_taken(why: NotTaken) -> String {
    match why {
        NotTaken::Refused(why) => refused(why),
        NotTaken::NotSaved(why) => saved_words(why),
        NotTaken::Interrupted => words::not_saved(),
    }
}

/// Why something is not on the disk.
pub(super) fn saved_words(why: Storage) -> String {
    match why {
        Storage::Full => words::not_saved_full(),
        Storage::Unreachable => words::not_saved(),
        Storage::NoLine => words::not_saved_no_line(),
        Storage::NotAccepted => words::not_saved_not_accepted(),
    }
}

pub(crate) fn refused(why: Refused) -> String {
    match why {
        Refused::EmptyText => words::refused_empty_text(),
        Refused::TextTooLong => words::refused_text_too_long(),
        Refused::EmptyTopic => words::refused_empty_topic(),
        Refused::TopicTooLong => words::refused_topic_too_long(),
        Refused::NoSuchThread | Refused::NoSuchEntry => words::refused_gone(),
        Refused::AlreadySent => words::refused_already_sent(),
        Refused::SomebodyElses => words::refused_somebody_elses(),
        Refused::TooMany => words::refused_too_many(),
        Refused::NotAMedicine => words::refused_not_a_medicine(),
        Refused::MedicineStopped => words::refused_medicine_stopped(),
        Refused::RefillOpen => words::refused_refill_open(),
        Refused::Decided => words::refused_decided(),
        Refused::Cancelled => words::refused_cancelled(),
        Refused::NoTimes => words::refused_no_times(),
        Refused::NotAVisit => words::refused_not_a_visit(),
        Refused::NotANumber => words::refused_not_a_number(),
        Refused::NotPossible => words::refused_not_possible(),
        Refused::NotADate => words::refused_not_a_date(),
        Refused::NotYourRole => words::refused_not_your_role(),
    }
}

/// The emergency line with the clinic's own number.
#[component]
pub(crate) fn EmergencyLine() -> AnyView {
    let session = expect_context::<Session>();
    let line = move || {
        let number = session.who().get()?.clinic.emergency_number;
        let call = words::emergency_call(&number);
        (!number.is_empty()).then(|| {
            view! { <Emergency question=words::emergency_question() call=call number=number/> }
        })
    };
    view! { {line} }.into_any()
}
