//! The open item: what it is, who has it, what was said or asked, and what can be done. Each part is
//! made anew only when it says something else, so that nothing moves under a reader's eyes.

use leptos::prelude::*;
use shared::id::PatientId;
use shared::view::desk::queue::{AnswerState, DeskItem, DeskMessage, Note, NoteLine, QueueLine};
use shared::view::desk::{Stage, WorkKind};

use super::actions::{Heading, forms};
use super::client::Place;
use super::desk::{Desk, Shown};
use super::line::{kind_words, since_words};
use super::photo::photos;
use super::reply::Reply;
use super::top::OFFICE;
use super::{keys, refill, request};
use crate::page::i18n::{time, words};
use crate::page::ui::icon::{Icon, Picture};
use crate::page::ui::platform::scroll_down;

/// Written so long before it came in that the reader should know.
const LATER_MS: i64 = 2 * 60 * 1000;
const SCROLLS: &str = "conversation-scroll";

/// A part of the open item, remembered until it changes.
fn part<T: PartialEq + Send + Sync + 'static>(
    desk: Desk,
    of: fn(&DeskItem) -> T,
) -> Memo<Option<T>> {
    Memo::new(move |_| {
        desk.shown().with(|shown| match shown {
            Shown::Item(item) => Some(of(item)),
            Shown::None | Shown::Opening | Shown::Missing | Shown::Closed => None,
        })
    })
}

#[component]
pub(super) fn Conversation(desk: Desk) -> AnyView {
    let heading = part(desk, |item| (item.line.clone(), item.also_here.clone()));
    let flag = part(desk, |item| item.line.clone());
    let facts = part(desk, |item| match item.line.work.kind {
        WorkKind::Message => None,
        _ => Some(item.clone()),
    });
    let messages = part(desk, |item| (item.line.patient, item.messages.clone()));
    let notes = part(desk, |item| item.notes.clone());
    // What was typed in the forms stays as long as this does.
    let request = part(desk, Request::of);
    let thread = part(desk, |item| {
        (item.line.work.kind == WorkKind::Message).then(|| Place::of(&item.line))
    });
    let instead = move || match desk.shown().get() {
        Shown::None => Some(nothing_open(desk)),
        Shown::Opening => Some(note(words::clinic_opening())),
        Shown::Missing => Some(note(words::clinic_missing())),
        Shown::Closed => Some(closed(desk)),
        Shown::Item(_) => None,
    };
    Effect::new(move || {
        if messages.with(|all| all.as_ref().is_some_and(|(_, all)| !all.is_empty())) {
            scroll_down(SCROLLS);
        }
    });
    let heading = move || {
        let (line, here) = heading.get()?;
        Some(view! { <Heading desk=desk line=line also_here=here/> })
    };
    let flag = move || {
        let line = flag.get()?;
        (!line.red_flags.is_empty()).then(|| super::inbox::flag(desk, &line))
    };
    let problem = move || desk.seat.form().get().is_none().then(|| desk.seat.problem().get());
    view! {
        <main class="conversation" id="conversation" tabindex="-1">
            {instead}
            {heading}
            {forms(desk)}
            <div
                class="conversation-scroll" id=SCROLLS tabindex="0" role="region"
                aria-label=words::clinic_messages()
            >
                {flag}
                {move || facts.get().flatten().map(|item| request::facts(desk, item))}
                {move || request.get().map(|request| actions(desk, request))}
                {move || messages.get().map(list)}
                {move || notes.get().map(|notes| history(&notes))}
            </div>
            <p class="error conversation-problem" role="alert">{problem}</p>
            {move || Some(view! { <Reply desk=desk place=thread.get().flatten()?/> })}
        </main>
    }
    .into_any()
}

/// What decides which actions there are.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) place: Place,
    pub(super) line: QueueLine,
    pub(super) may_prescribe: bool,
    /// Approved and gone, and nobody has said that it is ready.
    pub(super) may_be_ready: bool,
}

/// Who has the item by now, and what colleagues noted, changes no action: what somebody is typing in
/// its form stays.
impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let (mine, others) = (&self.line.work, &other.line.work);
        self.place == other.place
            && mine == others
            && self.may_prescribe == other.may_prescribe
            && self.may_be_ready == other.may_be_ready
    }
}

impl Request {
    fn of(item: &DeskItem) -> Self {
        Self {
            place: Place::of(&item.line),
            line: item.line.clone(),
            may_prescribe: item.may_prescribe,
            may_be_ready: item.refill.as_ref().is_some_and(refill::may_be_ready),
        }
    }
}

fn actions(desk: Desk, request: Request) -> AnyView {
    match request.line.work.kind {
        WorkKind::Refill => refill::actions(desk, request),
        WorkKind::Message => ().into_any(),
        _ => request::actions(desk, request),
    }
}

fn note(text: String) -> AnyView {
    view! { <p class="desk-note">{text}</p> }.into_any()
}

/// Why it does not open, and for whoever may state a reason the way to do that.
fn closed(desk: Desk) -> AnyView {
    let may_open = matches!(desk.seat.role().as_deref(), Some("nurse" | "clinician"));
    let place = desk.place().get_untracked().filter(|_| may_open);
    let way = place.map(|place| {
        let to = format!("{OFFICE}#record/{}", place.patient);
        view! { <a class="button quiet" href=to>{words::clinic_record_open()}</a> }
    });
    view! { <div class="desk-note stack"><p>{words::clinic_closed()}</p>{way}</div> }.into_any()
}

/// Nothing opens by itself: who wrote is told that somebody read it, and that has to be true.
fn nothing_open(desk: Desk) -> AnyView {
    let Some(queue) = desk.queue().get() else {
        // That nothing is open is said once it is known.
        return note(words::clinic_opening());
    };
    let start = queue.lines.first().map(|line| {
        let place = Place::of(line);
        let label = words::clinic_start_with(&line.patient_name);
        view! {
            <button type="button" class="button" on:click=move |_| keys::open(place)>
                {label}<kbd>"J"</kbd>
            </button>
        }
    });
    let counts = queue.counts;
    let said = match counts.all {
        0 => words::clinic_all_done(),
        all => words::clinic_open(all),
    };
    let lines = [
        (counts.late, words::clinic_are_late(counts.late)),
        (counts.mine, words::clinic_are_mine(counts.mine)),
        (counts.unassigned, words::clinic_are_nobodys(counts.unassigned)),
    ];
    let lines = lines.into_iter().filter(|(count, _)| *count > 0);
    view! {
        <div class="desk-empty">
            <Picture of=Icon::Bag/>
            <h2>{said}</h2>
            <ul>{lines.map(|(_, words)| view! { <li>{words}</li> }).collect_view()}</ul>
            {start}
            <p class="soft">{words::clinic_opening_is_reading()}</p>
        </div>
    }
    .into_any()
}

fn list((patient, all): (PatientId, Vec<DeskMessage>)) -> AnyView {
    let messages: Vec<_> = all.into_iter().map(|one| message(patient, one)).collect();
    view! { <ol class="conversation-list">{messages}</ol> }.into_any()
}

fn message(patient: PatientId, message: DeskMessage) -> AnyView {
    let from = match message.mine {
        true => words::clinic_you(),
        false => message.from,
    };
    let waited = message.received_at.millis_since(message.written_at);
    let late = !message.clinic && waited > LATER_MS;
    let head = words::clinic_from_at(&from, &time::moment(message.written_at));
    let received = time::moment(message.received_at);
    let (icon, state) = match (&message.state, late) {
        (Some(AnswerState::Read { by }), _) => (Icon::Eye, words::clinic_read_by(by)),
        (Some(AnswerState::OnDevice), _) => (Icon::Phone, words::clinic_on_device()),
        (Some(AnswerState::Sent), _) => (Icon::Check, words::clinic_sent_not_there()),
        (None, true) => {
            let before = since_words(waited);
            (Icon::Offline, words::clinic_received_later(&before, &received))
        }
        (None, false) => (Icon::Checks, words::clinic_received_at(&received)),
    };
    view! {
        <li class="said" class:ours=message.clinic>
            <span class="soft" dir="auto">{head}</span>
            <p dir="auto">{message.text}</p>
            {photos(patient, message.attachments)}
            <span class="state"><Picture of=icon/><span>{state}</span></span>
        </li>
    }
    .into_any()
}

/// What colleagues did here, for colleagues.
fn history(notes: &[NoteLine]) -> AnyView {
    let lines: Vec<_> = notes.iter().map(one_note).collect();
    view! { <div class="history">{lines}</div> }.into_any()
}

fn one_note(note: &NoteLine) -> AnyView {
    if let Note::Recommended { text } = &note.what {
        let by = words::clinic_recommends(&note.by);
        return view! {
            <p class="banner" data-tone="info">
                <Picture of=Icon::Check/>
                <span dir="auto"><b>{by}</b>" "{text.clone()}</span>
            </p>
        }
        .into_any();
    }
    let said = super::actions::note_words(note);
    view! { <p class="soft small">{said}</p> }.into_any()
}

pub(super) fn stage_tag(stage: &Stage) -> AnyView {
    use crate::page::ui::tag::{Tag, Tone};
    let (tone, icon, label) = match stage {
        Stage::Waiting => (Tone::Wait, Icon::Clock, words::clinic_needs_answer()),
        Stage::ToSendOut { .. } => (Tone::Wait, Icon::Send, words::clinic_to_send_out()),
        other => (Tone::Neutral, Icon::Check, super::line::stage_words(other)),
    };
    view! { <Tag tone=tone icon=icon label=label/> }.into_any()
}

pub(super) fn title(line: &QueueLine) -> String {
    let kind = kind_words(line.work.kind);
    match (line.work.title.is_empty(), line.work.kind) {
        (true, _) => kind,
        (false, WorkKind::Message) => line.work.title.clone(),
        (false, _) => format!("{kind}: {}", line.work.title),
    }
}
